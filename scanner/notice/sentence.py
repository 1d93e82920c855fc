"""A sentence of a notice: its words, where it stands, and what it is read below."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from scanner.model import Block, NoticeKind
from scanner.notice.rules import Normalised
from scanner.notice.words import Hit, Lexicon


@dataclass(frozen=True)
class Above:
    """The lead-in of a list, as an item of it sees it (`lists.py`)."""

    sentence: Sentence
    """Where it stands."""
    text: str
    """Normalised, without its colon."""
    gap: str
    body: int
    """Where the item's text begins, behind its sign."""
    denies: bool
    doubtful: bool
    """It holds a denial, and whether that governs the item is not certain: the item says nothing."""
    deed: bool
    """It holds the deed itself, and the item a thing: `we never collect: faces`."""
    written: str
    """What stands in the document from its beginning to the item, where both are short enough to be quoted together."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a block. `normal` is the block's; [start:end] is the sentence in it."""

    text: str
    """Normalised."""
    start: int
    """In the normalised block."""
    block: Block
    normal: Normalised
    heading: str
    """Normalised headings and lead-in line above it."""
    lexicon: Lexicon = field(repr=False)
    is_heading: bool = False
    """Names what follows and says nothing itself."""
    audience: NoticeKind | None = None
    """The people for whom its section is, where a notice has sections for several."""
    above: Above | None = field(default=None, repr=False)
    """The lead-in that denies or bounds it, of an item in a list."""
    cut: int = 0
    """Where its own words begin, behind those of its lead-in, where both are read as one (`Item`)."""

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """Its words, in order; found when first asked for."""
        return self.lexicon.find(self.text)

    @cached_property
    def context(self) -> frozenset[str]:
        """Word groups in the heading and lead-in."""
        return groups_of(self.lexicon, self.heading)

    @cached_property
    def groups(self) -> frozenset[str]:
        """Word groups in the sentence itself. Kept: every rule asks for them."""
        return frozenset().union(*(hit.groups for hit in self.hits)) if self.hits else frozenset()

    @property
    def worded(self) -> frozenset[str]:
        """Word groups in it, in whatever order it is read."""
        return self.groups

    @cached_property
    def read(self) -> Sentence:
        """What a reader takes it for: with its lead-in one sentence, if it is an item below one."""
        if self.above is None or self.above.doubtful or self.cut or isinstance(self, Pair):
            return self
        lead = self.above.text + self.above.gap
        text = lead + self.text[self.above.body :].strip()
        return Item(
            text, self.start, self.block, self.normal, self.heading, self.lexicon, self.is_heading, self.audience,
            self.above, len(lead), self,
        )  # fmt: skip

    def written(self, start: int, end: int) -> str:
        """[start:end] as it stands in the document."""
        low, high = self.place(start, end)
        return self.block.text[low - self.block.start : high - self.block.start]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in `Document.text` of [start:end] of this sentence."""
        first, last = self.normal.span(self.start + start, self.start + end)
        return self.block.start + first, self.block.start + last

    def whole(self) -> tuple[int, int]:
        """Offsets in `Document.text` of the sentence, blanks at its ends left out."""
        stripped = self.text.strip()
        lead = len(self.text) - len(self.text.lstrip())
        return self.place(lead, lead + len(stripped))

    def shown(self) -> tuple[int, int]:
        """The same with what is quoted before it."""
        start, end = self.whole()
        return start - len(self.before), end

    @property
    def answered_no(self) -> bool:
        """Is it a question or a label that is answered with a plain no?"""
        return False

    @property
    def before(self) -> str:
        """What stands before it in the document and is quoted with it: a lead-in, a question, a label."""
        return self.above.written if self.cut and self.above else ""


@dataclass(frozen=True)
class Item(Sentence):
    """An item of a list, read as one sentence with its lead-in. Its place is the item's own."""

    own: Sentence | None = None

    def _own(self) -> Sentence:
        assert self.own is not None
        return self.own

    def _of(self, start: int, end: int) -> tuple[Sentence, int, int]:
        """The sentence that holds [start:end], or the end of it, and where in it."""
        assert self.above is not None
        if end <= self.cut:
            lead = self.above.sentence
            behind = len(lead.text) - len(lead.text.lstrip())
            return lead, start + behind, end + behind
        back = self.above.body - self.cut
        return self._own(), max(start, self.cut) + back, end + back

    def place(self, start: int, end: int) -> tuple[int, int]:
        sentence, start, end = self._of(start, end)
        return sentence.place(start, end)

    def written(self, start: int, end: int) -> str:
        sentence, start, end = self._of(start, end)
        return sentence.written(start, end)

    def whole(self) -> tuple[int, int]:
        return self._own().whole()


@dataclass(frozen=True)
class Pair(Sentence):
    """A question or label and its answer, as the sentence that they make. Its place is the answer's."""

    span: tuple[int, int] = (0, 0)
    """Offsets of the answer in `Document.text`."""
    line: frozenset[str] = frozenset()
    """Word groups of the line as it is written, where both stand on one."""

    @property
    def answered_no(self) -> bool:
        return self.above is not None and self.above.denies and not self.above.doubtful

    @property
    def before(self) -> str:
        return self.above.written if self.above else ""

    @property
    def worded(self) -> frozenset[str]:
        return self.groups | self.line

    def place(self, start: int, end: int) -> tuple[int, int]:  # noqa: ARG002  its words are not those of the document
        return self.span

    def whole(self) -> tuple[int, int]:
        return self.span


def groups_of(lexicon: Lexicon, text: str) -> frozenset[str]:
    """The word groups that occur in a text."""
    return frozenset().union(*(hit.groups for hit in lexicon.find(text))) if text else frozenset()
