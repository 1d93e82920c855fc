"""The second reader: small linear models that see a whole sentence where a rule sees words in slots.

It does three things, each learnt from our own labelled text (`python -m tests.evaluation.train_second`):

1. For each sentence and category it gives the probability that a claim stands there. Linear models see characters,
   words, the atoms of the lexicons, the sentences around it and what the rules found; a small encoder (`context.py`)
   reads the stretches that hold a promising sentence.
2. A rule's finding that it holds for very unlikely is dropped, later where the rule has earned trust; a claim of which
   it is sure is proposed although no rule fired (`reader.<category>`).
3. It weighs cues, voice, wording and stretch to say who stands behind the words.

Without `context.npz` the linear models decide alone. Figures and the decisions: docs/decisions/0007 and 0008.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from scanner.detect import voice
from scanner.detect.context import MOST_STRETCHES, Context, context
from scanner.detect.linear import Groups, Linear, Vector, linear
from scanner.detect.roles import weight_of
from scanner.model import Cue, PageRole, Stance

FILE = Path(__file__).with_name("second.npz")
MAX_CHARS = 400
SHORTEST = 8
"""Han characters (or three times as many letters) that a sentence needs to be proposed: a lone label claims nothing."""
ROLES = tuple(voice.ROLES.values())
_OWN = tuple(ROLES.index(role) for role in (PageRole.VENDOR, PageRole.NOTICE))


@dataclass(frozen=True, slots=True)
class View:
    """What the second reader sees of one sentence."""

    text: str
    """Normalised."""
    atoms: frozenset[str]
    cues: frozenset[str]
    around: frozenset[str]
    """Atoms of its heading, of the sentence before and of the sentence after."""
    cues_before: frozenset[str]
    """Cues of its heading and of the sentence before."""
    kind: str
    """Block kind."""
    hits: Mapping[str, tuple[str, str, str]]
    """Category -> (rule id, stance, scope of the cue) of what the rules found in it."""
    page_roles: Sequence[float]
    """Log-probability of each of ROLES for the page."""
    stretch: Callable[[], Sequence[float]]
    """Gives `near_roles`."""
    settled: Cue | None = None
    """What a firm cue makes of it; the models do not see this."""

    @property
    def near_roles(self) -> Sequence[float]:
        """The same as `page_roles` for the stretch round the sentence. Only where it is asked for is a stretch listened
        to: most sentences of a page claim nothing, and whose voice they are does not matter."""
        return self.stretch()


def claim_features(view: View) -> Groups:
    """What the linear claim model sees."""
    return {"n": voice.features(view.text[:MAX_CHARS]), **_facts(view)}


def _facts(view: View) -> Groups:
    return {
        "a": sorted(view.atoms),
        "c": sorted(view.around),
        "r": [f for category, (rule, _, _) in sorted(view.hits.items()) for f in (rule, category)],
    }


def stance_features(view: View, category: str) -> Groups:
    """What the stance model sees, besides the roles."""
    return {"n": voice.features(view.text[:MAX_CHARS]), **_stance_facts(view, category)}


def _stance_facts(view: View, category: str) -> Groups:
    hit = view.hits.get(category)
    return {
        "q": sorted(view.cues),
        "p": sorted(view.cues_before),
        "s": [f"{hit[1]}", f"{hit[1]} {hit[2]}"] if hit else ["none"],
        "k": [category, view.kind],
    }


def role_features(view: View) -> np.ndarray:
    """Roles of page and stretch, and how sure the page is of its own voice."""
    page, near = np.maximum(np.asarray(view.page_roles), -6.0), np.maximum(np.asarray(view.near_roles), -6.0)
    return np.concatenate([page, near]).astype(np.float32) / 6.0


@dataclass(frozen=True, slots=True)
class Bars:
    """Probabilities from which something is told, and odds. Chosen on authors that were never learnt from."""

    propose: float
    """A claim without a rule is looked at; it must pass one of the next two as well."""
    own_claims: float
    """Confidence (claim times stance) of a proposed claim that the page makes itself."""
    other_stances: float
    """Probability of a proposed claim that the page does not make itself: a weak one only clutters."""
    keep: float
    """A rule's finding below this is dropped."""
    doubted: float
    """Share of the seller's voice (or its notice's) in page and stretch, as geometric mean, below which it is doubtful
    whose page it is."""
    own_voice_doubted: float
    """`own_voice` there."""
    own_voice: float
    """Below this a claim is not called asserted, if another stance is `likely`: an unlikely denial is no denial."""
    likely: float
    cued: float
    """Odds that the word which decided the stance of a rule hit adds to that stance."""
    uncued: float
    """The same where page or default decided it."""
    sketch: float
    """Log-odds of the linear model below which a sentence is not worth reading in its context."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How log-odds are added up to those of a claim. Fitted on authors that none of the models had learnt from."""

    words: float
    """Weight of the linear model's log-odds."""
    context: float
    hit: float
    """Added where a rule hit the sentence in this category."""
    offset: float


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the second reader makes of the sentences of a page."""

    chances: np.ndarray
    """Sentences x categories: the probability that a claim stands there."""
    stances: Mapping[int, np.ndarray]
    """Sentence -> log-weights (categories x stances) of the context model, where it read the sentence."""


@dataclass(frozen=True, slots=True)
class SecondReader:
    """The shipped models with their thresholds."""

    claims: Linear
    stances: Linear
    context: Context | None
    alone: Mix
    """For a sentence that the context model did not read."""
    together: Mix
    heard: tuple[float, float]
    """Weights of the linear and of the context model in the stance."""
    bars: Bars
    revision: int
    trusted: frozenset[str] = frozenset()
    """Rules whose hits are believed more easily: of pages learnt from, four in five with a hit make the claim."""

    def rough(self, view: View) -> np.ndarray:
        """Log-odds of each category by the linear model alone."""
        return np.asarray(self.claims.scores(_facts(view), None) + _of_words(self.claims, view.text[:MAX_CHARS]))

    def read(self, views: Sequence[View], thorough: int = 0) -> Reading:
        """All sentences of a page. `thorough`: so many stretches are read in full, however little they promise.

        One without any word of ours, or too short to claim anything, has no probability unless a rule hit it.
        """
        rough, seen = self.scores(views, thorough)
        chances = np.zeros((len(views), len(self.claims.classes)), dtype=np.float32)
        for index, scores in rough.items():
            chances[index] = self.chances(views[index], scores, seen[index][0] if index in seen else None)
        return Reading(chances, {index: stances for index, (_, stances) in seen.items()})

    def scores(
        self, views: Sequence[View], thorough: int = 0
    ) -> tuple[Mapping[int, np.ndarray], Mapping[int, tuple[np.ndarray, np.ndarray]]]:
        """Sentence -> what the linear model, and what the context model made of it, before they are added up."""
        judged = (i for i, view in enumerate(views) if view.hits or (view.atoms and weight_of(view.text) >= SHORTEST))
        rough = {i: self.rough(views[i]) for i in judged}
        worth = {i: float(scores.max()) for i, scores in rough.items()}
        promising = {i: worth[i] for i in rough if thorough or views[i].hits or worth[i] >= self.bars.sketch}
        if self.context is None or not promising:
            return rough, {}
        return rough, self.context.read([view.text for view in views], promising, thorough or MOST_STRETCHES)

    def chances(self, view: View, rough: np.ndarray, seen: np.ndarray | None) -> np.ndarray:
        """The probability of each category."""
        mix = self.alone if seen is None else self.together
        total = mix.words * rough
        if view.hits:
            hits = np.asarray([category in view.hits for category in self.claims.classes], dtype=np.float32)
            total = total + mix.hit * hits
        total = total + mix.offset + (0.0 if seen is None else mix.context * seen)
        return np.asarray(1.0 / (1.0 + np.exp(-total)))

    def stances_of(self, view: View, category: str, seen: np.ndarray | None = None) -> Mapping[Stance, float]:
        """The probability of each stance. `seen`: the context model's log-weights of the sentence, if it read it."""
        logs = _log_shares(self.stances.total(_seen(self.stances, view, category), role_features(view)))
        if seen is not None and self.context is not None:
            row = _log_shares(seen[self.context.categories.index(category)])
            order = [self.context.stances.index(name) for name in self.stances.classes]
            logs = self.heard[0] * logs + self.heard[1] * row[order]
        odds = np.exp(logs - logs.max())
        return {Stance(name): float(p) for name, p in zip(self.stances.classes, odds / odds.sum(), strict=True)}

    def stance(
        self, view: View, category: str, cue: Cue | None = None, seen: np.ndarray | None = None
    ) -> tuple[Stance, float]:
        """The stance to tell and its probability: the likeliest, but asserted only where that is likely enough.

        `cue`: what decided the stance of a rule hit; a word counts `cued` times, page and default `uncued` times.
        """
        bars = self.bars
        weight = 1.0 if cue is None else bars.uncued if cue.scope in ("page", "default") else bars.cued
        cued = cue.stance if cue else None
        chances = {s: p * (weight if s is cued else 1.0) for s, p in self.stances_of(view, category, seen).items()}
        total = sum(chances.values())
        doubtful = _own_share(view) < bars.doubted
        return settled({s: p / total for s, p in chances.items()}, bars, doubtful=doubtful)


