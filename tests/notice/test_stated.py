"""On which of seven matters a notice speaks, and which denials answer a claim: sentences of the reader's author.

`stated.jsonl` and `denials.jsonl` were written to widen the words; they hold what was won, and prove nothing of texts
by others (tests/evaluation/README.md does).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scanner.cli.main import app
from scanner.detect.rules import load as load_rules
from scanner.model import ItemStatus, Provenance, Stated, Verdict
from scanner.notice.reader import read_notice
from scanner.notice.stated import SOURCES
from scanner.pipeline.noticing import needed_notice_rules
from scanner.report.notice_json import notice_json
from tests.evaluation import notices
from tests.evaluation.notices import document

HERE = Path(__file__).parent
RULES = needed_notice_rules(load_rules())
HAN = "\u4e00", "\u9fff"


def lines(name: str) -> list[Any]:
    text = (HERE / name).read_text("utf-8")
    return [pytest.param(json.loads(line), id=str(number)) for number, line in enumerate(text.splitlines(), 1)]


def stated(text: str) -> dict[str, Stated]:
    title = "隐私说明" if any(HAN[0] <= char <= HAN[1] for char in text) else "Privacy notice"
    return dict(notices.notice_from(f"{title}\n{text}", "x").stated)


@pytest.mark.parametrize("case", lines("stated.jsonl"))
def test_a_matter_is_stated_denied_or_not_mentioned(case: dict[str, str]) -> None:
    found = stated(case["text"])[case["on"]].value
    fits = {
        "says": found in ("yes", "denied"), "yes": found == "yes", "no": found == "no", "denied": found == "denied",
        "not yes": found != "yes",
    }  # fmt: skip
    assert fits[case["want"]], found


@pytest.mark.parametrize("case", lines("denials.jsonl"))
def test_a_plain_denial_contradicts_and_a_limited_one_does_not(case: dict[str, Any]) -> None:
    pair = {"id": "x", "lang": "zh", "claim": {"category": case["category"], "quote": case["claim"]}}
    verdict = notices.verdict(pair | {"notice": case["notice"]}, {}).verdict
    assert (verdict is Verdict.CONTRADICTS) is case["contradicts"], verdict


def test_the_seven_matters_are_always_answered_in_their_order() -> None:
    notice = notices.notice_from("x", "x")
    assert [name for name, _ in notice.stated] == list(SOURCES)
    assert all(answer is Stated.NO for _, answer in notice.stated)


def test_a_denial_beside_something_else_is_no_mere_denial() -> None:
    assert stated("我们不出售信息。")["sharing"] is Stated.DENIED
    assert stated("我们不出售信息。\n录像由云服务商托管。")["sharing"] is Stated.YES


def test_what_others_say_of_somebody_discloses_nothing() -> None:
    assert stated("有自媒体称我司设备采集顾客人脸。")["biometrics"] is Stated.NO


def test_name_and_address_may_stand_apart_but_the_address_of_a_recipient_is_not_the_writers() -> None:
    def identity(text: str) -> ItemStatus:
        found = read_notice(document(text), RULES, Provenance("x"), ("cn.pipl",)).items
        return next(item.status for item in found if item.id == "pipl.17.identity")

    assert identity("南渡智感有限公司\n我们记录您的姓名。\n邮箱:me@nandu.example") is ItemStatus.FOUND
    assert identity("说明\n数据提供给甲平台(ad@jia.example)。") is ItemStatus.NOT_FOUND
    assert identity("更新记录\n2026-03-10 修改第三条") is ItemStatus.NOT_FOUND


def test_a_template_is_a_whole_word_whichever_alternative_comes_first() -> None:
    assert stated("Questions? Call 01632 960 123.")["contact"] is Stated.YES


def test_json_and_table_tell_them(tmp_path: Path) -> None:
    text = "门店人脸告知\n摄像头采集顾客人脸,用于识别会员,三十天后删除。我们不出售信息。\n"
    (tmp_path / "notice.txt").write_text(text, "utf-8")
    told = notice_json(notices.notice_from(text, "x"))["stated"]
    assert told == {
        "biometrics": "yes", "consent": "no", "purpose": "yes", "retention": "yes", "sharing": "denied", "rights": "no",
        "contact": "no",
    }  # fmt: skip
    shown = CliRunner().invoke(app, ["notice", str(tmp_path / "notice.txt"), "--format", "jsonl"])
    assert json.loads(shown.stdout)["stated"] == told
    table = CliRunner().invoke(app, ["notice", str(tmp_path / "notice.txt")])
    assert "sharing denied" in " ".join(table.stdout.split())


def test_what_is_told_as_an_item_is_told_as_a_matter_too() -> None:
    """Words do not know this recipient; the reader of disclosures does."""
    found = notices.notice_from(
        "Mill Lane Opticians: our cameras\nThe shop is run by Mill Lane Optics Ltd, hello@millane.example.\n"
        "Two lenses above the till record pictures, so that thieves can be shown to the police.\n"
        "The recorder writes over itself after three weeks.\nBrightcount BV in Utrecht looks after the box.",
        "x",
        ("eu.gdpr",),
    )
    items = {item.id: item.status for item in found.items}
    assert items["gdpr.13.1e"] is ItemStatus.FOUND
    assert dict(found.stated)["sharing"] is Stated.YES
