"""An advert's claim as it is set against a notice: the words of its own clause, and whose data it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.model import Finding, NoticeKind
from scanner.notice.kind import models_in
from scanner.notice.period import claimed_days
from scanner.notice.rules import ClaimRule, NoticeRules
from scanner.notice.sentence import groups_of

_CLAUSE = re.compile(r"[。！？!?；;，,\n]|\.\s")


@dataclass(frozen=True, slots=True)
class Claim:
    """A finding as it is compared: its words, and whose data it is about."""

    finding: Finding
    text: str
    """Its clause, normalised."""
    groups: frozenset[str]
    people: NoticeKind
    models: frozenset[str]
    days: float | None = None
    """The period that it names, in days."""


def read_claim(finding: Finding, rule: ClaimRule, rules: NoticeRules) -> Claim:
    """The claim with the words of its own clause: the next one may speak of other data."""
    before = _CLAUSE.split(finding.prefix)[-1]
    after = _CLAUSE.split(finding.suffix)[0]
    text = rules.normalise(f"{before}{finding.quote}{after}").text
    groups = groups_of(rules.lexicon, text)
    models = frozenset(models_in(f"{before}{finding.quote}{after} {finding.heading}"))
    return Claim(finding, text, groups, _people(groups, rule), models, claimed_days(text))


def _people(groups: frozenset[str], rule: ClaimRule) -> NoticeKind:
    """Whose data a claim is about: as its words say, else as claims of its category usually are."""
    if "their_site" in groups:
        return NoticeKind.PEOPLE_FILMED
    if "claim_site" in groups:
        return NoticeKind.SITE_VISITORS
    if "claim_filmed" in groups:
        return NoticeKind.PEOPLE_FILMED
    if "claim_users" in groups:
        return NoticeKind.PRODUCT_USERS
    return rule.people
