"""Whose page it is, said by a person: in the targets file, the settings or an option; and kept with each page."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest

from scanner.cli.main import run
from scanner.collect.scope import Scope
from scanner.collect.targets import load_targets
from scanner.config import Settings, Speaker, load
from scanner.detect.rules import RuleSet
from scanner.errors import ConfigError, TargetsError
from scanner.evidence.verdict import Verdict
from scanner.model import SPEAKERS, Change, Finding, PageRole, Report, Said, SaidBy, Stance, Target
from scanner.pipeline.crawl import crawl, merged
from scanner.pipeline.export import export
from scanner.pipeline.importing import import_files
from scanner.pipeline.material import Wanted
from scanner.pipeline.reporting import stored_report, write_reports
from scanner.pipeline.rescan import rescan
from scanner.pipeline.speaking import of_page
from scanner.pipeline.verify import Means, verify
from scanner.store import open_store
from tests.evidence.conftest import Quiet
from tests.evidence.shop import NAME, settings_for
from tests.loopback import CLAIM, Page, Vendor, html, vendor

NEWS = Said(PageRole.NEWS, SaidBy.TARGETS)


@pytest.fixture
def saved(tmp_path: Path, rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one page that makes a claim, as the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("NOTICESCAN_RULES__PATH", str(rules.path))
    (tmp_path / "page.html").write_bytes(html(CLAIM))
    return tmp_path / "page.html"


def written(folder: Path, text: str, name: str = "targets.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def words(target: Target, *urls: str) -> list[str]:
    scope = Scope(target, 10, 2)
    return [scope.speaker(url) for url in urls]


# --- the targets file ------------------------------------------------------------------------------------------------


def test_a_target_says_who_speaks_and_the_nearest_address_wins(tmp_path: Path) -> None:
    text = """
