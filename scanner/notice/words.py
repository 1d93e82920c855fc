"""Finding word groups in a sentence. Words are literals, Latin ones whole words; a few are templates with gaps.

A template is a word with one of these in it: `[n]` a number, `[w]` a word, `[g9]` up to nine characters of the same
clause, `[at]` a mail address, `[phone]` a telephone number, `[p]` a number in brackets or nothing, `[o]` an opening
bracket, `[pipe]` a border in a table, `[s]` the beginning of a clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_EDGE = "(?!(?<=[a-z0-9])[a-z0-9])"
"""Not between two Latin letters or digits: a template is looked for as whole words."""
_KEY = 2
"""Characters by which literals are indexed: a word has at least so many."""
_SLOT = re.compile(r"\[(n|w|o|s|at|phone|p|pipe|g[1-9]\d?)\]")
_PIECE = re.compile(r"(\[(?:n|w|o|s|at|phone|p|pipe|g[1-9]\d?)\]|[()|])")
MOST_REMEMBERED = 4_096
"""Texts, of at most a sentence or heading each."""
MASK = "mask"
"""The group whose words swallow shorter ones that lie in them."""
_MEANS = {
    "n": r"\d{1,4}",
    "w": r"[a-z0-9'&.-]{1,30}",
    "at": r"[a-z0-9._%+-]{1,40}@[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,30}){0,4}",
    "phone": r"(?!(?:19|20)\d\d[-/. ]\d\d?[-/. ]\d\d?(?!\d))\+?\d[\d() -]{5,18}\d",
    "p": r"(?: ?\(\d{1,4}\))?",
    "pipe": r" ?\| ?",
    "o": r" ?\(",
    "s": r"(?:(?<![\s\S])|(?<=[,。;:\n\d.、])) ?",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A word at its place in a sentence."""

    start: int
    end: int
    groups: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Normalised literal -> the groups that it belongs to, and group -> templates (as regular expressions that
    `template` made). What lies inside a longer word of the group `mask` is no hit."""

    literals: Mapping[str, frozenset[str]]
    templates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _index: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _compiled: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = field(init=False, repr=False)
    find: Callable[[str], tuple[Hit, ...]] = field(init=False, repr=False, compare=False)
    """Every hit in a text, in order. Remembers the last texts: one heading stands above many sentences, and what is
    printed on one page of a vendor is printed on all."""

    def __post_init__(self) -> None:
        index: dict[str, list[str]] = {}
        for literal in self.literals:
            index.setdefault(literal[:_KEY], []).append(literal)
        ordered = {key: tuple(sorted(words, key=len, reverse=True)) for key, words in index.items()}
        compiled = tuple(
            (frozenset({group}), re.compile(_EDGE + "(?:" + "|".join(patterns) + ")" + _EDGE))
            for group, patterns in self.templates.items()
        )
        object.__setattr__(self, "_index", ordered)
        object.__setattr__(self, "_compiled", compiled)
        object.__setattr__(self, "find", lru_cache(maxsize=MOST_REMEMBERED)(self._found))

    def part(self, groups: frozenset[str]) -> Lexicon:
        """The words of some groups alone, to see fast whether a text holds any of them."""
        literals = {literal: mine for literal, of in self.literals.items() if (mine := of & groups)}
        return Lexicon(literals, {group: words for group, words in self.templates.items() if group in groups})

    def _found(self, text: str) -> tuple[Hit, ...]:
        hits: list[Hit] = []
        masks: list[tuple[int, int]] = []
        for at in range(len(text) - _KEY + 1):
            for literal in self._index.get(text[at : at + _KEY], ()):
                if not text.startswith(literal, at) or not _whole(text, at, at + len(literal)):
                    continue
                groups = self.literals[literal]
                if MASK in groups:
                    masks.append((at, at + len(literal)))
                if groups - {MASK}:
                    hits.append(Hit(at, at + len(literal), groups - {MASK}))
        for group, pattern in self._compiled:
            if MASK in group:
                masks.extend(m.span() for m in pattern.finditer(text))
                continue
            hits.extend(
                Hit(m.start(), m.end(), group)
                for m in pattern.finditer(text)
                if m.end() > m.start() and _whole(text, m.start(), m.end())
            )
        return tuple(sorted((hit for hit in hits if not _masked(hit, masks)), key=lambda h: (h.start, h.end)))


def is_template(word: str) -> bool:
    """Does the word hold a slot?"""
    return _SLOT.search(word) is not None


def template(word: str, literal: Callable[[str], str]) -> str:
    """The regular expression of a template; its letters in normal form. Raises ValueError for unbalanced brackets."""
    depth, out = 0, []
    for piece in _PIECE.split(word):
        slot = _SLOT.fullmatch(piece)
        if slot:
            name = slot.group(1)
            out.append(_MEANS.get(name) or rf"[^。,;!?\n]{{0,{name[1:]}}}?")
        elif piece in ("(", ")", "|"):
            depth += {"(": 1, ")": -1, "|": 0}[piece]
            if depth < 0 or (piece == "|" and depth == 0):
                raise ValueError("unbalanced ( ) or a | outside a group")
            out.append({"(": "(?:", ")": ")", "|": "|"}[piece])
        elif piece.strip():
            before, after = piece[: len(piece) - len(piece.lstrip())], piece[len(piece.rstrip()) :]
            out.append(re.escape(before + literal(piece) + after))
        else:
            out.append(re.escape(piece))
    if depth:
        raise ValueError("unbalanced ( ) or a | outside a group")
    return "".join(out)


def _whole(text: str, start: int, end: int) -> bool:
    if text[start] in _LATIN and start and text[start - 1] in _LATIN:
        return False
    return not (text[end - 1] in _LATIN and end < len(text) and text[end] in _LATIN)


def _masked(hit: Hit, masks: Iterable[tuple[int, int]]) -> bool:
    return any(start <= hit.start and hit.end <= end and (end - start) > (hit.end - hit.start) for start, end in masks)
