"""Which run is shown where none is named: the newest that is whole, said in one line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.cli.main import run
from scanner.config import Settings
from scanner.detect.rules import RuleSet
from scanner.model import Target
from scanner.pipeline.closing import close_interrupted
from scanner.pipeline.crawl import begin_run, crawl
from scanner.pipeline.export import export
from scanner.pipeline.importing import import_files
from scanner.pipeline.material import Wanted
from scanner.store import open_store
from tests.evidence.conftest import Quiet
from tests.evidence.shop import NAME, settings_for
from tests.loopback import CLAIM, Vendor, html


@pytest.fixture
def settings(tmp_path: Path, rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("NOTICESCAN_RULES__PATH", str(rules.path))
    return settings_for(tmp_path / "out")


def looked(settings: Settings, shop: Vendor, rules: RuleSet) -> str:
    report = crawl(settings, (Target(NAME, (shop.url(),)),), rules, Quiet())
    assert report is not None
    return report.run.id


def cut_short(settings: Settings, rules: RuleSet) -> str:
    """A rescan that a kill ended as it began, closed by a later command."""
    with open_store(settings.database_url()) as store:
        begun = begin_run(store, "rescan", settings, rules, datetime.now(UTC))
        close_interrupted(store, settings, Quiet())
    return begun.id


def shown(settings: Settings, command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What stderr says of the run."""
    more = ["--format", "json"] if command == "report" else ["--format", "jsonl"]
    assert run([command, "--out", settings.out_dir, *more]) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("run ")]
    return line


@pytest.mark.parametrize("command", ["report", "findings"])
def test_a_run_that_was_cut_short_does_not_hide_the_one_before(
    settings: Settings, shop: Vendor, rules: RuleSet, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    whole = looked(settings, shop, rules)
    assert shown(settings, command, capsys) == f"run {whole} (crawl): the newest finished run"
    cut = cut_short(settings, rules)
    line = shown(settings, command, capsys)
    assert line == (
        f"run {whole} (crawl): the newest that was not interrupted, as the rescan {cut} was; --run {cut} shows that one"
    )
    kind = "json" if command == "report" else "jsonl"
    assert run([command, "--out", settings.out_dir, "--run", cut, "--format", kind]) == 0
    assert not re.search(r"^run ", capsys.readouterr().err, re.MULTILINE)
    again = looked(settings, shop, rules)
    assert shown(settings, command, capsys) == f"run {again} (crawl): the newest finished run"


def test_where_every_run_was_cut_short_the_newest_is_shown(
    settings: Settings, shop: Vendor, rules: RuleSet, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(html(CLAIM))
    with open_store(settings.database_url()) as store:
        begun = begin_run(store, "import", settings, rules, datetime.now(UTC), {"files": page.name})
        close_interrupted(store, settings, Quiet())
    line = shown(settings, "report", capsys)
    assert line == f"run {begun.id} (import): the newest finished run; it was interrupted, and so was every other"


def test_a_run_in_which_nothing_could_be_read_is_not_taken_for_a_cut_one(
    settings: Settings, shop: Vendor, rules: RuleSet, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    looked(settings, shop, rules)
    nothing = tmp_path / "page.html"
    nothing.write_bytes(b"")
    last = import_files(settings, [nothing], rules, Quiet(), url="https://a.example/").report.run
    assert not last.ok
    assert shown(settings, "report", capsys).startswith(f"run {last.id} (import): the newest finished run")


def test_a_case_file_is_made_of_the_same_run(settings: Settings, shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    whole = looked(settings, shop, rules)
    cut_short(settings, rules)
    watcher = Quiet()
    export(settings, rules, Wanted(vendor=NAME), watcher, tmp_path / "case", pdf=False)
    assert watcher.notes[0].startswith(f"run {whole} (crawl): the newest that was not interrupted")
