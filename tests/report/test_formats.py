"""What every format owes its reader: it adds up, nothing of a vendor's text acts, and our own words claim nothing."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from scanner.cli.console import print_findings
from scanner.errors import NoticescanError, UsageError
from scanner.model import (
    Change,
    Comparison,
    Cue,
    Difference,
    NotCompared,
    Outcome,
    PageRole,
    Provision,
    ProvisionRole,
    RelevantLaw,
    Report,
    Severity,
    Stance,
    UnreadReason,
)
from scanner.report import FORMATS
from scanner.report.csv_ import safe_cell
from scanner.report.labels import LABELS
from scanner.report.markdown import escape
from scanner.report.summary import coverage_known, coverage_lines, findings_rows, headline, safe_terminal
from scanner.report.text import clip_end, clip_start, safe_url, slug, visible
from scanner.report.view import view
from scanner.report.words import WORDS, words

from .sample import START, forty, make_finding, make_report, make_row, make_run, make_tracked

LANGS = ("en", "zh")

HOSTILE = (
    '<script id="canary">alert(1)</script>',
    "</script><img src=x id=canary onerror=alert(1)>",
    '" onmouseover="alert(1)" id="canary',
    "' autofocus onfocus='alert(1)",
    "</blockquote></main><form id=canary action=//evil.example>",
    "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}{# x #}",
    "{name} {0.__class__} %s %(x)s",
    "javascript:alert(1)//",
    "[canary](javascript:alert(1)) ![canary](https://evil.example/x.png) <https://evil.example>",
    "| canary | `code` | ~~gone~~ $x$ @somebody #1 www.evil.example https://evil.example",
    "=cmd|'/c calc'!A0",
    "　=1+1",
    "＝HYPERLINK(1)",
    "\t@SUM(1)",
    "x;=1+1",
    "'=1+1",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07\x1b[2J\x9b31m",
    "abc\u202egnp.exe\u2066\u200b\u200f\ufeff",
    "lone \ud800 surrogate \U000e0041 tag \x00 nul",
    "Z" + "\u0301" * 500,
    "<!-- --><![CDATA[ ]]><?php ?>&lt;b&gt;&#60;i id=canary&#62;",
    "- [ ] list\n# heading\n1. one\n> quote\n\n    code\n***",
    "长" * 40_000,
    "\u2028new line\u2029\r\n\rtext",
)


def hostile_report(text: str) -> Report:
    """A report with the same text in every field that a vendor's page, host or file name can reach."""
    finding = make_finding(
        text, vendor=text, source=text, prefix=text, suffix=text, heading=text, block_path=text, lang=text,
        cue=Cue(Stance.NEGATED, text, text), stance=Stance.NEGATED, fragment_url=text, warc_record=text,
        capture_sha256=text, provisions=(text,), derivation=text, category=text, rule=text, fingerprint=text,
    )  # fmt: skip
    link = make_finding(text, source="https://host.example/" + text, fragment_url="https://host.example/#" + text)
    second = replace(link, id="not a digest " + text, vendor=text)
    row = make_row(text, text, Outcome.UNREAD, reason=UnreadReason.TIMEOUT, detail=text, robots_rule=text, via=text)
    differences = tuple(
        Difference(text, text, "proxy:" + text, shown_to, finding, finding.captured_at, text, new=shown_to == "second")
        for shown_to in ("first", "second")
    )
    missed = (NotCompared(text, text, "mobile", text),)
    return make_report(
        (make_tracked(finding, Change.NEW), make_tracked(second), make_tracked(link, Change.NOT_SEEN)),
        (row, make_row("https://host.example/" + text, text)),
        contexts={finding.id: (text, text)},
        settings_note={text: text},
        comparisons=(Comparison("proxy:" + text, text, 2, differences, missed),),
    )


def pages(folder: Path) -> dict[str, BeautifulSoup]:
    return {
        path.relative_to(folder).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(folder.rglob("*.html"))
    }


TAGS = set(
    re.findall(
        r"\w+",
        """html head meta title link body a header p span nav main h1 h2 h3 section dl div dt dd table caption
        tbody thead tfoot tr th td svg rect ul li bdi form fieldset legend label select option input
        output button noscript script details summary i b blockquote mark code time br footer
        article h4""",
    )
)
ATTRIBUTES = set(
    re.findall(
        r"[\w-]+",
        """lang charset http-equiv content name rel href class id role aria-labelledby aria-hidden hidden viewbox
        preserveaspectratio x y width height scope data-facet data-label data-vendor data-category data-stance
        data-severity data-change value type autocomplete dir datetime target""",
    )
)


