"""The values that `patterns/notices.toml` and `patterns/notice_facts.toml` become. See patterns/README.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from scanner.model import NoticeKind, Saying
from scanner.notice.words import Lexicon


class Normalised(Protocol):
    """Text in the form of `patterns/`, with the way back to the text as written."""

    @property
    def text(self) -> str: ...

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original (start, end) of the normalised slice [start:end], start < end."""
        ...


Normalise = Callable[[str], Normalised]


@dataclass(frozen=True, slots=True)
class Part:
    """One word group of a combination. `act`: the word that a denial must govern; `context`: may stand in the heading
    or the notice's title instead of the sentence; `absent`: must not stand in the sentence."""

    group: str
    act: bool = False
    context: bool = False
    absent: bool = False


Combination = tuple[Part, ...]
"""Word groups that must all stand in one sentence."""


@dataclass(frozen=True, slots=True)
class Topic:
    """How one disclosure is recognised; shared by the items of several regimes."""

    id: str
    found: tuple[Combination, ...]
    vague: tuple[Combination, ...]
    checkable: bool = True
    apart: tuple[Combination, ...] = ()
    """Found too where the groups stand anywhere in the notice: a name in its title, a mail address in its last line."""
    vague_apart: tuple[Combination, ...] = ()
    """Vague where they do, and nothing else is found."""


@dataclass(frozen=True, slots=True)
class Item:
    """One disclosure item of one regime. `facts`: its table as written, for reports."""

    id: str
    regime: str
    topic: str
    face: bool
    """Only sentences on faces (or under such a heading, or in a notice on faces) count."""
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FactRule:
    """How one matter is recognised, and how one sees that it is denied."""

    id: str
    says: tuple[Combination, ...]
    """A denial that governs the act turns these."""
    affirms: tuple[Combination, ...]
    """Disclosed whatever negation stands in the sentence, for it is part of the words."""
    denies: tuple[Combination, ...]
    """Denied by the words themselves."""
    value: str
    """Word group whose hit is the fact's value (the period of a retention), or empty."""
    titles: Mapping[str, str]
    unless: str = ""
    """Word group that, in a denial, means that only a use is denied, not the thing; empty: none."""
    device: bool = False
    """About the thing itself, whoever stands before it: holds for everybody's data."""
    hedged: bool = False
    """Conditions in the sentence do not weaken it, for they are what it is about (consent)."""
    wary: bool = False
    """Disclosed under a condition is `conditional` too (sale: "only where you tick")."""
    lawful: bool = False
    """An exception that leaves the thing as it was does not weaken its denial: who sells to nobody does not sell to the
    police, and who learns no number still learns none because one may type it in oneself."""
    question: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    """Language of the notice -> the matter as a sentence, which is read together with the notice; empty: not asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A fact that answers a claim: topic and how it must speak of it."""

    topic: str
    saying: Saying
    value: str = ""
    """Which value the fact must have (`short`, `long`, `vague`, of a period); empty: any."""
    needs: frozenset[str] = frozenset()
    """Word groups that must stand in the claim itself."""
    lacks: frozenset[str] = frozenset()
    """Word groups that must not."""


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """What in a notice answers a claim of one category."""

    category: str
    people: NoticeKind
    """Whose data such a claim is about."""
    contradicts: tuple[Answer, ...]
    admits: tuple[Answer, ...]
    vague: tuple[Answer, ...]
    """Facts near to the matter that leave it open: they make it `cannot_tell`, not `silent`."""
    items: Mapping[str, str]
    """regime -> the item under which it should stand; empty: a notice that is silent on it says nothing by that."""
    tests: tuple[Mapping[str, Any], ...]
    device: frozenset[str] = frozenset()
    """Topics about the thing itself: they hold whoever stands before it."""
    heard: bool = False
    """What the models heard denied in the notice contradicts as well, and what they heard claimed admits."""
    asked: bool = True
    """Claim and notice are read together as well."""
    plain: frozenset[str] = frozenset()
    """Topics whose denial needs no bearing out by who reads claim and notice together."""

    @property
    def answerable(self) -> bool:
        """False for boasts on which a notice has nothing to say."""
        return bool(self.contradicts or self.admits)


@dataclass(frozen=True, slots=True)
class Finder:
    """By which words a link, address or title is known as that of a privacy notice."""

    texts: tuple[str, ...]
    paths: tuple[str, ...]
    titles: tuple[str, ...]
    not_titles: tuple[str, ...]
    stores: tuple[str, ...]
    """Hosts of app stores."""
    guesses: tuple[str, ...]
    """Paths tried where no link was found."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A body of rules, and when its items are looked at although nobody asked for it."""

    id: str
    titles: Mapping[str, str]
    places: tuple[str, ...]
    """Jurisdictions whose law it is, as in provisions.toml."""
    langs: tuple[str, ...]
    faces: bool
    """Only where the notice discloses that faces are processed."""
    when: tuple[str, ...]
    """Only where a word of one of these groups stands in it; empty: always."""
    not_when: tuple[str, ...] = ()
    """Not where a word of one of these groups stands in it (another place's law), and none of `own`."""
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class NoticeRules:
    """All that is known about notices."""

    lexicon: Lexicon
    topics: Mapping[str, Topic]
    items: Mapping[str, Item]
    facts: Mapping[str, FactRule]
    claims: Mapping[str, ClaimRule]
    finder: Finder
    normalise: Normalise
    regimes: Mapping[str, Regime]

    def of_regimes(self, regimes: tuple[str, ...]) -> tuple[Item, ...]:
        """Items of these regimes, in the order of the file; no regime named: all."""
        return tuple(item for item in self.items.values() if not regimes or item.regime in regimes)
