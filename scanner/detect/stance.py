"""Candidate + cues + page -> stance, with the cue that decided.

After ConText (Harkema et al. 2009; medspaCy): a cue has a direction and a scope, terminators end a scope, and pseudo
cues look like cues and are none. Two additions: a cue inside a filled slot never counts, for negation often *is* the
claim (无需顾客同意); and where no cue governs the sentence, the page's role speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.detect.match import Candidate, Scene, Span
from scanner.detect.page import LINE, SENTENCE
from scanner.detect.roles import STANCE_OF_ROLE
from scanner.detect.rules import CueRule, RuleSet
from scanner.model import Cue, PageRole, Stance

PRIORITY = (Stance.NEGATED, Stance.LEGAL, Stance.HYPOTHETICAL, Stance.REPORTED)
"""Which stance wins where several cues govern: a denial in the news is a denial, a lawyer's warning is law."""


_NEGATIVE = frozenset("不没无未非免毫")
_NEGATIVE_WORDS = (
    "no ",
    "not ",
    "never ",
    "without ",
    "nobody ",
    "nothing ",
    "won't ",
    "don't ",
    "doesn't ",
    "cannot ",
)


@dataclass(frozen=True, slots=True)
class Governing:
    """A cue that governs a candidate."""

    rule: CueRule
    start: int
    end: int
    distance: int
    scope: str


def decide(
    scene: Scene, rules: RuleSet, candidate: Candidate, role: PageRole, turned: tuple[Stance, str] | None = None
) -> Cue:
    """The stance of a candidate. `turned`: an exception of the rule that turned it, with its reason."""
    if turned is not None:
        return Cue(turned[0], turned[1], "rule")
    governing = list(governors(scene, rules, candidate, role))
    for stance in PRIORITY:
        chosen = min((g for g in governing if g.rule.stance is stance), key=lambda g: g.distance, default=None)
        if chosen is not None:
            start, end = scene.page.normal.span(chosen.start, chosen.end)
            return Cue(stance, scene.page.document.text[start:end], chosen.scope)
    if any(g.rule.stance is Stance.ASSERTED for g in governing):
        chosen = next(g for g in governing if g.rule.stance is Stance.ASSERTED)
        start, end = scene.page.normal.span(chosen.start, chosen.end)
        return Cue(Stance.ASSERTED, scene.page.document.text[start:end], chosen.scope)
    by_role = STANCE_OF_ROLE.get(role)
    if by_role is not None:
        return Cue(by_role, f"page: {role.value}", "page")
    return Cue(Stance.ASSERTED, "", "default")


def governors(scene: Scene, rules: RuleSet, candidate: Candidate, role: PageRole) -> Iterator[Governing]:
    """Every cue that governs the candidate, in no order."""
    page = scene.page
    first, last = page.block_at(candidate.start), page.block_at(candidate.end - 1)
    for block in range(first, last + 1):
        for cue_id, start, end in scene.words(block).cues:
            rule = rules.cues[cue_id]
            if _applies(rule, role) and rule.scope != "heading":
                distance = _reaches(scene, candidate, rule, start, end, block)
                if distance is not None:
                    yield Governing(rule, start, end, distance, rule.scope)
    for block in {*page.leads(first), *page.leads(last)}:
        for cue_id, start, end in scene.words(block).cues:
            rule = rules.cues[cue_id]
            if _applies(rule, role) and rule.scope == "heading":
                yield Governing(rule, start, end, 10_000, "heading")


def _applies(rule: CueRule, role: PageRole) -> bool:
    return rule.firm is None and role not in rule.unless_role and (not rule.only_role or role in rule.only_role)


def _reaches(scene: Scene, candidate: Candidate, rule: CueRule, start: int, end: int, block: int) -> int | None:
    """Distance from cue to the nearest word that it governs, or None."""
    if _belongs_to_claim(scene, candidate, start, end):
        return None
    best: int | None = None
    for first, last in _targets(candidate, rule):
        if rule.direction != "backward" and start < first:
            gap = (min(end, first), first)  # 从不识别: the cue may run into the word that it governs
        elif rule.direction != "forward" and end > last and start >= candidate.end - 1:
            gap = (last, max(start, last))  # behind the whole claim: 有人来查怎么办?马上断开 asks nothing about 断开
        else:
            continue
        distance = gap[1] - gap[0]
        if rule.max and distance > rule.max:
            continue
        if not _same_scope(scene, rule, gap, block):
            continue
        best = distance if best is None else min(best, distance)
    return best


def _belongs_to_claim(scene: Scene, candidate: Candidate, start: int, end: int) -> bool:
    """A cue inside a word of the claim, or running into one that itself begins with a negation (都不会 + 不会发觉)."""
    text = scene.page.normal.text
    for part in candidate.parts:
        for first, last in part.words:
            if first <= start and end <= last:
                return True
            if first < start < last:  # 一键关 + 关闭: the cue begins inside the claim's own word
                return True
            if start < first < end and (text[first] in _NEGATIVE or text.startswith(_NEGATIVE_WORDS, first)):
                return True
    return False


def _targets(candidate: Candidate, rule: CueRule) -> Iterable[Span]:
    """The words that a cue may govern: each word of the claim, or of the slot that a negation must govern."""
    parts = candidate.parts
    if rule.stance is Stance.NEGATED and candidate.rule.negate:
        parts = tuple(p for p in parts if p.slot == candidate.rule.negate)
    return (word for part in parts for word in part.words)


def _same_scope(scene: Scene, rule: CueRule, gap: tuple[int, int], block: int) -> bool:
    page = scene.page
    if rule.scope == "block":
        return page.block_at(gap[0]) == page.block_at(max(gap[0], gap[1] - 1))
    if page.breaks(*gap) >= SENTENCE:
        return False
    if rule.scope == "sentence":
        return True
    if page.breaks(*gap) >= LINE or _terminated(scene, gap, block):
        return False
    text = page.normal.text[gap[0] : gap[1]]
    return "," not in text and not (rule.lang == "zh" and _spaced_apart(text))


def _spaced_apart(text: str) -> bool:
    """A blank between Han characters ends a clause on a card grid; a blank beside Latin letters does not."""
    inner = text.strip()
    at = inner.find(" ")
    return at > 0 and ord(inner[at - 1]) > 0x2E7F and at + 1 < len(inner) and ord(inner[at + 1]) > 0x2E7F


def _terminated(scene: Scene, gap: tuple[int, int], block: int) -> bool:
    return any(gap[0] <= s and e <= gap[1] for s, e in scene.words(block).stops)