def assert_inert(folder: Path) -> None:
    """Only our tags, attributes and script; links to our own pages or to http(s)."""
    for name, page in pages(folder).items():
        policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for tag in page.find_all(True):
            assert tag.name in TAGS, (name, tag.name)
            assert set(tag.attrs) <= ATTRIBUTES, (name, tag.attrs)
            assert "canary" not in str(tag.get("id", "")) + str(tag.get("class", "")), name
            assert re.fullmatch(r"[\w-]*", str(tag.get("id", ""))), name
            assert not re.search(r"[^A-Za-z0-9-]", str(tag.get("lang", ""))), name
        for script in page.find_all("script"):
            digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
            assert script.find_parent(class_="v") is None
        for link in page.find_all("a"):
            href = link["href"]
            if urlsplit(href).scheme:
                assert href.startswith(("http://", "https://")), href
                assert link["rel"] == ["noreferrer", "noopener"]
                assert "\u202e" not in href


@pytest.mark.parametrize(
    ("text", "lang"), [(text, LANGS[n % 2]) for n, text in enumerate(HOSTILE)], ids=range(len(HOSTILE))
)
def test_hostile_vendor_text_is_inert_in_every_format(text: str, lang: str, tmp_path: Path) -> None:
    report = hostile_report(text)
    written = {name: write(report, tmp_path, lang) for name, write in FORMATS.items()}
    assert_inert(tmp_path / "html")
    for path in (*tmp_path.rglob("*.html"), written["markdown"], written["csv"], written["json"]):
        raw = path.read_bytes().decode("utf-8-sig")
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", raw), path
    assert_no_formula(written["csv"])
    assert_no_formula(tmp_path / "coverage.csv")
    assert_markdown_inert(written["markdown"])
    data = json.loads(written["json"].read_text(encoding="utf-8"))
    assert any(item["quote"] == item["prefix"] == text for item in data["findings"])  # exact, not neutralised


@pytest.mark.parametrize("lang", LANGS)
def test_law_of_a_folder_of_somebody_else_is_inert_too(lang: str, tmp_path: Path) -> None:
    """provisions.toml may come with a patterns folder from anywhere."""
    for number, text in enumerate(HOSTILE):
        one = Provision(
            id=text, jurisdiction=text, instrument=text, instrument_en=text, instrument_zh=text, article=text,
            article_en=text, article_zh=text, in_force_from=START.date(), in_force_until=START.date(),
            role=ProvisionRole.DUTY, applies_to=("vendor",), audience="b2c", engages=(text,), direct=(text,),
            penal=True, verified=False, source_url=text, summary_en=text, summary_zh=text, note_en=text, note_zh=text,
        )  # fmt: skip
        finding = make_finding("claim")
        law = RelevantLaw((one, one), (one,), (one,), (one,), (one,), (one,), (one,), (text,), (), None, 1)
        report = replace(
            make_report((make_tracked(finding),)), law={(finding.vendor, finding.source, finding.id): law},
            warc_files={finding.warc_record: text},
        )  # fmt: skip
        out = tmp_path / str(number)
        written = {name: write(report, out, lang) for name, write in FORMATS.items()}
        assert_inert(out / "html")
        assert_no_formula(written["csv"])
        assert_markdown_inert(written["markdown"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None), min_size=0, max_size=80))
def test_any_text_is_inert(text: str, tmp_path: Path) -> None:
    report = hostile_report(text)
    for write in FORMATS.values():
        write(report, tmp_path, "zh")
    assert_inert(tmp_path / "html")
    for name in ("findings.csv", "differences.csv"):
        assert_no_formula(tmp_path / name)
    assert_markdown_inert(tmp_path / "report.md")


def assert_no_formula(path: Path) -> None:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    assert max(len(cell) for row in rows for cell in row) <= 32_767
    # Where `;` is the list separator, a spreadsheet cuts the same line in other places.
    cut = [re.split(";", line) for line in text.split("\r\n")]
    for cell in (cell for row in (*rows, *cut) for cell in row):
        assert not re.match(r"[\s\ufeff]*[=+\-@\t\r＝＋－＠]", cell), cell


