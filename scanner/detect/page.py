"""A document as the matcher sees it: normalised once, with its sentence ends and block borders as weighted breaks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from scanner.detect import language
from scanner.detect.normalise import Normal, normalise
from scanner.detect.rules import RuleSet
from scanner.model import Block, BlockKind, Document

LINE, SENTENCE, PARAGRAPH, WALL = 1, 2, 3, 1000
"""Weights of a break: a line feed in a block, a sentence end or a neighbouring card, two paragraphs, anything else."""

_SENTENCE_END = re.compile(r"[。!?;]+[\"'”’」』)]*|\.(?=[ \n\"'”)]|$)|\n")
_ATTRIBUTES = frozenset({BlockKind.ALT, BlockKind.TITLE_ATTR, BlockKind.META, BlockKind.JSON, BlockKind.LABEL})
_LEAD_END = re.compile(r"[:：]\s*$")
_TITLE_LINE = re.compile(
    r"(?:\A|\n[ \t]*\n|[.!?:][\"'”’)]?[ \t]*\n)[ \t]*[A-ZÀ-Þ][^\n.!?;]{7,79}(\n)"
    r"(?=[ \t]*[\"“'(]?[A-ZÀ-Þ][^\n]{38,}?[.!?](?:\s|$))"
)
"""A line without a stop, above a line that is a sentence: a title, though no markup says so."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence, or one line of a block: what the second reader judges. Positions are normalised."""

    block: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """Positions are indices into `normal.text`; `borders[i]` is where block i stands."""

    document: Document
    normal: Normal
    borders: tuple[tuple[int, int], ...]
    langs: tuple[str, ...]
    """Language pack of each block."""
    languages: language.Languages
    units: tuple[Unit, ...]
    """Sentences in text order; every character that is no blank stands in exactly one."""
    _at: Sequence[int]
    _weight: Sequence[int]
    """Running totals of break weights at the positions `_at`."""
    _leads: dict[int, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)
    """What `leads` has answered: it is asked of a block once for each of its sentences and rule hits."""

    def breaks(self, start: int, end: int) -> int:
        """Weight of the breaks in normalised [start, end)."""
        if end <= start:
            return 0
        first, last = bisect_left(self._at, start), bisect_left(self._at, end)
        return (self._weight[last - 1] if last else 0) - (self._weight[first - 1] if first else 0)

    def block_at(self, position: int) -> int:
        """Index of the block that holds a normalised position."""
        return max(0, bisect_right(self.borders, (position, len(self.normal.text) + 1)) - 1)

    def stretches(self, size: int) -> list[int]:
        """Where stretches of about `size` characters begin, always at a block's start. The first is 0."""
        cuts = [0]
        for start, end in self.borders:
            if end - cuts[-1] > size * 3 // 2 and start - cuts[-1] > size // 3:
                cuts.append(start)
        return cuts

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The sentence(s) round [start, end), never beyond the block(s)."""
        low = self.borders[self.block_at(start)][0]
        high = self.borders[self.block_at(max(start, end - 1))][1]
        text = self.normal.text
        begin = low
        for match in _SENTENCE_END.finditer(text, max(low, start - 400), start):
            begin = match.end()
        after = _SENTENCE_END.search(text, end, min(high, end + 400))
        return begin, after.end() if after else min(high, end + 400)

    def section(self, index: int) -> range:
        """Blocks that stand under the same heading as block `index` (itself a heading: what it heads)."""
        blocks = self.document.blocks
        heading = blocks[index].text if blocks[index].kind is BlockKind.HEADING else blocks[index].heading
        first = last = index
        while first > 0 and index - first < 40 and _belongs(blocks[first - 1], heading):
            first -= 1
        while last + 1 < len(blocks) and last - index < 40 and _belongs(blocks[last + 1], heading):
            last += 1
        return range(first, last + 1)

    def units_of(self, start: int, end: int) -> range:
        """Indices of the units that normalised [start, end) touches."""
        first = bisect_right(self.units, start, key=_start_of)
        return range(max(0, first - 1), bisect_left(self.units, end, key=_start_of))

    def leads(self, index: int) -> tuple[int, ...]:
        """Blocks that govern block `index`: its heading, and a line ending in a colon just above a list."""
        found = self._leads.get(index)
        if found is None:
            found = self._leads[index] = self._leads_of(index)
        return found

    def _leads_of(self, index: int) -> tuple[int, ...]:
        blocks = self.document.blocks
        out = []
        block = blocks[index]
        for back in range(index - 1, max(-1, index - 30), -1):
            other = blocks[back]
            if other.kind is BlockKind.HEADING and other.text == block.heading:
                out.append(back)
                break
            if len(other.text) < 60 and _LEAD_END.search(other.text):
                if block.kind is BlockKind.LIST_ITEM:
                    out.append(back)
                    break
                if back == index - 1:
                    out.append(back)
            if block.kind is BlockKind.LIST_ITEM and other.kind is not BlockKind.LIST_ITEM:
                break
        return tuple(out)


def _start_of(unit: Unit) -> int:
    return unit.start


def _belongs(block: Block, heading: str) -> bool:
    return heading == (block.text if block.kind is BlockKind.HEADING else block.heading)


def build(document: Document, rules: RuleSet) -> Page:
    """Normalise a document and find its breaks. Linear in the text."""
    normal = normalise(document.text, rules.fold)
    borders = tuple((normal.position(b.start), normal.position(b.end)) for b in document.blocks)
    languages = language.of_text(normal.text, document.text, document.lang, rules.stopwords, rules.fold.table)
    langs = tuple(language.of_block(normal.text[s:e], languages.main) for s, e in borders)
    at, weights = _breaks(document, normal, borders)
    return Page(document, normal, borders, langs, languages, _units(normal.text, borders), at, weights)


def _units(text: str, borders: Sequence[tuple[int, int]]) -> tuple[Unit, ...]:
    """Each block cut at its sentence ends, without the blanks round each piece."""
    out: list[Unit] = []
    for block, (first, last) in enumerate(borders):
        cuts = [first, *(m.end() for m in _SENTENCE_END.finditer(text, first, last)), last]
        for start, end in pairwise(cuts):
            piece = text[start:end]
            begin = start + len(piece) - len(piece.lstrip())
            stop = start + len(piece.rstrip())
            if begin < stop:
                out.append(Unit(block, begin, stop))
    return tuple(out)


def _breaks(document: Document, normal: Normal, borders: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    text = normal.text
    titles = frozenset(normal.position(title.start(1)) for title in _TITLE_LINE.finditer(document.text))
    found: list[tuple[int, int]] = []
    for index, (start, end) in enumerate(borders):
        if index:
            found.append((borders[index - 1][1], _border(document, index)))
        ends = (match for match in _SENTENCE_END.finditer(text, start, end) if match.end() < end)
        found.extend((match.start(), _weight(match, titles)) for match in ends)
    found.sort()
    return [at for at, _ in found], list(accumulate(weight for _, weight in found))


def _weight(end: re.Match[str], titles: frozenset[int]) -> int:
    """A line feed is a light break, for slogans set over two lines; after a title it is as heavy as a stop."""
    return LINE if end.group() == "\n" and end.start() not in titles else SENTENCE


def _border(document: Document, index: int) -> int:
    """How far block `index` stands from the one before it."""
    before, block = document.blocks[index - 1], document.blocks[index]
    if before.kind in _ATTRIBUTES or block.kind in _ATTRIBUTES:
        return WALL
    if before.kind is BlockKind.HEADING and block.heading == before.text:
        return SENTENCE
    if _LEAD_END.search(before.text):
        return SENTENCE
    parent, parent_before = block.path.rpartition(">")[0], before.path.rpartition(">")[0]
    if parent == parent_before:
        return PARAGRAPH if BlockKind.PARAGRAPH in (block.kind, before.kind) else SENTENCE
    return WALL
