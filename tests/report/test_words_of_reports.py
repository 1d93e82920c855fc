"""Reports over every finding of the example sites say nothing that a report must never say (`forbidden.toml`).

All law that there is stands beside the findings here, so that each article's summary and note is searched too.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml.html import HtmlElement, document_fromstring

from scanner import law
from scanner.config import LawSettings
from scanner.detect.rules import load as load_rules
from scanner.model import Change, Report, Stance, Tracked
from scanner.pipeline.check import check
from scanner.pipeline.lawful import Counsel, with_law
from scanner.report import FORMATS
from scanner.report.csv_ import FINDING_COLUMNS
from scanner.report.letter import letter
from scanner.report.view import view

from .sample import make_report, make_row

SITES = Path(__file__).resolve().parents[2] / "examples" / "sites"
LANGS = ("en", "zh")
CAPTURED = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Ban:
    what: str
    pattern: re.Pattern[str]
    law_too: bool


@cache
def bans(lang: str) -> tuple[Ban, ...]:
    data = tomllib.loads((Path(__file__).parent / "forbidden.toml").read_text(encoding="utf-8"))
    return tuple(Ban(e["what"], re.compile("|".join(e[lang]), re.IGNORECASE), e["law_too"]) for e in data["never"])


ID = re.compile(r"\b(?:cn|eu|uk|us|hk|tw)(?:\.[a-z0-9-]+)+")
"""Ids hold words such as the English name of a code of law; they are names and state nothing."""


def assert_clean(text: str, lang: str, where: str, *, law_only: bool = False) -> None:
    text = ID.sub("", text)
    for ban in bans(lang):
        if ban.law_too or not law_only:
            found = ban.pattern.search(text)
            assert not found, f"{where} states {ban.what}: ...{text[max(0, found.start() - 60) : found.end() + 40]}..."


@pytest.fixture(scope="module")
def report() -> Report:
    rules = load_rules()
    findings = []
    for site in sorted(SITES.iterdir()):
        vendor = tomllib.loads((site / "site.toml").read_text(encoding="utf-8"))["vendor"]
        for one in check([site], rules, vendor=vendor):
            findings += [replace(f, captured_at=CAPTURED) for f in one.judgement.findings]
    assert len(findings) > 250
    assert {f.stance for f in findings} >= {Stance.ASSERTED, Stance.NEGATED, Stance.REPORTED, Stance.LEGAL}
    tracked = tuple(Tracked(f, Change.NEW, CAPTURED, CAPTURED) for f in findings)
    rows = tuple(make_row(source, vendor) for source, vendor in {(f.source, f.vendor) for f in findings})
    book = law.load(rules.path)
    settings = LawSettings(jurisdictions=book.jurisdictions, role=("vendor", "deployer", "advertiser"), audience="both")
    return with_law(make_report(tracked, rows, categories=rules.categories), Counsel(book, settings, {}))


@pytest.fixture(scope="module", params=LANGS)
def written(
    report: Report, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    for write in FORMATS.values():
        write(report, folder, request.param)
    return request.param, folder


def pages(folder: Path) -> Iterator[tuple[str, HtmlElement]]:
    for path in sorted((folder / "html").rglob("*.html")):
        yield path.name, document_fromstring(path.read_bytes())


BLOCKS = (
    *("p", "li", "dt", "dd", "td", "th", "h1", "h2", "h3", "h4"),
    *("summary", "caption", "label", "legend", "option", "button"),
)


def of_class(*names: str) -> str:
    """XPath of elements of any of these classes."""
    return "|".join(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]" for name in names)


def cut(page: HtmlElement, path: str) -> list[str]:
    """Texts of these elements, which are taken out of the page."""
    texts = []
    for element in page.xpath(path):
        texts.append(element.text_content())
        if element.getparent() is not None:
            element.drop_tree()
    return texts


def test_html(written: tuple[str, Path]) -> None:
    lang, folder = written
    boxes = 0
    ours: dict[str, dict[str, str]] = {language: {} for language in LANGS}
    laws: dict[str, str] = {}
    for name, page in pages(folder):
        cut(page, of_class("v") + "|//script|//title")
        for box in page.find_class("lawbox"):
            boxes += 1
            assert box.find_class("beside"), f"{name}: provisions without what speaks for the company"
        laws |= dict.fromkeys(cut(page, of_class("law", "cite")), name)
        for block in page.iter(*BLOCKS):  # the letter is there in the other language too
            language = block.xpath("ancestor-or-self::*[@lang][1]/@lang")[0][:2]
            ours[language].setdefault(block.text_content(), name)
    assert boxes > 200
    assert all(len(texts) > 50 for texts in ours.values())
    assert len(laws) > 400
    for language, texts in ours.items():
        for text, name in texts.items():
            assert_clean(text, language, name)
    for text, name in laws.items():
        assert_clean(text, lang, name, law_only=True)


def test_every_provision_with_its_note_was_searched(written: tuple[str, Path]) -> None:
    """The test above looks at law that is shown; this makes sure that nearly all of it is."""
    lang, folder = written
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert len(data["provisions"]) > 180
    for one in data["provisions"].values():
        texts = (one[f"summary_{lang}"], one[f"note_{lang}"], one[f"bound_{lang}"])
        assert_clean("\n".join(texts), lang, one["id"], law_only=True)


def test_json(written: tuple[str, Path]) -> None:
    _, folder = written
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    ours: list[Any] = [data["categories"], data["summary"], data["run"]]
    ours += [[f["history"], f["law"], f["category"], f["stance"]] for f in data["findings"]]
    for language in LANGS:
        assert_clean(json.dumps(ours, ensure_ascii=False), language, "report.json")
    for finding in data["findings"]:
        if finding["law"] is None:
            assert finding["stance"] != "asserted"
            assert finding["provisions"] == []
        elif finding["provisions"]:
            assert finding["provisions"] == finding["law"]["shown"]
            assert len(finding["provisions"]) <= 5
            roles = {data["provisions"][name]["role"] for name in finding["law"]["shown"] + finding["law"]["more"]}
            assert roles == {"duty"}  # never a standard, an order or a penalty
    assert not any(data["provisions"][name]["binding"] for f in data["findings"] if f["law"]
                   for name in f["law"]["not_binding"])  # fmt: skip


def test_csv(written: tuple[str, Path]) -> None:
    lang, folder = written
    foreign = {"vendor", "quote", "prefix", "suffix", "source", "fragment_url", "heading", "block_path", "cue", "id"}
    for file in ("findings.csv", "coverage.csv"):
        rows = list(csv.reader(io.StringIO((folder / file).read_text(encoding="utf-8-sig"), newline="")))
        names = [name for name, _ in FINDING_COLUMNS] if file == "findings.csv" else []
        own = [at for at, name in enumerate(names) if name not in foreign]
        assert_clean("\n".join([*rows[0], *(row[at] for row in rows[1:] for at in own)]), lang, file)


def test_markdown(written: tuple[str, Path]) -> None:
    lang, folder = written
    ours, laws = [], []
    for line in (folder / "report.md").read_text(encoding="utf-8").splitlines():
        if line.startswith(("- “", "  <", "### ")) or "://" in line[:12]:
            continue  # a quotation, its address, a vendor's name
        (laws if re.search(r"\(`[a-z]+\.[a-z0-9.-]+`; ", line) else ours).append(line)
    assert len(laws) > 700
    assert_clean("\n".join(ours), lang, "report.md")
    assert_clean("\n".join(laws), lang, "report.md", law_only=True)


THREATS = {
    "en": r"(?i)\b(must|shall|require[sd]?|oblig\w+|penalt\w+|fines?|sanction\w*|failure|enforce\w*|court)\b",
    "zh": r"必须|应当于|罚|处分|责令|追究|后果|法院|强制|否则|限期",
}


@pytest.mark.parametrize("writer", ["press", "regulator"])
@pytest.mark.parametrize("lang", LANGS)
def test_letters_quote_and_accuse_of_nothing(report: Report, lang: str, writer: str) -> None:
    sent = 0
    report = replace(report, letter=writer)
    for vendor in view(report).vendors:
        parts = letter(vendor, report, lang)
        assert bool(parts) == bool(vendor.asserted)  # a newspaper or a court gets no letter
        if not parts:
            continue
        sent += 1
        ours = "\n".join(part.text for part in parts if not part.foreign)
        assert_clean(ours, lang, vendor.name)
        assert not re.search(THREATS[lang], "\n".join(p.text for p in parts if p.kind in ("line", "aside", "heading")))
        assert not any(name in ours for name in ("critical", "severity", "极高", "严重", "刑法", "Law", "cn.", "eu."))
        quotes = [part for part in parts if part.kind == "quote"]
        assert quotes
        assert any("[" in part.text or "［" in part.text for part in parts)  # left to whoever sends it
        digests = re.findall(r"[0-9a-f]{64}", ours)
        assert digests
        assert len(digests) == len(set(digests))  # listed once, at the end, and not after each quotation
    assert sent >= 8


def test_the_search_itself_finds_what_it_looks_for() -> None:
    """A list that cannot fail proves nothing: one bad sentence for each entry, in each language."""
    bad = {
        "a verdict": ("This is illegal.", "此举违法。"),
        "a verdict on this vendor, also where a law is summarised": ("The vendor violates it.", "该厂商涉嫌违法。"),
        "that something was delivered, installed or used": (
            "It was installed at 12 shops.",
            "系统已安装在十二家门店。",
        ),
        "that a product is equipment which only the police can appraise": ("It is a bugging device.", "属窃听器材。"),
        "a fine, a number of victims or a missed filing worked out from a boast": ("It faces a fine.", "将被处罚款。"),
        "the video regulation as a cap of thirty days": ("kept at most 30 days", "保存不得超过30日"),
        "that there is no notice": ("There is no privacy notice.", "没有隐私政策。"),
        "that companies are one, or belong together": ("also known as B", "旗下公司"),
        "standards, guidance or single decisions as binding": ("the standard requires it", "标准强制要求如此"),
        "that words are gone, or proof of anything": ("the text was removed from the page", "已被删除"),
    }
    for number, lang in enumerate(LANGS):
        assert {ban.what for ban in bans(lang)} == set(bad)
        for ban in bans(lang):
            assert ban.pattern.search(bad[ban.what][number]), (ban.what, lang)


def test_no_law_of_a_later_day_in_any_format(report: Report, tmp_path: Path) -> None:
    """The same findings captured on the last day of May 2025: nothing that came into force later is named anywhere."""
    old = datetime(2025, 5, 31, 12, tzinfo=UTC)
    book = law.load(load_rules().path)
    aged = tuple(replace(t, finding=replace(t.finding, captured_at=old)) for t in report.findings[::5])
    settings = LawSettings(jurisdictions=("CN", "EU"), role=("vendor", "deployer", "advertiser"), audience="both")
    before = with_law(replace(report, findings=aged), Counsel(book, settings, {}))
    later = {one.id for one in book.provisions.values() if one.in_force_from > old.date()}
    assert {"cn.frt.13", "cn.csl.51", "eu.aiact.26"} <= later
    for write in FORMATS.values():
        write(before, tmp_path, "en")
    named: set[str] = set()
    for path in (p for p in tmp_path.rglob("*") if p.is_file()):
        named |= set(re.findall(r"\b(?:cn|eu)\.[a-z0-9]+(?:\.[a-z0-9-]+)+", path.read_text(encoding="utf-8-sig")))
    assert "cn.pipl.26" in named
    assert not named & later


def test_a_denial_or_a_report_engages_nothing(report: Report) -> None:
    for tracked in report.findings:
        assert (report.law_of(tracked.finding) is not None) == (tracked.finding.stance is Stance.ASSERTED)


def test_a_vendor_page_can_be_read_without_knowing_law(written: tuple[str, Path]) -> None:
    """What is claimed, what to ask, what is not known: all three above the first finding; the gravest claim first."""
    _, folder = written
    order = ["critical", "high", "medium", "low", "info"]
    seen = 0
    for path in sorted((folder / "html" / "vendor").glob("*.html")):
        page = document_fromstring(path.read_bytes())
        accounts = page.find_class("short-account")
        if not accounts or not page.find_class("says") or not page.find_class("says")[0].find_class("claim"):
            continue
        seen += 1
        (account,) = accounts
        assert page.xpath(of_class("short-account", "claim"))[0] is account
        asserted = account.xpath(".//ul[@class='claims']")[0]
        marks = [tag.get("class").split("sev-")[1] for tag in asserted.find_class("sev")]
        assert marks == sorted(marks, key=order.index)
        sections = [tag.get("aria-labelledby") for tag in page.xpath("//section[@class='category']")]
        links = [tag.get("href").removeprefix("#") for tag in asserted.iter("a")]
        assert sections[: len(links)] == links
        assert len(account.findall(".//h3")) >= 3
        assert all(lists.findall("li") for lists in account.iter("ul"))
        assert page.find_class("quoted")
    assert seen >= 8
