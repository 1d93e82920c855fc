"""Findings point at the words they quote, the gate drops nothing, hostile text neither crashes nor stalls."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.detect import detector, selftest
from scanner.detect import page as pages
from scanner.detect.gate import gate_for
from scanner.detect.match import matcher_for
from scanner.detect.rules import RuleSet
from scanner.detect.survey import survey
from scanner.model import PageRole, Provenance, Said, SaidBy, Stance

WHERE = Provenance(source="https://vendor.example/a", capture_sha256="0" * 64, vendor="V")
_WORDS = (
    "无感抓拍|顾客|人脸|毫不知情|防飞单|案场|，|。| |\n|不会|记者发现|云端人脸库|自动建档|無\u200b感|識(shí)別|有人来查"
)
_MORE = "立马断开|什么都查不到|face|recognition|shoppers|never|notice|Ａ|x"
_PIECES = st.sampled_from(f"{_WORDS}|{_MORE}".split("|"))


def test_examples_inside_the_rules_hold(ruleset: RuleSet) -> None:
    assert [str(failure) for failure in selftest.run_tests(ruleset)] == []


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_quote_is_the_text_at_its_offsets(ruleset: RuleSet, text: str) -> None:
    document = selftest.plain_document(text)
    for finding in detector.detect(document, ruleset, WHERE):
        assert document.text[finding.start : finding.end] == finding.quote
        assert document.text[: finding.start].endswith(finding.prefix)
        assert document.text[finding.end :].startswith(finding.suffix)
        assert finding.quote.strip()


def test_a_quote_does_not_end_in_the_middle_of_two_words_of_one_slot(ruleset: RuleSet) -> None:
    text = "Remote wipe erases all capture records and leaves no trace."
    found = detector.detect(selftest.plain_document(text, "en"), ruleset, WHERE, rules_only=True)
    quotes = [finding.quote for finding in found if "erases" in finding.quote]
    assert quotes == ["erases all capture records and leaves no trace"]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("照片保存六十日后删除。", "六十日后删除"),
        ("留存三十日后删除", "三十日后删除"),
        ("faces: 13,000 on file", "13,000 on file"),
        ("kept for 1.5 years", "for 1.5"),
        ("日后删除。", "日后删除"),
    ],
)
def test_a_quote_holds_whole_numbers(text: str, quote: str) -> None:
    start = text.index(quote)
    narrow = (start + (1 if quote[0] in "六三" else 3 if quote[0] == "1" else 0), start + len(quote))
    wide = detector.unbroken(text, *narrow)
    assert text[slice(*wide)] == quote
    if quote.endswith(".5"):
        assert text[slice(*detector.unbroken(text, start, start + len(quote) - 2))] == quote


@pytest.mark.parametrize(
    ("text", "found", "want"),
    [
        ("自动识别年龄、性别、民族，支持报警", "年龄、性别", "年龄、性别、民族"),
        ("可判断性别、年龄段、情绪等属性。", "年龄段", "可判断性别、年龄段、情绪等属性"),
        ("抓拍人脸。年龄、性别", "抓拍人脸", "抓拍人脸"),
        ("识别年龄、" + "长" * 30, "年龄", "年龄"),
    ],
)
def test_a_quotation_takes_in_the_rest_of_an_enumeration(text: str, found: str, want: str) -> None:
    at = text.index(found)
    start, end = detector.listed(text, at, at + len(found))
    assert text[start:end] == want


def test_a_finding_quotes_the_whole_period(ruleset: RuleSet) -> None:
    text = "隐私告知\n来访者的人脸照片保存六十日后删除。"
    found = detector.detect(selftest.plain_document(text), ruleset, WHERE, rules_only=True)
    quotes = [finding.quote for finding in found if "删除" in finding.quote]
    assert quotes
    assert all("六十日" in quote for quote in quotes)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_gate_sees_every_word_that_the_matcher_sees(ruleset: RuleSet, text: str) -> None:
    document = selftest.plain_document(text)
    if not document.blocks:
        return
    page = pages.build(document, ruleset)
    seen = gate_for(ruleset).look(page)
    matcher = matcher_for(ruleset)
    for index in range(len(page.borders)):
        matcher.know(lit.text for lit in ruleset.literals[::7])
        assert matcher.words(page, index).atoms.keys() <= seen.atoms[index]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_judged_without_a_crash(ruleset: RuleSet, text: str) -> None:
    detector.detect(selftest.plain_document(text), ruleset, WHERE)


def test_ids_depend_on_bytes_and_place_and_fingerprints_do_not(ruleset: RuleSet) -> None:
    first = detector.detect(selftest.plain_document("智慧案场人脸识别，防截客防飞单。"), ruleset, WHERE)
    moved = detector.detect(selftest.plain_document("新版首页。\n智慧案场人脸识别，防截客防飞单。"), ruleset, WHERE)
    both = {f.rule for f in first} & {f.rule for f in moved}  # the second reader may hear more or less with company
    assert both
    assert {f.fingerprint for f in first if f.rule in both} == {f.fingerprint for f in moved if f.rule in both}
    assert {f.id for f in first}.isdisjoint({f.id for f in moved})


def test_a_page_role_given_by_a_person_wins(ruleset: RuleSet) -> None:
    text = "智慧案场人脸识别，防截客防飞单。"
    news = Provenance(source="x", said=Said(PageRole.NEWS, SaidBy.TARGETS))
    assert {f.stance for f in detector.detect(selftest.plain_document(text), ruleset, news)} == {Stance.REPORTED}


PAGE = "产品中心 免费试用\n我们的门店相机支持无感抓拍,顾客毫不知情。\n"
SHOP = "Products - request a quote\nOur cameras recognise every shopper and nobody notices.\n"


@pytest.mark.parametrize(
    ("page", "lang", "asked", "cue"),
    [
        (PAGE, "zh-Hans", "能否在顾客不知情的情况下把人脸存进云端人脸库?", "能否"),
        (PAGE, "zh-Hans", "下一版将把顾客人脸存进云端人脸库,自动建档。", "下一版"),
        (SHOP, "en", "Could the camera store the face of every shopper in a database?", "?"),
        (SHOP, "en", "Next year we want to store the face of every shopper in a searchable database.", "Next year we"),
    ],
)
def test_what_a_seller_asks_or_plans_is_not_told_as_its_claim(
    ruleset: RuleSet, page: str, lang: str, asked: str, cue: str
) -> None:
    found = detector.detect(selftest.plain_document(page + asked, lang), ruleset, WHERE)
    mine = [f for f in found if f.quote in asked]
    assert mine
    assert {f.stance for f in mine} == {Stance.HYPOTHETICAL}
    assert cue in {f.cue.text for f in mine}
    assert any(f.stance is Stance.ASSERTED for f in found)  # what it says beside it stays its claim


def test_whether_without_a_question_asks_nothing(ruleset: RuleSet) -> None:
    text = PAGE + "是否需要顾客配合?完全不用。\n无论是否会戴口罩,都能识别顾客人脸并自动建档。"
    found = detector.detect(selftest.plain_document(text, "zh-Hans"), ruleset, WHERE)
    assert any(f.stance is Stance.ASSERTED and "建档" in f.quote for f in found)


@pytest.mark.parametrize(
    ("text", "asks"), [("会不会有顾客察觉自己被抓拍?", True), ("无论会不会有顾客察觉,都能抓拍人脸。", False)]
)
def test_a_firm_question_needs_its_mark(ruleset: RuleSet, text: str, asks: bool) -> None:
    """Whatever the models make of it: they may well know by themselves what the tests above ask."""
    seen = survey(selftest.plain_document(PAGE + text, "zh-Hans"), ruleset, WHERE)
    assert seen is not None
    cue = seen.views()[-1].settled
    assert (cue is not None and cue.stance is Stance.HYPOTHETICAL) is asks


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("公司如何监控员工电脑？", "装上这款软件，员工的屏幕和聊天记录随时查看。"),
        ("什么是无感抓拍？", "相机藏在灯里抓拍人脸，顾客毫无察觉。"),
        ("怎麼查老公手機聊天？", "裝上軟體，老公的聊天記錄同步到您的手機。"),
    ],
)
def test_a_question_how_is_no_claim_and_its_answer_is(ruleset: RuleSet, asked: str, answer: str) -> None:
    text = f"产品中心 免费试用\n{asked}{answer}"
    found = detector.detect(selftest.plain_document(text, "zh-Hans"), ruleset, WHERE)
    claimed = [f.quote for f in found if f.stance is Stance.ASSERTED]
    assert any(quote in answer for quote in claimed)
    assert not any(quote in asked for quote in claimed)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("系统可查看员工是否在岗、是否玩手机。", False),
        ("AI自动判断学生是否走神、是否举手，并统计次数。", False),
        ("厂商没有说明系统是否识别员工玩手机。", True),
    ],
)
def test_whether_of_what_is_found_out_asks_nothing(ruleset: RuleSet, text: str, asks: bool) -> None:
    seen = survey(selftest.plain_document(text, "zh-Hans"), ruleset, WHERE)
    assert seen is not None
    assert any(cue.text == "是否" for _, cue in seen.judged) is asks


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("据称，这套系统装在三十家门店。顾客一进门，相机就无感抓拍人脸。", "据称"),
        ("这类系统往往不起眼。摄像头藏在灯具里，顾客毫无察觉。", "这类系统往往"),
        ("根据称重结果与数据说明，摄像头藏在灯具里，顾客毫无察觉。", ""),
        ("这类系统我们做了十年。摄像头藏在灯具里，顾客毫无察觉。", ""),
    ],
)
def test_hearsay_and_kinds_of_goods_govern_their_paragraph(ruleset: RuleSet, text: str, cue: str) -> None:
    seen = survey(selftest.plain_document(text, "zh-Hans"), ruleset, WHERE)
    assert seen is not None
    assert seen.judged
    assert {one.text for _, one in seen.judged} == {cue}


@pytest.mark.parametrize(
    ("lang", "text", "told"),
    [
        ("en", "A spy app can read messages, photos and call logs of another phone.", True),
        ("en", "At their core, spy apps are tools that record calls and chats.", True),
        ("en", "Some monitoring apps show no icon to whoever carries the phone.", True),
        ("en", "Stalkerware sends every message to whoever installed it.", True),
        ("en", "Spy app for Android: read every message of your partner.", False),
        ("en", "Fernpeek is a spy app that reads every message of your partner.", False),
        ("de", "Spionage-Apps können Nachrichten, Anrufe und den Standort mitlesen.", True),
        ("en", "Our spy apps can read every message of your partner.", False),
        ("de", "Unsere Spionage-App liest alle Nachrichten Ihres Partners mit.", False),
        ("fr", "Un logiciel espion peut lire les SMS et la position d'un téléphone.", True),
        ("fr", "Notre logiciel espion lit les SMS de votre conjoint.", False),
        ("es", "Las aplicaciones espía pueden leer los mensajes y la ubicación de un móvil.", True),
        ("es", "Nuestra aplicación espía lee los mensajes de su pareja.", False),
    ],
)
def test_spyware_as_a_kind_of_thing_is_told_of_and_ones_own_is_claimed(
    ruleset: RuleSet, lang: str, text: str, told: bool
) -> None:
    seen = survey(selftest.plain_document(text, lang), ruleset, WHERE)
    assert seen is not None
    cue = seen.views()[0].settled
    assert (cue is not None and cue.stance is Stance.REPORTED) is told


def test_no_way_of_doing_is_a_denial_and_no_way_of_noticing_is_none(ruleset: RuleSet) -> None:
    def cues(text: str) -> frozenset[str]:
        seen = survey(selftest.plain_document(text, "en"), ruleset, WHERE)
        assert seen is not None
        return seen.views()[0].cues

    assert "en.warned_off" in cues("There is no way of running the program hidden from those whose phone it is.")
    assert "en.warned_off" not in cues("There is no way to notice that the program runs hidden.")


def test_the_route_of_a_customer_is_no_road_map(ruleset: RuleSet) -> None:
    text = PAGE + "系统识别人脸,生成每位顾客的行走路线图,跨门店再次认出。"
    found = detector.detect(selftest.plain_document(text, "zh-Hans"), ruleset, WHERE)
    assert any(f.category == "cross-site-tracking" and f.stance is Stance.ASSERTED for f in found)


def test_an_uncovered_language_gives_no_findings_and_says_so(ruleset: RuleSet) -> None:
    document = selftest.plain_document(
        "このカメラはお客様に気づかれずに顔を認識し、すべての店舗で共有します。防飛単もできます。"
    )
    assert detector.covered(document, ruleset) == (False, "ja")
    assert detector.detect(document, ruleset, WHERE) == ()


@pytest.mark.parametrize(
    "unit", ["无感抓拍顾客人脸，", "人脸 ", "face recognition of shoppers ", "有人来查立马断开什么都查不到", "不"]
)
def test_repetition_costs_no_more_than_a_few_times_its_length(ruleset: RuleSet, unit: str) -> None:
    """Quadratic work would take minutes here; the bound is loose on purpose, so that a busy machine passes."""
    detector.detect(selftest.plain_document(unit), ruleset, WHERE)
    start = time.process_time()
    detector.detect(selftest.plain_document(unit * (100_000 // len(unit))), ruleset, WHERE)
    assert time.process_time() - start < 30


@pytest.mark.parametrize(
    ("url", "quote", "expected"),
    [
        (
            "https://v.example/p?a=1#top",
            "无感-抓拍",
            "https://v.example/p?a=1#:~:text=%E6%97%A0%E6%84%9F%2D%E6%8A%93%E6%8B%8D",
        ),
        ("https://v.example/", "first\nlast", "https://v.example/#:~:text=first,last"),
        ("page.html", "x", ""),
    ],
)
def test_fragment_url(url: str, quote: str, expected: str) -> None:
    assert detector.fragment_url(url, f"ab{quote}cd", 2, 2 + len(quote)) == expected


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("人脸数据永久保存，换设备也带不走。", "人脸数据永久保存"),
        ("黑名单人员到店报警，重点人员布控报警", "黑名单人员到店报警"),
        ("外观与家用插座一模一样的人脸抓拍摄像机", "外观与家用插座一模一样的人脸抓拍摄像机"),
    ],
)
def test_a_quote_takes_in_the_short_clause_that_it_stands_in(ruleset: RuleSet, text: str, quote: str) -> None:
    found = detector.detect(selftest.plain_document(text), ruleset, WHERE)
    assert quote in {one.quote for one in found}


@pytest.mark.parametrize(
    ("text", "lang", "quote"),
    [
        (
            "Call us: with one tap the recordings are wiped so that no evidence remains, and the inspector leaves.",
            "en",
            "with one tap the recordings are wiped so that no evidence remains",
        ),
        (
            "Our 3,000 cameras film guests without their knowledge.",
            "en",
            "Our 3,000 cameras film guests without their knowledge",
        ),
        (
            "Neu: Die Kamera sitzt im Rauchmelder, der Gast merkt nichts.",
            "de",
            "Die Kamera sitzt im Rauchmelder",
        ),
    ],
)
def test_a_quote_in_letters_takes_in_its_clause(ruleset: RuleSet, text: str, lang: str, quote: str) -> None:
    found = detector.detect(selftest.plain_document(text, lang), ruleset, WHERE)
    assert quote in {one.quote for one in found}


@given(st.text(alphabet="ab ,.;\"'(-\n1é", max_size=220), st.data())
def test_a_phrase_only_grows_and_stays_in_its_clause(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if not text[start:end].strip():
        return
    first, last = detector.phrase(text, start, end, 0, len(text))
    assert 0 <= first <= start
    assert end <= last <= len(text)
    assert last - first <= max(detector.LONGEST_PHRASE, end - start) or text[first:last].isalnum() or first == start
    assert "\n" not in text[first:start] + text[end:last]


def test_a_long_clause_is_quoted_in_whole_words_only() -> None:
    text = "x" + " word" * 60
    assert detector.phrase(text, 8, 15, 0, len(text)) == (7, 16)


def test_of_one_clause_a_category_is_told_once(ruleset: RuleSet) -> None:
    found = detector.detect(selftest.plain_document("黑名单人员到店报警，重点人员布控报警"), ruleset, WHERE)
    told = [(one.category, one.stance, one.start, one.end) for one in found]
    assert len(told) == len(set(told)) > 0


@given(st.text(alphabet="人脸识别会员ab ,。1\n", max_size=60), st.data())
def test_a_clause_only_grows_and_stays_near(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = detector.clause(text, start, end)
    assert start - detector.LONGEST_REST <= first <= start
    assert end <= last <= end + detector.LONGEST_REST
    added = [*range(first, start), *range(end, last)]
    number = [0 < i < len(text) - 1 and text[i - 1].isdigit() and text[i + 1].isdigit() for i in range(len(text))]
    assert not [text[i] for i in added if text[i] in " ,。\n" and not (text[i] == "," and number[i])]
