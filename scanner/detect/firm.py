"""Firm cues: words so plain that what they govern is nobody's own claim, whatever the models make of it.

Most settle their whole sentence. Words on another maker (友商往往…, legacy systems …) settle what is said of that
maker: from there to the words with which the page comes to itself (我们, ours), unless it says that it does the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scanner.detect.match import Scene
from scanner.detect.page import Unit
from scanner.detect.rules import CueRule, Firm, RuleSet
from scanner.detect.stance import PRIORITY
from scanner.model import Cue

EXEMPT = frozenset({"everyone-does-it"})
"""Categories that are about other makers: what they do is what the page claims."""
_CLAUSE_END = re.compile(r"[,:、—–]|\s-\s")
_LEAD = re.compile(r"[\"'“”‘’「『(（*•·✗✘×-]*\s*(?:[\u3400-\u9fff]{0,2}|[a-zà-ÿ]{0,7})\s*")
"""What may stand between the beginning of a clause and another maker as its subject: 但, but, most."""
_SAME_TOO = 40
"""Characters of the next sentence in which the page may say that it does the same."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a firm cue makes of a normalised stretch of its sentence."""

    cue: Cue
    start: int
    end: int
    others: bool = False
    """It is about another maker, and perhaps about a part of the sentence only."""

    def over(self, start: int, end: int) -> bool:
        """Does it govern all of this stretch?"""
        return self.start <= start and end <= self.end


def settled(scene: Scene, rules: RuleSet, unit: Unit, cues: Iterable[str], following: Unit | None) -> Settled | None:
    """What the firm cues make of a sentence. `cues`: ids of those that stand in it; `following`: the next sentence."""
    page = scene.page
    asks = page.normal.text[unit.start : unit.end].rstrip().endswith("?")
    firm = {cue for cue in cues if (when := rules.cues[cue].firm) is not None and (when is not Firm.QUESTION or asks)}
    if not firm:
        return None
    there = [one for one in scene.words(unit.block).cues if one[0] in firm and unit.start <= one[1] < unit.end]
    whole = [one for one in there if rules.cues[one[0]].firm is not Firm.OTHERS]
    chosen = min(whole, key=lambda one: (PRIORITY.index(rules.cues[one[0]].stance), one[1]), default=None)
    if chosen is None:  # a pseudo cue covers it: 会不会 denies nothing, but it asks
        asked = sorted(cue for cue in firm if rules.cues[cue].firm is Firm.QUESTION)
        if asked:
            return Settled(Cue(rules.cues[asked[0]].stance, "?", "sentence"), unit.start, unit.end)
        others = (_others(scene, rules.cues[cue], unit, (start, end), following) for cue, start, end in there)
        return next((one for one in others if one is not None), None)
    return Settled(_cue(scene, rules.cues[chosen[0]], chosen[1], chosen[2]), unit.start, unit.end)


def _cue(scene: Scene, rule: CueRule, start: int, end: int) -> Cue:
    first, last = scene.page.normal.span(start, end)
    return Cue(rule.stance, scene.page.document.text[first:last], "sentence")


def _others(scene: Scene, rule: CueRule, unit: Unit, word: tuple[int, int], following: Unit | None) -> Settled | None:
    """The stretch that is said of another maker, or None where that maker is no subject, or the page does the same."""
    text, words = scene.page.normal.text, scene.words(unit.block)
    start, end = word
    begin = max((m.end() for m in _CLAUSE_END.finditer(text, unit.start, start)), default=unit.start)
    if not _LEAD.fullmatch(text, begin, start) and not any(begin <= s and e <= start for s, e in words.stops):
        return None
    if any(begin <= s < start for s, _ in words.own):  # "our spy apps": no other's
        return None
    if any(start < s < unit.end for s, _ in words.same) or _same_next(scene, following):
        return None
    own = min((s for s, _ in words.own if end <= s < unit.end), default=None)
    if own is None and rule.scope == "clause":
        stop = _CLAUSE_END.search(text, end, unit.end)
        own = stop.start() if stop else unit.end
    return Settled(_cue(scene, rule, start, end), begin, unit.end if own is None else own, others=True)


def _same_next(scene: Scene, following: Unit | None) -> bool:
    if following is None:
        return False
    first, last = following.start, min(following.end, following.start + _SAME_TOO)
    return any(first <= start < last for start, _ in scene.words(following.block).same)
