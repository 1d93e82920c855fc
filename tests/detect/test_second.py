"""The second reader: what it may add, drop and turn, and what it may not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scanner.cli.main import run
from scanner.detect import detector, second
from scanner.detect.roles import weight_of
from scanner.detect.rules import RuleSet
from scanner.detect.second import Reading
from scanner.detect.selftest import plain_document
from scanner.detect.survey import survey
from scanner.detect.weigh import PREFIX, TELLING, weigh
from scanner.model import Finding, PageRole, Provenance, Said, SaidBy, Stance

UNUSUAL = "\n".join(
    (
        "# Shopfront cameras by Quillhaven",
        "We build and sell cameras for retailers. Ask for a quote today.",
        "Nobody who walks in ever learns that a camera has learnt their face.",
        "The same person is greeted as an old acquaintance in each of your branches.",
        "Call our sales team for a demo. Free shipping on orders over ten units.",
    )
)
"""Claims in words that no rule was written for."""
HARMLESS = "\n".join(
    (
        "# Bread that takes its time",
        "Our sourdough rests for two days before it sees the oven.",
        "Order by noon and collect it the next morning. We also sell flour and proving baskets.",
        "A timer on the wall shows when the next batch is ready.",
    )
)


def found(text: str, ruleset: RuleSet, role: PageRole | None = None, *, rules_only: bool = False) -> list[Finding]:
    where = Provenance("https://vendor.example/", said=Said(role, SaidBy.OPTION) if role else None)
    return list(detector.detect(plain_document(text, "en"), ruleset, where, rules_only=rules_only))


def test_a_claim_in_words_of_no_rule_is_proposed_with_its_sentence(ruleset: RuleSet) -> None:
    proposed = [f for f in found(UNUSUAL, ruleset) if f.rule.startswith(PREFIX)]
    text = plain_document(UNUSUAL, "en").text
    assert proposed
    for finding in proposed:
        assert finding.rule == PREFIX + finding.category
        assert text[finding.start : finding.end] == finding.quote
        assert 0 < finding.confidence < 1


def test_the_rules_can_be_asked_alone(ruleset: RuleSet) -> None:
    assert not [f for f in found(UNUSUAL, ruleset, rules_only=True) if f.rule.startswith(PREFIX)]


def test_an_unrelated_page_is_left_alone(ruleset: RuleSet) -> None:
    assert found(HARMLESS, ruleset) == []


@pytest.mark.parametrize(
    "text", ["Identify every shopper covertly.", "Track each visitor covertly across your stores."]
)
def test_what_stands_there_in_so_many_words_is_not_dropped(text: str, ruleset: RuleSet) -> None:
    told = [f for f in found(text, ruleset) if f.category == "covert-capture"]
    assert [f.stance for f in told] == [Stance.ASSERTED]


def test_what_a_firm_exception_stops_is_not_proposed_either(ruleset: RuleSet) -> None:
    def hidden(text: str) -> list[Finding]:
        page = plain_document(f"# 门口摄像头怎么选\n{text}\n有线的稳定，无线的好装。", "zh-Hans")
        told = detector.detect(page, ruleset, Provenance(source="https://shop.example/"))
        return [f for f in told if f.category == "disguised-device" and f.stance is Stance.ASSERTED]

    assert hidden("伪装摄像头：外观像烟雾报警器，里面藏着高清镜头，谁也看不出来。")
    assert hidden("伪装摄像头：外观像摄像机，里面是空的，没有录像功能，灯一闪一闪很像真的。") == []


def test_what_a_person_says_of_the_page_turns_its_claims(ruleset: RuleSet) -> None:
    assert [f for f in found(UNUSUAL, ruleset, PageRole.VENDOR) if f.stance is Stance.ASSERTED]
    assert [f for f in found(UNUSUAL, ruleset, PageRole.NEWS) if f.stance is Stance.ASSERTED] == []


@pytest.mark.parametrize(
    ("asserted", "told"),
    [(0.9, Stance.ASSERTED), (0.65, Stance.REPORTED), (0.83, Stance.ASSERTED)],
    ids=["sure", "not sure enough", "nothing else likely"],
)
def test_asserted_needs_a_probability_of_its_own(asserted: float, told: Stance) -> None:
    chances = {Stance.ASSERTED: asserted, Stance.REPORTED: (1 - asserted) * 0.8, Stance.NEGATED: (1 - asserted) * 0.2}
    bars = second.Bars(
        propose=0.5, own_claims=0.5, other_stances=0.5, keep=0.1, own_voice=0.85, likely=0.15, cued=2.0, uncued=1.0,
        sketch=-5.0, doubted=0.7, own_voice_doubted=0.95,
    )  # fmt: skip
    assert second.settled(chances, bars)[0] is told
    assert second.settled(chances, bars, doubtful=True)[0] is (Stance.REPORTED if asserted == 0.65 else told)


def test_without_its_context_model_the_reader_still_reads(ruleset: RuleSet) -> None:
    reader = second.reader()
    assert reader is not None
    linear = replace(reader, context=None)
    seen = detector.survey(plain_document(UNUSUAL, "en"), ruleset, Provenance(source="https://vendor.example/"))
    assert seen is not None
    reading = linear.read(seen.views())
    assert reading.stances == {}
    assert reading.chances.max() > 0.3


def test_the_same_page_is_read_alike_twice(ruleset: RuleSet) -> None:
    assert found(UNUSUAL, ruleset) == found(UNUSUAL, ruleset)


def test_a_proposing_rule_can_be_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "show", "reader.covert-capture"]) == 0
    assert "second reader" in capsys.readouterr().out
    assert run(["rules", "show", "reader.no-such-category"]) == 2


def judged(
    text: str, ruleset: RuleSet, reader: second.SecondReader, chances: dict[int, float], category: str
) -> list[str]:
    """Quotes of a category, where the models give it these probabilities, sentence by sentence, and none else."""
    seen = survey(plain_document(text, "en"), ruleset, Provenance(source="https://vendor.example/"))
    assert seen is not None
    views = seen.views()
    table = np.zeros((len(views), len(reader.claims.classes)), dtype=np.float32)
    for index, chance in chances.items():
        table[index, reader.claims.classes.index(category)] = chance
    told = weigh(seen, ruleset, reader, views, Reading(table, {}))
    return [
        seen.page.normal.text[one.candidate.start : one.candidate.end]
        for one in told
        if one.candidate.rule.category == category
    ]


SHOP = "\n".join(
    ("We sell cameras to shops. Ask for a quote.", *(f"Line {n} of the catalogue is short." for n in range(9)))
)


def test_a_proposal_beside_a_surer_one_must_be_sure_itself(ruleset: RuleSet) -> None:
    reader = second.reader()
    assert reader is not None
    low = replace(reader, bars=replace(reader.bars, own_claims=0.0, other_stances=0.0))
    assert len(judged(SHOP, ruleset, low, {3: 0.95, 5: 0.7}, "covert-capture")) == 1
    assert len(judged(SHOP, ruleset, low, {3: 0.95, 5: 0.85}, "covert-capture")) == 2
    assert len(judged(SHOP, ruleset, low, {3: 0.95, 8: 0.7}, "covert-capture")) == 2


HIDDEN = "\n".join(
    (
        "We sell cameras to shops. Ask for a quote.",
        "Every face is captured without the customer noticing.",
        *(f"Line {n} of the catalogue is short." for n in range(6)),
    )
)


def hits_of(reader: second.SecondReader, ruleset: RuleSet, chances: dict[int, float], text: str = HIDDEN) -> str:
    return " ".join(judged(text, ruleset, reader, chances, "covert-capture"))


def test_a_rule_hit_that_the_models_deny_is_dropped_unless_the_page_claims_the_same_elsewhere(ruleset: RuleSet) -> None:
    reader = second.reader()
    assert reader is not None
    quote = "without the customer noticing"
    assert {f.rule for f in found(HIDDEN, ruleset, rules_only=True) if f.category == "covert-capture"}
    doubted = reader.bars.keep * 0.4
    assert quote not in hits_of(replace(reader, trusted=frozenset()), ruleset, {2: doubted})
    assert quote in hits_of(reader, ruleset, {2: doubted, 7: 0.9})
    assert quote not in hits_of(reader, ruleset, {7: 0.9}), "what is as good as impossible repeats nothing"
    denied = HIDDEN.replace("Line 4 of the catalogue is short.", "We never film anybody secretly.")
    assert quote not in hits_of(reader, ruleset, {2: doubted, 7: 0.9}, denied)


LISTED = (
    "Sold by the thousand to call centres, clinics and clubs, our lists hold names, postal and mail addresses, incomes,"
    " hobbies of the household, and much more besides, all of it checked by hand each quarter of the year by our staff."
)


def test_a_quote_of_a_long_sentence_is_more_than_a_scrap_of_a_list(ruleset: RuleSet) -> None:
    reader = second.reader()
    assert reader is not None
    low = replace(reader, bars=replace(reader.bars, own_claims=0.0, other_stances=0.0))
    for category in reader.claims.classes:
        quotes = judged(f"We sell to shops.\n{LISTED}", ruleset, low, {1: 0.9}, category)
        assert all(weight_of(quote) >= TELLING - 1 for quote in quotes), (category, quotes)


def test_a_rule_that_has_earned_trust_needs_less_and_a_spared_one_nothing(ruleset: RuleSet) -> None:
    reader = second.reader()
    assert reader is not None
    quote, doubted = "without the customer noticing", reader.bars.keep * 0.4
    hits = frozenset(f.rule for f in found(HIDDEN, ruleset, rules_only=True) if f.category == "covert-capture")
    nobody, earned = replace(reader, trusted=frozenset()), replace(reader, trusted=hits)
    assert quote not in hits_of(nobody, ruleset, {2: doubted})
    assert quote in hits_of(earned, ruleset, {2: doubted})
    assert quote not in hits_of(earned, ruleset, {})
    spared = replace(ruleset, rules=tuple(replace(rule, spared=rule.id in hits) for rule in ruleset.rules))
    assert quote in hits_of(nobody, spared, {})


CONSENT = "\n".join(("Cameras for gyms. Ask for a quote.", "Face check-in needs written consent from every member."))


@pytest.mark.parametrize(
    ("heard", "told"), [("legal", Stance.LEGAL), ("reported", Stance.REPORTED), ("asserted", Stance.NEGATED)]
)
def test_models_may_say_what_kind_of_none_a_turned_hit_is_but_make_no_claim_of_it(
    heard: str, told: Stance, ruleset: RuleSet
) -> None:
    reader = second.reader()
    assert reader is not None
    assert reader.context is not None
    seen = survey(plain_document(CONSENT, "en"), ruleset, Provenance(source="https://vendor.example/"))
    assert seen is not None
    assert [cue.scope for candidate, cue in seen.judged if candidate.rule.category == "consent-bypass"] == ["rule"]
    views = seen.views()
    table = np.full((len(views), len(reader.claims.classes)), 0.5, dtype=np.float32)
    heards = np.full((len(reader.context.categories), len(reader.context.stances)), -20.0, dtype=np.float32)
    heards[:, reader.context.stances.index(heard)] = 0.0
    told_all = weigh(seen, ruleset, reader, views, Reading(table, dict.fromkeys(range(len(views)), heards)))
    assert {one.cue.stance for one in told_all if one.candidate.rule.id == "consent-bypass.asked"} == {told}


def test_a_page_role_given_by_a_person_leaves_a_turned_hit_to_its_rule(ruleset: RuleSet) -> None:
    for role in (PageRole.NEWS, PageRole.LEGAL, PageRole.VENDOR):
        told = [f for f in found(CONSENT, ruleset, role) if f.rule == "consent-bypass.asked"]
        assert [(f.stance, f.cue.text) for f in told] == [(Stance.NEGATED, "only with consent")]
