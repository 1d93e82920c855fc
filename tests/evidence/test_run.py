"""A stored run: what the database, the folder and the chain say of it, held against each other by `verify`."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.config import Settings
from scanner.detect.rules import RuleSet
from scanner.errors import ExitCode
from scanner.evidence import custody
from scanner.evidence.verdict import CheckState, Verdict
from scanner.model import Outcome, Target, UnreadReason
from scanner.pipeline import crawl as pipeline_crawl
from scanner.pipeline import importing, stamping
from scanner.pipeline import rescan as pipeline_rescan
from scanner.pipeline.crawl import crawl
from scanner.pipeline.export import export
from scanner.pipeline.importing import import_files
from scanner.pipeline.material import Wanted
from scanner.pipeline.rescan import rescan
from scanner.pipeline.verify import Means, verify
from scanner.store import open_store
from tests.loopback import CLAIM, Page, html, vendor

from . import authority, shop
from .conftest import Quiet
from .shop import Looked

CLEAN = "id = (SELECT min(id) FROM coverage WHERE outcome = 'clean')"


@pytest.fixture
def copy(plain: Looked, tmp_path: Path) -> Settings:
    """The output folder of a look, to be changed."""
    shutil.copytree(plain.out, tmp_path / "out")
    return plain.settings.model_copy(update={"out_dir": str(tmp_path / "out")})


def change(settings: Settings, *statements: str) -> None:
    base = sqlite3.connect(Path(settings.out_dir, "noticescan.sqlite"))
    with base:
        for one in statements:
            assert base.execute(one).rowcount, one
    base.close()


def broken(verdict: Verdict) -> set[str]:
    return {one.link for one in verdict.failures}


def rewritten(out: Path, edit: Callable[[dict[str, object]], None]) -> None:
    """The chain as another version would have written it: each detail edited, every digest right."""
    told = custody.read_folder(out)
    before, links, details = custody.BEGINNING, b"", b""
    for link in told.links:
        body = dict(told.details[link.n])
        edit(body)
        line = custody.encoded(body)
        head = json.loads(link.line) | {"detail": custody._sha256(line), "prev": before}
        details, links = details + line, links + custody.encoded(head)
        before = custody._sha256(custody.encoded(head))
    (out / custody.LINKS).write_bytes(links)
    (out / custody.DETAILS).write_bytes(details)


@pytest.mark.parametrize(
    ("statement", "link"),
    [
        ("UPDATE captures SET captured_at = '2020-01-01T00:00:00.000000Z' WHERE url LIKE '%/plain.html'", "records"),
        ("UPDATE captures SET peer_ip = '203.0.113.9' WHERE url LIKE '%/plain.html'", "records"),
        ("UPDATE captures SET http_version = 'HTTP/3' WHERE url LIKE '%/plain.html'", "records"),
        ("UPDATE captures SET url = 'https://honest.example/' WHERE url LIKE '%/plain.html'", "records"),
        ("UPDATE captures SET status = 404 WHERE url LIKE '%/robots.txt'", "records"),
        ("UPDATE captures SET robots_rule = 'Allow: /' WHERE robots_rule <> ''", "records"),
        ("UPDATE captures SET origin = 'a file' WHERE url LIKE '%/plain.html'", "records"),
        ("DELETE FROM robots", ""),  # the same is in the captures
        (f"UPDATE coverage SET outcome = 'unread', reason = 'robots' WHERE {CLEAN}", "database"),
        (f"UPDATE coverage SET robots_rule = 'Disallow: /' WHERE {CLEAN}", "database"),
        ("DELETE FROM coverage WHERE outcome = 'auxiliary'", "database"),
        ("DELETE FROM verdicts", "database"),
        ("UPDATE runs SET started_at = '2020-01-01T00:00:00.000000Z'", "database"),
        ("UPDATE runs SET finished_at = '2020-01-01T00:00:00.000000Z'", "database"),
        ("UPDATE runs SET note = '{}'", "database"),
    ],
)  # fmt: skip
def test_what_the_database_says_is_held_against_records_and_chain(
    plain: Looked, copy: Settings, statement: str, link: str
) -> None:
    change(copy, statement)
    verdict = verify(plain.run, Means(copy, plain.rules))
    assert broken(verdict) >= ({link} if link else set())
    assert verdict.exit_code is (ExitCode.EVIDENCE if link else ExitCode.OK)


def test_a_run_whose_chain_has_no_digests_of_the_tables_still_holds(plain: Looked, copy: Settings) -> None:
    """As an earlier version left it: not told is noted, and no fault."""
    rewritten(Path(copy.out_dir), lambda one: one.pop("tables_sha256", None) and None)
    verdict = verify(plain.run, Means(copy, plain.rules))
    assert (verdict.failures, verdict.exit_code) == ([], ExitCode.OK)
    assert any(one.state is CheckState.NOTE and "not told then" in one.detail for one in verdict.checks)
    change(copy, "UPDATE runs SET started_at = '2020-01-01T00:00:00.000000Z'")
    assert broken(verify(plain.run, Means(copy, plain.rules))) == {"database"}


@pytest.mark.parametrize("told", [0, 1])
def test_a_chain_that_was_taken_away_is_missed(plain: Looked, copy: Settings, told: int) -> None:
    out = Path(copy.out_dir)
    for name in (custody.LINKS, custody.DETAILS):
        (out / name).unlink()
    if told:  # what else lay there is gone as well
        shutil.rmtree(out / "evidence")
    else:  # an older database, that does not know
        change(copy, "UPDATE runs SET told = 0")
    verdict = verify(plain.run, Means(copy, plain.rules))
    assert "custody chain" in broken(verdict)
    change(copy, "UPDATE runs SET told = 0" if told else "UPDATE runs SET ok = ok")
    shutil.rmtree(out / "evidence", ignore_errors=True)
    assert verify(plain.run, Means(copy, plain.rules)).exit_code is ExitCode.NOT_ALL_READ  # nothing shows it


def test_a_record_behind_the_last_told_one_of_an_unfinished_run_is_not_called_whole(
    plain: Looked, copy: Settings
) -> None:
    out = Path(copy.out_dir)
    told = custody.read_folder(out)
    end = next(n for n, one in told.details.items() if one["event"] == "run finished")
    for name in (custody.LINKS, custody.DETAILS):
        lines = (out / name).read_bytes().splitlines(keepends=True)
        (out / name).write_bytes(b"".join(lines[: end - 1]))
    shutil.rmtree(out / "evidence")
    change(copy, "UPDATE runs SET finished_at = NULL")
    forged = shop.record("resource", html(CLAIM), "text/html", WARC_Target_URI="urn:dom:https://honest.example/")
    (warc,) = out.glob("warc/*-00000.warc.gz")
    whole = warc.read_bytes()
    warc.write_bytes(whole + forged)
    verdict = verify(plain.run, Means(copy, plain.rules))
    (check,) = [one for one in verdict.checks if one.link == "record digest"]
    assert check.state is CheckState.NOT_CHECKED
    assert verdict.exit_code is not ExitCode.OK
    warc.write_bytes(forged + whole)
    assert "record digest" in broken(verify(plain.run, Means(copy, plain.rules)))


def test_an_imported_file_is_checked(rules: RuleSet, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.html"
    theirs.write_bytes(html(CLAIM))
    settings = shop.settings_for(tmp_path / "out")
    taken = import_files(settings, [theirs], rules, Quiet(), vendor="示例", url="https://door.vendor.example/").report
    means = Means(settings, rules)
    assert verify(taken.run.id, means).exit_code is ExitCode.OK
    (copy,) = (tmp_path / "out" / "imported").iterdir()
    copy.write_bytes(html(CLAIM, "more"))
    assert broken(verify(taken.run.id, means)) == {"imported file"}
    copy.unlink()
    assert broken(verify(taken.run.id, means)) == {"imported file"}
    copy.write_bytes(html(CLAIM))
    change(settings, "UPDATE captures SET origin = 'urn:dom'")
    assert broken(verify(taken.run.id, means)) == {"records", "database"}


class Killed(BaseException):
    """A kill, as far as a test can make one: nothing behind it is done."""


def killed(*_: object, **__: object) -> None:
    raise Killed


def test_a_run_that_is_killed_before_the_chain_tells_of_it_is_closed_in_the_end(
    rules: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an earlier version left it: the run in the database, and nothing of it in the chain."""
    settings = shop.settings_for(tmp_path / "out")
    with vendor("127.0.4.61") as site:
        site.pages["/"] = Page(html(CLAIM))
        targets = (Target("示例", (site.url(),)),)
        with monkeypatch.context() as patch:
            patch.setattr(pipeline_crawl, "run_begun", lambda *_: None)
            patch.setattr(pipeline_crawl, "_look", killed)
            with pytest.raises(Killed):
                crawl(settings, targets, rules, Quiet())
        report = crawl(settings, targets, rules, Quiet())
    assert report is not None
    assert "run begun" not in {one["event"] for one in custody.read_folder(tmp_path / "out").details.values()}
    assert verify(report.run.id, Means(settings, rules)).exit_code is ExitCode.OK
    assert (tmp_path / "out" / "evidence" / report.run.id / f"{report.run.id}.wacz").is_file()


