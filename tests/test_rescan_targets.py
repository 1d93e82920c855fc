"""`rescan --targets`: a targets file put right after the crawl counts for what is kept, without another look."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scanner.cli.main import run
from scanner.collect.targets import read_targets
from scanner.config import Settings
from scanner.detect.rules import RuleSet
from scanner.errors import TargetsError
from scanner.model import Change, Finding, PageRole, Report, Said, SaidBy, Stance
from scanner.pipeline.crawl import crawl
from scanner.pipeline.reporting import stored_report, write_reports
from scanner.pipeline.rescan import rescan
from scanner.pipeline.verify import Means, verify
from scanner.store import open_store
from tests.evidence.conftest import Quiet
from tests.evidence.shop import settings_for
from tests.loopback import CLAIM, Page, Vendor, html, vendor

NAME = "Example Vision Ltd"
NEWS = Said(PageRole.NEWS, SaidBy.TARGETS)
VENDOR = Said(PageRole.VENDOR, SaidBy.TARGETS)


@pytest.fixture
def shop() -> object:
    with vendor() as server:
        server.pages["/"] = Page(html("首页", links=("/a", "/press/b", "/terms")), etag=True)
        server.pages["/a"] = Page(html(CLAIM), etag=True)
        server.pages["/press/b"] = Page(html(CLAIM, "另一页"), etag=True)
        server.pages["/terms"] = Page(html("使用条款", "我们会采集人脸信息，用于统计客流。"))
        yield server


def entry(url: str, *lines: str, name: str = NAME) -> str:
    return "\n".join(("[[target]]", f'vendor = "{name}"', f'urls = ["{url}"]', *lines, ""))


class Case:
    """An output folder, and the targets files that are tried on it."""

    def __init__(self, folder: Path, rules: RuleSet) -> None:
        self.folder, self.rules, self.watcher = folder, rules, Quiet()
        self.settings: Settings = settings_for(folder / "out")

    def written(self, *entries: str) -> Path:
        path = self.folder / "targets.toml"
        path.write_text("\n".join(entries), encoding="utf-8")
        return path

    def crawl(self, *entries: str) -> Report:
        report = crawl(self.settings, read_targets(self.written(*entries)).targets, self.rules, self.watcher)
        assert report is not None
        return report

    def rescan(self, *entries: str, speaker: str | None = None) -> Report:
        self.watcher.notes.clear()
        file = read_targets(self.written(*entries)) if entries else None
        return rescan(self.settings, self.rules, self.watcher, speaker=speaker, targets=file)

    def runs(self) -> int:
        with open_store(self.settings.database_url()) as store:
            return len(store.runs())

    def not_done(self) -> list[str]:
        return [line for line in self.watcher.notes if line.startswith("not done: ")]


@pytest.fixture
def case(tmp_path: Path, rules: RuleSet) -> Case:
    return Case(tmp_path, rules)


def findings(report: Report) -> list[Finding]:
    return [one.finding for one in report.findings if one.change in (Change.NEW, Change.STILL, Change.TURNED)]


def told(report: Report) -> dict[str, tuple[Stance, Said | None]]:
    """Last part of the address -> what was made of its one finding, and by whose word."""
    return {f.source.rpartition("/")[2]: (f.stance, f.said) for f in findings(report)}


def both(stance: Stance, said: Said | None) -> dict[str, tuple[Stance, Said | None]]:
    return {"a": (stance, said), "b": (stance, said)}


def test_a_speaker_put_right_is_judged_by_without_another_look(case: Case, shop: Vendor) -> None:
    first = case.crawl(entry(shop.url(), 'speaker = "news"'))
    assert told(first) == both(Stance.REPORTED, NEWS)
    asked = len(shop.asked)
    assert told(case.rescan()) == both(Stance.REPORTED, NEWS)  # without the file as before
    right = case.rescan(entry(shop.url(), 'speaker = "vendor"'))
    assert told(right) == both(Stance.ASSERTED, VENDOR)
    assert {one.change for one in right.findings} == {Change.TURNED}
    assert {one.was for one in right.findings} == {Stance.REPORTED}
    assert len(shop.asked) == asked
    assert not verify(right.run.id, Means(settings=case.settings, rules=case.rules)).failures
    assert told(case.rescan()) == both(Stance.ASSERTED, VENDOR)  # kept from here on


def test_the_option_comes_before_the_file_and_the_file_before_what_is_kept(case: Case, shop: Vendor) -> None:
    case.crawl(entry(shop.url(), 'speaker = "news"'))
    lines = ('speaker = "vendor"', 'speakers = { "/press/" = "guide" }')
    assert told(case.rescan(entry(shop.url(), *lines))) == {
        "a": (Stance.ASSERTED, VENDOR),
        "b": (Stance.REPORTED, Said(PageRole.GUIDE, SaidBy.TARGETS)),
    }
    option = case.rescan(entry(shop.url(), *lines), speaker="legal")
    assert {said for _, said in told(option).values()} == {Said(PageRole.LEGAL, SaidBy.OPTION)}
    # A file that says nothing of it leaves what the option said, and forgets what a file had said.
    assert {said for _, said in told(case.rescan(entry(shop.url()))).values()} == {Said(PageRole.LEGAL, SaidBy.OPTION)}
    case.rescan(entry(shop.url(), 'speaker = "news"'))
    assert told(case.rescan(entry(shop.url()))) == both(Stance.ASSERTED, None)


def test_the_word_stays_where_the_server_had_answered_not_modified(case: Case, shop: Vendor) -> None:
    wrong = entry(shop.url(), 'speaker = "news"')
    case.crawl(wrong)
    case.crawl(wrong)  # 304: a look that is younger than the capture
    case.rescan(entry(shop.url(), 'speaker = "vendor"'))
    assert told(case.rescan()) == both(Stance.ASSERTED, VENDOR)


def test_the_report_says_by_which_file_it_judged(case: Case, shop: Vendor) -> None:
    case.crawl(entry(shop.url(), 'speaker = "news"'))
    report = case.rescan(entry(shop.url(), 'speaker = "vendor"'))
    sha256 = hashlib.sha256((case.folder / "targets.toml").read_bytes()).hexdigest()
    assert report.settings_note == {"targets_file": "targets.toml", "targets_sha256": sha256}
    assert f"judged by targets.toml (SHA-256 {sha256[:12]}): it speaks for 4 of 4 pages" in case.watcher.notes
    paths = write_reports(report, case.settings)
    assert json.loads(paths["json"].read_bytes())["settings"]["targets_sha256"] == sha256
    assert not case.rescan().settings_note


def test_place_audience_and_role_are_those_of_the_file(case: Case, shop: Vendor) -> None:
    def engaged(report: Report) -> set[str]:
        return {one for f in findings(report) for one in f.provisions}

    assert not engaged(case.crawl(entry(shop.url(), 'jurisdiction = "UK"')))
    both_roles = case.rescan(entry(shop.url(), 'jurisdiction = "CN"', 'role = ["vendor", "deployer"]'))
    assert engaged(both_roles)
    assert all(one.startswith("cn.") for one in engaged(both_roles))
    assert engaged(case.rescan()) == engaged(both_roles)
    # What the file no longer says is forgotten, as by a crawl.
    assert not engaged(case.rescan(entry(shop.url(), 'jurisdiction = "CN"', 'audience = "b2b"')))
    with open_store(case.settings.database_url()) as store:
        assert store.vendor_places() == {NAME: (("CN",), "b2b")}
        assert store.vendor_roles() == {}


def test_a_page_is_a_notice_where_the_file_says_so_and_only_there(case: Case, shop: Vendor) -> None:
    def sources(report: Report) -> set[str]:
        return {one.source for one in report.notices if one.unread is None}

    first = case.crawl(entry(shop.url(), f'notice_urls = ["{shop.url("/press/b")}"]'))
    assert sources(first) == {shop.url("/press/b")}
    right = case.rescan(entry(shop.url(), f'notice_urls = ["{shop.url("/terms")}"]'))
    assert sources(right) == {shop.url("/terms")}
    assert {row.url: row.via for row in right.coverage}[shop.url("/press/b")] == "link"
    assert sources(case.rescan()) == {shop.url("/terms")}


def test_what_needs_a_crawl_is_told_as_not_done(case: Case, shop: Vendor) -> None:
    case.crawl(entry(shop.url()))
    new = f'notice_urls = ["{shop.url("/new")}"]'
    report = case.rescan(entry(shop.url(), new, 'include = ["more.example"]', 'exclude = ["/press/"]'))
    assert case.not_done() == [
        "not done: named in the targets file and not kept here as a page, a crawl is needed: "
        f"{shop.url('/new')}, more.example",
        "not done: excluded in the targets file and judged all the same, since they are kept: " + shop.url("/press/b"),
    ]
    assert report.settings_note["targets_not_kept"] == f"{shop.url('/new')}, more.example"
    assert "b" in told(report)


def test_an_address_that_was_only_tried_is_not_kept_as_a_page(case: Case, shop: Vendor) -> None:
    shop.pages["/privacy"] = Page(html("普通页面"))
    first = case.crawl(entry(shop.url()))
    assert {row.url: row.via for row in first.coverage}[shop.url("/privacy")] == "notice_guess"
    case.rescan(entry(shop.url(), f'notice_urls = ["{shop.url("/privacy")}"]'))
    (line,) = case.not_done()
    assert line.endswith(f"a crawl is needed: {shop.url('/privacy')}")


def test_a_vendor_named_otherwise_is_known_by_its_address_and_keeps_its_name(case: Case, shop: Vendor) -> None:
    case.crawl(entry(shop.url(), 'speaker = "news"', name="Exampel Vision"))
    report = case.rescan(entry(shop.url(), 'speaker = "vendor"', 'jurisdiction = "CN"'))
    assert told(report) == both(Stance.ASSERTED, VENDOR)
    assert {f.vendor for f in findings(report)} == {"Exampel Vision"}
    (line,) = case.not_done()
    assert line.endswith(f"a crawl files under that name what it reads: Exampel Vision → {NAME}")
    with open_store(case.settings.database_url()) as store:
        assert store.vendor_places() == {"Exampel Vision": (("CN",), "")}


def test_pages_of_several_targets_keep_what_holds_for_a_whole_vendor(case: Case, shop: Vendor) -> None:
    with vendor("127.0.4.2") as second:
        second.pages["/"] = Page(html(CLAIM, "second"))
        urls = f'urls = ["{shop.url()}", "{second.url()}"]'
        case.crawl(entry(shop.url(), 'jurisdiction = "UK"', name="Both").replace(f'urls = ["{shop.url()}"]', urls))
    report = case.rescan(
        entry(shop.url(), 'speaker = "news"', 'jurisdiction = "CN"', name="One"),
        entry(second.url(), 'speaker = "vendor"', name="Two"),
    )
    assert told(report) == both(Stance.REPORTED, NEWS) | {"": (Stance.ASSERTED, VENDOR)}
    assert any("several targets share their pages" in line and line.endswith(": Both") for line in case.not_done())
    with open_store(case.settings.database_url()) as store:
        assert store.vendor_places() == {"Both": (("UK",), "")}


def test_vendors_of_whom_the_file_says_nothing_are_judged_as_before(case: Case, shop: Vendor) -> None:
    with vendor("127.0.4.2") as second:
        second.pages["/"] = Page(html(CLAIM, "second"))
        case.crawl(entry(shop.url(), 'speaker = "news"'), entry(second.url(), 'speaker = "guide"', name="Other"))
    report = case.rescan(entry(shop.url(), 'speaker = "vendor"'))
    guide = (Stance.REPORTED, Said(PageRole.GUIDE, SaidBy.TARGETS))
    assert told(report) == both(Stance.ASSERTED, VENDOR) | {"": guide}
    assert any(line.endswith("it speaks for 4 of 5 pages") for line in case.watcher.notes)


def test_a_vendor_that_is_new_in_the_file_is_told_as_not_done(case: Case, shop: Vendor) -> None:
    case.crawl(entry(shop.url(), 'speaker = "news"'))
    stranger = entry("https://stranger.example/", name="Stranger Ltd")
    report = case.rescan(entry(shop.url(), 'speaker = "vendor"'), stranger)
    assert told(report) == both(Stance.ASSERTED, VENDOR)
    assert any("a crawl is needed: https://stranger.example/" in line for line in case.watcher.notes)


def test_a_file_of_others_is_an_error_that_changes_nothing(case: Case, shop: Vendor) -> None:
    case.crawl(entry(shop.url(), 'jurisdiction = "UK"', 'speaker = "news"'))
    runs = case.runs()
    stranger = entry("https://stranger.example/", name="Stranger Ltd")
    with pytest.raises(TargetsError) as error:
        case.rescan(stranger)
    assert error.value.message.endswith("nothing is kept of Stranger Ltd, neither by name nor by address")
    assert error.value.tip
    assert case.runs() == runs
    with open_store(case.settings.database_url()) as store:
        assert store.vendor_places() == {NAME: (("UK",), "")}
    assert told(stored_report(case.settings, case.rules, "")) == both(Stance.REPORTED, NEWS)


def test_by_the_command_line(
    case: Case, shop: Vendor, capsys: pytest.CaptureFixture[str], rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(case.folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(case.folder / "nobody"))
    file = case.written(entry(shop.url(), 'speaker = "news"'))
    common = ["--out", "out", "--rules", str(rules.path)]
    run(["crawl", "--targets", str(file), *common, "--allow-network", "127.0.4.0/24", "--delay", "0"])
    case.written(entry(shop.url(), 'speaker = "vendor"', f'notice_urls = ["{shop.url("/new")}"]'))
    capsys.readouterr()
    assert run(["rescan", "--targets", str(file), *common, "--exit-code"]) == 3  # words became a claim
    captured = capsys.readouterr()
    assert f"a crawl is needed: {shop.url('/new')}" in captured.err
    (folder,) = (one for one in Path("out/reports").iterdir() if "rescan: kept captures" in about(one))
    assert hashlib.sha256(file.read_bytes()).hexdigest() in about(folder)
    assert shop.url("/new") in about(folder)
    assert "How the pages were fetched" not in about(folder)
    for text, said in (
        ("[[target]\n", "not valid TOML"),
        (entry("https://stranger.example/", name="Stranger Ltd"), "nothing is kept of Stranger Ltd"),
    ):
        case.written(text)
        assert run(["rescan", "--targets", str(file), *common]) == 2
        error = next(line for line in capsys.readouterr().err.splitlines() if "error: " in line)
        assert error.startswith("error: ")
        assert said in error
    assert run(["rescan", "--targets", "missing.toml", *common]) == 2
    assert case.runs() == 2


def about(folder: Path) -> str:
    return (folder / "html" / "about.html").read_text(encoding="utf-8")
