"""How a claim is shown beside a notice."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import escape

from scanner.model import (
    QUOTE_CONTEXT,
    BlockKind,
    Contradiction,
    Finding,
    Notice,
    NoticeKind,
    Outcome,
    Place,
    UnreadReason,
    Verdict,
    VerdictReason,
)
from scanner.notice.compare import place_of
from scanner.report.csv_ import write_csv
from scanner.report.html import write_html
from scanner.report.letter import letter
from scanner.report.notices import distinct, in_sentence, notices_of
from scanner.report.view import view
from scanner.report.words import LANGS, words
from tests.evaluation.notices import claimed
from tests.report.sample import VENDORS, make_finding, make_report, make_row, make_tracked

BEFORE, AFTER = "x" * QUOTE_CONTEXT, "y" * QUOTE_CONTEXT
"""As much as a finding keeps, with no end of a sentence in it."""


@pytest.mark.parametrize(
    ("before", "quote", "after", "want"),
    [
        ("", "底库", "越用越准。", ("", "底库", "越用越准。")),
        ("欢迎选购。每位顾客自动", "抓脸建档", "，越用越准！联系我们", ("每位顾客自动", "抓脸建档", "，越用越准！")),
        ("Order now. Our cameras see ", "every face", " at the door. Call us.",
         ("Our cameras see ", "every face", " at the door.")),
        (BEFORE, "every face", AFTER, ("…" + BEFORE, "every face", AFTER + "…")),
        ("Version 3.5 sees ", "every\nface", "", ("Version 3.5 sees ", "every face", "")),
        ("Order now. ", "Film every face", ". Call us.", ("", "Film every face", ".")),
    ],
)  # fmt: skip
def test_a_claim_is_shown_in_its_sentence(before: str, quote: str, after: str, want: tuple[str, str, str]) -> None:
    case = {"id": "1", "lang": "en", "claim": {"category": "biometric-database", "quote": quote}}
    assert in_sentence(replace(claimed(case), prefix=before, suffix=after)) == want


@pytest.mark.parametrize(
    ("prefix", "begins"),
    [("ies " + "passers by " * QUOTE_CONTEXT, "…passers by"), ("人流经过" * QUOTE_CONTEXT, "…人流经过")],
)
def test_a_sentence_that_was_cut_begins_with_a_whole_word(prefix: str, begins: str) -> None:
    case = {"id": "1", "lang": "en", "claim": {"category": "covert-capture", "quote": "without asking them"}}
    assert in_sentence(replace(claimed(case), prefix=prefix[:QUOTE_CONTEXT]))[0].startswith(begins)


def test_nothing_of_a_hostile_page_reaches_the_terminal() -> None:
    case = {"id": "1", "lang": "en", "claim": {"category": "biometric-database", "quote": "fa\u202ece"}}
    shown = "".join(in_sentence(replace(claimed(case), prefix="\x1b[31mred ", suffix="\u200b\x07")))
    assert not {"\x1b", "\x07", "\u202e", "\u200b"} & set(shown)


@pytest.mark.parametrize("lang", LANGS)
def test_what_a_notice_discloses_is_no_claim_of_an_advert(lang: str, tmp_path: Path) -> None:
    """It is marked on the vendor's page, and the letter does not ask about it."""
    vendor, site = VENDORS[0]
    notice = Notice(f"{site}/privacy.html", vendor, kind=NoticeKind.PEOPLE_FILMED, title="Notice")
    told = make_finding("face templates are kept", source=notice.source)
    boast = make_finding("every face is filed")
    rows = (make_row(notice.source), make_row(boast.source))
    report = make_report((make_tracked(told), make_tracked(boast)), rows, notices=(notice,))
    quotes = [part.text for part in letter(view(report).vendors[0], report, lang) if part.kind == "quote"]
    assert any("every face is filed" in quote for quote in quotes)
    assert not any("face templates" in quote for quote in quotes)
    write_html(report, tmp_path, lang)
    (page,) = (tmp_path / "html" / "vendor").glob("*.html")
    t = words(lang)
    assert page.read_text(encoding="utf-8").count(t.say("in_its_notice", whom=t.label(notice.kind))) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_vendor_of_whom_nothing_was_read_is_not_clean(lang: str, tmp_path: Path) -> None:
    vendor, site = VENDORS[0]
    row = make_row(f"{site}/", vendor, Outcome.UNREAD, reason=UnreadReason.ROBOTS)
    write_html(make_report((), (row,)), tmp_path, lang)
    (page,) = (tmp_path / "html" / "vendor").glob("*.html")
    text, t = page.read_text(encoding="utf-8"), words(lang)
    assert t["vendor_unread"] in text
    assert t["vendor_none"] not in text
    assert t["reply"] not in text


def _answered(finding: Finding, verdict: Verdict, **changes: object) -> Contradiction:
    reason = {Verdict.CONTRADICTS: VerdictReason.DENIES, Verdict.SILENT: VerdictReason.NOT_MENTIONED}
    one = Contradiction(
        verdict, finding.category, finding.vendor, finding.id, finding.quote, place_of(finding),
        reason.get(verdict, VerdictReason.VAGUE), "Everybody is told.", Place(f"{VENDORS[0][1]}/privacy.html", 0, 18),
        item="gdpr.13.1a",
    )  # fmt: skip
    return replace(one, **changes)  # type: ignore[arg-type]


