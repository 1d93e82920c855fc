"""A file that somebody else made can state any date: it dates no claim, and is told apart."""

from __future__ import annotations

import csv
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.cli.main import run
from scanner.config import Settings
from scanner.detect.rules import RuleSet
from scanner.model import Change, Report, Target, Tracked
from scanner.pipeline.crawl import crawl
from scanner.pipeline.export import export
from scanner.pipeline.importing import import_files
from scanner.pipeline.material import Wanted
from scanner.pipeline.reporting import write_reports
from scanner.pipeline.rescan import rescan
from scanner.pipeline.verify import Means, verify
from tests.evidence.conftest import Quiet
from tests.evidence.shop import NAME, settings_for
from tests.loopback import Page, Vendor, html
from tests.test_import import warc

FORGED = datetime(2019, 5, 4, tzinfo=UTC)
LATE = "2031-01-01T00:00:00Z"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "out")


def looked(settings: Settings, shop: Vendor, rules: RuleSet) -> Report:
    report = crawl(settings, (Target(NAME, (shop.url(),)),), rules, Quiet())
    assert report is not None
    return report


def taken(settings: Settings, shop: Vendor, rules: RuleSet, date: str = "2019-05-04T00:00:00Z") -> Report:
    """The page of the shop out of a file that states this date."""
    file = Path(settings.out_dir).parent / f"theirs-{date[:4]}.warc.gz"
    file.write_bytes(warc((shop.url(), shop.pages["/"].body, date)))
    return import_files(settings, [file], rules, Quiet(), vendor=NAME).report


def only(report: Report) -> Tracked:
    (one,) = report.findings
    return one


def test_an_import_dates_no_claim_earlier_than_it_was_seen(settings: Settings, shop: Vendor, rules: RuleSet) -> None:
    own = only(looked(settings, shop, rules))
    assert own.first_seen == own.finding.captured_at
    assert own.imported is None
    for one in (only(taken(settings, shop, rules)), only(rescan(settings, rules, Quiet()))):
        assert (one.first_seen, one.last_seen, one.imported) == (own.first_seen, own.last_seen, FORGED)
        assert one.first_run == own.first_run
    again = only(looked(settings, shop, rules))
    assert (again.change, again.first_seen, again.imported) == (Change.STILL, own.first_seen, FORGED)
    assert again.last_seen == again.finding.captured_at


def test_an_import_that_comes_first_leaves_the_first_day_to_our_own_look(
    settings: Settings, shop: Vendor, rules: RuleSet
) -> None:
    theirs = only(taken(settings, shop, rules))
    assert (theirs.change, theirs.first_seen, theirs.last_seen, theirs.imported) == (Change.NEW, None, None, FORGED)
    judged = only(rescan(settings, rules, Quiet()))
    assert (judged.change, judged.first_seen, judged.last_seen, judged.imported) == (Change.STILL, None, None, FORGED)
    own = only(looked(settings, shop, rules))
    assert (own.change, own.first_seen, own.imported) == (Change.STILL, own.finding.captured_at, FORGED)


def test_a_date_to_come_is_no_last_sighting(settings: Settings, shop: Vendor, rules: RuleSet) -> None:
    own = only(looked(settings, shop, rules))
    taken(settings, shop, rules, LATE)
    shop.pages["/"] = Page(html("普通页面"))
    gone = only(looked(settings, shop, rules))
    assert gone.change is Change.NOT_SEEN
    assert (gone.first_seen, gone.last_seen) == (own.first_seen, own.last_seen)
    assert gone.imported == datetime(2031, 1, 1, tzinfo=UTC)


def test_every_format_tells_the_two_apart(
    settings: Settings, shop: Vendor, rules: RuleSet, capsys: pytest.CaptureFixture[str]
) -> None:
    taken(settings, shop, rules)
    paths = write_reports(looked(settings, shop, rules), settings)
    (page,) = (paths["html"].parent / "finding").glob("*.html")
    assert "In an imported capture dated 2019-05-04, as that file states." in page.read_text(encoding="utf-8")
    history = json.loads(paths["json"].read_bytes())["findings"][0]["history"]
    assert history["imported_capture_at"] == "2019-05-04T00:00:00Z"
    assert history["first_seen"] > "2020"
    heads, row = csv.reader(paths["csv"].read_text(encoding="utf-8-sig").splitlines())
    assert dict(zip(heads, row, strict=True))["imported_capture_at"].startswith("2019-05-04")
    base = sqlite3.connect(Path(settings.out_dir, "noticescan.sqlite"))
    ((first, imported),) = base.execute("SELECT first_seen, imported_capture_at FROM finding_history").fetchall()
    base.close()
    assert (imported[:10], first > "2020") == ("2019-05-04", True)
    out = ["--out", settings.out_dir, "--format", "jsonl"]
    assert run(["findings", *out, "--since", "2020-01-01"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["imported_capture_at"] == "2019-05-04T00:00:00Z"


def test_of_an_import_alone_nothing_is_said_to_be_seen(
    settings: Settings, shop: Vendor, rules: RuleSet, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"report": settings.report.model_copy(update={"lang": "zh"})})
    report = taken(settings, shop, rules)
    (page,) = (write_reports(report, settings)["html"].parent / "finding").glob("*.html")
    told = page.read_text(encoding="utf-8")
    assert "本程序自身尚未见到。见于导入的采集，该文件自称日期为 2019-05-04。" in told
    assert "首次见于" not in told
    case = export(settings, rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    (found,) = json.loads((case.folder / "findings.json").read_bytes())["findings"]
    assert (found["first_seen"], found["imported_capture_at"]) == (None, "2019-05-04T00:00:00Z")
    assert not verify(str(case.folder), Means(settings=settings, rules=rules)).failures
