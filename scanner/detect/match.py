"""Where each word stands in a block, and which slots and claims they make. The only owner of spaCy.

One token is one character of the normalised text, so a token index is a character offset and no word segmentation can
lose a match (jieba: recall 0.57). All literals of all rules stand in one PhraseMatcher. No Matcher pattern with a
quantified gap is ever built: its cost doubles with each step of the gap.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from scanner.detect.gate import Sighting, bounded, gate_for, speaks
from scanner.detect.page import LINE, PARAGRAPH, Page
from scanner.detect.rules import Atoms, Claim, Kind, Reach, Rule, RuleSet, Slot
from scanner.model import Stance

if TYPE_CHECKING:
    from spacy.tokens import Doc

Span = tuple[int, int]
MAX_SLOT_MATCHES = 400
FOLLOWING = 3
"""Places of the next atom that are tried: an early weak word must not hide the one that completes the sequence."""
PIECE, OVERLAP = 100_000, 100
"""Characters tokenised at a time; the overlap is longer than any literal."""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in one block, in page positions, after masks."""

    atoms: Mapping[str, tuple[Span, ...]]
    cues: tuple[tuple[str, int, int], ...]
    stops: tuple[Span, ...]
    own: tuple[Span, ...] = ()
    same: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One slot of a candidate, filled."""

    slot: str
    start: int
    end: int
    atoms: tuple[str, ...]
    words: tuple[Span, ...]
    """Where each atom of the sequence stands; what lies between them is not part of the claim."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule hit before stance. Positions are page positions (normalised)."""

    rule: Rule
    claim: Claim
    parts: tuple[Part, ...]
    lang: str

    @property
    def start(self) -> int:
        return min(p.start for p in self.parts)

    @property
    def end(self) -> int:
        return max(p.end for p in self.parts)


class WordMatcher:
    """The words of one rule set in one PhraseMatcher over single-character tokens.

    A word is added when the gate first sees it: of 120,000 literals a page holds a few hundred, and adding all of them
    took 17 s. What the gate has not seen, this could not find.
    """

    def __init__(self, rules: RuleSet) -> None:
        import spacy  # here: it takes 0.6 s, and commands that judge nothing come past this file, too
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        self.doc, self.vocab = Doc, spacy.blank("xx").vocab
        self.literals, self.cues = rules.literals, rules.cues
        self.meaning = gate_for(rules).by_text
        self.matcher = PhraseMatcher(self.vocab)

    def know(self, words: Iterable[str]) -> None:
        """Make sure that these words are in the matcher."""
        for word in words:
            key = f"w:{word}"
            if key not in self.matcher:
                self.matcher.add(key, [self._doc(word)])

    def _doc(self, text: str) -> Doc:
        return self.doc(self.vocab, words=list(text), spaces=[False] * len(text))

    def _hits(self, text: str, first: int, last: int) -> set[tuple[int, int]]:
        """(start, end) in page positions; long blocks in overlapping pieces, so that memory stays bounded."""
        out: set[tuple[int, int]] = set()
        for at in range(first, last, PIECE - OVERLAP):
            piece = text[at : min(last, at + PIECE)]
            out.update((at + start, at + end) for _, start, end in self.matcher(self._doc(piece)))
        return out

    def _cues(self, raw: Iterable[tuple[str, int, int]], pseudo: Iterable[Span]) -> tuple[tuple[str, int, int], ...]:
        """Cues that count. One inside a longer one of the same stance and direction is not a second cue, and a pseudo
        cue hides a cue that begins inside it (未经 hides 经顾客同意), unless the cue is longer."""
        by_kind: dict[tuple[Stance, str], list[Span]] = {}
        cues = sorted(
            set(raw), key=lambda c: (c[1], -c[2], c[0])
        )  # by name last: a set has another order in every process
        for cue_id, start, end in cues:
            cue = self.cues[cue_id]
            by_kind.setdefault((cue.stance, cue.direction), []).append((start, end))
        covers = {kind: Cover(spans) for kind, spans in by_kind.items()}
        hidden = Cover(pseudo)
        return tuple(
            (cue_id, start, end)
            for cue_id, start, end in cues
            if not covers[self.cues[cue_id].stance, self.cues[cue_id].direction].holds(start, end, longer=True)
            and not hidden.begun(start, end)
        )

    def words(self, page: Page, block: int) -> Words:
        """Everything that stands in block `block`."""
        first, last = page.borders[block]
        text, lang = page.normal.text, page.langs[block]
        raw: dict[Kind, list[tuple[str, int, int]]] = {kind: [] for kind in Kind}
        for start, end in self._hits(text, first, last):
            if not bounded(text, start, end):
                continue
            for index in self.meaning[text[start:end]]:
                lit = self.literals[index]
                if speaks(lang, lit.lang):
                    raw[lit.kind].append((lit.key, start, end))
        atoms = _unmasked(raw[Kind.ATOM], raw[Kind.MASK])
        cues = self._cues(raw[Kind.CUE], ((s, e) for _, s, e in raw[Kind.PSEUDO]))
        stops, own, same = (tuple(sorted((s, e) for _, s, e in raw[kind])) for kind in (Kind.STOP, Kind.OWN, Kind.SAME))
        return Words(atoms, cues, stops, own, same)