def test_a_sentence_that_the_notice_answers_is_not_shown_as_unclear_too() -> None:
    first, second = make_finding("No need to tell anybody", start=0), make_finding("the sign will do", start=25)
    other = make_finding("a sign is plenty", start=300)
    contexts = {
        first.id: ("", ", the sign will do."),
        second.id: ("No need to tell anybody, ", "."),
        other.id: ("", ""),
    }
    found = (
        _answered(first, Verdict.CONTRADICTS), _answered(second, Verdict.CANNOT_TELL),
        _answered(other, Verdict.CANNOT_TELL),
    )  # fmt: skip
    seen = notices_of(make_report(contexts=contexts, contradictions=found), VENDORS[0][0])
    assert [one.claim_quote for one in seen.verdicts[Verdict.CANNOT_TELL]] == ["a sign is plenty"]
    assert len(seen.verdicts[Verdict.CONTRADICTS]) == 1


def test_two_quotes_of_one_sentence_are_shown_once() -> None:
    first, second = make_finding("No need to tell anybody", start=0), make_finding("the sign will do", start=25)
    contexts = {first.id: ("", ", the sign will do."), second.id: ("No need to tell anybody, ", ".")}
    claims = tuple(_answered(one, Verdict.CONTRADICTS) for one in (first, second))
    assert [one.claim_quote for one in distinct(claims, contexts)] == ["No need to tell anybody"]
    assert len(distinct(claims, {})) == 2


def test_silence_is_shown_only_where_a_notice_should_speak() -> None:
    """No notice says how many shops use a product: that it does not is no news."""
    boast, tag = make_finding("nine out of ten shops"), make_finding("tag reporters", start=400)
    found = (_answered(boast, Verdict.SILENT, item=""), _answered(tag, Verdict.SILENT))
    seen = notices_of(make_report(contradictions=found), VENDORS[0][0])
    assert [one.claim_quote for one in seen.verdicts[Verdict.SILENT]] == ["tag reporters"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_short_account_says_what_the_notice_says(lang: str, tmp_path: Path) -> None:
    """Answered, not read, and not found: three things that must not be taken for each other."""
    claim, t = make_finding("nobody is told"), words(lang)
    notice = Notice(f"{VENDORS[0][1]}/privacy.html", VENDORS[0][0], kind=NoticeKind.PEOPLE_FILMED, title="Notice")
    rows, tracked = (make_row(claim.source),), (make_tracked(claim),)
    unread = replace(notice, unread=UnreadReason.HTTP_STATUS)
    for folder, changes, want in (
        ("read", {"notices": (notice,), "contradictions": (_answered(claim, Verdict.CONTRADICTS),)},
         ["Everybody is told.", t["unknown_same"]]),
        ("unread", {"notices": (unread,)}, [t["short_notice_unread"], unread.source]),
        ("none", {}, [t["short_notice_none"]]),
    ):  # fmt: skip
        write_html(make_report(tracked, rows, **changes), tmp_path / folder, lang)  # type: ignore[arg-type]
        (page,) = (tmp_path / folder / "html" / "vendor").glob("*.html")
        box = page.read_text(encoding="utf-8").split('class="short-account"')[1].split("</section>")[0]
        assert all(escape(text) in box for text in want), folder


def test_what_no_visitor_sees_is_counted(tmp_path: Path) -> None:
    seen = make_finding("seen by all")
    unseen = make_finding("for machines", block_kind=BlockKind.META)
    hidden = make_finding("behind a click", hidden=True)
    findings = tuple(make_tracked(one) for one in (seen, unseen, hidden))
    write_html(make_report(findings, (make_row(seen.source),)), tmp_path, "en")
    (page,) = (tmp_path / "html" / "vendor").glob("*.html")
    assert words("en").count("short_unseen", 2) in page.read_text(encoding="utf-8")
    shown = {p.stem: p.read_text(encoding="utf-8") for p in (tmp_path / "html" / "finding").glob("*.html")}
    for one, key in ((seen, "shown_yes"), (unseen, "shown_kind"), (hidden, "shown_no")):
        assert f"<dd>{escape(words('en')[key])}</dd>" in shown[one.id[:12]]


def test_a_finding_that_is_not_sure_is_marked(tmp_path: Path) -> None:
    sure, unsure = make_finding("surely"), make_finding("perhaps", confidence=0.4)
    findings = tuple(make_tracked(one) for one in (sure, unsure))
    write_html(make_report(findings, (make_row(sure.source),)), tmp_path, "en")
    pages = {p.stem: p.read_text(encoding="utf-8") for p in (tmp_path / "html" / "finding").glob("*.html")}
    mark = f'<span class="doubt">{words("en")["doubt"]}</span>'
    assert {stem: mark in text for stem, text in pages.items()} == {sure.id[:12]: False, unsure.id[:12]: True}


def test_tables_for_programs_keep_the_word_asserted(tmp_path: Path) -> None:
    """Somebody filters a column by it; pages for people say it plainer."""
    finding = make_finding("every face")
    report = make_report((make_tracked(finding),), (make_row(finding.source),))
    with write_csv(report, tmp_path, "en").open(encoding="utf-8-sig", newline="") as handle:
        assert [row["stance"] for row in csv.DictReader(handle)] == ["asserted"]
    write_html(report, tmp_path, "en")
    assert words("en")["badge_asserted"] in (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
