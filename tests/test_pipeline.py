"""The straight line: what one answer becomes, what a second look makes of it, and what is kept on the way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.config import Settings, load
from scanner.detect.rules import RuleSet, Status
from scanner.errors import EvidenceError, LockedError, StoreError
from scanner.model import Change, CoverageRow, Outcome, Provenance, Report, Stance, Target, UnreadReason
from scanner.pipeline.crawl import crawl, locked, merged
from scanner.pipeline.judge import judge
from scanner.pipeline.rescan import rescan
from tests.loopback import CLAIM, Page, Vendor, html, vendor

NAME = "示例智能有限公司"


class Watcher:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.rows: list[CoverageRow] = []
        self.notes: list[str] = []

    def done(self, row: CoverageRow, finished: int, known: int) -> None:
        assert finished <= known
        self.rows.append(row)

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(scope="module")
def blind(rules: RuleSet) -> RuleSet:
    """A rule set of another day, none of whose rules fires; without our words the second reader proposes nothing."""
    drafts = tuple(replace(r, status=Status.DRAFT) for r in rules.rules)
    return replace(rules, rules=drafts, literals=(), digest="of another day")


@pytest.fixture
def shop() -> Iterator[Vendor]:
    with vendor() as server:
        server.pages["/"] = Page(html(links=("/claim.html", "/plain.html")), etag=True)
        server.pages["/claim.html"] = Page(html(CLAIM), etag=True)
        server.pages["/plain.html"] = Page(html("普通页面"))
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(overrides={
        "out_dir": str(tmp_path / "out"),
        "crawl": {"delay": 0, "allow_networks": ["127.0.4.0/24"], "page_timeout": 5},
    })  # fmt: skip


def look(settings: Settings, rules: RuleSet, *targets: Target, only_due: bool = False) -> Report:
    report = crawl(settings, targets, rules, Watcher(), only_due=only_due)
    assert report is not None
    urls = [(row.vendor, row.url) for row in report.coverage]
    assert len(urls) == len(set(urls)), "a URL with two outcomes"
    return report


def at(report: Report, url: str) -> CoverageRow:
    return next(row for row in report.coverage if row.url == url)


def changes(report: Report) -> set[Change]:
    return {tracked.change for tracked in report.findings}


def test_judging_is_a_pure_function(rules: RuleSet) -> None:
    where = Provenance("https://shop.example/", capture_sha256="ab")
    one, two = (judge(html(CLAIM), "text/html", where.source, 200, {}, where, rules) for _ in range(2))
    assert one == two
    assert one.outcome is Outcome.FINDINGS
    assert {finding.stance for finding in one.findings} == {Stance.ASSERTED}
    assert one.document is not None
    assert all(one.document.text[f.start : f.end] == f.quote for f in one.findings)


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (404, html(CLAIM), "text/html", UnreadReason.HTTP_STATUS),
        (503, html(CLAIM), "text/html", UnreadReason.HTTP_STATUS),
        (429, html(CLAIM), "text/html", UnreadReason.RATE_LIMITED),
        (200, b"%PDF-1.7", "application/pdf", UnreadReason.NOT_TEXT),
        (200, b"", "text/html", UnreadReason.EMPTY),
        (200, "<p>Сертифицированные камеры для магазинов и складов по всей стране.</p>".encode() * 20,
         "text/html; charset=utf-8", UnreadReason.LANGUAGE),
    ],
)  # fmt: skip
def test_what_was_not_read_is_never_clean(
    rules: RuleSet, status: int, body: bytes, kind: str, reason: UnreadReason
) -> None:
    judged = judge(body, kind, "https://shop.example/", status, {}, Provenance("https://shop.example/"), rules)
    assert (judged.outcome, judged.unread, judged.findings) == (Outcome.UNREAD, reason, ())


def test_a_crawl_finds_keeps_and_accounts_for_everything(settings: Settings, rules: RuleSet, shop: Vendor) -> None:
    shop.pages["/"].body = html(links=("/claim.html", "/plain.html", "/private/x", "/gone.html", "/moved"))
    shop.pages["/moved"] = Page(b"", 302, {"Location": "/plain.html?utm_source=a"})
    report = look(settings, rules, Target(NAME, (shop.url(),)))
    outcomes = {row.url.removeprefix(shop.url("")): row.outcome for row in report.coverage}
    assert outcomes == {
        "/": Outcome.CLEAN,
        "/claim.html": Outcome.FINDINGS,
        "/plain.html": Outcome.CLEAN,
        "/private/x": Outcome.UNREAD,
        "/gone.html": Outcome.UNREAD,
        "/moved": Outcome.REDIRECT,
        "/robots.txt": Outcome.AUXILIARY,
        "/sitemap.xml": Outcome.AUXILIARY,
        "/privacy": Outcome.AUXILIARY,  # tried, since no page names a notice
        "/privacy.html": Outcome.AUXILIARY,
    }
    assert at(report, shop.url("/private/x")).reason is UnreadReason.ROBOTS
    assert at(report, shop.url("/private/x")).robots_rule == "Disallow: /private"
    assert ("/private/x", "") not in shop.asked
    assert changes(report) == {Change.NEW}
    assert {t.finding.source for t in report.findings} == {shop.url("/claim.html")}
    assert {t.finding.vendor for t in report.findings} == {NAME}
    finding = report.findings[0].finding
    assert finding.warc_record.startswith("urn:uuid:")
    assert finding.capture_sha256 == at(report, finding.source).capture_sha256
    assert report.run.ok


def test_a_second_look_finds_nothing_new(settings: Settings, rules: RuleSet, shop: Vendor) -> None:
    target = Target(NAME, (shop.url(),))
    first = look(settings, rules, target)
    shop.asked.clear()
    second = look(settings, rules, target)
    assert changes(second) == {Change.STILL}
    assert {t.finding.fingerprint for t in first.findings} == {t.finding.fingerprint for t in second.findings}
    assert at(second, shop.url("/claim.html")).outcome is Outcome.UNCHANGED
    assert at(second, shop.url("/plain.html")).outcome is Outcome.CLEAN
    assert all(tag for path, tag in shop.asked if path in ("/", "/claim.html"))
    assert second.run.previous_run == first.run.id


def test_a_tracking_parameter_does_not_make_a_claim_new(settings: Settings, rules: RuleSet, shop: Vendor) -> None:
    target = Target(NAME, (shop.url(),))
    shop.pages["/claim.html?spm=a.1"] = shop.pages["/claim.html?spm=b.2"] = shop.pages["/claim.html"]
    shop.pages["/"].body = html(links=("/claim.html?spm=a.1",))
    look(settings, rules, target)
    shop.pages["/"].body = html(links=("/claim.html?spm=b.2",))
    assert changes(look(settings, rules, target)) == {Change.STILL}


def test_gone_words_and_pages_that_could_not_be_read_are_told_apart(
    settings: Settings, rules: RuleSet, shop: Vendor
) -> None:
    target = Target(NAME, (shop.url(),))
    look(settings, rules, target)
    shop.pages["/claim.html"] = Page(html("改版了"))
    assert changes(look(settings, rules, target)) == {Change.NOT_SEEN}
    shop.pages["/claim.html"] = Page(html(CLAIM))
    assert changes(look(settings, rules, target)) == {Change.STILL}
    shop.pages["/claim.html"] = Page(b"", 500)
    assert changes(look(settings, rules, target)) == {Change.COULD_NOT_LOOK}


def test_old_bytes_are_judged_by_new_rules_even_if_the_page_did_not_change(
    settings: Settings, rules: RuleSet, blind: RuleSet, shop: Vendor
) -> None:
    target = Target(NAME, (shop.url(),))
    assert look(settings, blind, target).findings == ()
    second = look(settings, rules, target)
    assert at(second, shop.url("/claim.html")).outcome is Outcome.UNCHANGED
    assert changes(second) == {Change.LEARNED}


def test_rescan_meets_no_network(settings: Settings, rules: RuleSet, blind: RuleSet) -> None:
    with vendor() as shop:
        shop.pages["/"] = Page(html(CLAIM))
        first = look(settings, blind, Target(NAME, (shop.url(),)))
    assert first.findings == ()
    report = rescan(settings, rules, Watcher())
    assert changes(report) == {Change.LEARNED}
    assert report.findings[0].finding.captured_at == at(first, shop.url()).captured_at
    assert changes(rescan(settings, rules, Watcher())) == {Change.STILL}


def test_rescan_of_nothing_says_so(settings: Settings, rules: RuleSet) -> None:
    with pytest.raises(StoreError, match="nothing is kept"):
        rescan(settings, rules, Watcher())


def test_a_changed_archive_is_an_evidence_error(settings: Settings, rules: RuleSet, shop: Vendor) -> None:
    look(settings, rules, Target(NAME, (shop.url(),), notice_urls=(shop.url("/notice"),)))
    (file,) = (Path(settings.out_dir) / "warc").iterdir()
    kept = bytearray(file.read_bytes())
    kept[-20] ^= 1
    file.write_bytes(kept)
    with pytest.raises(EvidenceError):
        rescan(settings, rules, Watcher())


def test_a_page_whose_capture_is_gone_is_asked_for_whole(settings: Settings, rules: RuleSet, shop: Vendor) -> None:
    target = Target(NAME, (shop.url(),))
    look(settings, rules, target)
    for file in (Path(settings.out_dir) / "warc").iterdir():
        file.unlink()
    shop.asked.clear()
    assert at(look(settings, rules, target), shop.url("/claim.html")).outcome is Outcome.FINDINGS
    assert ("/claim.html", "") in shop.asked


def test_the_same_bytes_count_once_a_vendor_but_for_each_vendor(settings: Settings, rules: RuleSet) -> None:
    with vendor("127.0.4.1") as one, vendor("127.0.4.2") as two:
        for server in (one, two):
            server.pages["/"] = Page(html(CLAIM, links=("/index.html",)))
            server.pages["/index.html"] = server.pages["/"]
        report = look(settings, rules, Target("甲", (one.url(),)), Target("乙", (two.url(),)))
        for server in (one, two):
            assert at(report, server.url()).outcome is Outcome.FINDINGS
            assert at(report, server.url("/index.html")).outcome is Outcome.DUPLICATE
    assert {t.finding.vendor for t in report.findings} == {"甲", "乙"}


def test_what_is_not_due_is_left_alone(settings: Settings, rules: RuleSet, shop: Vendor) -> None:
    target = Target(NAME, (shop.url(),))
    look(settings, rules, target, only_due=True)
    shop.asked.clear()
    assert crawl(settings, (target,), rules, Watcher(), only_due=True) is None
    assert shop.asked == []
    hourly = replace(target, interval_hours=1e-6)
    assert changes(look(settings, rules, hourly, only_due=True)) == {Change.STILL}


def test_an_interrupted_run_with_other_vendors_is_closed(settings: Settings, rules: RuleSet, shop: Vendor) -> None:
    look(settings, rules, Target(NAME, (shop.url(),)))
    base = sqlite3.connect(Path(settings.out_dir) / "noticescan.sqlite")
    with base:
        base.execute("UPDATE runs SET finished_at = NULL, ok = 0")
        base.execute("DELETE FROM coverage WHERE url LIKE '%plain%'")
        base.execute("UPDATE frontier SET state = 'pending' WHERE url LIKE '%plain%'")
    base.close()
    watcher = Watcher()
    report = crawl(settings, (Target("别家", (shop.url("/claim.html"),)),), rules, watcher)
    assert report is not None
    assert {row.vendor for row in report.coverage} == {"别家"}
    assert any("closed, not continued" in note for note in watcher.notes)


def test_one_process_at_a_time(settings: Settings, rules: RuleSet) -> None:
    with locked(Path(settings.out_dir)), pytest.raises(LockedError, match="another noticescan"):
        crawl(settings, (Target(NAME, ("http://127.0.4.9/",)),), rules, Watcher())


def test_targets_of_one_vendor_are_one() -> None:
    first = Target("甲", ("http://a.example/",), exclude=("/x",), interval_hours=24)
    second = Target("甲", ("http://b.example/", "http://a.example/"), ("http://b.example/n",), interval_hours=2)
    assert merged([first, Target("乙", ("http://c.example/",)), second]) == (
        Target("甲", ("http://a.example/", "http://b.example/"), ("http://b.example/n",), exclude=("/x",),
               interval_hours=2),
        Target("乙", ("http://c.example/",)),
    )  # fmt: skip