def _unmasked(
    found: Iterable[tuple[str, int, int]], masks: Sequence[tuple[str, int, int]]
) -> dict[str, tuple[Span, ...]]:
    """Atom -> places, without those that a longer word swallows; of overlapping places of one atom the longest."""
    by_key: dict[str, list[Span]] = {}
    for key, start, end in masks:
        by_key.setdefault(key, []).append((start, end))
    over = {key: Cover(spans) for key, spans in by_key.items()}
    everywhere = over.get("")
    places: dict[str, list[Span]] = {}
    for name, start, end in found:
        own = over.get(name)
        if (own and own.holds(start, end)) or (everywhere and everywhere.holds(start, end, longer=True)):
            continue
        places.setdefault(name, []).append((start, end))
    return {name: tuple(_longest(spans)) for name, spans in places.items()}


class Cover:
    """Sorted spans, asked whether one holds a place. No literal is longer than OVERLAP, so the search is short."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(set(spans))
        self.starts = [start for start, _ in self.spans]

    def holds(self, start: int, end: int, *, longer: bool = False) -> bool:
        """Whether a span covers [start, end) (`longer`: and is longer than it)."""
        for s, e in self.spans[bisect_left(self.starts, start - OVERLAP) : bisect_right(self.starts, start)]:
            if end <= e and (not longer or e - s > end - start):
                return True
        return False

    def begun(self, start: int, end: int) -> bool:
        """Whether a span begins at or before `start`, runs past it, and is not a mere beginning of [start, end)."""
        for s, e in self.spans[bisect_left(self.starts, start - OVERLAP) : bisect_right(self.starts, start)]:
            if start < e and not (s == start and end > e):
                return True
        return False


def _longest(spans: list[Span]) -> list[Span]:
    """Without the places that lie inside another; places that only overlap stay, for a sequence may need either."""
    out: list[Span] = []
    for start, end in sorted(set(spans), key=lambda s: (s[0], -s[1])):
        if not out or end > out[-1][1]:
            out.append((start, end))
    return out


class Scene:
    """The words of a page, block by block, matched when first asked for."""

    def __init__(self, page: Page, matcher: WordMatcher, sighting: Sighting) -> None:
        self.page, self.matcher, self.seen, self.literals = page, matcher, sighting.atoms, sighting.words
        self.everywhere = sighting.page_atoms
        self._words: dict[int, Words] = {}
        self._anywhere: dict[Atoms, bool] = {}
        self._places: dict[tuple[Atoms, range], list[Span]] = {}
        self._filled: dict[tuple[int, range, str], list[Part]] = {}
        self._near: dict[tuple[int, int], range] = {}
        self._blocks_of: dict[str, list[int]] = {}
        for block, atoms in enumerate(sighting.atoms):
            for atom in atoms:
                self._blocks_of.setdefault(atom, []).append(block)

    def words(self, block: int) -> Words:
        if block not in self._words:
            self.matcher.know(self.literals[block])
            self._words[block] = self.matcher.words(self.page, block)
        return self._words[block]

    def anywhere(self, atoms: Atoms) -> bool:
        """Whether any of `atoms` stands on the page."""
        if atoms not in self._anywhere:
            places = ((atom, block) for atom in atoms for block in self._blocks_of.get(atom, ()))
            self._anywhere[atoms] = any(atom in self.words(block).atoms for atom, block in places)
        return self._anywhere[atoms]

    def within(self, atoms: Atoms, blocks: Iterable[int]) -> bool:
        """Whether any of `atoms` stands in one of these blocks."""
        for block in blocks:
            for atom in atoms & self.seen[block]:
                if atom in self.words(block).atoms:
                    return True
        return False

    def places(self, atoms: Atoms, blocks: range) -> list[Span]:
        """Sorted places of any of `atoms` in these blocks."""
        key = (atoms, blocks)
        if key not in self._places:
            words = (self.words(block).atoms.get(atom, ()) for block in blocks for atom in atoms & self.seen[block])
            self._places[key] = sorted({span for spans in words for span in spans})
        return self._places[key]

    def filled(self, slot: Slot, blocks: range, lang: str) -> list[Part]:
        """`slot_matches`, remembered: the claims of a rule share their slots."""
        key = (id(slot), blocks, lang)
        if key not in self._filled:
            self._filled[key] = slot_matches(self, slot, blocks, lang)
        return self._filled[key]

    def near(self, block: int, breaks: int) -> range:
        """Blocks that a window of `breaks` could reach from `block`, itself included."""
        if (block, breaks) not in self._near:
            self._near[block, breaks] = self._reached(block, breaks)
        return self._near[block, breaks]

    def _reached(self, block: int, breaks: int) -> range:
        low = high = block
        borders, budget = self.page.borders, weight_allowed(breaks)
        while (
            low > 0 and block - low <= breaks and self.page.breaks(borders[low - 1][1] - 0, borders[block][0]) <= budget
        ):
            low -= 1
        while (
            high + 1 < len(borders)
            and high - block <= breaks
            and self.page.breaks(borders[block][1], borders[high + 1][0]) <= budget
        ):
            high += 1
        return range(low, high + 1)


def weight_allowed(breaks: int) -> int:
    """Break weight that a claim's `breaks` permits: 0 still crosses one line feed, for slogans set with <br>."""
    return LINE if breaks == 0 else PARAGRAPH * breaks


