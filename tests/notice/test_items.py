"""Each disclosure is found in a sentence that has it, and in none that only sounds like it.

`items.jsonl` was written to find words that say too much ("automated backups", "we provide you with a copy"): it holds
what was won. Figures on notices by others stand in tests/evaluation.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.model import ItemStatus
from scanner.notice.items import look
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
