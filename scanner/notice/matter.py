"""Is what a notice says about the same as the claim: the same people, data, place, trait, product?"""

from __future__ import annotations

from collections.abc import Sequence

from scanner.model import Notice, NoticeFact, NoticeKind
from scanner.notice.claim import Claim
from scanner.notice.kind import models_in
from scanner.notice.rules import ClaimRule, NoticeRules
from scanner.notice.sentence import groups_of

_PICTURES = frozenset({"face", "image"})
_OF_PERSONS = frozenset({"consent", "told"})
"""What is done with persons, not with things: consent of an owner is not that of a caller."""
_OF_DATA = frozenset({"sale", "claim:data-sale"})
"""That one kind of data is not sold says nothing of another."""
_KINDS = {
    "pictures": _PICTURES, "sound": frozenset({"spoken", "audio"}), "phones": frozenset({"device_id", "phone_id"}),
    "places": frozenset({"location"}), "addresses": frozenset({"contact_kind"}),
}  # fmt: skip
"""Kinds of data, by the word groups that name them."""
_FAMILIES = {
    "place_": frozenset({"audio", "biometrics", "camera", "attributes", "claim:covert-audio"}),
    "trait_": frozenset({"attributes", "claim:attribute-inference"}),
    "crowd_": frozenset({"private", "location", "conduct", "monitoring", "biometrics", "attributes", "claim:"}),
}  # fmt: skip
"""Word groups of one family exclude each other, in facts on these topics (`claim:` is every claim's).
In others they may name something else: where the sign stands, whose staff explain it."""
_LOOSE = frozenset({"crowd_callers", "crowd_residents", "crowd_travellers"})
"""But these may be customers or visitors as well."""
_ANYBODY = frozenset({"crowd_callers", "crowd_travellers"})
"""In a title: who drives the van is staff, who rings is a customer."""


def same_data(claim: Claim, notice: Notice, fact: NoticeFact, rules: NoticeRules) -> bool:
    """A period holds for the data that its sentence names: that orders are kept for a year says nothing of faces."""
    if fact.days is None and not fact.value and fact.topic not in _OF_DATA:
        return True
    groups = groups_of(rules.lexicon, rules.normalise(fact.whole_quote).text)
    if fact.topic in _OF_DATA:
        theirs, ours = ({name for name, kind in _KINDS.items() if kind & of} for of in (groups, claim.groups))
        return not theirs or not ours or bool(theirs & ours)
    if "other_data" in groups and not groups & _PICTURES:
        return False
    theirs, ours = ({name for name, kind in _KINDS.items() if kind & of} for of in (groups, claim.groups))
    if theirs and ours:
        return bool(theirs & ours)
    filmed = fact.people if fact.section else notice.kind
    return bool(groups & _PICTURES) or (not theirs and filmed is NoticeKind.PEOPLE_FILMED)


def other_crowd(claim: Claim, notice: Notice, rules: NoticeRules, fact: NoticeFact | None = None) -> bool:
    """Do the notice's title and the claim name different crowds: staff and shoppers, pupils and visitors?

    `fact`: a sentence of the notice; one that itself names the claim's crowd is about it, whatever the title says.
    """
    ours = _crowds(claim.groups)
    theirs = _crowds(groups_of(rules.lexicon, rules.normalise(notice.title).text))
    if not theirs or not ours or theirs & ours:
        return False
    return fact is None or not ours & _crowds(groups_of(rules.lexicon, rules.normalise(fact.whole_quote).text))


def _crowds(groups: frozenset[str]) -> set[str]:
    return {group for group in groups if group.startswith("crowd_") and group not in _ANYBODY}


def something_else(claim: Claim, fact: NoticeFact, rules: NoticeRules) -> bool:
    """Do the sentence and the claim name different places, traits or crowds: no sound at the till, the meeting room
    overheard; no mood read, the age guessed?"""
    groups = groups_of(rules.lexicon, rules.normalise(fact.whole_quote).text)
    names = {fact.topic, fact.topic[: fact.topic.find(":") + 1]}
    for family in (name for name, topics in _FAMILIES.items() if topics & names):
        theirs, ours = (
            {g for g in found if g.startswith(family) and g not in _LOOSE} for found in (groups, claim.groups)
        )
        if theirs and ours and not theirs & ours:
            return True
    return False


def same_people(claim: Claim, rule: ClaimRule, notice: Notice, fact: NoticeFact, rules: NoticeRules) -> bool:
    """Is the fact about the people whom the claim is about? A notice for everybody, speaking to its reader, is not."""
    if other_crowd(claim, notice, rules, fact) or not of_section(claim, rule, fact):
        return False
    if fact.section:
        return True
    if fact.topic in rule.device:
        return notice.kind is not NoticeKind.SITE_VISITORS or fact.named
    if claim.people is NoticeKind.PEOPLE_FILMED and not fact.named and for_users(notice, rules):
        return False
    if fact.topic in _OF_PERSONS and NoticeKind.UNKNOWN not in (claim.people, notice.kind):
        return claim.people is fact.people and (claim.people is notice.kind or fact.named)
    if NoticeKind.UNKNOWN not in (claim.people, fact.people):
        return claim.people is fact.people or (fact.named and fact.people is not NoticeKind.SITE_VISITORS)
    if claim.people is NoticeKind.UNKNOWN:
        return notice.kind is not NoticeKind.SITE_VISITORS or fact.named
    return fact.named


def of_section(claim: Claim, rule: ClaimRule, fact: NoticeFact) -> bool:
    """May the section in which a fact stands answer the claim? What is said to visitors of a web site is not said of
    people filmed, nor the other way round. Outside such sections: yes."""
    if not fact.section or claim.people is fact.people:
        return True
    if claim.people is NoticeKind.UNKNOWN or fact.topic in rule.device:
        return fact.people is not NoticeKind.SITE_VISITORS
    return False


def for_users(notice: Notice, rules: NoticeRules) -> bool:
    """Does the notice's title name users, owners or a web site, and nobody before a camera?"""
    groups = groups_of(rules.lexicon, rules.normalise(notice.title).text)
    return bool(groups & {"user_evidence", "site_evidence"}) and "filmed_evidence" not in groups


def for_others(claim: Claim, notice: Notice, facts: Sequence[NoticeFact]) -> bool:
    """Is the notice about other people than the claim?"""
    if NoticeKind.UNKNOWN in (claim.people, notice.kind) or claim.people is notice.kind:
        return False
    return not any(fact.people is claim.people and fact.topic == "biometrics" for fact in facts)


def other_product(claim: Claim, notice: Notice) -> bool:
    """The notice says that it is only about certain products, and the claim names another one."""
    if not notice.products or not claim.models:
        return False
    ours = {model for name in notice.products for model in models_in(name)}
    return bool(ours) and bool(claim.models) and not claim.models & ours
