"""The right-of-reply letter: what it quotes, how, and what it leaves out."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scanner.model import BlockKind, Contradiction, Finding, Place, Report, Stance, Verdict, VerdictReason
from scanner.notice.compare import place_of
from scanner.report.letter import Part, as_text, letter
from scanner.report.text import borders
from scanner.report.view import view

from .sample import make_finding, make_report, make_row, make_tracked, sha


def found(quote: str, **changes: Any) -> Finding:
    return make_finding(quote, id=sha(quote), prefix="", suffix="", **changes)


def parts_of(*findings: Finding, lang: str = "en", **more: Any) -> tuple[Part, ...]:
    rows = (make_row(findings[0].source),)
    report: Report = make_report(tuple(make_tracked(one) for one in findings), rows, **more)
    return letter(view(report).vendors[0], report, lang)


def quotes(parts: tuple[Part, ...]) -> list[str]:
    return [part.text for part in parts if part.kind == "quote"]


def test_borders_of_lines_items_and_cells_are_shown() -> None:
    one = found("enrolled on entry\n\nNo sign needed")
    (quote,) = quotes(parts_of(one, contexts={one.id: ("Every guest is ", ".\nAsk us.")}))
    assert quote == "Every guest is enrolled on entry / No sign needed. / Ask us."


def test_lines_of_a_picture_are_parted_and_said_to_be_read_by_a_program() -> None:
    one = found("入店即留档无需告知", block_kind=BlockKind.OCR)
    parts = parts_of(one, lang="zh", passages={one.id: ("智慧门店\n", "入店即留档\n无需告知", "\n欢迎咨询")})
    assert quotes(parts) == ["智慧门店 / 入店即留档 / 无需告知 / 欢迎咨询"]
    assert any("由程序识别；读取时间" in part.text for part in parts)


def test_a_quotation_is_cut_between_words_and_sooner_at_a_sentence() -> None:
    one = found("nobody is asked")
    before = "Long ago " * 30 + "it began. At the door "
    after = ". It goes on " + "and on " * 40
    (quote,) = quotes(parts_of(one, contexts={one.id: (before, after)}))
    assert quote == "… At the door nobody is asked.…"
    (quote,) = quotes(parts_of(found("of the second"), contexts={}))
    assert quote == "of the second"
    kept = make_finding(
        "asked", prefix="x" * 10 + " without anybody being at all ", suffix=" " + "so it is with every face here th"
    )
    (quote,) = quotes(parts_of(kept, contexts={}))
    assert quote.endswith("every face here…")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_uncertain_is_left_out_and_counted(lang: str) -> None:
    sure, unsure = (
        found("faces are kept for ever", start=0, end=23),
        found("maybe a claim", confidence=0.4, start=90, end=103),
    )
    text = as_text(parts_of(sure, unsure, lang=lang))
    assert "faces are kept for ever" in text
    assert "maybe a claim" not in text
    assert {"en": "was not sure (1)", "zh": "把握不大的文字 1 处"}[lang] in text
    assert "findings.csv" not in text
    assert parts_of(unsure, lang=lang) == ()


def test_the_same_passage_is_never_claim_and_denial() -> None:
    claim = found("archived in three seconds", start=6, end=31)
    denial = found("cannot see the lens", start=36, end=55, stance=Stance.NEGATED)
    elsewhere = found("we sell nothing", start=200, end=215, stance=Stance.NEGATED)
    around = {claim.id: ("Faces ", " and cannot see the lens"), denial.id: ("Faces archived in three seconds and ", "")}
    parts = parts_of(claim, denial, elsewhere, contexts=around)
    assert quotes(parts) == ["Faces archived in three seconds and cannot see the lens", "we sell nothing"]
    both_ways = found("in three seconds and cannot see", start=15, end=46, stance=Stance.NEGATED)
    assert parts_of(claim, both_ways, contexts=around) == ()  # the very words are told as either


def test_a_passage_is_quoted_once_and_denials_of_what_is_asked_come_first() -> None:
    one = found("kept and shared", start=0, end=15)
    again = make_finding("and shared", id=sha("again"), category="scale-boast", start=5, end=15)
    denials = [
        found(f"denial {n}", stance=Stance.NEGATED, category=category, start=100 * n, end=100 * n + 8)
        for n, category in enumerate(("person-tagging", one.category), 1)
    ]
    around = {one.id: ("Faces are ", "."), again.id: ("Faces are kept ", ".")}
    parts = parts_of(one, again, *denials, contexts=around)
    assert quotes(parts) == ["Faces are kept and shared.", "denial 2", "denial 1"]
    assert "also here: passages quoted under 1" in [part.text for part in parts]


def test_a_cell_is_quoted_with_the_rest_of_its_row() -> None:
    one = found("Covert installation", block_kind=BlockKind.CELL)
    parts = parts_of(one, contexts={one.id: ("", "\n\nNo, with a visible mark")})
    assert quotes(parts) == ["Covert installation / No, with a visible mark"]


def test_a_vendor_text_of_blanks_is_bordered_in_linear_time() -> None:
    start = time.process_time()
    assert borders("a" + " " * 60_000 + "b \n \t\n c") == "a" + " " * 60_000 + "b / c"
    assert time.process_time() - start < 5


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_the_notice_says_against_a_passage_is_put_to_the_company_as_a_question(lang: str) -> None:
    claim, unsure = found("kept for five years", start=0, end=19), found("perhaps", confidence=0.4, start=90, end=97)
    notice = Place("https://a.example/privacy", 5, 30, None, sha("notice"))

    def verdict(one: Finding, kind: Verdict, quote: str) -> Contradiction:
        return Contradiction(
            kind, one.category, one.vendor, one.id, one.quote, place_of(one), VerdictReason.DENIES, quote, notice
        )

    told = (
        verdict(claim, Verdict.CONTRADICTS, "Gone within a day."),
        verdict(claim, Verdict.CONTRADICTS, "Gone within a day."),
        verdict(claim, Verdict.SILENT, "Nothing of the kind."),
        verdict(unsure, Verdict.CONTRADICTS, "We keep no pictures."),
    )
    parts = parts_of(claim, unsure, lang=lang, contradictions=told)
    assert quotes(parts) == ["kept for five years", "Gone within a day."]
    at = next(n for n, part in enumerate(parts) if part.text == "Gone within a day.")
    assert [part.kind for part in parts[at - 1 : at + 4]] == ["question", "quote", "url", "seen", "question"]
    assert sha("notice") in as_text(parts)
