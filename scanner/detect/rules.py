"""What `patterns/` holds once it is read: atoms, rules, cues, roles. Values only; `loader.py` makes them.

A rule knows no language. It puts *atoms* (short word lists, one list a language) into *slots* (ordered pairs within
a gap) and slots into *claims* (within a window). Nothing here is a regular expression, so nothing can backtrack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from scanner.detect.normalise import Fold
from scanner.model import PageRole, Severity, Stance

LANGUAGES = ("zh", "en", "de", "fr", "es")


class Status(StrEnum):
    """How far a rule may be trusted; draft rules load and test, but do not fire."""

    DRAFT = "draft"
    TEST = "test"
    STABLE = "stable"
    DEPRECATED = "deprecated"


class Within(StrEnum):
    """How far a need or an exception looks from the candidate."""

    NEAR = "near"
    SENTENCE = "sentence"
    BLOCK = "block"
    SECTION = "section"
    """The block, its heading and lead-in, and its neighbours under the same heading."""
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Reach:
    """A distance in characters, per script: a Han character carries about four Latin ones."""

    han: int
    latin: int

    def of(self, lang: str) -> int:
        return self.han if lang == "zh" else self.latin


Atoms = frozenset[str]
"""A set of atom names, any of which will do."""


@dataclass(frozen=True, slots=True)
class Slot:
    """`any` holds sequences of atoms in order, at most `gap` characters apart; one of them must be there."""

    name: str
    any: tuple[tuple[Atoms, ...], ...]
    gap: Reach


@dataclass(frozen=True, slots=True)
class Need:
    """At least one of `atoms` must (need) or must not (exception) stand within the given distance."""

    atoms: Atoms
    within: Within
    near: Reach
    turn: Stance | None = None
    """Exceptions only: the stance that the candidate gets; None drops it, and `explain` says so."""
    because: str = ""
    firm: bool = False
    """Exceptions only: what it drops the second reader may not propose in that sentence either."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Slots that together say it."""

    all: tuple[str, ...]
    ordered: bool
    window: Reach
    breaks: int
    """Sentence ends (or neighbouring blocks) that the window may cross."""
    score: float
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An example inside a rule. `want`: a stance, `none`, or `todo` (known gap: must not match yet)."""

    want: str
    text: str
    span: str = ""
    lang: str = ""
    html: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule file, compiled. `claims` may fire independently of each other."""

    id: str
    revision: int
    status: Status
    category: str
    severity: Severity
    title: Mapping[str, str]
    why: Mapping[str, str]
    slots: Mapping[str, Slot]
    claims: tuple[Claim, ...]
    excepts: tuple[Need, ...]
    boost: Atoms
    negate: str
    """Slot that a negation cue must govern; empty: any slot."""
    tests: tuple[RuleTest, ...]
    replaces: tuple[str, ...] = ()
    references: tuple[Mapping[str, str], ...] = ()
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    atoms: Atoms = frozenset()
    """Every atom the rule names."""
    spared: bool = False
    """The second reader may not drop its hits: of such wording the models saw too little."""


class Firm(StrEnum):
    """When a firm cue settles the stance of its sentence."""

    SENTENCE = "sentence"
    QUESTION = "question"
    """Only where the sentence ends with a question mark: 是否佩戴口罩都能识别 asks nothing."""
    OTHERS = "others"
    """Only what is said of another maker, up to where the page speaks of itself."""


@dataclass(frozen=True, slots=True)
class CueRule:
    """Words that turn a stance, in one language."""

    id: str
    lang: str
    stance: Stance
    direction: str
    """forward: the cue stands before what it governs; backward: after; both."""
    scope: str
    """clause | sentence | block | heading (a heading or lead-in governs the list below it)"""
    max: int
    """Characters between cue and what it governs; 0: the whole scope."""
    unless_role: frozenset[PageRole]
    only_role: frozenset[PageRole]
    firm: Firm | None = None
    """So plain that a sentence with it is nobody's own claim, whatever the models make of it. Looked at last."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a sentence may be about instead of people, and which categories are not told of it then."""

    id: str
    names: Atoms
    also: Atoms
    """Where any are given, one of them must stand in the sentence, too."""
    unless: Atoms
    """Words by which people are meant after all."""
    categories: frozenset[str]
    because: str
    beside: bool = True
    """`unless` counts in the sentences before and after as well."""
    wants: Atoms = frozenset()
    """Instead of `names`: where none stands on the page, the second reader accuses it of none of the categories."""

    @property
    def atoms(self) -> Atoms:
        """All that it names."""
        return self.names | self.also | self.unless | self.wants


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Words that say what kind of page this is."""

    lang: str
    role: PageRole
    weight: float


class Kind(StrEnum):
    """What a literal in the one big matcher stands for."""

    ATOM = "atom"
    MASK = "mask"
    """Swallows the atom named by `key`, or every atom where `key` is empty."""
    CUE = "cue"
    PSEUDO = "pseudo"
    ROLE = "role"
    STOP = "stop"
    """A clause terminator (但, but)."""
    OWN = "own"
    """The page speaks of itself (我们, ours)."""
    SAME = "same"
    """It says that it does the same as others (我们也能, so do we)."""


class Literal(NamedTuple):
    """One normalised word and what it means in one language. (A tuple: there are 100,000 of them.)"""

    text: str
    kind: Kind
    key: str
    lang: str


@dataclass(frozen=True, eq=False)
class RuleSet:
    """Everything under `patterns/`, ready to match. Compare by `digest`: sha256 over every pattern file."""

    rules: tuple[Rule, ...]
    literals: tuple[Literal, ...]
    cues: Mapping[str, CueRule]
    roles: tuple[RoleRule, ...]
    categories: Mapping[str, Mapping[str, Any]]
    stopwords: Mapping[str, frozenset[str]]
    refusals: frozenset[str]
    """What a plain no looks like in a table, in any language, normalised."""
    fold: Fold
    digest: str
    path: Path
    atoms: Mapping[str, Mapping[str, int]]
    """atom -> language -> number of literals; for `rules list` and the lints."""
    subjects: tuple[Subject, ...] = ()

    @cached_property
    def quiet(self) -> Atoms:
        """Atoms of subjects that no rule names: they say what is not claimed, so no model looks at them."""
        named = frozenset(atom for rule in self.rules for atom in (*rule.atoms, *rule.boost))
        return frozenset(atom for one in self.subjects for atom in one.atoms) - named

    @property
    def active(self) -> tuple[Rule, ...]:
        """Rules that may fire."""
        return tuple(r for r in self.rules if r.status in (Status.TEST, Status.STABLE))

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, also by an id that it replaces."""
        for rule in self.rules:
            if rule.id == rule_id or rule_id in rule.replaces:
                return rule
        return None


def default_path() -> Path:
    """`patterns/`: inside the wheel as `scanner/_patterns`, in a checkout beside the package."""
    packaged = Path(__file__).resolve().parent.parent / "_patterns"
    return packaged if packaged.is_dir() else packaged.parent.parent / "patterns"


def load(path: Path | None = None) -> RuleSet:
    """Read and check a pattern folder. Raises RulesError that lists every problem with its file and key."""
    return _load(path or default_path())


def load_categories(path: Path | None = None) -> Mapping[str, Mapping[str, Any]]:
    """Only what claims are called: category -> its entry in `claims.toml`, in a hundredth of the time. Raises
    RulesError."""
    from scanner.detect import loader

    return loader.load_categories(path or default_path())


@lru_cache(maxsize=4)
def _load(path: Path) -> RuleSet:
    from scanner.detect import loader

    return loader.load(path)
