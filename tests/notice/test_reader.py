"""What a notice says: denials, exceptions, other people, dates, periods; and that no text breaks the reader."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.detect.rules import load as load_rules
from scanner.model import Answered, ItemStatus, Notice, NoticeKind, Provenance, Saying
from scanner.notice.facts import overall
from scanner.notice.hearing import Asks
from scanner.notice.reader import is_notice, read_notice
from scanner.notice.sentence import Sentence
from scanner.pipeline.noticing import needed_notice_rules
from scanner.read.reader import read
from scanner.report.notices import notice_lines
from tests.evaluation.notices import document

RULES = needed_notice_rules(load_rules())
FILMED = "本告知适用于进入门店、被摄像机拍摄的顾客。\n"


def notice(text: str, *regimes: str) -> Notice:
    return read_notice(document(text), RULES, Provenance("x"), regimes)


def saying(text: str, topic: str = "biometrics") -> Saying:
    return overall(notice(FILMED + text).facts, topic)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("摄像机采集顾客的人脸图像，用于识别会员。", Saying.DISCLOSED),
        ("我们不采集、不存储任何人脸信息。", Saying.DENIED),
        ("The cameras do not collect, store or share facial images.", Saying.DENIED),
        ("We collect no biometric data of shoppers.", Saying.DENIED),
        ("未经您单独同意，我们不会采集您的人脸。", Saying.DISCLOSED),
        ("Face images are not used for advertising.", Saying.SILENT),
        ("We do not keep face templates longer than 30 days.", Saying.DISCLOSED),
        ("Do you use face recognition?", Saying.SILENT),
        ("录像保存七天。", Saying.SILENT),
        ("Capture of faces is strictly prohibited in our shops.", Saying.DENIED),
    ],
)
def test_biometrics_are_disclosed_denied_or_not_mentioned(text: str, want: Saying) -> None:
    assert saying(text) is want


ASKED = (
    "Notice for guests of the pool\nGuests are counted, nothing else.\nWe keep the list of payments for ten years.\n"
    "The gate opens to your hand."
)


def hearing(told: dict[str, Answered]) -> Asks:
    """A reader of question and notice together that hears something in sentences with these words."""

    def ask(_topic: str, _question: str, sentences: Sequence[Sentence]) -> Sequence[Answered]:
        return [next((a for word, a in told.items() if word in s.text), Answered(0.0, 0.0)) for s in sentences]

    return ask


@pytest.mark.parametrize(
    ("told", "want", "quoted"),
    [
        ({}, Saying.SILENT, ""),
        ({"hand": Answered(0.0, 0.95)}, Saying.DISCLOSED, "The gate opens to your hand."),
        ({"counted": Answered(0.99, 0.01)}, Saying.DENIED, "Guests are counted, nothing else."),
        (
            {"counted": Answered(0.95, 0.0), "hand": Answered(0.0, 0.95)},
            Saying.DISCLOSED,
            "The gate opens to your hand.",
        ),
        ({"counted": Answered(0.3, 0.0), "hand": Answered(0.0, 0.3)}, Saying.SILENT, ""),
    ],
)
def test_a_notice_is_asked_for_biometrics_too(told: dict[str, Answered], want: Saying, quoted: str) -> None:
    found = read_notice(document(ASKED), RULES, Provenance("x"), ask=hearing(told))
    assert overall(found.facts) is want
    assert [fact.quote for fact in found.facts if fact.topic == "biometrics"] == ([quoted] if quoted else [])


def test_what_only_the_words_take_for_a_disclosure_is_doubted() -> None:
    text = FILMED + "摄像机采集顾客的人脸图像，用于识别会员。\n录像保存七天。\n如有疑问请到服务台。"
    for told, want in (({"人脸": Answered(0.0, 0.9)}, Saying.DISCLOSED), ({}, Saying.SILENT)):
        assert overall(read_notice(document(text), RULES, Provenance("x"), ask=hearing(told)).facts) is want
    assert overall(read_notice(document(text), RULES, Provenance("x"), ask=lambda *_: ()).facts) is Saying.DISCLOSED


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("We do not sell data of visitors.", Saying.DENIED),
        ("We do not sell data of visitors except to affiliates.", Saying.CONDITIONAL),
        ("We do not sell data of visitors. However, affiliates may buy it.", Saying.CONDITIONAL),
        ("除品牌方有偿共享外，我们不出售顾客信息。", Saying.CONDITIONAL),
        ("未经您同意，不会出售您的信息。", Saying.CONDITIONAL),
        ("我们将顾客数据有偿提供给订阅客户。", Saying.DISCLOSED),
        ("我们绝不出售顾客信息。", Saying.DENIED),
        ("Our point of sale staff will help you.", Saying.SILENT),
    ],
)
def test_a_denial_with_an_exception_is_no_denial(text: str, want: Saying) -> None:
    assert saying(text, "sale") is want


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("人脸照片保存三十日后删除。", 30),
        ("顾客录像满 15 天自动覆盖。", 15),
        ("Footage is overwritten after two weeks.", 14),
        ("Face images are kept for six (6) months.", 365 / 2),
        ("会员人脸保存至会籍终止后五年。", 5 * 365),
        ("Face images are kept for thirty-six months.", 3 * 365),
        ("Face images are kept for 1.5 years.", 547.5),
        ("Face images are kept for a year and a half.", 547.5),
        ("Face images are kept for a thirty day period.", 30),
        ("Face images are kept for twenty-one days.", 21),
        ("Face images are kept for 1,095 days.", 1095),
        ("Face images are kept for 1 year and 6 months.", 547.5),
        ("人脸照片保存1,095天后删除。", 1095),
        ("人脸照片保存，30天后删除。", 30),
        ("人脸照片保存2.5年后删除。", 912.5),
        ("人脸照片保存一年半后删除。", 547.5),
        ("人脸照片保存一个半月后删除。", 45.6),
        ("人脸照片保存一年零三个月后删除。", 456.25),
        ("人脸照片保存一千零九十五日后删除。", 1095),
        ("自二〇二六年三月一日起，人脸照片保存三十日后删除。", 30),
    ],
)
def test_periods_are_read(text: str, days: float) -> None:
    found = [f.days for f in notice(FILMED + text).facts if f.topic == "retention"]
    assert found[0] == pytest.approx(days, abs=1)


@pytest.mark.parametrize(
    "words", ["1,5 years", "1/2 year", "1½ years", "1 095 days", "six thirty days", "一百八天", "三万天", "1.2.3天"]
)
def test_no_length_is_told_of_a_period_that_cannot_be_read_whole(words: str) -> None:
    """Nor is the shorter one beside it the longest of the sentence."""
    facts = notice(FILMED + f"Face images are kept for {words}, footage for 30 days.").facts
    assert [f.days for f in facts if f.topic == "retention"] == [None]


@pytest.mark.parametrize(
    ("line", "effective", "updated"),
    [
        ("更新日期：2026年1月5日", "", "2026-01-05"),
        ("生效日期：二〇二六年三月一日", "2026-03-01", ""),
        ("民國112年7月1日起適用", "2023-07-01", ""),
        ("Effective: 14 January 2026", "2026-01-14", ""),
        ("Last updated January 14th, 2026", "", "2026-01-14"),
        ("Version of 2026-01-14", "", "2026-01-14"),
        ("本告知自2026年3月起施行", "2026-03", ""),
        ("照片保存30日", "", ""),
        ("版本：2.1　发布日期：2026年4月2日　生效日期：2026年5月1日", "2026-05-01", "2026-04-02"),
        ("Published 2 April 2026, in force from 1 May 2026", "2026-05-01", "2026-04-02"),
        ("It replaces the notice effective 1 May 2023. It applies from 1 June 2026.", "2026-06-01", ""),
        ("上一版本生效日期：2023年4月1日。本版本生效日期：2026年4月1日。", "2026-04-01", ""),
        ("This notice, effective 1 June 2026, replaces the notice of 1 May 2023.", "2026-06-01", ""),
        ("As of: 12 January 2026", "", "2026-01-12"),
        ("Stand: 12.01.2026", "", "2026-01-12"),
        ("Effective 25/03/2026", "2026-03-25", ""),
        ("Effective 04/03/2026", "", ""),
        ("失效日期：2026年1月31日", "", ""),
        ("Effective 31 February 2026", "", ""),
        ("生效日期：2026年2月31日", "", ""),
        ("Effective 31/02/2026", "", ""),
        ("生效日期：2028年2月29日", "2028-02-29", ""),
    ],
)
def test_dates_are_read_from_the_text(line: str, effective: str, updated: str) -> None:
    found = notice(f"隐私政策\n我们收集您的姓名。\n{line}")
    assert (found.effective, found.updated) == (effective, updated)


@pytest.mark.parametrize("line", ["Last updated: 02/03/2026", "As of: 02/03/2026"])
def test_a_date_whose_day_and_month_are_not_clear_is_quoted_and_not_guessed(line: str) -> None:
    found = notice(f"Privacy notice\nWe collect your name.\n{line}")
    assert [(fact.quote, fact.value) for fact in found.facts if fact.topic == "changed"] == [(line, "")]
    assert [line in one for one in notice_lines(found, "en")].count(True) == 1


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("本政策仅适用于访问本网站的用户，不适用于我们售出的产品。我们收集 IP 地址。", NoticeKind.SITE_VISITORS),
        ("Privacy notice for account holders\nWe keep your login and your name.", NoticeKind.PRODUCT_USERS),
        ("门店摄像机人脸信息告知\n进店顾客会被摄像机拍摄。", NoticeKind.PEOPLE_FILMED),
        ("我们重视信息安全。", NoticeKind.UNKNOWN),
    ],
)  # fmt: skip
def test_it_is_told_for_whom_a_notice_is(text: str, want: NoticeKind) -> None:
    assert notice(text).kind is want


def test_items_are_found_vague_or_not_found_and_each_quote_stands_in_the_text() -> None:
    text = "人脸信息处理规则\n为核验身份，闸机采集人脸照片。\n照片在必要期限内保存。\n"
    text += "南渡智感有限公司，电话 000-0000-0000。"
    found = {item.id: item for item in notice(text, "cn.pipl", "cn.frt").items}
    assert found["pipl.17.purpose"].status is ItemStatus.FOUND
    assert found["frt.5.retention"].status is ItemStatus.VAGUE
    assert found["pipl.39.export"].status is ItemStatus.NOT_FOUND
    assert found["frt.13.sign"].status is ItemStatus.NOT_CHECKABLE
    whole = document(text).text
    assert all(whole[item.start : item.end] == item.quote for item in found.values())


def test_a_heading_is_quoted_only_where_no_sentence_below_says_it() -> None:
    text = "隐私政策\n一、我们是谁\n店主自办，电话 000。\n二、人脸照片的保存期限\n人脸照片保存六十日后删除。\n"
    quoted = {item.id: item.quote for item in notice(text, "cn.pipl").items}
    assert quoted["pipl.17.retention"] == "人脸照片保存六十日后删除。"


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("本政策适用于经过我们设备的所有人员。", "pipl.17.purpose"),
        ("We do not share profiles with third parties.", "gdpr.13.2f"),
        ("We do not share profiles with third parties, other than our advertising partners.", "gdpr.14.rest"),
    ],
)
def test_what_only_sounds_like_an_item_is_not_found(text: str, item: str) -> None:
    found = {one.id: one.status for one in notice(f"Privacy notice\n{text}\n", "cn.pipl", "eu.gdpr").items}
    assert found[item] is ItemStatus.NOT_FOUND


def test_that_nobody_is_asked_is_no_telling() -> None:
    assert saying("You will not be asked beforehand.", "told") is Saying.DENIED


def test_every_item_of_every_regime_is_there() -> None:
    assert len(RULES.items) == 60
    assert list(RULES.regimes) == ["cn.pipl", "cn.ndsr", "cn.frt", "eu.gdpr", "eu.aiact", "us.il.bipa", "us.ca.ccpa"]


@given(
    st.text(
        alphabet=st.sampled_from(
            "我们不会采集人脸出售信息除外但 。，；:\n？abc not sell face data except 30 天年(|)[]@\u200b\U0001f600"
        ),
        max_size=400,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_and_every_quote_is_exact(text: str) -> None:
    page = read(("x" + text).encode(), "text/plain; charset=utf-8", "file:///x").document
    assert page is not None
    found = read_notice(page, RULES, Provenance("x"))
    for part in (*found.facts, *found.items):
        assert page.text[part.start : part.end] == part.quote


def test_hostile_length_costs_time_in_proportion() -> None:
    import time

    def taken(n: int) -> float:
        page = document("我们不会将人脸信息出售给任何第三方" * n)
        start = time.process_time()
        read_notice(page, RULES, Provenance("x"))
        return time.process_time() - start

    taken(20)
    assert taken(400) < 40 * max(taken(40), 0.01)


@pytest.mark.parametrize(
    ("title", "want"),
    [
        ("隐私政策 - 某公司", True), ("Privacy Notice | Example", True), ("人脸信息处理规则", True),
        ("Datenschutzerklärung", True), ("隐私政策模板下载", False), ("How to write a privacy policy", False),
        ("Face capture for shops", False),
    ],
)  # fmt: skip
def test_a_page_is_a_notice_if_it_calls_itself_one(title: str, want: bool) -> None:
    html = f"<html><head><title>{title}</title></head><body><p>Text of some length for the page.</p></body></html>"
    page = read(html.encode(), "text/html; charset=utf-8", "http://x.example/").document
    assert page is not None
    assert is_notice(page, RULES) is want


def test_an_item_is_quoted_from_the_sentence_that_has_it_best() -> None:
    """Not from the first that could be meant: an address to write to is no kind of data, nor is a denial of one."""
    text = "人脸信息处理规则\n处理者：南渡智感有限公司，邮箱 face@nandu.example。\n我们不会收集您的指纹。\n"
    text += "摄像机收集来访者的人脸照片。\n"
    quoted = {item.id: item.quote for item in notice(text, "cn.pipl").items}
    assert quoted["pipl.17.types"] == "摄像机收集来访者的人脸照片。"
    assert quoted["pipl.17.identity"] == "处理者：南渡智感有限公司，邮箱 face@nandu.example。"


@pytest.mark.parametrize("title", ["隐私政策（已失效）", "Privacy notice (superseded)", "隐私政策历史版本"])
def test_a_title_says_that_the_version_is_none_any_more(title: str) -> None:
    found = notice(f"{title}\n\n我们收集您的姓名。")
    assert found.ends
    assert found.ends.quote == title
    assert any(title in line for line in notice_lines(found, "zh")[2:])


def test_a_date_is_no_period_and_a_shop_that_agrees_is_nobodys_consent() -> None:
    html = "<h1>摄像机说明</h1><p>生效日期：2026年2月1日</p><h2>保存期限</h2><p>录像保存7天。</p>"
    found = read(html.encode(), "text/html; charset=utf-8", "file:///case").document
    assert found is not None
    facts = read_notice(found, RULES, Provenance("x"), ()).facts
    assert {fact.quote for fact in facts if fact.topic == "retention"} == {"录像保存7天。"}
    assert saying("我们出售数据，但须门店同意。", "consent") is Saying.SILENT
    assert (
        saying("Do you sell data? No, unless the shop has agreed to our partner programme.", "consent") is Saying.SILENT
    )