def assert_markdown_inert(path: Path) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(path.read_text(encoding="utf-8"))
    inner = [child for token in tokens for child in token.children or ()]
    assert not {"html_block", "fence", "code_block"} & {token.type for token in tokens}
    assert not {"html_inline", "image", "s_open", "em_open"} & {token.type for token in inner}
    for token in inner:
        if token.type == "link_open":
            assert token.markup == "autolink"
            assert str(token.attrs["href"]).startswith(("http://", "https://"))
            assert "evil.example" not in (urlsplit(str(token.attrs["href"])).hostname or "")
        if token.type == "code_inline":
            assert re.fullmatch(r"[0-9A-Za-z:.-]+", token.content)


@given(st.text(st.characters(codec=None), max_size=200))
def test_markdown_escape_shows_the_same_characters(text: str) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse("x " + escape(text, 0))
    shown = "".join(child.content for token in tokens for child in token.children or ())
    assert shown == ("x " + " ".join(visible(text).split())).rstrip()


@pytest.mark.parametrize("cell", ["=1", " +1", "\u3000-1", "＝1", "@x", "\t=1", "\r=1", "\u200b=1", "'=1", '"=1', "−1"])
def test_formula_cells_get_an_apostrophe(cell: str) -> None:
    assert safe_cell(cell).startswith("'")


def test_ordinary_cells_stay_as_they_are() -> None:
    assert safe_cell("谁带来的客户,一查便知") == "谁带来的客户,一查便知"
    assert safe_cell("https://a.example/?a=1-2") == "https://a.example/?a=1-2"
    assert safe_cell("\n\n黑名单报警") == " ⏎  ⏎ 黑名单报警"  # the text before a quote often ends a block
    assert safe_cell("\t\r\n a") == "  ⏎  a"


@pytest.mark.parametrize("lang", LANGS)
def test_coverage_adds_up_in_every_format(lang: str, tmp_path: Path) -> None:
    report = forty()
    known = len(report.coverage)
    coverage = view(report).coverage
    assert coverage.adds_up
    assert sum(coverage.outcomes.values()) == known == coverage_known(report)
    assert sum(line.count for line in coverage_lines(report, lang)) == known
    data = json.loads(FORMATS["json"](report, tmp_path, lang).read_text(encoding="utf-8"))["coverage"]
    assert data["known"] == sum(data["outcomes"].values()) == len(data["urls"]) == known
    assert data["outcomes"]["unread"] == sum(data["unread"].values())
    FORMATS["csv"](report, tmp_path, lang)
    assert len((tmp_path / "coverage.csv").read_text(encoding="utf-8-sig").splitlines()) == known + 1
    page = pages(FORMATS["html"](report, tmp_path, lang).parent)["coverage.html"]
    terms = [int(b.string) for b in page.select(".equation b")]
    assert sum(terms) == known == int(page.select_one(".sum tfoot td").string)
    parts = [int(row.select_one(".n").string) for row in page.select(".sum tbody tr")]
    assert sum(parts) == known + coverage.outcomes[Outcome.UNREAD]  # "not read" and, below it, its reasons
    listed = page.select(".urls tbody tr")
    assert len(listed) == known
    markdown = FORMATS["markdown"](report, tmp_path, lang).read_text(encoding="utf-8")
    assert f"| **{known}** |" in markdown


def test_a_repeated_url_is_admitted_not_hidden(tmp_path: Path) -> None:
    report = make_report((), (make_row("https://a.example/"), make_row("https://a.example/")))
    assert not view(report).coverage.adds_up
    index = FORMATS["html"](report, tmp_path, "en")
    assert "does not add up" in index.read_text(encoding="utf-8")


FORBIDDEN = {
    "en": r"illegal|unlawful|violat|criminal|\bcrime|guilty|offen[cs]e|\bbreach|deleted|removed it|no notice|proves?\b|"
    r"wiretap|was installed at|deployed",
    "zh": r"违法|非法|违反|违规|犯罪|罪|删除|已撤下|没有告知|窃听|窃照|证实|侵权",
}