[[target]]
vendor = "Example Vision Ltd"
urls = ["https://vendor.example/"]
speaker = "Vendor"
[target.speakers]
"/press/" = "news"
"/press/own/" = "auto"
"help.vendor.example" = "guide"
"https://vendor.example/press/own/law.html" = "legal"
"""
    (target,) = load_targets(written(tmp_path, text))
    assert words(
        target, "https://vendor.example/p/1", "https://vendor.example/press/1", "https://vendor.example/press/own/2",
        "https://help.vendor.example/x", "https://help.vendor.example/press/x",
        "https://vendor.example/press/own/law.html",
    ) == ["vendor", "news", "auto", "guide", "news", "legal"]  # fmt: skip


def test_rows_that_differ_speak_for_the_pages_below_their_own_address(tmp_path: Path) -> None:
    rows = "vendor,url,speaker\nA,https://a.example/,vendor\nA,https://a.example/press/,news\nB,https://b.example/x,\n"
    first, second = load_targets(written(tmp_path, rows, "targets.csv"))
    assert words(first, "https://a.example/p", "https://a.example/press/1") == ["vendor", "news"]
    assert words(second, "https://b.example/x") == [""]
    same = "厂商,网址,谁的页面\nA,https://a.example/x/,guide\nA,https://a.example/y/,guide\n"
    (whole,) = load_targets(written(tmp_path, same, "same.csv"))
    assert words(whole, "https://a.example/elsewhere") == ["guide"]
    assert merged((first, whole))[0].speakers[-2:] == (
        ("https://a.example/x/", "guide"), ("https://a.example/y/", "guide"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('speaker = "press"', "`speaker` 'press' is not known"),
        ('speaker = "unknown"', "`speaker` 'unknown' is not known"),
        ("speaker = 1", "must be text"),
        ('speakers = { "/x/" = "shop" }', "`speaker` 'shop' is not known"),
        ('speakers = { "x y" = "news" }', "is neither a host, a path nor a URL"),
        ('speakers = ["news"]', "`speakers` must be a table of addresses"),
    ],
)
def test_a_word_that_is_none_is_an_error_with_the_good_ones(tmp_path: Path, line: str, said: str) -> None:
    path = written(tmp_path, f'[[target]]\nvendor = "A"\nurls = ["https://a.example/"]\n{line}\n')
    with pytest.raises(TargetsError, match=r"targets\.toml:1: ") as error:
        load_targets(path)
    assert said in error.value.message
    assert "\n" not in error.value.message
    if "not known" in said:
        assert error.value.tip == f"one of: {', '.join(SPEAKERS)}"


def test_the_targets_file_comes_before_the_settings_also_where_it_leaves_it_to_the_page() -> None:
    settings = load(overrides={"rules": {"speaker": "news"}})
    quiet, auto, own = (Target("A", ("https://a.example/",), speaker=word) for word in ("", "auto", "guide"))
    said = [of_page(Scope(one, 1, 0), "https://a.example/", settings) for one in (quiet, auto, own)]
    assert said == [Said(PageRole.NEWS, SaidBy.SETTINGS), None, Said(PageRole.GUIDE, SaidBy.TARGETS)]
    assert of_page(None, "https://a.example/", Settings()) is None


# --- settings and options --------------------------------------------------------------------------------------------


def test_settings_know_the_words_of_the_model(tmp_path: Path) -> None:
    assert Speaker.__args__ == SPEAKERS  # type: ignore[attr-defined]
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, "[rules]\nspeaker = 'press'\n", "noticescan.toml"))
    assert "rules.speaker" in error.value.message
    assert all(word in error.value.message for word in SPEAKERS)


def found(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_check_is_told_who_speaks_and_its_lines_say_so(
    saved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["check", "--format", "jsonl", str(saved)]) == 0
    (alone,) = found(capsys)
    assert (alone["stance"], alone["page_role_by"]) == ("asserted", None)
    assert run(["check", "--format", "jsonl", "--speaker", "News", str(saved)]) == 0
    (told,) = found(capsys)
    assert (told["stance"], told["page_role"], told["page_role_by"]) == ("reported", "news", "option")
    assert told["cue"] == {"stance": "reported", "text": "page: news", "scope": "page"}
    monkeypatch.setenv("NOTICESCAN_RULES__SPEAKER", "legal")
    assert run(["check", "--format", "jsonl", str(saved)]) == 0
    assert [(one["stance"], one["page_role_by"]) for one in found(capsys)] == [("legal", "settings")]
    assert run(["check", "--format", "jsonl", "--speaker", "auto", str(saved)]) == 0
    assert [one["page_role_by"] for one in found(capsys)] == [None]


@pytest.mark.parametrize("word", [word for word in SPEAKERS if word != "auto"])
def test_every_word_gives_the_stance_of_whoever_speaks(
    saved: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    run(["check", "--format", "jsonl", "--speaker", word, str(saved)])
    own = word in ("vendor", "notice")
    assert {one["stance"] == "asserted" for one in found(capsys)} <= {own}


@pytest.mark.parametrize("command", [["check"], ["import"], ["rescan"]])
def test_a_wrong_word_is_wrong_use(saved: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    files = [] if command == ["rescan"] else [str(saved)]
    assert run([*command, "--speaker", "press", *files]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["error: --speaker press: not known", f"tip: one of: {', '.join(SPEAKERS)}"]


# --- a stored run ----------------------------------------------------------------------------------------------------


def look(out: Path, rules: RuleSet, target: Target) -> tuple[Settings, Report]:
    settings = settings_for(out)
    report = crawl(settings, (target,), rules, Quiet())
    assert report is not None
    return settings, report


def told(report: Report) -> dict[str, tuple[Stance, Said | None]]:
    """Last part of the address -> what was made of its one finding, and by whose word."""
    return {f.source.rpartition("/")[2]: (f.stance, f.said) for f in _findings(report)}


def _findings(report: Report) -> list[Finding]:
    return [one.finding for one in report.findings if one.change is not Change.NOT_SEEN]


@pytest.fixture
def shop() -> object:
    with vendor() as server:
        server.pages["/"] = Page(html("首页", links=("/a", "/press/b")), etag=True)
        server.pages["/a"] = Page(html(CLAIM), etag=True)
        server.pages["/press/b"] = Page(html(CLAIM, "另一页"), etag=True)
        yield server


def site(shop: Vendor, **more: object) -> Target:
    return Target(NAME, (shop.url(),), **more)  # type: ignore[arg-type]


def passes(verdict: Verdict) -> bool:
    assert not verdict.failures, verdict.failures
    return any(one.link == "findings" and one.state.value == "ok" for one in verdict.checks)


def test_what_was_said_is_kept_told_verified_and_used_again(tmp_path: Path, rules: RuleSet, shop: Vendor) -> None:
    target = site(shop, speakers=(("/press/", "news"),))
    settings, report = look(tmp_path / "out", rules, target)
    expected = {"a": (Stance.ASSERTED, None), "b": (Stance.REPORTED, NEWS)}
    assert told(report) == expected
    assert {row.url.rpartition("/")[2]: row.said for row in report.coverage if row.findings} == {"a": None, "b": NEWS}
    means = Means(settings=settings, rules=rules)
    assert passes(verify(report.run.id, means))
    assert told(stored_report(settings, rules, "")) == expected
    assert told(rescan(settings, rules, Quiet())) == expected  # no targets file is at hand
    again = rescan(settings, rules, Quiet(), speaker="guide")
    assert {one[1] for one in told(again).values()} == {Said(PageRole.GUIDE, SaidBy.OPTION)}
    assert passes(verify(again.run.id, means))
    assert {one[1] for one in told(rescan(settings, rules, Quiet(), speaker="auto")).values()} == {None}


def test_a_case_file_is_judged_again_by_the_same_word(tmp_path: Path, rules: RuleSet, shop: Vendor) -> None:
    settings, report = look(tmp_path / "out", rules, site(shop, speaker="news"))
    case = export(settings, rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    assert {stance for stance, _ in told(report).values()} == {Stance.REPORTED}
    assert passes(verify(str(case.folder), Means(settings=settings, rules=rules)))
    pages = json.loads((case.folder / "findings.json").read_bytes())["pages"]
    assert {(page["speaker"], page["speaker_by"]) for page in pages} == {("news", "targets")}
    assert "said by a person (the targets file)" in (case.folder / "index.html").read_text(encoding="utf-8")


def test_another_word_judges_anew_what_has_not_changed(tmp_path: Path, rules: RuleSet, shop: Vendor) -> None:
    look(tmp_path / "out", rules, site(shop))
    settings, second = look(tmp_path / "out", rules, site(shop, speaker="news"))
    assert told(second) == dict.fromkeys("ab", (Stance.REPORTED, NEWS))
    assert {row.outcome.value for row in second.coverage if row.findings} == {"unchanged"}
    assert {one.change for one in second.findings} == {Change.TURNED}
    assert passes(verify(second.run.id, Means(settings=settings, rules=rules)))
    _, third = look(tmp_path / "out", rules, site(shop, speaker="news"))  # carried over, with the word
    assert told(third) == told(second)
    assert {row.said for row in third.coverage if row.findings} == {NEWS}


def test_the_same_bytes_are_two_pages_where_two_speak(tmp_path: Path, rules: RuleSet, shop: Vendor) -> None:
    shop.pages["/press/b"] = shop.pages["/a"]
    _, report = look(tmp_path / "out", rules, site(shop, speakers=(("/press/", "news"),)))
    assert told(report) == {"a": (Stance.ASSERTED, None), "b": (Stance.REPORTED, NEWS)}


def test_a_word_that_is_put_into_the_database_later_is_noticed(tmp_path: Path, rules: RuleSet, shop: Vendor) -> None:
    settings, report = look(tmp_path / "out", rules, site(shop))
    base = sqlite3.connect(tmp_path / "out" / "noticescan.sqlite")
    with base:
        base.execute("UPDATE coverage SET speaker = 'news', speaker_by = 'targets' WHERE url LIKE '%/a'")
    base.close()
    assert verify(report.run.id, Means(settings=settings, rules=rules)).failures


def test_an_import_keeps_the_word_too(saved: Path, tmp_path: Path, rules: RuleSet) -> None:
    said = Said(PageRole.DEFENCE, SaidBy.OPTION)
    settings = settings_for(tmp_path / "out")
    imported = import_files(settings, [saved], rules, Quiet(), url="https://a.example/x", said=said)
    assert told(imported.report) == {"x": (Stance.REPORTED, said)}
    assert passes(verify(imported.report.run.id, Means(settings=settings, rules=rules)))
    assert told(rescan(settings, rules, Quiet())) == {"x": (Stance.REPORTED, said)}


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "a news report: said by a person (the targets file), not decided from the page"),
        ("zh", "新闻报道：由人指明（目标文件），并非由页面判定"),
    ],
)
def test_every_report_says_that_a_person_said_so(
    tmp_path: Path, rules: RuleSet, shop: Vendor, lang: str, line: str
) -> None:
    settings, report = look(tmp_path / "out", rules, site(shop, speaker="news"))
    settings = settings.model_copy(update={"report": settings.report.model_copy(update={"lang": lang})})
    paths = write_reports(report, settings)
    (page, *_) = (paths["html"].parent / "finding").glob("*.html")
    assert line in page.read_text(encoding="utf-8")
    assert line in paths["markdown"].read_text(encoding="utf-8")
    counted = "On 3 pages a person said who speaks" if lang == "en" else "有 3 个页面由人指明是谁的页面"
    assert counted in (paths["html"].parent / "coverage.html").read_text(encoding="utf-8")
    values = json.loads(paths["json"].read_bytes())
    assert {one["page_role_by"] for one in values["findings"]} == {"targets"}
    assert ("news", "targets") in {(row["speaker"], row["speaker_by"]) for row in values["coverage"]["urls"]}
    heads, row, *_ = csv.reader(paths["csv"].read_text(encoding="utf-8-sig").splitlines())
    (by,) = (cell for head, cell in zip(heads, row, strict=True) if "page_role_by" in head)
    assert by == ("the targets file" if lang == "en" else "目标文件")


def test_a_database_of_before_is_read_as_one_in_which_nobody_said_anything(
    tmp_path: Path, rules: RuleSet, shop: Vendor
) -> None:
    """The digests in the chain of an older run were made without the columns."""
    settings, report = look(tmp_path / "out", rules, site(shop))
    with open_store(settings.database_url()) as store:
        before = store.digests(report.run.id)
    base = sqlite3.connect(tmp_path / "out" / "noticescan.sqlite")
    with base:
        later = (
            ("coverage", "speaker"),
            ("coverage", "speaker_by"),
            ("findings", "page_role_by"),
            ("vendors", "roles"),
        )
        for table, column in later:
            base.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        base.execute("UPDATE noticescan_schema SET version_num = '0008'")
    base.close()
    with open_store(settings.database_url()) as store:
        assert store.digests(report.run.id) == before
    assert passes(verify(report.run.id, Means(settings=settings, rules=rules)))
