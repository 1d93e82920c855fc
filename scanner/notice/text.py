"""A document as sentences: where each stands, under which heading, and which word groups it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from scanner.model import Block, BlockKind, Document
from scanner.notice.audience import audiences
from scanner.notice.lists import with_leads
from scanner.notice.rows import with_answers
from scanner.notice.rules import Normalise
from scanner.notice.sentence import Sentence, groups_of
from scanner.notice.words import Lexicon

_END = re.compile(r"[。!?;\n]+[”」』\"')]*|\.(?=\s|$)")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|no|art|inc|ltd|co|mr|ms|dr|st|vs|etc|u\.s|u\.k)|\b[a-z])$", re.I)
_ANSWER = re.compile(r"\s*(?:(?:a|answer):\s*)?no\.\s(?!of\b)[^\d\s]")
"""`No.` as an answer, and not as `No. 5` or `No. of days`."""
_ANSWERED = 20
"""Characters of a sentence that is but that."""
_LEAD = re.compile(r"[:：]\s*$")
_NOT_PROSE = frozenset(
    {BlockKind.LINK, BlockKind.BUTTON, BlockKind.LABEL, BlockKind.META, BlockKind.JSON, BlockKind.ALT,
     BlockKind.TITLE_ATTR, BlockKind.CODE, BlockKind.TEMPLATE}
)  # fmt: skip
_NUMBERED = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十百\d]{1,3}[)）、.．]|第[一二三四五六七八九十百\d]+[条章节]|\d+(?:\.\d+)+)\s*\S"
)
_RUN_IN = re.compile(
    r"^(?:(?:[(]?[一二三四五六七八九十\d]{1,3}[)、.]|[甲乙丙丁戊己庚辛壬癸][、.])\s?(?![^。]*[不无没未禁勿])[^。,:;]{2,8}。"
    r"|(?!.*\b(?:we|you|it|they|is|are|was|were|do|does|has|have|no|not|none|never|nobody|nothing|see|ask|call|write)\b)"
    r"[a-z][a-z' -]{2,34}\.)$"
)
"""`三、保存。` or `Recipients.` before more text on its line: its heading, run in. A Chinese one is numbered, for short
Chinese sentences are many; what denies, or has a verb or a pronoun, is a sentence."""
_BEFORE_RUN_IN = re.compile(r"^[\s\d.()*•·-]{0,8}$")
_RUN_IN_WORDS = 5
_MORE = 40
"""Characters behind it that are looked at for more text: not all the rest, for each sentence of a long block."""
_HEADING_LENGTH = 18
_TITLE_LENGTH = 120
MOST_SENTENCES = 4_000
"""More than any notice has; hostile pages may have more, and the rest of such a page is left."""
MAX_SENTENCE = 1200
"""Characters; a longer one is cut, so that hostile text costs no more than its length."""


class NoticeText:
    """The sentences of one document, read when first asked for."""

    def __init__(self, document: Document, normalise: Normalise, lexicon: Lexicon) -> None:
        self.document, self.normalise, self.lexicon = document, normalise, lexicon

    @cached_property
    def title(self) -> str:
        """Normalised title and first headings."""
        blocks = self.document.blocks
        heads = [b.text for b in blocks if b.kind in (BlockKind.TITLE, BlockKind.HEADING)][:3]
        first = [b.text for b in blocks if b.kind not in _NOT_PROSE][:1]
        parts = [self.document.title, *heads, *(f.split("\n")[0] for f in first if len(f.split("\n")[0]) <= 60)]
        return self.normalise("\n".join(dict.fromkeys(part for part in parts if part))).text

    @cached_property
    def title_groups(self) -> frozenset[str]:
        """Word groups in the title."""
        return groups_of(self.lexicon, self.title)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences of running text, lists and tables, in order."""
        found = tuple(self._read())
        of = audiences(found)
        of_people = tuple(replace(s, audience=kind) if kind else s for s, kind in zip(found, of, strict=True))
        listed = tuple(with_leads(of_people, self.document))
        answered = with_answers(listed[:MOST_SENTENCES], self.document, self.normalise)
        return (*answered, *listed[MOST_SENTENCES:])

    def _read(self) -> Iterator[Sentence]:
        lead, numbered, run_in = "", "", ""
        for block in self.document.blocks:
            if block.kind in _NOT_PROSE or block.kind is BlockKind.TITLE:
                continue
            normal = self.normalise(block.text)
            heading = self.normalise(block.heading).text if block.heading else ""
            if block.kind is BlockKind.HEADING:
                numbered = ""
            for start, end in _cut(normal.text):
                text = normal.text[start:end]
                run_in = "" if _begins_line(normal.text, start) else run_in
                above = "\n".join(part for part in (heading, numbered, run_in, lead) if part)
                heads = block.kind is BlockKind.HEADING or _is_heading(text) or self._is_first_line(block, start, text)
                ahead = _is_run_in(normal.text, start, end)
                yield Sentence(text, start, block, normal, above, self.lexicon, heads or ahead)
                run_in = text.strip() if ahead else run_in
                if _is_heading(text):
                    numbered, lead = text.strip(), ""
                elif _LEAD.search(text) and len(text) < 120:
                    lead = text.strip()
                elif block.kind is not BlockKind.LIST_ITEM:
                    lead = ""

    def _is_first_line(self, block: Block, start: int, text: str) -> bool:
        """The first line of a text without headings is its title, unless it reads like a sentence."""
        plain = text.strip()
        return start == 0 and block.start == 0 and len(plain) <= _TITLE_LENGTH and plain[-1] not in "。.!?;"


def _is_heading(text: str) -> bool:
    """A short line of plain text that begins with a number and ends with no full stop: a heading in text files."""
    plain = text.strip()
    return (
        0 < len(plain) <= _HEADING_LENGTH and not any(c in plain for c in "。;,:!?@请") and bool(_NUMBERED.match(plain))
    )  # fmt: skip


def _begins_line(text: str, start: int) -> bool:
    """Does nothing stand before it on its line but a number or a bullet?"""
    before = text[max(0, start - 10) : start].rpartition("\n")
    return bool(_BEFORE_RUN_IN.match(before[2])) and (start < 10 or bool(before[1]))


def _is_run_in(text: str, start: int, end: int) -> bool:
    """Is it the heading of its line, with a full stop where others set a break?"""
    plain = text[start:end].strip()
    more = text[end : end + _MORE].split("\n", 1)[0].strip()
    return (
        bool(more) and not text[start:end].endswith("\n") and len(plain.split()) <= _RUN_IN_WORDS
        and bool(_RUN_IN.match(plain)) and _begins_line(text, start)
    )  # fmt: skip


def _cut(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match.group() == "." and _abbreviated(text, start, match.start()):
            continue
        if match.group()[0] == ";" and "\n" not in match.group() and match.start() - start < 12:
            continue
        yield from _pieces(text, start, match.end())
        start = match.end()
    yield from _pieces(text, start, len(text))


def _abbreviated(text: str, start: int, stop: int) -> bool:
    """Does the full stop at `stop` end a word that is cut short, and not an answer (`No. We only count.`)?"""
    short = _ABBREVIATION.search(text[max(start, stop - 6) : stop]) is not None
    return short and not (stop - start <= _ANSWERED and _ANSWER.match(text[start : stop + 5]))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for at in range(start, end, MAX_SENTENCE):
        stop = min(end, at + MAX_SENTENCE)
        if text[at:stop].strip():
            yield at, stop