@pytest.mark.parametrize("lang", LANGS)
def test_our_own_words_judge_nothing(lang: str, tmp_path: Path) -> None:
    report = replace(forty(), categories={})
    FORMATS["html"](report, tmp_path, lang)
    for name, page in pages(tmp_path / "html").items():
        for vendor_text in page.select(".v, script, title"):
            vendor_text.decompose()
        found = re.search(FORBIDDEN[lang], page.get_text(" "), re.IGNORECASE)
        assert not found, (name, found)
    for key, text in WORDS[lang].items():
        assert not re.search(FORBIDDEN[lang], text, re.IGNORECASE), key


def test_both_languages_have_the_same_keys_and_values_to_fill_in() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for key, english in WORDS["en"].items():
        fields = set(re.findall(r"{(\w+)}", english))
        assert fields == set(re.findall(r"{(\w+)}", WORDS["zh"][key])), key
        assert WORDS["zh"][key].strip(), key
        assert not re.search(r"[\u4e00-\u9fff]", english), key
    for kind, names in LABELS.items():
        assert set(names) == {member.value for member in kind}, kind
        assert all(english and chinese for english, chinese in names.values())


@pytest.mark.parametrize("lang", LANGS)
def test_every_link_resolves_inside_the_folder_and_nothing_is_loaded_from_elsewhere(lang: str, tmp_path: Path) -> None:
    folder = FORMATS["html"](forty(), tmp_path, lang).parent
    for name, page in pages(folder).items():
        assert page.html["lang"] == {"en": "en", "zh": "zh-Hans"}[lang]
        assert not page.select("[src], [srcset], iframe, object, embed, img, base, [style]"), name
        assert [link["href"].rsplit("/")[-1] for link in page.select("link")] == ["style.css"]
        ids = [tag["id"] for tag in page.select("[id]")]
        assert len(ids) == len(set(ids)), name
        for link in page.select("a[href], link[href]"):
            href = link["href"]
            if urlsplit(href).scheme:
                assert link.get("target") == "_blank"
                continue
            path, _, anchor = href.partition("#")
            target = (folder / name).parent / unquote(path) if path else folder / name
            assert target.resolve().is_relative_to(folder.resolve())
            assert target.is_file(), href
            assert not anchor or anchor in ids
    css = (folder / "style.css").read_text(encoding="utf-8")
    assert "url(" not in css
    assert "@import" not in css
    assert 'Noto Sans CJK SC"' in css
    marks = re.search(r"\.q::before, \.q::after \{ font-family: ([^}]+)", css)
    assert marks
    assert marks[1].index("DejaVu Serif") < marks[1].index("CJK"), "in a CJK face the mark is as wide as a Han sign"


def test_findings_are_in_order_and_history_is_not_counted_as_present(tmp_path: Path) -> None:
    report = forty()
    derived = view(report)
    weights = [
        (t.finding.stance is not Stance.ASSERTED, -list(Severity).index(t.finding.severity)) for t in derived.current
    ]
    assert weights == sorted(weights)
    assert {t.change for t in derived.past} == {Change.NOT_SEEN, Change.COULD_NOT_LOOK}
    page = pages(FORMATS["html"](report, tmp_path, "en").parent)["index.html"]
    rows = page.select("#list tbody tr")
    assert len(rows) == len(derived.current) == 36
    asserted = sum(1 for row in rows if row["data-stance"] == "asserted")
    assert page.select_one(".main-figure .big").string == str(asserted)
    severities = [int(cell.string) for cell in page.select(".severity-table .n")]
    assert sum(severities) == asserted


def test_a_finding_page_shows_what_a_reader_must_check(tmp_path: Path) -> None:
    finding = make_finding(
        "谁带来的客户一查便知", lang="zh-Hans", vendor="临川视界(虚构)", stance=Stance.NEGATED, hidden=True,
        cue=Cue(Stance.NEGATED, "从不", "sentence"),
    )  # fmt: skip
    report = make_report(
        (make_tracked(finding, Change.NOT_SEEN),),
        (make_row(finding.source),),
        contexts={finding.id: ("前文。", "。后文")},
    )
    folder = FORMATS["html"](report, tmp_path, "en").parent
    page = pages(folder)[f"finding/{finding.id[:12]}.html"]
    assert page.select_one("blockquote.context").get_text() == "前文。谁带来的客户一查便知。后文"
    assert page.select_one("blockquote.context mark").string == finding.quote
    assert page.select_one("blockquote.context")["lang"] == "zh-Hans"
    text = page.get_text(" ")
    for shown in (
        "从不", "2026-11-20 01:15:05 UTC", "2026-11-20 09:15:05 Asia/Shanghai", finding.capture_sha256,
        finding.warc_record, finding.block_path, "hidden until a click", "Not seen on 2026-11-20",
        "How are visitors told before they are recorded?", "in the same sentence",
    ):  # fmt: skip
        assert shown in text, shown
    assert page.select_one("a.live")["href"] == finding.fragment_url