def test_a_run_is_in_the_chain_before_it_is_in_the_database(
    rules: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = shop.settings_for(tmp_path / "out")
    monkeypatch.setattr(pipeline_crawl, "run_begun", killed)
    with pytest.raises(Killed):
        crawl(settings, (Target("示例", ("http://127.0.4.61:9/",)),), rules, Quiet())
    with open_store(settings.database_url()) as store:
        assert store.runs() == ()


def test_stamping_that_was_cut_short_goes_on(rules: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if authority.OPENSSL is None:
        pytest.skip("needs openssl: apt-get install openssl")
    with authority.serving(tmp_path / "tsa") as served:
        settings = shop.settings_for(tmp_path / "out", timestamp_urls=[served.url], trusted_roots=[str(served.root)])
        asked: list[str] = []
        ask = stamping.stamp.ask

        def once(url: str, request: bytes) -> bytes:
            asked.append(url)
            if len(asked) == 2:
                raise Killed
            return ask(url, request)

        with vendor("127.0.4.61") as site:
            site.pages["/"] = Page(html(CLAIM))
            targets = (Target("示例", (site.url(),)),)
            with monkeypatch.context() as patch:
                patch.setattr(stamping.stamp, "ask", once)
                with pytest.raises(Killed):
                    crawl(settings, targets, rules, Quiet())
            with open_store(settings.database_url()) as store:
                (first,) = store.runs()
            crawl(settings, targets, rules, Quiet())
    told = [one for one in custody.read_folder(tmp_path / "out").details.values() if one["event"] == "stamped"]
    assert [one["target"] for one in told if one["run"] == first.id] == [
        "custody-head", "datapackage", f"{first.id}-00000.warc.gz",
    ]  # fmt: skip
    verdict = verify(first.id, Means(settings, rules, roots=(served.root,)))
    assert (verdict.failures, verdict.seal.value) == ([], "sealed")


def test_a_rescan_that_was_cut_short_is_closed_and_leaves_nothing_out(
    plain: Looked, copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        judged = iter(range(2))
        judge = pipeline_rescan.judge_capture

        def two(*args: object) -> object:
            if next(judged, None) is None:
                raise Killed
            return judge(*args)  # type: ignore[arg-type]

        patch.setattr(pipeline_rescan, "judge_capture", two)
        with pytest.raises(Killed):
            rescan(copy, plain.rules, Quiet())
    watcher = Quiet()
    again = rescan(copy, plain.rules, watcher)
    assert any("interrupted rescan" in note for note in watcher.notes)
    with open_store(copy.database_url()) as store:
        cut = next(one for one in store.runs() if one.kind == "rescan" and one.id != again.run.id)
        rows = store.report(cut.id).coverage
    assert cut.finished_at is not None
    assert not cut.ok
    assert {row.reason for row in rows if row.outcome is Outcome.UNREAD} >= {UnreadReason.INTERRUPTED}
    assert {(row.vendor, row.url) for row in rows} >= {(row.vendor, row.url) for row in again.coverage}
    for run in (cut.id, again.run.id):
        assert verify(run, Means(copy, plain.rules)).exit_code is ExitCode.OK


def test_an_import_that_was_cut_short_is_closed(
    rules: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs.html"
    theirs.write_bytes(html(CLAIM))
    settings = shop.settings_for(tmp_path / "out")
    given = {"vendor": "示例", "url": "https://door.vendor.example/"}
    with monkeypatch.context() as patch:
        patch.setattr(importing, "_judge", killed)
        with pytest.raises(Killed):
            import_files(settings, [theirs], rules, Quiet(), **given)
    (warc,) = (tmp_path / "out" / "warc").iterdir()
    warc.write_bytes(warc.read_bytes() + b"\x1f\x8b torn")  # the kill came while a record was written
    again = import_files(settings, [theirs], rules, Quiet(), **given).report
    with open_store(settings.database_url()) as store:
        cut = next(one for one in store.runs() if one.id != again.run.id)
        rows = {row.url: row.reason for row in store.report(cut.id).coverage}
    assert rows == {given["url"]: UnreadReason.INTERRUPTED, "theirs.html": UnreadReason.INTERRUPTED}
    assert cut.finished_at is not None
    for run in (cut.id, again.run.id):
        assert verify(run, Means(settings, rules)).exit_code is ExitCode.OK, run


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs the names of open files")
def test_names_are_on_the_disk_as_well_as_bytes(
    rules: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is synced in a folder that is not may be gone after a power cut."""
    synced: set[str] = set()
    sync = os.fsync

    def noted(handle: int) -> None:
        synced.add(str(Path(f"/proc/self/fd/{handle}").readlink()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    theirs = tmp_path / "theirs.html"
    theirs.write_bytes(html(CLAIM))
    out = tmp_path / "out"
    settings = shop.settings_for(out)
    run = import_files(
        settings, [theirs], rules, Quiet(), vendor="示例", url="https://door.vendor.example/"
    ).report.run.id
    folders = {out, out / "warc", out / "imported", out / "evidence", out / "evidence" / run}
    assert {str(one) for one in folders} <= synced
    synced.clear()
    case = export(settings, rules, Wanted(vendor="示例"), Quiet(), tmp_path / "cases" / "one", pdf=False).folder
    names = {name.rpartition("/")[2] for name in synced}
    assert {path.name for path in case.rglob("*") if path.is_file()} <= names
    assert {str(case.parent), str(case.parent.parent)} <= synced
