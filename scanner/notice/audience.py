"""A notice for several audiences, section by section: whose data the sentences under a heading are about.

Only what says so plainly opens a section: a heading that names one kind of people, or "this section applies to ...".
A notice in which fewer than two kinds of people have a section is read as a whole, as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from scanner.model import BlockKind, NoticeKind

if TYPE_CHECKING:
    from scanner.notice.sentence import Sentence

_GROUPS = {
    "site_visitors": NoticeKind.SITE_VISITORS,
    "account_holders": NoticeKind.PRODUCT_USERS,
    "people_filmed": NoticeKind.PEOPLE_FILMED,
}
_APPLIES = re.compile(
    r"^[\s\d.()]*(?:this (?:section|part|chapter|paragraph) (?:only )?(?:applies (?:only )?to|is (?:only )?for|covers|"
    r"concerns|is about)\b|(?:本|这一|此)(?:节|部分|章|段)(?:内容)?(?:仅|只)?(?:适用于|针对|面向|适用))"
)
_TAG = re.compile(r"(?:^|>)h([1-6])(?:\[\d+\])?$")
_LINE = 60
"""Characters of a line of plain text that may be a heading."""
_ENDS = frozenset(".。;；!！?？,，:：、")
_NOT_HEADS = frozenset({BlockKind.LIST_ITEM, BlockKind.CELL})


def audiences(sentences: Sequence[Sentence]) -> tuple[NoticeKind | None, ...]:
    """For each sentence the people whose section it stands in; None: in no such section."""
    found = tuple(_sections(sentences))
    kinds = {kind for kind, sentence in zip(found, sentences, strict=True) if kind and not sentence.is_heading}
    return found if len(kinds) > 1 else (None,) * len(found)


def _sections(sentences: Iterable[Sentence]) -> Iterator[NoticeKind | None]:
    """The first line and a heading of the first level are the title: they open none."""
    kind: NoticeKind | None = None
    opened = here = 0
    for number, sentence in enumerate(sentences):
        level = _level(sentence)
        may_open = (number and level != 1 and (level or _alone(sentence))) or _APPLIES.match(sentence.text)
        opens = _one_kind(sentence) if may_open else None
        if _APPLIES.match(sentence.text):
            kind, opened = opens, here
        elif opens is not None:
            kind, opened = opens, level
        elif (level or sentence.is_heading) and not (level > opened > 0):
            kind = None
        here = level or here
        yield kind


def _level(sentence: Sentence) -> int:
    """1 to 6 of a heading in HTML; 0: none."""
    found = _TAG.search(sentence.block.path) if sentence.block.kind is BlockKind.HEADING else None
    return int(found[1]) if found else 0


def _alone(sentence: Sentence) -> bool:
    """Is it a short line of its own that ends like a heading?"""
    if sentence.is_heading:
        return True
    line = sentence.normal.text
    plain = sentence.text.strip()
    end = sentence.start + len(sentence.text)
    begins = sentence.start == 0 or line[sentence.start - 1] == "\n"
    closes = end >= len(line) or sentence.text.endswith("\n")
    short = 0 < len(plain) <= _LINE and plain[-1] not in _ENDS
    return begins and closes and short and sentence.block.kind not in _NOT_HEADS


def _one_kind(sentence: Sentence) -> NoticeKind | None:
    """The kind of people that it names, where it is one."""
    kinds = [kind for group, kind in _GROUPS.items() if group in sentence.groups]
    return kinds[0] if len(kinds) == 1 else None