def test_a_dangerous_address_is_shown_but_not_linked() -> None:
    for url in ("javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//evil.example", "https:///x", "file:///etc",
                " https://a.example", "vbscript:x", "https://" + "a" * 9000):  # fmt: skip
        assert safe_url(url) == "", url
    assert safe_url("https://a.example/店?q=“x”#:~:text=无感") == "https://a.example/店?q=“x”#:~:text=无感"
    assert safe_url('https://a.example/"><b>\u202e') == "https://a.example/%22%3E%3Cb%3E%E2%80%AE"


def test_pages_of_an_earlier_report_go_and_files_of_others_stay(tmp_path: Path) -> None:
    first = FORMATS["html"](forty(), tmp_path, "en").parent
    (first / "vendor" / "mine.html").write_text("<p>kept by hand</p>", encoding="utf-8")
    finding = make_finding("the only one")
    FORMATS["html"](make_report((make_tracked(finding),)), tmp_path, "en")
    assert [path.stem for path in (first / "finding").iterdir()] == [finding.id[:12]]
    assert sorted(path.name for path in (first / "vendor").iterdir()) == sorted(
        ["mine.html", f"{slug(finding.vendor)}.html"]
    )


@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_and_unfinished_run_says_so(lang: str, tmp_path: Path) -> None:
    run = make_run(finished_at=None, ok=False, previous_run="", previous_finished_at=None)
    report = make_report(run=run)
    for write in FORMATS.values():
        write(report, tmp_path, lang)
    t = words(lang)
    index = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert t["not_ok"] in index
    assert t["findings_none"] in index
    assert t["new_first"] in index
    assert "<script" not in index
    assert t["not_ok"] in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_json_keeps_the_finding_contract_and_is_sorted(tmp_path: Path) -> None:
    report = forty()
    text = FORMATS["json"](report, tmp_path, "en").read_text(encoding="utf-8")
    data = json.loads(text)
    assert data["schema"] == "noticescan/report/1"
    assert list(data) == sorted(data)
    first = view(report).current[0].finding
    kept = {key: data["findings"][0][key] for key in first.as_json()}
    assert kept == first.as_json()
    assert data["findings"][0]["history"]["change"] == view(report).current[0].change.value
    assert len(data["findings"]) + len(data["earlier_findings"]) == 40


def test_terminal_rows_hold_no_escape_sequence() -> None:
    report = hostile_report("\x1b]0;owned\x07\x9b2J\u202e=bad\n")
    for row in findings_rows(report, "zh"):
        for cell in (row.short_id, row.vendor, row.category, row.quote, row.source):
            assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", cell)
    assert safe_terminal("a\x1b[31mb") == "a⟨U+001B⟩[31mb"
    assert len(safe_terminal("x" * 10_000_000, 50)) == 50
    assert headline(forty(), "en").startswith("6 companies and other sites looked at.")


