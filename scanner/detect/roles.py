"""Who speaks: the page as a whole, and the stretch round one claim. Decided from words, facts and the voice model.

Three witnesses, added up as log-odds: the voice model on stretches of the page (`voice.py`), role words from
`patterns/cues/<lang>.toml`, and what the page declares of itself (schema.org types, og:type, author and date). A
vendor's site may carry a news story and a newspaper an advert, so the stretch round the claim counts as much as the
page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.detect import voice
from scanner.detect.page import Page
from scanner.detect.rules import RuleSet
from scanner.model import BlockKind, PageRole, Stance

STANCE_OF_ROLE: Mapping[PageRole, Stance] = {
    PageRole.NEWS: Stance.REPORTED,
    PageRole.LEGAL: Stance.LEGAL,
    PageRole.GUIDE: Stance.REPORTED,
    PageRole.DEFENCE: Stance.REPORTED,
    PageRole.RESEARCH: Stance.HYPOTHETICAL,
    PageRole.UNRELATED: Stance.HYPOTHETICAL,
}
"""The stance of a sentence that carries no cue of its own; roles not named leave it asserted."""

STRETCH = 420
"""Characters of one stretch: about what the model was trained on."""
MOST_STRETCHES = 8
WORD_WEIGHT = 1.0
SURE = 0.5
"""Probability below which nobody in particular speaks (UNKNOWN)."""

_SCHEMA: Mapping[str, tuple[PageRole, float]] = {
    "newsarticle": (PageRole.NEWS, 3.0),
    "reportagenewsarticle": (PageRole.NEWS, 4.0),
    "opinionnewsarticle": (PageRole.NEWS, 3.0),
    "product": (PageRole.VENDOR, 2.0),
    "offer": (PageRole.VENDOR, 1.5),
    "softwareapplication": (PageRole.VENDOR, 2.0),
    "organization": (PageRole.VENDOR, 0.3),
    "localbusiness": (PageRole.VENDOR, 1.5),
    "legislation": (PageRole.LEGAL, 4.0),
    "scholarlyarticle": (PageRole.RESEARCH, 4.0),
    "book": (PageRole.UNRELATED, 2.0),
    "movie": (PageRole.UNRELATED, 3.0),
    "recipe": (PageRole.UNRELATED, 3.0),
    "howto": (PageRole.GUIDE, 2.0),
}
_PROSE = frozenset(
    {BlockKind.ALT, BlockKind.TITLE_ATTR, BlockKind.META, BlockKind.JSON, BlockKind.LABEL, BlockKind.CODE}
)
"""Kinds that do *not* speak in sentences."""
_MODELLED = tuple(voice.ROLES.values())


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """The role and the probabilities behind it, for `explain`."""

    role: PageRole
    scores: Mapping[PageRole, float]


class Speaker:
    """Answers who speaks on one page; the costly part is done once."""

    def __init__(self, page: Page, rules: RuleSet, counts: Mapping[int, int], given: PageRole | None = None) -> None:
        self.page, self.given = page, given
        self._facts = _declared(page, rules, counts)
        self._whole = _mean([_voice(text) for text in _stretches(page)])
        self._at: dict[int, PageRole] = {}

    def verdict(self) -> RoleVerdict:
        """Who speaks on the page as a whole."""
        if self.given is not None:
            return RoleVerdict(self.given, {self.given: 1.0})
        return self._decide(self._whole)

    def at(self, block: int) -> PageRole:
        """Who speaks in the stretch round a block."""
        if self.given is not None:
            return self.given
        if block not in self._at:
            local = _voice(_round(self.page, block))
            self._at[block] = self._decide(_mean([self._whole, local])).role
        return self._at[block]

    def _decide(self, logs: Mapping[PageRole, float]) -> RoleVerdict:
        total = {role: logs.get(role, -4.0) + self._facts.get(role, 0.0) for role in {*_MODELLED, *self._facts}}
        highest = max(total.values())
        odds = {role: math.exp(value - highest) for role, value in total.items()}
        share = {role: value / sum(odds.values()) for role, value in odds.items()}
        best = max(share, key=lambda role: share[role])
        return RoleVerdict(best if share[best] >= SURE else PageRole.UNKNOWN, share)


def _declared(page: Page, rules: RuleSet, counts: Mapping[int, int]) -> dict[PageRole, float]:
    """Log-odds from role words (each list saturating) and from what the page says it is."""
    scores: dict[PageRole, float] = {}
    for index, count in counts.items():
        rule = rules.roles[index]
        scores[rule.role] = scores.get(rule.role, 0.0) + WORD_WEIGHT * rule.weight * math.sqrt(min(count, 4))
    facts = page.document.facts
    for name in facts.get("schema_types", "").lower().split(","):
        role, weight = _SCHEMA.get(name.strip(), (PageRole.UNKNOWN, 0.0))
        if weight:
            scores[role] = scores.get(role, 0.0) + weight
    if facts.get("author") and facts.get("published_time"):
        scores[PageRole.NEWS] = scores.get(PageRole.NEWS, 0.0) + 1.0
    if facts.get("og:type", "").startswith("product"):
        scores[PageRole.VENDOR] = scores.get(PageRole.VENDOR, 0.0) + 2.0
    return scores


def _voice(text: str) -> Mapping[PageRole, float]:
    """Role -> log-probability of one stretch; flat where there is no model or no text."""
    model = voice.model()
    if model is None or not text.strip():
        return dict.fromkeys(_MODELLED, math.log(1 / len(_MODELLED)))
    return {role: math.log(max(p, 1e-4)) for role, p in model.probabilities(text).items()}


def _mean(parts: Sequence[Mapping[PageRole, float]]) -> Mapping[PageRole, float]:
    if not parts:
        return _voice("")
    return {role: sum(part.get(role, -4.0) for part in parts) / len(parts) for role in parts[0]}


def _stretches(page: Page) -> list[str]:
    """Up to MOST_STRETCHES pieces of running text, spread evenly over the page."""
    text = page.normal.text
    prose = [text[s:e] for (s, e), b in zip(page.borders, page.document.blocks, strict=True) if b.kind not in _PROSE]
    joined = "\n".join(prose) or text
    pieces = [joined[at : at + STRETCH] for at in range(0, len(joined), STRETCH)]
    if len(pieces) > 1 and len(pieces[-1]) < STRETCH // 3:
        pieces.pop()
    step = max(1, len(pieces) // MOST_STRETCHES)
    return pieces[::step][:MOST_STRETCHES]


def _round(page: Page, block: int) -> str:
    """The text round a block, about STRETCH characters, in whole blocks where they are short."""
    low = high = block
    size = page.borders[block][1] - page.borders[block][0]
    while size < STRETCH and (low > 0 or high + 1 < len(page.borders)):
        if low > 0:
            low -= 1
        if high + 1 < len(page.borders):
            high += 1
        size = page.borders[high][1] - page.borders[low][0]
    middle = (page.borders[block][0] + page.borders[block][1]) // 2
    first, last = page.borders[low][0], page.borders[high][1]
    return page.normal.text[max(first, middle - STRETCH) : min(last, middle + STRETCH)]
