"""What is denied twice over is not denied.

`twice.jsonl` was written by the author of the forms, before them; `twice_others.jsonl` by somebody who had seen
nothing. There 14 of 40 double denials were still read as denials when the forms were first tried (24 without
them); then its errors were looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from scanner.detect.detector import answers_on, hear
from scanner.detect.rules import load as load_rules
from scanner.model import Notice, Provenance, Saying, Verdict
from scanner.notice.compare import compare
from scanner.notice.facts import overall
from scanner.notice.reader import read_notice
from scanner.pipeline.noticing import asking, needed_notice_rules
from tests.evaluation.notices import claimed, document

RULESET = load_rules()
RULES = needed_notice_rules(RULESET)
ROUND = {
    "en": "Privacy notice for visitors\n\nCameras stand at the entrances and count how many people come in. {} Video "
    "is kept for 14 days. Questions go to the desk.",
    "zh-Hans": "访客隐私告知\n\n出入口装有摄像头，统计进门人数。{}录像保存14天。有疑问请找前台。",
}
CLAIM = {
    "en": "Every face that walks in joins your gallery of face templates",
    "zh-Hans": "每位进店者的人脸自动建档入库",
}


def cases(name: str) -> list[dict[str, str]]:
    lines = Path(__file__).with_name(f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read(text: str, lang: str) -> Notice:
    page = document(ROUND[lang].format(text))
    return read_notice(page, RULES, Provenance("case"), (), hear(page, RULESET), answers_on)


@pytest.mark.gate
@pytest.mark.parametrize(
    ("name", "still_denied", "denied"),
    [("twice", 0, 23), ("twice_others", 3, 24)],  # of 28 and 24; of 40 and 40
)
def test_two_denials_that_undo_each_other_deny_nothing(name: str, still_denied: int, denied: int) -> None:
    found = Counter(
        case["saying"] for case in cases(name) if overall(read(case["text"], case["lang"]).facts) is Saying.DENIED
    )
    assert found["open"] <= still_denied
    assert found["denied"] >= denied


@pytest.mark.parametrize("text", ["No entry without face recognition.", "不刷脸不得进入园区。"])
def test_who_keeps_out_those_without_a_scan_is_not_said_to_contradict_an_advert_of_scans(text: str) -> None:
    lang = "en" if text.isascii() else "zh-Hans"
    notice = read(text, lang)
    case = {"id": "c", "lang": lang, "claim": {"category": "biometric-database", "quote": CLAIM[lang]}}
    page = document(ROUND[lang].format(text))
    found = compare([claimed(case)], [notice], RULES, asking({notice.source: page}, RULES))[0]
    assert found.verdict is not Verdict.CONTRADICTS
