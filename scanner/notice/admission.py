"""May an admission rest on a sentence of a notice? Guards against sentences that name a matter and admit nothing."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.model import NoticeFact, Saying
from scanner.notice.claim import Claim
from scanner.notice.rules import ClaimRule, NoticeRules
from scanner.notice.text import groups_of

SCOPE, OPTIONAL = "scope_only", "optional"
"""Word groups of sentences that admit nothing: on whom a notice is, and what one may choose."""
_HALVES = frozenset({"retention", "consent"})
"""Topics of which one sentence may deny one thing and bear out another: no consent asked, kept no longer than ..."""
_CHOSEN = frozenset({OPTIONAL, "consent"})


def admission(
    claim: Claim, rule: ClaimRule, fact: NoticeFact, facts: Sequence[NoticeFact], rules: NoticeRules
) -> bool:  # fmt: skip
    """May an admission rest on this sentence? Not where it denies the claim's own matter as well, nor where it only
    says on whom the notice is, nor where it leaves to a choice what the claim does not."""
    denials = {a.topic for a in rule.contradicts if a.saying is Saying.DENIED}
    own = denials & {a.topic for a in rule.admits} - _HALVES
    if any(f.start == fact.start and f.saying is Saying.DENIED and f.topic in own for f in facts):
        return False
    return SCOPE not in groups_of(rules.lexicon, rules.normalise(fact.quote).text) and not optional(claim, fact, rules)


def optional(claim: Claim, fact: NoticeFact, rules: NoticeRules) -> bool:
    """Does it happen only to who chooses it, and does the claim say nothing of a choice?"""
    return not claim.groups & _CHOSEN and OPTIONAL in groups_of(rules.lexicon, rules.normalise(fact.quote).text)
