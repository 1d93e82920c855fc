"""Lists below a lead-in that denies or bounds them. `lists.jsonl` was labelled before the reader knew of lists."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scanner.detect.detector import answers_on, hear
from scanner.detect.rules import load as load_rules
from scanner.model import Document, Provenance, Saying, Verdict
from scanner.notice.compare import compare
from scanner.notice.reader import read_notice
from scanner.notice.text import NoticeText
from scanner.pipeline.noticing import asking, needed_notice_rules
from scanner.read.reader import read
from tests.evaluation.notices import claimed, document

RULESET = load_rules()
RULES = needed_notice_rules(RULESET)
CASES = [json.loads(line) for line in Path(__file__).with_name("lists.jsonl").read_text("utf-8").splitlines()]
RIGHT = 34
"""Of 40; 19 before lead-in and item were read as one."""


def page(case: dict[str, Any]) -> Document:
    mime = "text/html" if case["html"] else "text/plain"
    found = read(case["notice"].encode(), f"{mime}; charset=utf-8", "file:///case").document
    assert found is not None
    return found


@pytest.mark.gate
def test_verdicts_on_notices_with_lists() -> None:
    """Most are right, none is a contradiction that the label has not; quotations are the notice's own text."""
    table: Counter[tuple[str, str]] = Counter()
    for case in CASES:
        text = page(case)
        notice = read_notice(text, RULES, Provenance(case["id"]), (), hear(text, RULESET), answers_on)
        found = compare([claimed(case)], [notice], RULES, asking({notice.source: text}, RULES))[0]
        table[case["verdict"], found.verdict.value] += 1
        if found.notice_at is not None:
            assert text.text[found.notice_at.start : found.notice_at.end] == found.notice_quote
    assert sum(n for (want, got), n in table.items() if want == got) >= RIGHT
    assert not [want for want, got in table if got == Verdict.CONTRADICTS and want != Verdict.CONTRADICTS]
    assert not table[Verdict.CONTRADICTS.value, Verdict.ADMITS.value]


def items(text: str) -> list[tuple[str, bool]]:
    """What the items of lists are read as, and whether that is certain."""
    found = NoticeText(document(text), RULES.normalise, RULES.lexicon).sentences
    return [(s.read.text, not s.above.doubtful) for s in found if s.above is not None]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("We do not:\n- sell data;\n- film you.", ["we do not sell data;", "we do not film you."]),
        ("我们不会：\n1. 出售信息；\n2. 识别人脸。", ["我们不会出售信息;", "我们不会识别人脸。"]),
        ("我们承诺绝不：1.出售您的信息；2.识别您的人脸。", ["我们承诺绝不识别您的人脸。"]),
        ("We never collect:\n- face templates\nThe rest we do.\n- film", ["we never collect: face templates"]),
        ("We do not:\n- sell data\n\nWe do:\n- sell pictures", ["we do not sell data"]),
        ("We do not:\n- sell data\n1. film you", ["we do not sell data"]),
        ("We do not sell. Our cameras:\n- film you", []),
        ("We collect:\n- pictures", []),
        ("If you do not agree, we still:\n- film you", []),
        ("We do not need your consent to:\n- film you", []),
        ("Cards without a face:\n- film you", []),
        ("我们不会将您的影像用于：\n1. 广告推送", ["我们不会将您的影像用于: 广告推送"]),
    ],
)
def test_what_an_item_is_read_as(text: str, want: list[str]) -> None:
    assert items("Notice\n\n" + text) == [(one, True) for one in want]


@pytest.mark.parametrize(
    "text",
    [
        "We do not, without telling you:\n- film you",
        "What do we not collect?\n- face templates",
        "We never:\n- work without signs",
        "You must not:\n- film our staff",
        "我们不会停止：\n1. 采集人脸",
        "We do not sell to shops that:\n- film you",
        "We do not:\n- we sell data",
        "We do not:\n- share:\n- faces with the police",
    ],
)
def test_where_it_is_not_certain_what_is_denied_the_item_says_nothing(text: str) -> None:
    found = items("Notice\n\n" + text)
    assert all(not sure for _, sure in found[-1:])


def test_a_denied_item_is_quoted_with_its_lead_in() -> None:
    text = (
        "Notice for shoppers filmed by the cameras\n\nWe do not:\n- sell your data\n- use face recognition on shoppers"
    )
    facts = read_notice(document(text), RULES, Provenance("n")).facts
    sale = next(fact for fact in facts if fact.topic == "sale")
    assert (sale.saying, sale.quote, sale.lead, sale.cue) == (
        Saying.DENIED,
        "- sell your data",
        "We do not:\n",
        "not",
    )
    assert {f.saying for f in facts if f.topic == "biometrics"} == {Saying.DENIED}


def test_a_deed_denied_above_denies_no_other_of_the_thing_below() -> None:
    text = "Notice for shoppers filmed by the cameras\n\nWe do not share the following with partners:\n- face templates"
    facts = read_notice(document(text), RULES, Provenance("n")).facts
    assert not [f for f in facts if f.topic == "biometrics" and f.saying is Saying.DENIED]


@pytest.mark.parametrize("sentence", ["We keep it. ", "we keep the data; ", "- we keep it\n"])
def test_a_long_block_costs_its_length_and_not_its_square(sentence: str) -> None:
    """One of 60,000 sentences took 13 to 19 s when each looked at all of the block, and takes about one."""
    text = document("Privacy notice\n" + sentence * 60_000)
    started = time.process_time()
    assert len(NoticeText(text, RULES.normalise, RULES.lexicon).sentences) > 60_000
    assert time.process_time() - started < 8
