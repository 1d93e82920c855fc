"""Who speaks: the page as a whole, and the stretch round one claim. Decided from words, facts and the voice model.

Three witnesses, added up as log-odds: the voice model on stretches of the page (`voice.py`), role words from
`patterns/cues/<lang>.toml`, and what the page declares of itself (schema.org types, og:type, author and date). A
vendor's site may carry a news story and a newspaper an advert, so the stretch round the claim counts as much as the
page.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
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
FULL_TRUST = 70
"""Han characters (or three times as many letters) from which the model's word is taken in full."""
PRIOR = 0.6
"""Log-odds for the vendor on top of the model: what we are pointed at are vendors' pages."""
UNHEARD_VENDOR = 0.7
"""Probability of the vendor's voice in a lone slogan, which carries no voice."""
OWN_VOICE = 0.45
"""Probability of the page's own voice (vendor or notice) from which its claims count as asserted."""

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
_HAN = re.compile("[\u3400-\u9fff]+")
_PROSE = frozenset(
    {BlockKind.ALT, BlockKind.TITLE_ATTR, BlockKind.META, BlockKind.JSON, BlockKind.LABEL, BlockKind.CODE}
)
"""Kinds that do *not* speak in sentences."""
_MODELLED = tuple(voice.ROLES.values())
_UNHEARD = {
    role: math.log(UNHEARD_VENDOR if role is PageRole.VENDOR else (1 - UNHEARD_VENDOR) / (len(_MODELLED) - 1))
    for role in _MODELLED
}


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """The role and the probabilities behind it, for `explain`."""

    role: PageRole
    scores: Mapping[PageRole, float]


class Speaker:
    """Answers who speaks on one page; the costly part is done once."""

    def __init__(
        self,
        page: Page,
        rules: RuleSet,
        counts: Mapping[int, int],
        given: PageRole | None = None,
        model: voice.VoiceModel | None = None,
    ) -> None:
        """`model`: another than the shipped one, for training without its own answers."""
        self.page, self.given, self._model = page, given, model or voice.model()
        self._facts = _declared(page, rules, counts)
        self._whole = _mean([self._voice(text) for text in _stretches(page)])
        self._at: dict[int, RoleVerdict] = {}
        self._cuts = page.stretches(STRETCH)

    def verdict(self) -> RoleVerdict:
        """Who speaks on the page as a whole."""
        if self.given is not None:
            return RoleVerdict(self.given, {self.given: 1.0})
        return self._decide(self._whole)

    def at(self, block: int) -> PageRole:
        """Who speaks in the stretch round a block."""
        return self.near(block).role

    def near(self, block: int) -> RoleVerdict:
        """The same with its probabilities."""
        if self.given is not None:
            return self.verdict()
        first, last = self._stretch(block)
        if first not in self._at:
            local = self._voice(self.page.normal.text[first:last])
            self._at[first] = self._decide(_mean([self._whole, local]))
        return self._at[first]

    def _voice(self, text: str) -> Mapping[PageRole, float]:
        """Role -> log-probability of one stretch, drawn towards the prior where it is short or there is no model."""
        if self._model is None or not text.strip():
            return _UNHEARD
        trust = min(1.0, weight_of(text) / FULL_TRUST)
        heard = self._model.probabilities(text)
        return {role: trust * math.log(max(heard[role], 1e-4)) + (1 - trust) * _UNHEARD[role] for role in _UNHEARD}

    def _stretch(self, block: int) -> tuple[int, int]:
        """The stretch that holds a block: the page cut at block borders into pieces of about STRETCH characters.

        The cuts do not depend on the block, so that claims that stand together are judged once, and alike.
        """
        at = bisect_right(self._cuts, self.page.borders[block][0]) - 1
        end = self._cuts[at + 1] if at + 1 < len(self._cuts) else len(self.page.normal.text)
        return self._cuts[at], end

    def _decide(self, logs: Mapping[PageRole, float]) -> RoleVerdict:
        roles = dict.fromkeys((*_MODELLED, *self._facts))  # in one order, as sums depend on it in their last bits
        total = {role: logs.get(role, -4.0) + self._facts.get(role, 0.0) for role in roles}
        total[PageRole.VENDOR] += PRIOR
        highest = max(total.values())
        odds = {role: math.exp(value - highest) for role, value in total.items()}
        share = {role: value / sum(odds.values()) for role, value in odds.items()}
        own = share.get(PageRole.VENDOR, 0.0) + share.get(PageRole.NOTICE, 0.0)
        if own >= OWN_VOICE:
            vendor, notice = share.get(PageRole.VENDOR, 0.0), share.get(PageRole.NOTICE, 0.0)
            return RoleVerdict(PageRole.VENDOR if vendor >= notice else PageRole.NOTICE, share)
        others = {role: value for role, value in share.items() if role not in (PageRole.VENDOR, PageRole.NOTICE)}
        return RoleVerdict(max(others, key=lambda role: others[role]), share)


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


def weight_of(text: str) -> float:
    """How much a text says: Han characters, and Latin letters at a third."""
    han = sum(map(len, _HAN.findall(text)))
    return han + (len(text) - han) / 3


def _mean(parts: Sequence[Mapping[PageRole, float]]) -> Mapping[PageRole, float]:
    if not parts:
        return _UNHEARD
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
