"""Each disclosure is found in a sentence that has it, and in none that only sounds like it.

`items.jsonl` was written to find words that say too much ("automated backups", "we provide you with a copy"): it holds
what was won. Figures on notices by others stand in tests/evaluation.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.model import ItemStatus, NoticeItem
from scanner.notice.items import look, read_items, weighed
from scanner.notice.text import NoticeText
from tests.evaluation.notices import document, rules

CASES = [json.loads(line) for line in (Path(__file__).parent / "items.jsonl").read_text("utf-8").splitlines()]
SPOKEN_OF = {ItemStatus.FOUND, ItemStatus.VAGUE}
WANTED = {"found": {ItemStatus.FOUND}, "vague": {ItemStatus.VAGUE}, "not": set(ItemStatus) - SPOKEN_OF}


def status(topic: str, sentence: str) -> ItemStatus:
    known = rules()
    text = NoticeText(document(f"About this page\n\n{sentence}"), known.normalise, known.lexicon)
    return look(text, known.topics[topic], face_only=False).status


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case['topic']}-{n}") for n, case in enumerate(CASES)])
def test_an_item_is_found_where_it_is_said_and_not_in_what_sounds_like_it(case: dict[str, Any]) -> None:
    got = status(case["topic"], case["text"])
    assert got in WANTED[case["want"]], case["text"]


def test_what_is_found_by_words_in_two_sentences_needs_both() -> None:
    both = "Notice at collection for California consumers.\nWe collect names and pictures to prevent theft."
    assert status("ccpa_notice", both) is ItemStatus.FOUND
    assert status("ccpa_notice", "Our shop is in California.\nWe collect names.") not in SPOKEN_OF


def test_a_consent_and_a_refusal_in_two_sentences_make_a_vague_withdrawal() -> None:
    both = "会员勾选后才提取面部特征。\n未勾选者用条码入场。"
    assert status("face_withdraw", both) is ItemStatus.VAGUE
    assert status("face_withdraw", "会员勾选后才提取面部特征。") not in SPOKEN_OF


def test_a_heading_run_into_its_line_stands_above_what_follows_on_it() -> None:
    assert status("recipients", "Recipients. Our hosting firm in the next town.") is ItemStatus.FOUND
    assert status("recipients", "Our hosting firm in the next town.") not in SPOKEN_OF
    assert status("recipients", "Recipients.\nOur firm is in the next town.") not in SPOKEN_OF
    assert status("rights", "九、您的权利。请致电前台 0571-88001234。") is ItemStatus.VAGUE


def test_a_short_sentence_is_no_heading_of_what_follows_it() -> None:
    known = rules()
    text = NoticeText(
        document("店内告示\n\n一、画面不录制。摄像机只数人数。\nWe record sound. It stays here."),
        known.normalise,
        known.lexicon,
    )
    assert all("录制" not in s.heading and "record" not in s.heading for s in text.sentences)


SHOP = "Corner shop: our cameras\nCome Friday, last week's film is gone.\nHow long do we keep it?\nCall 01632 960000."


def read_with(odds: dict[str, list[tuple[float, float]]], text: str = SHOP) -> dict[str, NoticeItem]:
    """The items of a notice, read by words and by a reader that gives these odds."""
    known = rules()
    page = NoticeText(document(text), known.normalise, known.lexicon)
    wanted = known.of_regimes(("eu.gdpr",))
    return {item.id: item for item in read_items(page, known, wanted, False, odds)}


def test_a_reader_finds_what_words_do_not_know_and_quotes_its_sentence() -> None:
    odds = {"retention": [(-6.0, 0.0), (1.5, 2.0), (3.0, 2.0), (-6.0, 0.0)]}
    assert read_with({})["gdpr.13.2a"].status not in SPOKEN_OF
    found = read_with(odds)["gdpr.13.2a"]
    assert found.status is ItemStatus.FOUND
    assert found.quote == "Come Friday, last week's film is gone.", "a question discloses nothing, whatever its odds"


def test_a_reader_says_whether_an_item_is_found_or_vague() -> None:
    odds = {"retention": [(-6.0, 3.0), (1.5, -1.0), (-6.0, 3.0), (-6.0, 0.0)]}
    assert read_with(odds)["gdpr.13.2a"].status is ItemStatus.VAGUE


def test_what_words_found_falls_where_the_reader_holds_it_for_nothing() -> None:
    said = "Corner shop: our cameras\nPictures are kept for 30 days."
    doubted, sure = ({"retention": [(-9.0, 0.0), (odds, 1.0)]} for odds in (-6.0, -2.5))
    assert read_with({}, said)["gdpr.13.2a"].status is ItemStatus.FOUND
    assert read_with(doubted, said)["gdpr.13.2a"].status is ItemStatus.NOT_FOUND
    assert read_with(sure, said)["gdpr.13.2a"].status is ItemStatus.FOUND


def test_a_reader_that_knows_nothing_of_a_topic_leaves_it_to_words() -> None:
    said = "Corner shop: our cameras\nPictures are kept for 30 days."
    assert read_with({"rights": [(5.0, 5.0), (-9.0, 0.0)]}, said)["gdpr.13.2a"].status is ItemStatus.FOUND


@pytest.mark.parametrize("text", ["No.", "否", "© 2026 Marram Optics Ltd", "版权所有 2026 沙芒光学有限公司"])
def test_a_bare_answer_and_an_imprint_disclose_nothing_whatever_a_model_hears(text: str) -> None:
    known = rules()
    page = NoticeText(document(f"About this page\n\n{text}"), known.normalise, known.lexicon)
    sure = {"recipients": [(9.0, 9.0)] * len(page.sentences)}
    seen = weighed(look(page, known.topics["recipients"], False), page, known.topics["recipients"], False, sure)
    assert text not in seen.quote