def slot_matches(scene: Scene, slot: Slot, blocks: range, lang: str) -> list[Part]:
    """Every way in which the slot is filled in these blocks, bounded by MAX_SLOT_MATCHES."""
    out: dict[Span, Part] = {}
    for sequence in slot.any:
        names = tuple("|".join(sorted(atoms)) for atoms in sequence)
        following = scene.places(sequence[-1], blocks)
        for words in _sequence(scene, sequence, slot.gap, blocks, lang):
            words = (*words[:-1], _whole(words[-1], following))
            span = (words[0][0], words[-1][1])
            out.setdefault(span, Part(slot.name, *span, names, words))
            if len(out) >= MAX_SLOT_MATCHES:
                return sorted(out.values(), key=lambda p: (p.start, p.end))
    return sorted(out.values(), key=lambda p: (p.start, p.end))


def _whole(last: Span, places: Sequence[Span]) -> Span:
    """A word run on to the end of one of the same slot that begins inside it: `leaves no` to `leaves no trace`."""
    start, end = last
    for other in places[bisect_left(places, (start, 0)) :]:
        if other[0] >= end:
            break
        end = max(end, other[1])
    return start, end


def _sequence(scene: Scene, sequence: Sequence[Atoms], gap: Reach, blocks: range, lang: str) -> list[tuple[Span, ...]]:
    found: list[tuple[Span, ...]] = [(span,) for span in scene.places(sequence[0], blocks)]
    reach = gap.of(lang)
    for atoms in sequence[1:]:
        following = scene.places(atoms, blocks)
        firsts = [span[0] for span in following]
        joined: list[tuple[Span, ...]] = []
        for words in found:
            end = words[-1][1]
            at = bisect_left(firsts, end)
            for span in following[at : at + FOLLOWING]:
                if span[0] - end > reach or scene.page.breaks(end, span[0]) > LINE:
                    break
                joined.append((*words, span))
        found = joined[: MAX_SLOT_MATCHES * FOLLOWING]
    return found


def join(scene: Scene, rule: Rule, claim: Claim, block: int, anchor: str) -> list[Candidate]:
    """Candidates of one claim whose anchor slot starts in `block`: to each anchor the nearest of the other slots."""
    page = scene.page
    lang = page.langs[block]
    blocks = scene.near(block, claim.breaks)
    first, last = page.borders[block]
    anchors = [p for p in scene.filled(rule.slots[anchor], blocks, lang) if first <= p.start < last]
    others = [scene.filled(rule.slots[name], blocks, lang) for name in claim.all if name != anchor] if anchors else []
    out: list[Candidate] = []
    for part in anchors:
        parts = [part]
        for choices in others:
            best = _nearest(page, claim, parts, choices, lang)
            if best is None:
                break
            parts.append(best)
        else:
            order = {name: i for i, name in enumerate(claim.all)}
            parts.sort(key=lambda p: order[p.slot])
            if not claim.ordered or all(a.end <= b.start for a, b in pairwise(parts)):
                out.append(Candidate(rule, claim, tuple(parts), lang))
    return out


def _nearest(page: Page, claim: Claim, parts: Sequence[Part], choices: Sequence[Part], lang: str) -> Part | None:
    """The choice nearest to the hull of `parts`, within the window, overlapping none of them."""
    low, high = min(p.start for p in parts), max(p.end for p in parts)
    window, allowed = claim.window.of(lang), weight_allowed(claim.breaks)
    order = {name: i for i, name in enumerate(claim.all)}
    best: tuple[int, Part] | None = None
    for choice in choices:
        if any(choice.start < p.end and p.start < choice.end for p in parts):
            continue
        if claim.ordered and any((order[choice.slot] < order[p.slot]) != (choice.end <= p.start) for p in parts):
            continue
        if choice.end <= low:
            distance, crossed = low - choice.end, (choice.end, low)
        elif choice.start >= high:
            distance, crossed = choice.start - high, (high, choice.start)
        else:
            distance, crossed = 0, (choice.start, choice.start)
        if distance > window or page.breaks(*crossed) > allowed:
            continue
        if best is None or distance < best[0]:
            best = (distance, choice)
    return best[1] if best else None


@lru_cache(maxsize=4)
def matcher_for(rules: RuleSet) -> WordMatcher:
    """The word matcher of a rule set, compiled once."""
    return WordMatcher(rules)
