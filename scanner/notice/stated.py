"""Seven plain questions to a notice: does it say anything on the matter, and is what it says a denial?

Each is answered from what was read anyway: the facts of a matter, and topics of `notices.toml` that are looked for
whatever the regime. A matter that is mentioned vaguely or under a condition is mentioned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from scanner.model import ItemStatus, NoticeFact, NoticeItem, Saying, Stated
from scanner.notice.facts import BIOMETRICS, overall
from scanner.notice.hearing import FEWEST_SENTENCES
from scanner.notice.items import Odds, look, weighed
from scanner.notice.rules import NoticeRules
from scanner.notice.text import NoticeText

SOURCES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        BIOMETRICS: ((), (BIOMETRICS,)),
        "consent": (("consent",), ("consent:denied",)),
        "purpose": (("purpose",), ()),
        "retention": (("retention",), ("retention",)),
        "sharing": (("sharing", "recipients"), ("sharing", "sale")),
        "rights": (("rights", "complaint:found"), ()),
        "contact": (("contact",), ()),
    }
)
"""Question -> topics, and facts, that answer it; `:found` and `:denied`: only so. In this order they are shown."""
_SAYS = frozenset({ItemStatus.FOUND, ItemStatus.VAGUE})


def read_stated(
    text: NoticeText, rules: NoticeRules, facts: Sequence[NoticeFact], odds: Odds
) -> tuple[tuple[str, Stated], ...]:  # fmt: skip
    """The answer to each question, in their order. `odds`: what a reader makes of its sentences. It is asked what words
    do not know; but of a line or two alone it knows too little."""
    odds = odds if len(text.sentences) >= FEWEST_SENTENCES else {}
    return tuple((name, _answer(name, text, rules, facts, odds)) for name in SOURCES)


def _answer(name: str, text: NoticeText, rules: NoticeRules, facts: Sequence[NoticeFact], odds: Odds) -> Stated:
    topics, matters = SOURCES[name]
    said = [fact for fact in facts if fact.topic in matters or f"{fact.topic}:{fact.saying}" in matters]
    if name == BIOMETRICS:
        whole = overall(tuple(said))
        return {Saying.DENIED: Stated.DENIED, Saying.SILENT: Stated.NO}.get(whole, Stated.YES)
    seen = []
    for topic, _, only in (one.partition(":") for one in topics):
        wanted = {ItemStatus(only)} if only else _SAYS
        item = look(text, rules.topics[topic], False) if topic in rules.topics else None
        if item is not None and item.status not in wanted:
            item = weighed(item, text, rules.topics[topic], False, odds)
        if item is not None and item.status in wanted:
            seen.append(item)
    if not said and not seen:
        return Stated.NO
    return Stated.DENIED if said and _only_denied(said, seen) else Stated.YES


def _only_denied(said: Sequence[NoticeFact], seen: Sequence[NoticeItem]) -> bool:
    """Is all that was found on the matter a denial? A topic found in a sentence of its own is something else."""
    places = {place for fact in said for place in (fact.start, fact.begins)}
    return all(fact.saying is Saying.DENIED for fact in said) and all(item.start in places for item in seen)