def settled(chances: Mapping[Stance, float], bars: Bars, *, doubtful: bool = False) -> tuple[Stance, float]:
    """The likeliest stance and its probability; below `own_voice` another likely one comes before asserted.
    `doubtful`: it may not be the seller's page."""
    best = max(chances, key=lambda stance: chances[stance])
    if best is Stance.ASSERTED and chances[best] < (bars.own_voice_doubted if doubtful else bars.own_voice):
        other = max((s for s in chances if s is not Stance.ASSERTED), key=lambda stance: chances[stance])
        best = other if chances[other] >= bars.likely else best
    return best, chances[best]


def _own_share(view: View) -> float:
    """How much of the page, and of the stretch round a sentence, is the seller's voice or its notice's."""
    page, near = (sum(math.exp(roles[i]) for i in _OWN) for roles in (view.page_roles, view.near_roles))
    return math.sqrt(page * near)


@lru_cache(maxsize=8192)
def _of_words(linear: Linear, text: str) -> np.ndarray:
    """What the words of a sentence add to each class. Kept: the pages of a site share their menus and footers."""
    return np.asarray(linear.scores({"n": voice.features(text)}, None) - linear.bias)


def _seen(linear: Linear, view: View, category: str) -> Vector:
    """What a stance model sees of a sentence and a category, its words remembered: they are asked of for several."""
    (words, values), (facts, more) = (
        _words(linear, view.text[:MAX_CHARS]), linear.vector(_stance_facts(view, category))
    )  # fmt: skip
    return words + facts, values + more