def test_one_clear_error_for_an_unknown_language_and_an_unwritable_folder(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    for write in FORMATS.values():
        with pytest.raises(UsageError, match="no interface language 'xx'"):
            write(make_report(), tmp_path, "xx")
        with pytest.raises(NoticescanError, match="the report cannot be written"):
            write(make_report(), blocked, "en")


def test_unread_without_a_reason_is_still_counted_and_listed(tmp_path: Path) -> None:
    rows = (
        make_row("https://a.example/1", outcome=Outcome.UNREAD),
        make_row("https://a.example/2", outcome=Outcome.UNREAD, reason=UnreadReason.DNS),
    )
    page = pages(FORMATS["html"](make_report((), rows), tmp_path, "en").parent)["coverage.html"]
    assert len(page.select(".urls tbody tr")) == 2
    assert "reason not recorded" in page.get_text()


def test_a_line_of_robots_txt_is_shown_where_it_decided(tmp_path: Path) -> None:
    rows = (
        make_row("https://a.example/1", outcome=Outcome.UNREAD, reason=UnreadReason.ROBOTS, robots_rule="Disallow: /x"),
        make_row("https://a.example/2", outcome=Outcome.UNREAD, reason=UnreadReason.DNS, robots_rule="Allow: /y"),
    )
    text = pages(FORMATS["html"](make_report((), rows), tmp_path, "en").parent)["coverage.html"].get_text()
    assert "Disallow: /x" in text
    assert "Allow: /y" not in text


def test_claims_that_share_their_words_are_counted_as_one_passage(tmp_path: Path) -> None:
    words = "nobody notices the lens"
    twice = [make_finding(words, id=f"{n}" * 64, start=0, end=len(words)) for n in range(2)]
    found = tuple(make_tracked(one) for one in (*twice, make_finding("kept for ever", start=90, end=103)))
    report = make_report(found, (make_row(twice[0].source),))
    (vendor,) = view(report).vendors
    assert (vendor.asserted, vendor.passages) == (3, 2)
    page = pages(FORMATS["html"](report, tmp_path, "en").parent)[f"vendor/{vendor.slug}.html"]
    assert "3 flagged claims made in the pages’ own voice (in 2 passages" in page.select_one(".lead").get_text()


@pytest.mark.parametrize(
    ("text", "limit", "start", "end"),
    [
        ("builds a searchable gallery", 12, "…gallery", "builds a…"),
        ("builds a searchable gallery", 8, "… gallery", "builds a…"),
        ("顾客毫无察觉地被识别", 4, "…地被识别", "顾客毫无…"),
        ("incomprehensibilities", 5, "…ities", "incom…"),
        ("short", 9, "short", "short"),
    ],
)
def test_text_is_cut_between_words(text: str, limit: int, start: str, end: str) -> None:
    assert (clip_start(text, limit), clip_end(text, limit)) == (start, end)


@pytest.mark.parametrize(
    ("lang", "gone", "turned"),
    [
        ("en", "The words are still in the text read", "was “denied or limited”, is “says it itself”"),
        ("zh", "读到的文本中仍有这些文字", "上次为“否认或限定”，本次为“自己说的”"),
    ],
)
def test_words_still_there_are_told_as_such(lang: str, gone: str, turned: str, tmp_path: Path) -> None:
    one, other = make_finding("no longer flagged", id="1" * 64), make_finding("told otherwise", id="2" * 64)
    found = (make_tracked(one, Change.UNFLAGGED), replace(make_tracked(other, Change.TURNED), was=Stance.NEGATED))
    report = make_report(found, (make_row(one.source),))
    written = pages(FORMATS["html"](report, tmp_path, lang).parent)
    text = written[f"finding/{'1' * 12}.html"].get_text(" ")
    assert gone in text
    assert words(lang)["change_not_seen_note"] not in text
    for name in ("index.html", f"finding/{'2' * 12}.html", f"vendor/{slug(one.vendor)}.html"):
        assert turned in " ".join(written[name].get_text(" ").split()), name
    data = json.loads(FORMATS["json"](report, tmp_path, lang).read_text(encoding="utf-8"))
    assert data["findings"][0]["history"]["stance_before"] == "negated"
    assert data["earlier_findings"][0]["history"]["change"] == "unflagged"
    (row, _) = csv.DictReader(io.StringIO(FORMATS["csv"](report, tmp_path, "en").read_text(encoding="utf-8-sig")))
    assert (row["change"], row["stance_before"]) == ("told otherwise", "denied")
    state = words(lang)["change_turned"]
    assert state in FORMATS["markdown"](report, tmp_path, lang).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_uncertain_is_marked_wherever_it_is_listed(lang: str, tmp_path: Path) -> None:
    sure = make_finding("kept for ever", id="1" * 64, start=0, end=13)
    unsure = make_finding("maybe a claim", id="2" * 64, confidence=0.31, category="scale-boast", start=90, end=103)
    found = (make_tracked(sure), make_tracked(unsure, Change.NEW))
    report = make_report(found, (make_row(sure.source),))
    t = words(lang)
    written = pages(FORMATS["html"](report, tmp_path, lang).parent)
    lists = ("index.html", "#list tr"), ("index.html", ".short li"), (f"vendor/{slug(sure.vendor)}.html", ".claims li")
    for name, rows in lists:
        marked = {row.get_text(): bool(row.select(".doubt")) for row in written[name].select(rows)}
        assert [doubt for text, doubt in marked.items() if "maybe a claim" in text] == [True], (name, rows)
        assert not any(doubt for text, doubt in marked.items() if "maybe a claim" not in text), (name, rows)
    assert t.count("n_doubtful", 1) in written["index.html"].get_text()
    lines = FORMATS["markdown"](report, tmp_path, lang).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if f"**{t['doubt']}**" in line] == [lines[lines.index("- “maybe a claim”  ") + 1]]
    cells = csv.DictReader(io.StringIO(FORMATS["csv"](report, tmp_path, "en").read_text(encoding="utf-8-sig")))
    assert {row["quote"]: row["uncertain"] for row in cells} == {"kept for ever": "no", "maybe a claim": "yes"}
    shown = Console(width=160, file=io.StringIO())
    print_findings(shown, findings_rows(report, lang), lang)
    table = shown.file.getvalue()  # type: ignore[attr-defined]
    assert [line.split()[0] for line in table.splitlines() if "maybe a claim" in line] == ["*?"]
    assert t["doubt_note"] in table


