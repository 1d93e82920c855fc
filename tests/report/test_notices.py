"""How a claim is shown beside a notice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scanner.model import QUOTE_CONTEXT, Notice, NoticeKind, Outcome, UnreadReason
from scanner.report.html import write_html
from scanner.report.letter import letter
from scanner.report.notices import in_sentence
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
