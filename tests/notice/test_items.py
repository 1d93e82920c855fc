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


def status(topic: str, sentence: str) -> ItemStatus:
    known = rules()
    text = NoticeText(document(f"About this page\n\n{sentence}"), known.normalise, known.lexicon)
    return look(text, known.topics[topic], face_only=False).status


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case['topic']}-{n}") for n, case in enumerate(CASES)])
def test_an_item_is_found_where_it_is_said_and_not_in_what_sounds_like_it(case: dict[str, Any]) -> None:
    got = status(case["topic"], case["text"])
    assert (got is ItemStatus.FOUND) if case["want"] == "found" else (got not in SPOKEN_OF), case["text"]


def test_what_is_found_by_words_in_two_sentences_needs_both() -> None:
    both = "Notice at collection for California consumers.\nWe collect names and pictures to prevent theft."
    assert status("ccpa_notice", both) is ItemStatus.FOUND
    assert status("ccpa_notice", "Our shop is in California.\nWe collect names.") not in SPOKEN_OF
