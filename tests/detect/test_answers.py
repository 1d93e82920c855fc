"""Rows of a table that answer themselves: a plain no is no advertisement."""

from __future__ import annotations

import pytest

from scanner.detect import detector, rules
from scanner.model import Finding, Provenance, Stance
from scanner.read.reader import read


def _found(html: str) -> dict[str, Finding]:
    ours = "<h1>Aisle camera</h1><p>Order our camera today. Our sales team is glad to help you.</p>"
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{ours}{html}</body></html>'
    document = read(page.encode(), "text/html", "http://vendor.test/").document
    assert document is not None
    return {one.category: one for one in detector.detect(document, rules.load(), Provenance(source="t"))}


@pytest.mark.parametrize(
    ("label", "answer", "category"),
    [
        ("情绪识别", "不支持", "attribute-inference"),
        ("情绪识别", "无此功能", "attribute-inference"),
        ("跨店识别同一顾客", "✗", "cross-site-tracking"),
        ("跨店识别同一顾客", "否，仅统计人数", "cross-site-tracking"),
        ("Emotion analysis of shoppers", "Not available", "attribute-inference"),
        ("Recognises the same shopper in every branch", "No", "cross-site-tracking"),
    ],
)
def test_a_row_that_is_answered_with_a_plain_no_is_a_denial(label: str, answer: str, category: str) -> None:
    table = "<table><tr><th>{0}</th><td>{1}</td></tr></table>"
    terms = "<dl><dt>{0}</dt><dd>{1}</dd><dt>Warranty</dt><dd>2 years</dd></dl>"
    for form in (table, terms):
        one = _found(form.format(label, answer)).get(category)
        assert one is None or (one.stance, one.cue.scope) == (Stance.NEGATED, "row")
    assert _found(table.format(label, "✓" if ord(label[0]) > 0x2E7F else "Yes"))[category].stance is Stance.ASSERTED


def test_what_one_of_two_models_has_is_claimed_of_it() -> None:
    head = "<table><tr><th>Function</th><th>A</th><th>B</th></tr>"
    row = head + "<tr><td>Emotion analysis of shoppers</td><td>{}</td><td>{}</td></tr></table>"
    assert _found(row.format("✗", "✓"))["attribute-inference"].stance is Stance.ASSERTED
    assert _found(row.format("✗", "–"))["attribute-inference"].stance is Stance.NEGATED


def test_a_remark_beside_a_no_is_no_answer() -> None:
    table = (
        "<table><tr><th>功能</th><th>是否</th><th>{}</th></tr><tr><td>情绪识别</td><td>否</td><td>{}</td></tr></table>"
    )
    assert _found(table.format("说明", "摄像机只统计人数"))["attribute-inference"].stance is Stance.NEGATED
    assert _found(table.format("旗舰版", "标配,可选"))["attribute-inference"].stance is Stance.ASSERTED


def test_a_no_that_goes_on_denies_nothing() -> None:
    found = _found("<table><tr><td>Emotion analysis of shoppers</td><td>No sign-up needed</td></tr></table>")
    assert found["attribute-inference"].stance is Stance.ASSERTED


@pytest.mark.parametrize(
    "text",
    [
        "请勿用于偷拍他人。",
        "Please do not use it to film staff secretly.",
        "Harrow Optics advertises that its cameras film every shopper without anybody knowing.",
        "有的厂家会宣称摄像机偷偷拍摄路人。",
        "我们正准备探索用步态跨店认出同一位顾客。",
    ],
)
def test_what_a_seller_warns_of_plans_or_says_of_another_is_not_its_claim(text: str) -> None:
    found = _found(f"<p>{text}</p>").values()
    assert found
    assert Stance.ASSERTED not in {one.stance for one in found}