@lru_cache(maxsize=2048)
def _words(linear: Linear, text: str) -> Vector:
    """The words of a sentence, never changed."""
    return linear.vector({"n": voice.features(text)})


def _log_shares(scores: np.ndarray) -> np.ndarray:
    """Log-probabilities of log-weights."""
    scores = scores - scores.max()
    return np.asarray(scores - np.log(np.exp(scores).sum()))


def log_shares(shares: Mapping[PageRole, float]) -> list[float]:
    """Log-probabilities in the order of ROLES."""
    return [math.log(max(shares.get(role, 0.0), 1e-4)) for role in ROLES]


@lru_cache(maxsize=1)
def reader() -> SecondReader | None:
    """The shipped second reader, or None where its file is missing (the rules then decide alone)."""
    if not FILE.is_file():
        return None
    with np.load(FILE, allow_pickle=False) as data:
        facts = json.loads(str(data["facts"]))
        return SecondReader(
            claims=linear(data, "claims"),
            stances=linear(data, "stances"),
            context=context(),
            alone=Mix(**facts["alone"]),
            together=Mix(**facts["together"]),
            heard=(facts["heard"][0], facts["heard"][1]),
            bars=Bars(**facts["bars"]),
            revision=facts["revision"],
            trusted=frozenset(facts["trusted"]),
        )
