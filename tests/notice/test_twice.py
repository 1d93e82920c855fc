"""What is denied twice over is not denied. `twice.jsonl` was written before the reader knew of it, by its author."""

from __future__ import annotations

import json
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
CASES = [json.loads(line) for line in Path(__file__).with_name("twice.jsonl").read_text("utf-8").splitlines()]
ROUND = {
    "en": "Privacy notice for visitors\n\nCameras stand at the entrances and count how many people come in. {} Video "
    "is kept for 14 days. Questions go to the desk.",
    "zh-Hans": "访客隐私告知\n\n出入口装有摄像头，统计进门人数。{}录像保存14天。有疑问请找前台。",
}
CLAIM = {
    "en": "Every face that walks in joins your gallery of face templates",
    "zh-Hans": "每位进店者的人脸自动建档入库",
}


def read(text: str, lang: str) -> Notice:
    page = document(ROUND[lang].format(text))
    return read_notice(page, RULES, Provenance("case"), (), hear(page, RULESET), answers_on)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_two_denials_that_undo_each_other_deny_nothing(case: dict[str, str]) -> None:
    said = overall(read(case["text"], case["lang"]).facts)
    assert (said is Saying.DENIED) == (case["saying"] == "denied"), said


@pytest.mark.parametrize("text", ["No entry without face recognition.", "不刷脸不得进入园区。"])
def test_who_keeps_out_those_without_a_scan_is_not_said_to_contradict_an_advert_of_scans(text: str) -> None:
    lang = "en" if text.isascii() else "zh-Hans"
    notice = read(text, lang)
    case = {"id": "c", "lang": lang, "claim": {"category": "biometric-database", "quote": CLAIM[lang]}}
    page = document(ROUND[lang].format(text))
    found = compare([claimed(case)], [notice], RULES, asking({notice.source: page}, RULES))[0]
    assert found.verdict is not Verdict.CONTRADICTS
