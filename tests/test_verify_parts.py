"""Findings in pictures, shown pages, second looks and imports: told to the custody chain, made again by `verify`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from scanner.collect.targets import from_urls
from scanner.config import Settings
from scanner.detect.rules import RuleSet
from scanner.evidence import custody
from scanner.evidence.verdict import CheckState, Verdict
from scanner.model import Outcome, Report
from scanner.pipeline.crawl import crawl
from scanner.pipeline.custodian import CONDITIONS, RUN_FINISHED
from scanner.pipeline.export import export
from scanner.pipeline.importing import import_files
from scanner.pipeline.material import Wanted
from scanner.pipeline.rescan import rescan
from scanner.pipeline.verify import Means, verify
from scanner.store import open_store
from tests.drawing import drawn, needs_browser, needs_ocr
from tests.loopback import CLAIM, FILLER, Page, html, vendor
from tests.test_pictures import Silent
from tests.test_render import SCRIPT, SHELL

HOST = "127.0.4.45"
IN_A_PICTURE = "案场防飞单"


def settings(folder: Path, **ocr: object) -> Settings:
    limits = {"allow_networks": [f"{HOST}/32"], "delay": 0}
    return Settings(out_dir=str(folder / "out"), crawl=limits, ocr=ocr, law={"jurisdictions": ["CN"]})  # type: ignore[arg-type]


def holds(what: str, chosen: Settings, rules: RuleSet) -> None:
    """Every link but those that vouch from outside."""
    verdict = verify(what, Means(chosen, rules))
    bad = [one for one in verdict.checks if one.state in (CheckState.FAILED, CheckState.NOT_CHECKED)]
    assert bad == []
    assert any(one.link == "findings" and one.state is CheckState.OK for one in verdict.checks)


def case_holds(report: Report, chosen: Settings, rules: RuleSet, to: Path) -> None:
    """The case file of a run, checked without the database."""
    exported = export(chosen, rules, Wanted(run=report.run.id), Silent(), to, pdf=False)
    assert exported.findings
    holds(str(to), chosen.model_copy(update={"out_dir": str(to.parent / "nowhere")}), rules)


def failed(verdict: Verdict) -> set[str]:
    return {one.link for one in verdict.checks if one.state is CheckState.FAILED}


@needs_ocr
def test_a_finding_in_a_picture_is_made_again_from_its_bytes(rules: RuleSet, tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    with vendor(HOST) as shop:
        shop.pages["/"] = Page(html(FILLER + '<img src="/a"><img src="/b.webp"><img src="/none">'))
        shop.pages["/a"] = Page(b"", 302, {"Location": shop.url("/real.png")})
        shop.pages["/real.png"] = Page(drawn([IN_A_PICTURE]), kind="image/png")
        shop.pages["/b.webp"] = Page(drawn(["其他文字", IN_A_PICTURE], kind="WEBP"), kind="image/webp")
        report = crawl(chosen, from_urls([shop.url()]), rules, Silent())
    assert report is not None
    assert len({one.finding.image_sha256 for one in report.findings}) == 2
    holds(report.run.id, chosen, rules)
    case_holds(report, chosen, rules, tmp_path / "case")
    again = rescan(chosen, rules, Silent())
    holds(again.run.id, chosen, rules)
    case_holds(again, chosen, rules, tmp_path / "case-of-the-rescan")
    # A later reading without pictures makes another text of the same page; that of the first look stays.
    assert rescan(settings(tmp_path, pictures="never"), rules, Silent()).findings != again.findings
    holds(report.run.id, chosen, rules)
    case_holds(report, chosen, rules, tmp_path / "case-after-it")
    # What the database says about a picture is not believed: only its bytes are.
    with sqlite3.connect(chosen.database_url().removeprefix("sqlite:///")) as database:
        database.execute("UPDATE findings SET image_box = '[1, 1, 5, 5]'")
    assert "findings" in failed(verify(report.run.id, Means(chosen, rules)))


@needs_ocr
def test_words_that_the_database_puts_into_a_picture_are_not_believed(rules: RuleSet, tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    with vendor(HOST) as shop:
        shop.pages["/"] = Page(html(FILLER + '<img src="/a.png"><img src="/b.png">'))
        shop.pages["/a.png"] = Page(drawn(["宽电压供电,安装方便"]), kind="image/png")
        shop.pages["/b.png"] = Page(drawn([IN_A_PICTURE]), kind="image/png")
        report = crawl(chosen, from_urls([shop.url()]), rules, Silent())
    assert report is not None
    assert report.findings
    other = "SELECT lines FROM pictures AS other WHERE other.sha256 <> pictures.sha256"
    with sqlite3.connect(chosen.database_url().removeprefix("sqlite:///")) as database:
        assert database.execute(f"UPDATE pictures SET lines = ({other})").rowcount == 2
    holds(report.run.id, chosen, rules)


@needs_browser
def test_a_shown_page_and_the_second_look_are_made_again(rules: RuleSet, tmp_path: Path) -> None:
    chosen = settings(tmp_path, pictures="never")
    with vendor(HOST) as shop:
        shop.pages["/"] = Page(SHELL.encode())
        shop.pages["/app.js"] = Page(SCRIPT.encode(), kind="text/javascript")
        shop.pages["/api.json"] = Page(f'["全国联保两年，上门安装。", "{CLAIM}"]'.encode(), kind="application/json")
        report = crawl(chosen, from_urls([shop.url()]), rules, Silent(), compare_as=["mobile"])
    assert report is not None
    assert report.findings[0].finding.image_box is not None
    holds(report.run.id, chosen, rules)
    case_holds(report, chosen, rules, tmp_path / "case")
    (second,) = report.comparisons
    holds(second.run, chosen, rules)
    told = custody.read_folder(Path(chosen.out_dir)).details.values()
    assert {one["run"]: one["kind"] for one in told if one["event"] == RUN_FINISHED} == {
        report.run.id: "crawl", second.run: "compare",
    }  # fmt: skip
    looked = {one["run"]: one.get("looked_as") for one in told if one["event"] == CONDITIONS}
    assert looked == {report.run.id: None, second.run: "mobile"}


def test_an_import_is_sealed_and_says_that_nobody_was_asked(rules: RuleSet, tmp_path: Path) -> None:
    chosen = settings(tmp_path, pictures="never")
    there = tmp_path / "there"
    with vendor(HOST) as shop:
        shop.pages["/"] = Page(html(CLAIM))
        crawl(settings(there, pictures="never"), from_urls([shop.url()]), rules, Silent())
    files = sorted((there / "out" / "warc").glob("*.warc.gz"))
    taken = import_files(chosen, files, rules, Silent(), vendor="Imported Ltd").report
    assert Outcome.FINDINGS in {row.outcome for row in taken.coverage}
    with open_store(chosen.database_url()) as store:
        assert store.captures(taken.run.id)
    holds(taken.run.id, chosen, rules)
    case_holds(taken, chosen, rules, tmp_path / "case")
    told = custody.read_folder(Path(chosen.out_dir)).details.values()
    (conditions,) = [one for one in told if one["event"] == CONDITIONS]
    assert conditions["egress"].startswith("no network was used")
    assert "clock" not in conditions
    assert not any(one["event"] == "host" for one in told)