def test_denials_have_no_severity_and_a_first_run_has_nothing_new(tmp_path: Path) -> None:
    own = make_tracked(make_finding("nobody will notice", severity=Severity.CRITICAL), Change.NEW)
    denied = make_tracked(
        make_finding("we wipe nothing", severity=Severity.CRITICAL, stance=Stance.NEGATED), Change.NEW
    )
    for earlier in ("", "an earlier run"):
        told = make_report((own, denied), (), run=make_run(previous_run=earlier))
        text = FORMATS["markdown"](told, tmp_path, "en").read_text(encoding="utf-8")
        lines = dict(zip(text.splitlines(), text.splitlines()[1:], strict=False))
        assert "critical" in lines["- “nobody will notice”  "]
        assert "critical" not in lines["- “we wipe nothing”  "]
        assert ("New" in lines["- “nobody will notice”  "]) is bool(earlier)
        assert "counts as new" not in text
        html = FORMATS["html"](told, tmp_path, "en").parent / "finding" / f"{own.finding.id[:12]}.html"
        assert ("First run: nothing to compare with" in html.read_text(encoding="utf-8")) is not bool(earlier)
    path = FORMATS["csv"](told, tmp_path, "en")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["quote"]: row["severity"] for row in rows} == {"nobody will notice": "critical", "we wipe nothing": ""}


def test_a_page_that_has_not_changed_says_how_many_findings_it_holds(tmp_path: Path) -> None:
    rows = (
        make_row("https://v.example/a", outcome=Outcome.UNCHANGED, findings=7),
        make_row("https://v.example/b", outcome=Outcome.UNCHANGED),
    )
    told = make_report((), rows)
    page = FORMATS["html"](told, tmp_path, "en").parent / "coverage.html"
    text = " ".join(BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ").split())
    assert "unchanged since last capture, 7 findings" in text
    assert "unchanged since last capture, 1 of them with findings" in text
    assert any("1 of them with findings" in line.label for line in coverage_lines(told))
    assert "其中 1 个有发现" in FORMATS["markdown"](told, tmp_path, "zh").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_what_stands_in_a_privacy_notice_is_counted_apart(lang: str, tmp_path: Path) -> None:
    advert = make_finding("nobody will notice", id="1" * 64)
    notice = make_finding("we keep templates of faces", id="2" * 64, page_role=PageRole.NOTICE, start=90, end=116)
    t = words(lang)
    for found, told in (((advert,), 0), ((advert, notice), 1)):
        report = make_report(tuple(make_tracked(one) for one in found), (make_row(advert.source),))
        line = t.count("n_in_notices", told)
        written = pages(FORMATS["html"](report, tmp_path, lang).parent)
        text = FORMATS["markdown"](report, tmp_path, lang).read_text(encoding="utf-8")
        shown = (written["index.html"], written[f"vendor/{slug(advert.vendor)}.html"])
        assert [line in page.get_text() for page in shown] + [line in text] == [bool(told)] * 3
