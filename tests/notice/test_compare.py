"""Verdicts: conservative by design, with both sentences; several notices; one document; what cannot be told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from scanner.detect.rules import load as load_rules
from scanner.model import (
    Answered,
    BlockKind,
    Finding,
    Heard,
    Notice,
    NoticeKind,
    Provenance,
    Saying,
    Stance,
    UnreadReason,
    Verdict,
    VerdictReason,
)
from scanner.notice.claim import Claim, read_claim
from scanner.notice.compare import Ask, compare, within
from scanner.notice.hearing import Reply, reply
from scanner.notice.reader import could_contradict, read_notice
from scanner.notice.text import NoticeText
from scanner.pipeline.noticing import asking, needed_notice_rules, run_notice_tests
from scanner.read.reader import read
from scanner.report.notices import notice_lines, quoted_for
from tests.evaluation.notices import claimed, document

RULESET = load_rules()
RULES = needed_notice_rules(RULESET)


def notice(text: str, source: str = "n") -> Notice:
    return read_notice(document(text), RULES, Provenance(source))


def claim(category: str, quote: str) -> Finding:
    return claimed({"id": quote, "lang": "en", "claim": {"category": category, "quote": quote}})


def verdict(category: str, quote: str, *notices: Notice) -> tuple[Verdict, VerdictReason]:
    found = compare([claim(category, quote)], notices, RULES)[0]
    return found.verdict, found.reason


FILMED = notice(
    "Notice for shoppers filmed by the cameras in our shops\n"
    "We do not use face recognition. Video is deleted after ten days."
)
SITE = notice("Privacy policy for visitors of our website\nWe do not collect biometric data about you.", "s")
SOLD = notice("Notice for shoppers filmed by the cameras\nFace templates of shoppers are stored for two years.", "f")
UNREAD = Notice("u", "", unread=UnreadReason.HTTP_STATUS)


def test_the_tests_inside_the_mapping_pass() -> None:
    assert run_notice_tests(RULESET) == []


@pytest.mark.parametrize(
    ("notices", "want"),
    [
        ([FILMED], (Verdict.CONTRADICTS, VerdictReason.DENIES)),
        ([SITE], (Verdict.CANNOT_TELL, VerdictReason.OTHER_PEOPLE)),
        ([SITE, FILMED], (Verdict.CONTRADICTS, VerdictReason.DENIES)),
        ([SOLD], (Verdict.ADMITS, VerdictReason.DISCLOSES)),
        ([FILMED, SOLD], (Verdict.CANNOT_TELL, VerdictReason.CONFLICTING)),
        ([], (Verdict.CANNOT_TELL, VerdictReason.NO_NOTICE)),
        ([UNREAD], (Verdict.CANNOT_TELL, VerdictReason.NOT_READ)),
        ([UNREAD, FILMED], (Verdict.CONTRADICTS, VerdictReason.DENIES)),
    ],
)
def test_several_notices_are_weighed(notices: list[Notice], want: tuple[Verdict, VerdictReason]) -> None:
    assert verdict("biometric-database", "Every face goes into a gallery", *notices) == want


OLD = "Notice for shoppers filmed by the cameras in our shops\nWe do not use face recognition.\n"
DAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("This version was replaced on 1 March 2026.", VerdictReason.SUPERSEDED),
        ("This notice is no longer in force.", VerdictReason.SUPERSEDED),
        ("You are reading an archived version of this notice.", VerdictReason.SUPERSEDED),
        ("失效日期：2026年4月30日", VerdictReason.SUPERSEDED),
        ("本版本已由2026年3月1日生效的新版本取代。", VerdictReason.SUPERSEDED),
        ("本告知已于2026年4月30日失效。", VerdictReason.SUPERSEDED),
        ("In force from 1 June 2026.", VerdictReason.NOT_YET_IN_FORCE),
        ("This version applied until 31 May 2026.", VerdictReason.DENIES),
        ("This version replaced that of 1 March 2024. Older versions are archived and no longer in force.", None),
        ("If this notice is no longer in force, we say so. 新版本生效后旧版本失效。", None),
    ],
)
def test_a_version_that_does_not_hold_answers_nothing(line: str, reason: VerdictReason | None) -> None:
    """And what a notice says of other versions, or of what may come, takes nothing from it."""
    given = notice(OLD + line)
    if reason is None:
        assert given.void_on(DAY) is None
        return
    found = compare([claim("biometric-database", "Every face goes into a gallery")], [given], RULES, at=DAY)[0]
    assert found.reason is reason
    if found.reason is not VerdictReason.DENIES:
        assert found.verdict is Verdict.CANNOT_TELL
        assert found.notice_quote
        assert found.notice_quote in line


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("有效期至2026年3月1日", date(2026, 3, 1)),
        ("This notice is valid until 1 March 2026.", date(2026, 3, 1)),
        ("This version applied until March 2026.", date(2026, 3, 31)),
        ("失效日期：2026年3月2日", date(2026, 3, 1)),
        ("This version was replaced on 2 March 2026.", date(2026, 3, 1)),
    ],
)
def test_the_last_day_on_which_a_notice_holds(line: str, last: date) -> None:
    given = notice(OLD + line)
    assert given.void_on(last) is None
    assert given.void_on(last + timedelta(days=1)) is VerdictReason.SUPERSEDED


def test_a_superseded_version_yields_to_the_one_in_force() -> None:
    void = notice(OLD + "This version was replaced on 1 March 2026.", "old")
    gallery = [claim("biometric-database", "Every face goes into a gallery")]
    assert compare(gallery, [void, SOLD], RULES, at=DAY)[0].verdict is Verdict.ADMITS
    assert compare(gallery, [void], RULES, at=date(2026, 2, 1))[0].verdict is Verdict.CONTRADICTS


def test_silence_needs_every_known_notice_to_be_read() -> None:
    assert verdict("commission-control", "Shows who brought the buyer", FILMED)[0] is Verdict.SILENT
    assert verdict("commission-control", "Shows who brought the buyer", FILMED, UNREAD)[1] is VerdictReason.NOT_READ


def test_another_product_is_another_product() -> None:
    only = notice("Product privacy note\nThis note applies only to the ZR-200. The ZR-200 has no microphone.")
    assert verdict("covert-audio", "The ZR-900 hears every word", only)[1] is VerdictReason.OTHER_PRODUCT
    assert verdict("covert-audio", "The ZR-200 hears every word", only)[0] is Verdict.CONTRADICTS


def test_a_period_for_other_data_says_nothing_of_faces() -> None:
    orders = notice("Notice for shoppers filmed by the cameras\nOrder records are kept for six months.")
    assert verdict("excessive-retention", "Faces are kept forever", orders)[0] is Verdict.CANNOT_TELL


def test_what_is_taken_back_denies_nothing() -> None:
    both = notice(
        "Notice for shoppers filmed by the cameras\nWe do not sell data. "
        "Data of shoppers may be licensed to partners for a fee."
    )
    assert verdict("data-sale", "Buy our shopper data", both)[0] is not Verdict.CONTRADICTS


def test_only_asserted_claims_are_set_against_a_notice() -> None:
    reported = replace(claim("data-sale", "They sell data"), stance=Stance.REPORTED)
    assert compare([reported], [FILMED], RULES) == ()


def test_boast_and_denial_on_one_page() -> None:
    text = "Every shopper's face goes into our gallery.\n\nSmall print: we do not use face recognition on shoppers."
    boast = replace(claim("biometric-database", "face goes into our gallery"), start=16, end=42)
    found = within([boast], notice(text), RULES)
    assert [(one.verdict, one.reason) for one in found] == [(Verdict.CONTRADICTS, VerdictReason.SAME_DOCUMENT)]
    assert "do not use face recognition" in found[0].notice_quote
    harmless = notice(
        "Every shopper's face goes into our gallery.\n\nA sign at the door tells visitors of the cameras."
    )
    assert within([boast], harmless, RULES) == ()


def test_a_page_that_is_not_read_again_holds_no_contradiction() -> None:
    """The short look that spares most adverts the reading as a notice may only pass over what would say nothing."""
    file = Path(__file__).with_name("denials.jsonl")
    cases = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    found = 0
    for case in cases:
        text = f"{case['claim']}\n\n{case['notice']}"
        boast = replace(claim(case["category"], case["claim"]), source="n")
        if within([boast], notice(text), RULES):
            found += 1
            assert could_contradict(document(text), RULES, [case["category"]]), case
    assert found >= 20


HEARD_TEXT = (
    "Notice for shoppers filmed by our cameras\nWe have no wish to find out who you are. Cookies are baked on site.\n"
    "A list of regular guests lies at the counter.\nNo one is followed around, unless the shop orders it."
)


def heard(sentence: str, category: str, denied: float, claimed: float) -> Heard:
    at = document(HEARD_TEXT).text.index(sentence)
    return Heard(category, at, at + len(sentence), denied, claimed)


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ([("We have no wish", 0.9, 0.0)], (Verdict.CONTRADICTS, VerdictReason.DENIES)),
        ([("We have no wish", 0.4, 0.0)], (Verdict.SILENT, VerdictReason.NOT_MENTIONED)),
        ([("A list of regular", 0.1, 0.8)], (Verdict.ADMITS, VerdictReason.DISCLOSES)),
        (
            [("We have no wish", 0.9, 0.0), ("A list of regular", 0.1, 0.8)],
            (Verdict.CANNOT_TELL, VerdictReason.CONFLICTING),
        ),
        ([("No one is followed", 0.9, 0.0)], (Verdict.CANNOT_TELL, VerdictReason.CONDITIONAL)),
    ],
)
def test_what_the_models_heard_counts_where_no_fact_answers(
    said: list[tuple[str, float, float]], want: tuple[Verdict, VerdictReason]
) -> None:
    told = [heard(sentence, "phone-capture", denied, claimed) for sentence, denied, claimed in said]
    read = read_notice(document(HEARD_TEXT), RULES, Provenance("n"), heard=told)
    found = compare([claim("phone-capture", "Each passing phone gets a name")], [read], RULES)[0]
    assert (found.verdict, found.reason) == want


READ_TEXT = (
    "Notice for shoppers filmed by our cameras\nWe do not use face recognition.\nTwo visits are two strangers to us.\n"
    "Nobody is followed around, unless the shop orders it.\nNo sound is recorded at the till."
)


def hears(sentence: str, denied: float, said: float = 0.0, weakened: float = 0.0) -> Ask:
    """A reader of claim and notice together that takes one sentence for a denial, or for the same."""
    text = NoticeText(document(READ_TEXT), RULES.normalise, RULES.lexicon)
    none = Answered(0.0, 0.0)
    told = [Answered(denied, said, weakened) if sentence in cut.text else none for cut in text.sentences]
    return lambda claim, notice: reply(text, notice.kind, claim.finding.category, told, lawful=False)


@pytest.mark.parametrize(
    ("category", "quote", "sentence", "share", "want"),
    [
        # The facts are silent: it must be sure.
        ("phone-capture", "Each passing phone gets a name of its own", "no sound", 0.9, Verdict.CONTRADICTS),
        ("phone-capture", "Each passing phone gets a name of its own", "no sound", 0.8, Verdict.SILENT),
        # A word leaves room: surer.
        ("phone-capture", "Each passing phone gets a name of its own", "followed around", 0.9, Verdict.SILENT),
        # The facts deny it: seven in ten is enough, less is not.
        ("biometric-database", "Every face is filed", "face recognition", 0.7, Verdict.CONTRADICTS),
        ("biometric-database", "Every face is filed", "face recognition", 0.4, Verdict.CANNOT_TELL),
        # The facts found a denial, the reader hears another sentence deny it.
        ("biometric-database", "Every face is filed", "two strangers", 0.96, Verdict.CONTRADICTS),
        ("biometric-database", "Every face is filed", "two strangers", 0.4, Verdict.CANNOT_TELL),
        # Another place than the claim's.
        ("covert-audio", "Every word in the meeting room is heard", "at the till", 0.99, Verdict.CANNOT_TELL),
        # Of such boasts it is not asked.
        ("everyone-does-it", "Every mall uses it", "two strangers", 0.99, Verdict.SILENT),
    ],
)
def test_what_claim_and_notice_say_together_is_weighed_with_the_facts(
    category: str, quote: str, sentence: str, share: float, want: Verdict
) -> None:
    found = compare([claim(category, quote)], [notice(READ_TEXT)], RULES, hears(sentence, share))[0]
    assert found.verdict is want
    if want is Verdict.CONTRADICTS:
        assert sentence in found.notice_quote.lower()


ROOM_TEXT = (
    "Notice to staff on the cameras in our shops\nPictures show the till.\n"
    "{} No sound is recorded here, but ask us.\nThe manager answers questions."
)


@pytest.mark.parametrize(
    ("category", "quote", "sentence", "want"),
    [
        # What bounds a thing denies the rest of it; what hangs on consent does not.
        ("phone-capture", "Each passing phone gets a name", "Names are read only when the button is held.",
         Verdict.CONTRADICTS),
        ("phone-capture", "Each passing phone gets a name", "Names are read only with your consent.",
         Verdict.SILENT),
        # A `but` in the middle of the next sentence is an exception to that one alone.
        ("phone-capture", "Each passing phone gets a name", "No names are read.", Verdict.CONTRADICTS),
        # A period beside a denial is not all that the sentence says.
        ("phone-capture", "Each passing phone gets a name", "The list lasts a year and holds no names.",
         Verdict.CONTRADICTS),
        ("phone-capture", "Each passing phone gets a name", "The list is deleted after a year.", Verdict.SILENT),
        # A notice to staff may speak of customers as well, where it names them.
        ("attribute-inference", "Reads the mood of each customer", "Moods of customers are no concern of ours.",
         Verdict.CONTRADICTS),
        ("attribute-inference", "Reads the mood of each customer", "Moods are no concern of ours.",
         Verdict.CANNOT_TELL),
    ],
)  # fmt: skip
def test_what_leaves_no_room_is_a_plain_denial(category: str, quote: str, sentence: str, want: Verdict) -> None:
    text = ROOM_TEXT.format(sentence)
    seen, read = NoticeText(document(text), RULES.normalise, RULES.lexicon), notice(text)
    told = [Answered(0.92 if cut.text.strip() == sentence.lower() else 0.0, 0.0) for cut in seen.sentences]

    def ask(one: Claim, _notice: Notice) -> Reply | None:
        return reply(seen, read.kind, one.finding.category, told, lawful=False)

    assert compare([claim(category, quote)], [read], RULES, ask)[0].verdict is want


@pytest.mark.parametrize(
    ("said", "weakened", "want"),
    [(0.0, 0.0, Verdict.CONTRADICTS), (0.7, 0.0, Verdict.CANNOT_TELL), (0.0, 0.95, Verdict.CANNOT_TELL)],
)
def test_a_denial_gives_way_where_the_same_is_likelier_said_or_said_of_others(
    said: float, weakened: float, want: Verdict
) -> None:
    ad = claim("biometric-database", "Every face is filed")
    ask = hears("face recognition", 0.7, said, weakened)
    assert compare([ad], [notice(READ_TEXT)], RULES, ask)[0].verdict is want


@pytest.mark.parametrize(
    ("category", "quote", "said", "weakened", "want"),
    [
        # The facts know nothing of it, or the opposite: what the reader hears said or left open stands.
        ("phone-capture", "Each passing phone gets a name of its own", 0.6, 0.0, Verdict.ADMITS),
        ("phone-capture", "Each passing phone gets a name of its own", 0.4, 0.0, Verdict.SILENT),
        ("phone-capture", "Each passing phone gets a name of its own", 0.0, 0.6, Verdict.CANNOT_TELL),
        ("phone-capture", "Each passing phone gets a name of its own", 0.0, 0.4, Verdict.SILENT),
        ("biometric-database", "Every face is filed", 0.9, 0.0, Verdict.ADMITS),
    ],
)
def test_what_is_plainly_heard_said_or_left_open_needs_no_facts(
    category: str, quote: str, said: float, weakened: float, want: Verdict
) -> None:
    found = compare([claim(category, quote)], [notice(READ_TEXT)], RULES, hears("at the till", 0.0, said, weakened))[0]
    assert found.verdict is want
    assert ("at the till" in found.notice_quote) is (want is not Verdict.SILENT)


def test_what_is_said_of_another_place_admits_nothing() -> None:
    ad = claim("covert-audio", "Every word in the meeting room is heard")
    assert compare([ad], [notice(READ_TEXT)], RULES, hears("at the till", 0.0, 0.9))[0].verdict is Verdict.CANNOT_TELL


def test_not_without_consent_denies_that_none_is_needed() -> None:
    text = (
        "Notice for shoppers filmed by our cameras\nWithout your consent no face is recorded.\nFootage is kept briefly."
    )
    seen = NoticeText(document(text), RULES.normalise, RULES.lexicon)
    told = [Answered(0.01, 0.1, 0.7 if "consent" in cut.text else 0.0) for cut in seen.sentences]
    read = notice(text)

    def ask(one: Claim, _notice: Notice) -> Reply | None:
        return reply(seen, read.kind, one.finding.category, told, lawful=False)

    ads = [claim("consent-bypass", "No shopper has to agree"), claim("biometric-database", "Every face is filed")]
    assert [one.verdict for one in compare(ads, [read], RULES, ask)] == [Verdict.CONTRADICTS, Verdict.CANNOT_TELL]


def test_a_sentence_known_to_deny_something_else_takes_no_place_of_the_facts_own() -> None:
    ad = claim("biometric-database", "Every face is filed")
    found = compare([ad], [notice(READ_TEXT)], RULES, hears("at the till", 0.95))[0]
    assert found.verdict is Verdict.CANNOT_TELL


def test_what_is_denied_of_staff_is_not_denied_of_customers() -> None:
    text = (
        "员工隐私声明\n本声明适用于公司的员工和求职者。\n我们不会对员工使用人脸识别考勤，也不会分析员工的情绪。\n"
        "档案在离职后保存两年。"
    )
    ads = [claim("covert-capture", "顾客无感知即被识别"), claim("attribute-inference", "根据面部表情识别顾客情绪")]
    for titled in (text, text.replace("员工隐私声明", "隐私声明")):
        told = compare(ads, [notice(titled)], RULES, asking({"n": document(titled)}, RULES))
        assert Verdict.CONTRADICTS not in {one.verdict for one in told}


def test_a_claim_of_two_words_is_left_to_the_facts() -> None:
    ask, rule = asking({"n": document(READ_TEXT)}, RULES), RULES.claims["face-marketing"]
    title, slogan = (
        read_claim(claim(rule.category, text), rule, RULES) for text in ("精准营销", "按到访者的喜好精准营销")
    )
    assert ask(title, notice(READ_TEXT)) is None
    assert ask(slogan, notice(READ_TEXT)) is not None


@pytest.mark.parametrize(("said", "want"), [(0.5, Verdict.ADMITS), (0.02, Verdict.CANNOT_TELL)])
def test_what_the_facts_take_for_an_admission_must_be_heard_as_one(said: float, want: Verdict) -> None:
    ad = claim("biometric-database", "Every face is filed")
    assert compare([ad], [SOLD], RULES, hears("two strangers", 0.1, said))[0].verdict is want


def test_a_notice_for_visitors_of_a_site_denies_nothing_of_people_filmed() -> None:
    found = compare([claim("biometric-database", "Every face is filed")], [SITE], RULES, hears("face recognition", 1.0))
    assert (found[0].verdict, found[0].reason) == (Verdict.CANNOT_TELL, VerdictReason.OTHER_PEOPLE)


@pytest.mark.parametrize(
    "words",
    [
        "老顾客隔几天再来照样认得",
        "老客再次进门秒识别，到店次数一目了然",
    ],
)
def test_a_denial_that_shares_no_word_with_the_claim_is_found(words: str) -> None:
    text = (
        "商场客流设备说明\n本说明面向进入商场的顾客。设备只输出每小时进出人数。\n"
        "同一位顾客上午来过、下午再来，在系统里是两个互不相干的数字。\n原始画面数秒内即被覆盖。如有疑问请到服务台。"
    )
    ad = claim("cross-site-tracking", words)
    alone = compare([ad], [notice(text)], RULES)[0]
    together = compare([ad], [notice(text)], RULES, asking({"n": document(text)}, RULES))[0]
    assert alone.verdict is not Verdict.CONTRADICTS
    assert together.verdict is Verdict.CONTRADICTS
    assert together.notice_quote in text.replace("\n", "")


def test_a_very_short_notice_is_left_to_the_facts() -> None:
    ask = asking({"n": document("Notice\nNo sound is recorded.")}, RULES)
    ad = claim("phone-capture", "Each passing phone gets a name")
    short = compare([ad], [notice("Notice\nNo sound is recorded.")], RULES, ask)[0]
    assert short.verdict is Verdict.SILENT


def test_what_is_heard_in_a_button_is_not_laid_into_a_sentence_beside_it() -> None:
    page = document(HEARD_TEXT)
    start = page.text.index("We have no wish")
    cut = next(block for block in page.blocks if block.start <= start < block.end)
    blocks = tuple(replace(b, kind=BlockKind.BUTTON) if b is cut else b for b in page.blocks)
    told = [heard("We have no wish", "phone-capture", 0.9, 0.0)]
    read = read_notice(replace(page, blocks=blocks), RULES, Provenance("n"), heard=told)
    assert not [fact for fact in read.facts if fact.topic == "claim:phone-capture"]


@pytest.mark.parametrize(
    "text",
    [
        "商场顾客告知\n除公安机关依法调取外，顾客的人脸信息不出售给任何人。",
        "商场顾客告知\n顾客的人脸信息不出售，没有例外。",
        "Notice for shoppers filmed by our cameras\nExcept by court order, face data of shoppers is never sold.",
        "Notice for shoppers filmed by our cameras\nWe do not sell face data of shoppers, without exception.",
    ],
)
def test_an_exception_for_police_and_courts_is_none_to_a_promise_not_to_sell(text: str) -> None:
    assert verdict("data-sale", "顾客人脸打包出售", notice(text))[0] is Verdict.CONTRADICTS


def test_an_exception_that_opens_a_sentence_is_its_own() -> None:
    text = "商场顾客告知\n顾客人脸照片保存三十日后自动删除。除公安机关依法调取外，不向任何人提供。"
    assert verdict("excessive-retention", "人脸永久保存", notice(text))[0] is Verdict.CONTRADICTS
    weaker = notice("商场顾客告知\n顾客人脸照片保存三十日后自动删除。但经理另有要求的除外。")
    assert verdict("excessive-retention", "人脸永久保存", weaker)[0] is Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    "text",
    [
        "商场顾客告知\n除关联公司外，顾客的人脸信息不出售给任何人。",
        "商场顾客告知\n除公安机关及关联公司外，顾客的人脸信息不出售给任何人。",
        "商场顾客告知\n除合作伙伴和公安机关外，顾客的人脸信息不出售给任何人。",
        "Notice for shoppers filmed by us\nWe do not sell face data of shoppers except to advertisers and police.",
        "Notice for shoppers filmed by us\nWe do not sell face data of shoppers except to police and partners.",
        "Notice for shoppers filmed by us\nWe do not sell face data of shoppers except to police, partners and others.",
        "Notice for shoppers filmed by us\nWe do not sell face data of shoppers unless you order the extra plan.",
    ],
)
def test_other_exceptions_leave_it_open(text: str) -> None:
    assert verdict("data-sale", "顾客人脸打包出售", notice(text))[0] is Verdict.CANNOT_TELL


def test_every_category_is_mapped_with_an_item() -> None:
    assert set(RULES.claims) == set(RULESET.categories)
    for rule in RULES.claims.values():
        assert all(RULES.items[item].regime == regime for regime, item in rule.items.items())


@pytest.mark.parametrize(
    ("category", "quote", "text", "want"),
    [
        # Whoever says no gets another way in: nobody is forced.
        ("consent-bypass", "Everybody is enrolled at the turnstile, no way round it",
         "Notice for guests filmed by our cameras\nGuests who decline a face scan get a wristband at the till.",
         Verdict.CONTRADICTS),
        ("consent-bypass", "不录脸别想进场", "展馆观众影像告知\n未选择刷脸的观众凭票根入场，人脸通道可不走。",
         Verdict.CONTRADICTS),
        ("consent-bypass", "Nobody is asked", "Notice for guests filmed by us\nWe need no permission for a face scan.",
         Verdict.ADMITS),
        # A new number each day: nobody is known again.
        ("cross-site-tracking", "Knows who comes back", "Notice for shoppers\nWhoever returns counts as a new visitor.",
         Verdict.CONTRADICTS),
        ("cross-site-tracking", "回头客一眼认出", "商场顾客告知\n隔天再到店的人按新顾客计入。", Verdict.CONTRADICTS),
        # Kept for less: still no keeping for ever. Longer by law: left open.
        ("excessive-retention", "Footage never expires",
         "Notice for shoppers filmed by us\nFootage is deleted after two weeks, or sooner on request.",
         Verdict.CONTRADICTS),
        ("excessive-retention", "录像永久保存", "商场顾客告知\n顾客录像保存二十日后覆盖。法律规定延长保存的除外。",
         Verdict.CANNOT_TELL),
        # The least that is kept is not the most.
        ("excessive-retention", "录像永久保存", "商场顾客告知\n顾客录像保存不少于三十日。", Verdict.CANNOT_TELL),
        # A number in the advert says what is short and what is long.
        ("excessive-retention", "Footage can be searched for five years",
         "Notice for shoppers filmed by us\nFootage is deleted after two years.", Verdict.CONTRADICTS),
        ("excessive-retention", "Footage stays for a month and a half",
         "Notice for shoppers filmed by us\nFootage is kept for 45 days.", Verdict.CANNOT_TELL),
        ("excessive-retention", "7×24小时录像留存", "商场顾客告知\n顾客录像保存七日。", Verdict.CONTRADICTS),
        # What one types in oneself is no exception to what is found out behind one's back.
        ("phone-capture", "谁看过商场大屏，手机号直接到手", "商场顾客告知\n我们不采集顾客的手机号，除非您自己填写。",
         Verdict.CONTRADICTS),
        ("phone-capture", "谁看过商场大屏，手机号直接到手", "商场顾客告知\n我们不采集顾客的手机号，除非店长批准。",
         Verdict.CANNOT_TELL),
        # No lens in that very room.
        ("disguised-device", "卧室里的钟就是镜头", "民宿住客影像告知\n卧室内没有任何拍摄设备。", Verdict.CONTRADICTS),
        ("disguised-device", "挂钟就是镜头", "民宿住客影像告知\n卧室内没有任何拍摄设备。", Verdict.SILENT),
        # Who brought the buyer is not settled by pictures.
        ("commission-control", "谁带来的买主，录像说了算", "售楼处来访告知\n客户归属看报备单，影像不作为佣金判定依据。",
         Verdict.CONTRADICTS),
        # A private phone is left alone.
        ("phone-spying", "员工自己的手机，聊天也能同步", "员工告知\n个人手机不在公司管理范围内。",
         Verdict.CONTRADICTS),
        ("evidence-destruction", "One button and the clip never existed",
         "Notice for visitors filmed by guards\nGuards cannot delete recordings.", Verdict.CONTRADICTS),
        # Off until somebody switches it on is no denial; nor is that one partner of many is not told.
        ("covert-audio", "房里说什么都录下来", "民宿住客告知\n房内音箱的麦克风默认关闭。", Verdict.CANNOT_TELL),
        ("data-sale", "会员名单出售给品牌商", "健身房会员告知\n会员的到店记录不会卖给保险公司。", Verdict.CANNOT_TELL),
        # One camera without sound, another with.
        ("covert-audio", "Hears what guests say",
         "Notice for guests filmed by us\nThe lamp has no microphone. In the hall there are cameras with sound.",
         Verdict.ADMITS),
        ("weak-notice", "装好就行，告示牌可省", "商场顾客告知\n每个入口都对顾客设有醒目的录像标识。",
         Verdict.CONTRADICTS),
    ],
)  # fmt: skip
def test_the_facts_know_what_excludes_a_claim(category: str, quote: str, text: str, want: Verdict) -> None:
    assert verdict(category, quote, notice(text))[0] is want


def test_that_it_goes_soon_answers_a_claim_that_it_stays() -> None:
    """Who files for good also claims to keep: that the picture goes in two days denies it, if so heard."""
    text = "商场顾客影像告知\n入口相机拍下到店者的照片。\n照片两日后清除。\n问讯处备有本告知。\n请洽服务台。"
    seen, read = NoticeText(document(text), RULES.normalise, RULES.lexicon), notice(text)
    told = [Answered(0.95 if "清除" in cut.text else 0.0, 0.0, 0.0) for cut in seen.sentences]

    def ask(one: Claim, _notice: Notice) -> Reply | None:
        return reply(seen, read.kind, one.finding.category, told, lawful=False)

    ads = [claim("biometric-database", "人脸永久入库"), claim("biometric-database", "进门就拍，人脸入库")]
    assert [one.verdict is Verdict.CONTRADICTS for one in compare(ads, [read], RULES, ask)] == [True, False]


def test_what_old_tables_are_kept_for_takes_nothing_back_of_pictures() -> None:
    text = "商场顾客告知\n顾客录像保存七日后清除。订单记录保存五年。"
    assert verdict("excessive-retention", "进店录像永久保存", notice(text))[0] is Verdict.CONTRADICTS


def test_words_on_the_matter_itself_need_no_bearing_out() -> None:
    """A way out is given: enough, unless the notice is heard to say the same as the claim."""
    text = (
        "Notice for shoppers filmed by our cameras\nShoppers who decline a face scan get a card at the till.\n"
        "Footage is kept briefly.\nAsk the manager."
    )
    seen, read = NoticeText(document(text), RULES.normalise, RULES.lexicon), notice(text)
    for said, want in ((0.0, Verdict.CONTRADICTS), (0.6, Verdict.CANNOT_TELL)):
        told = [Answered(0.0, said if "briefly" in cut.text else 0.0, 0.0) for cut in seen.sentences]

        def ask(one: Claim, _notice: Notice, told: list[Answered] = told) -> Reply | None:
            return reply(seen, read.kind, one.finding.category, told, lawful=False)

        found = compare([claim("consent-bypass", "All shoppers are enrolled, no way round it")], [read], RULES, ask)
        assert found[0].verdict is want


def test_the_foot_of_a_page_is_no_part_of_its_notice() -> None:
    """What stands under every page of a site was heard to deny what its adverts say."""
    head = "<h1>Privacy notice</h1><p>For shoppers filmed by our cameras.</p><p>Two visits are two strangers to us.</p>"
    ad, words = (
        claim("phone-capture", "Each passing phone gets a name of its own"),
        "No such shop, phone or person exists.",
    )
    for foot, want in (("<p>{}</p>", Verdict.CONTRADICTS), ("<div class=footer><p>{}</p></div>", Verdict.SILENT)):
        page = read((head + foot.format(words)).encode(), "text/html; charset=utf-8", "https://v.test/p").document
        assert page is not None
        text = NoticeText(page, RULES.normalise, RULES.lexicon)
        told = [Answered(0.97 if "exists" in cut.text else 0.0, 0.0) for cut in text.sentences]
        noticed = read_notice(page, RULES, Provenance("n"))

        def ask(one: Claim, its: Notice, text: NoticeText = text, told: list[Answered] = told) -> Reply | None:
            return reply(text, its.kind, one.finding.category, told, lawful=False)

        assert compare([ad], [noticed], RULES, ask)[0].verdict is want


def test_a_reserve_elsewhere_leaves_open_what_only_the_reader_hears_denied() -> None:
    ad = claim("phone-capture", "Each passing phone gets a name")
    assert compare([ad], [notice(READ_TEXT)], RULES, hears("two strangers", 0.95))[0].verdict is Verdict.CONTRADICTS
    ask = hears("two strangers", 0.95, weakened=0.97)
    assert compare([ad], [notice(READ_TEXT)], RULES, ask)[0].verdict is not Verdict.CONTRADICTS


def test_a_site_that_names_its_address_is_a_site() -> None:
    text = (
        "Website privacy policy\nThis policy covers visitors to shopwares.example. It does not cover shoppers whom our "
        "clients film.\nWe do not sell your information."
    )
    assert notice(text).kind is NoticeKind.SITE_VISITORS
    assert verdict("data-sale", "Shopper profiles for sale", notice(text))[0] is Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("category", "quote", "sentence"),
    [
        (
            "biometric-database",
            "Every face goes into a gallery",
            "This notice explains how we use faces of shoppers.",
        ),
        ("biometric-database", "每位顾客的人脸自动入库", "本政策适用于采集顾客人脸信息的摄像机系统。"),
        ("biometric-database", "每位顾客的人脸自动入库", "您可以选择开启刷脸入场，届时摄像机采集您的人脸图像。"),
        (
            "biometric-database",
            "Every face goes into a gallery",
            "The cameras capture your face only if you agree.",
        ),
        ("attribute-inference", "情绪一眼看穿", "摄像机估计顾客的年龄段，不分析顾客的情绪和性别。"),
    ],
)
def test_an_admission_rests_on_no_scope_no_choice_and_no_denial(category: str, quote: str, sentence: str) -> None:
    given = notice(f"Notice for shoppers filmed by the cameras in our shops\n{sentence}")
    assert verdict(category, quote, given)[0] is not Verdict.ADMITS


def test_a_claim_that_names_the_choice_is_admitted() -> None:
    given = notice("Notice for shoppers filmed by our cameras\nThe cameras capture your face only if you agree.")
    assert verdict("biometric-database", "Captures faces with consent", given)[0] is Verdict.ADMITS


@pytest.mark.parametrize(
    ("ad", "told", "back"),
    [
        (
            "Tells the age and sex of every shopper",
            "The cameras can tell the age and sex of shoppers from their faces.",
            "This function is switched off in all shops.",
        ),
        ("识别顾客的年龄和性别", "设备可以识别顾客的年龄和性别。", "该功能未启用，也不会启用。"),
        ("識別顧客的年齡和性別", "設備可以識別顧客的年齡和性別。", "此功能已在所有門店關閉。"),
        (
            "Tells the age and sex of every shopper",
            "The cameras estimate the age and sex of shoppers.",
            "We do not use this.",
        ),
    ],
)
def test_what_the_next_sentence_takes_back_is_no_admission(ad: str, told: str, back: str) -> None:
    head = "Notice for shoppers filmed by our cameras" if ad.isascii() else "本告知适用于被摄像机拍摄的顾客"
    plain = notice(f"{head}\n{told} Video is kept for ten days.")
    taken = notice(f"{head}\n{told} {back}")
    assert verdict("attribute-inference", ad, plain)[0] is Verdict.ADMITS
    found = compare([claim("attribute-inference", ad)], [taken], RULES)[0]
    assert (found.verdict, found.reason) == (Verdict.CANNOT_TELL, VerdictReason.TAKEN_BACK)
    assert found.notice_quote == f"{told} {back}"
    assert found.notice_at is not None
    assert document(f"{head}\n{told} {back}").text[found.notice_at.start : found.notice_at.end] == found.notice_quote


def test_a_use_that_is_denied_takes_nothing_back() -> None:
    told = "The cameras estimate the age and sex of shoppers from their faces."
    ad = "Tells the age and sex of every shopper"
    for after in (
        "It is not used for advertising.",
        "Sound is switched off.",
        "We never use this without your consent.",
    ):
        one = notice(f"Notice for shoppers filmed by our cameras\n{told} {after}")
        assert verdict("attribute-inference", ad, one)[0] is Verdict.ADMITS, after


def test_what_the_models_hear_said_and_is_taken_back_denies_nothing() -> None:
    text = "Notice for shoppers filmed by our cameras\nWe look closely at each of you. This feature is disabled."
    start = document(text).text.index("We look")
    heard = [Heard("attribute-inference", start, start + 20, denied=0.0, claimed=0.9)]
    one = read_notice(document(text), RULES, Provenance("n"), heard=heard)
    assert verdict("attribute-inference", "Tells the age and sex of every shopper", one) == (
        Verdict.CANNOT_TELL, VerdictReason.TAKEN_BACK,
    )  # fmt: skip


SECTIONS = (
    "Privacy notice of Marram Optics\n"
    "Visitors of our web site\n"
    "We do not use face recognition here. The camera of your computer is never used. Log files are kept for ten days.\n"
    "Account holders\n"
    "Your name and your password are kept until you close the account.\n"
    "People filmed in shops\n"
    "Cameras compare faces with a list, and templates are kept for two years."
)
ZH_SECTIONS = (
    "隐私声明\n网站访客\n我们不采集人脸，也不做人脸识别。日志保存十天。\n账号用户\n账号信息保存至注销。\n"
    "门店被拍摄的顾客\n摄像机采集顾客的人脸并与会员库比对，模板保存两年。"
)


def test_what_is_said_to_site_visitors_answers_no_claim_on_people_filmed() -> None:
    """A notice with sections for several kinds of people is no notice for one of them."""
    one, zh = notice(SECTIONS), notice(ZH_SECTIONS)
    assert (one.kind, zh.kind) == (NoticeKind.UNKNOWN, NoticeKind.UNKNOWN)
    for found in (one, zh):
        for fact in found.facts:
            if fact.topic == "biometrics":
                want = NoticeKind.SITE_VISITORS if fact.saying is Saying.DENIED else NoticeKind.PEOPLE_FILMED
                assert (fact.people, fact.section) == (want, True), fact.quote
    assert verdict("biometric-database", "Stores the faces of shoppers in a library", one)[0] is not Verdict.CONTRADICTS
    web_only = notice(SECTIONS.rsplit("\n", 1)[0] + "\nEach camera is marked by a sign.")
    assert verdict("biometric-database", "Stores the faces of shoppers in a library", web_only) == (
        Verdict.CANNOT_TELL, VerdictReason.OTHER_PEOPLE,
    )  # fmt: skip


def test_a_report_says_for_whom_the_quoted_section_is() -> None:
    one = notice(SECTIONS)
    found = compare([claim("biometric-database", "Stores the faces of shoppers in a library")], [one], RULES)[0]
    assert (found.verdict, quoted_for(found, [one])) == (Verdict.ADMITS, NoticeKind.PEOPLE_FILMED)
    line = next(line for line in notice_lines(one, "en") if line.startswith("Written for"))
    assert all(word in line for word in ("web site", "filmed")), line
    assert quoted_for(found, [SOLD]) is None


def test_a_section_says_itself_for_whom_it_is_and_without_sections_nothing_changes() -> None:
    said = (
        "Privacy notice\nPart one\nThis section applies to visitors of our website.\nWe collect no faces.\n"
        "Part two\nThis section applies to people filmed by our cameras.\nWe collect no faces."
    )
    people = [fact.people for fact in notice(said).facts if fact.topic == "biometrics"]
    assert people == [NoticeKind.SITE_VISITORS, NoticeKind.PEOPLE_FILMED]
    zh = (
        "隐私声明\n第一节\n本节适用于网站访客。\n我们不采集人脸。\n"
        "第二节\n本节适用于被摄像机拍摄的顾客。\n我们不采集人脸。"
    )
    people = [fact.people for fact in notice(zh).facts if fact.topic == "biometrics"]
    assert people == [NoticeKind.SITE_VISITORS, NoticeKind.PEOPLE_FILMED]
    assert not any(fact.section for fact in (*FILMED.facts, *SITE.facts, *SOLD.facts))
