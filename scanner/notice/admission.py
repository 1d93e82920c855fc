"""May an admission rest on a sentence of a notice? Guards against sentences that name a matter and admit nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from scanner.model import NoticeFact, NoticeKind, Saying
from scanner.notice.claim import Claim
from scanner.notice.facts import says_nothing, whose
from scanner.notice.rules import ClaimRule, NoticeRules
from scanner.notice.sentence import Sentence, groups_of
from scanner.notice.text import MOST_SENTENCES, NoticeText

SCOPE, OPTIONAL = "scope_only", "optional"
"""Word groups of sentences that admit nothing: on whom a notice is, and what one may choose."""
_HALVES = frozenset({"retention", "consent"})
"""Topics of which one sentence may deny one thing and bear out another: no consent asked, kept no longer than ..."""
_CHOSEN = frozenset({OPTIONAL, "consent"})
TAKEN_BACK = "taken_back"
"""Word group of sentences that take back the one before ("This function is switched off"), and topic of the fact that
holds both."""
USE_DENIED = "use_denied"
"""Word group of sentences that deny one use of a thing and not the thing."""
_MOST_QUOTE = 800


def admission(
    claim: Claim, rule: ClaimRule, fact: NoticeFact, facts: Sequence[NoticeFact], rules: NoticeRules
) -> bool:  # fmt: skip
    """May an admission rest on this sentence? Not where it denies the claim's own matter as well, nor where it only
    says on whom the notice is, nor where it leaves to a choice what the claim does not, nor where the next sentence
    takes it back."""
    denials = {a.topic for a in rule.contradicts if a.saying is Saying.DENIED}
    own = denials & {a.topic for a in rule.admits} - _HALVES
    if any(f.start == fact.start and f.saying is Saying.DENIED and f.topic in own for f in facts):
        return False
    if back((fact,), facts) is not None:
        return False
    return SCOPE not in groups_of(rules.lexicon, rules.normalise(fact.whole_quote).text) and not optional(
        claim, fact, rules
    )


def optional(claim: Claim, fact: NoticeFact, rules: NoticeRules) -> bool:
    """Does it happen only to who chooses it, and does the claim say nothing of a choice?"""
    return not claim.groups & _CHOSEN and OPTIONAL in groups_of(rules.lexicon, rules.normalise(fact.whole_quote).text)


def back(told: Iterable[NoticeFact], facts: Sequence[NoticeFact]) -> NoticeFact | None:
    """The first of these sentences that the next one takes back, with that next one."""
    whole = {fact.start: fact for fact in facts if fact.topic == TAKEN_BACK}
    return next((whole[fact.start] for fact in told if fact.start in whole), None)


def taken_back(text: NoticeText, kind: NoticeKind) -> Iterator[NoticeFact]:
    """Each sentence that the next one takes back, quoted with it."""
    for sentence, following in pairwise(text.sentences[:MOST_SENTENCES]):
        if says_nothing(sentence) or not _takes_back(following) or following.heading != sentence.heading:
            continue
        start, end = sentence.whole()[0], following.whole()[1]
        end = min(end, start + _MOST_QUOTE)
        people, named = whose(sentence, kind)
        quote = text.document.text[start:end]
        yield NoticeFact(
            TAKEN_BACK, Saying.CONDITIONAL, people, quote, start, end, named=named,
            section=sentence.audience is not None,
        )  # fmt: skip


def _takes_back(sentence: Sentence) -> bool:
    return TAKEN_BACK in sentence.groups and USE_DENIED not in sentence.groups and not says_nothing(sentence)
