"""The second reader: small linear models that see a whole sentence where a rule sees words in slots.

It does three things, each learnt from our own labelled text (`python -m tests.evaluation.train_second`):

1. For each sentence and category it gives the probability that a claim stands there. It sees characters, words, the
   atoms of the lexicons, the sentences around it, what the rules found, and a sentence vector (`embed.py`).
2. A rule's finding that it holds for very unlikely is dropped; a claim of which it is sure is proposed although no rule
   fired (`reader.<category>`).
3. It weighs cues, voice and wording to say who stands behind the words.

Linear on purpose: each probability is a sum of named weights, and the model is a few hundred kilobytes of int8. Figures
and the decision: docs/decisions/0007-second-reader.md.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from scanner.detect import voice
from scanner.model import Cue, PageRole, Stance

FILE = Path(__file__).with_name("second.npz")
MAX_CHARS = 400
LIKELY = 0.15
"""Probability from which another stance is told in place of an unsure asserted: an unlikely denial is no denial."""
CUED, UNCUED = 4.0, 2.0
"""Odds that a rule hit's cue adds to its own stance. Weighing both gave the best worst case of three labelled sets."""
ROLES = tuple(voice.ROLES.values())

Groups = Mapping[str, Sequence[str]]
"""Group of features -> names. Each group is weighted by itself, so that a long sentence does not drown its atoms."""


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
    near_roles: Sequence[float]
    """The same for the stretch round the sentence."""


def claim_features(view: View) -> Groups:
    """What the claim model sees, besides the vector."""
    return {"n": voice.features(view.text[:MAX_CHARS]), **_facts(view)}


def _facts(view: View) -> Groups:
    return {
        "a": sorted(view.atoms),
        "c": sorted(view.around),
        "r": [f for category, (rule, _, _) in sorted(view.hits.items()) for f in (rule, category)],
    }


def stance_features(view: View, category: str) -> Groups:
    """What the stance model sees, besides the roles."""
    hit = view.hits.get(category)
    return {
        "n": voice.features(view.text[:MAX_CHARS]),
        "q": sorted(view.cues),
        "p": sorted(view.cues_before),
        "s": [f"{hit[1]}", f"{hit[1]} {hit[2]}"] if hit else ["none"],
        "k": [category, view.kind],
    }


def role_features(view: View) -> np.ndarray:
    """Roles of page and stretch, and how sure the page is of its own voice."""
    page, near = np.maximum(np.asarray(view.page_roles), -6.0), np.maximum(np.asarray(view.near_roles), -6.0)
    return np.concatenate([page, near]).astype(np.float32) / 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """`weights`: classes x features (int8, times `scale`), `dense`: classes x dense inputs."""

    classes: tuple[str, ...]
    place: Mapping[int, int]
    idf: np.ndarray
    weights: np.ndarray
    scale: np.ndarray
    bias: np.ndarray
    dense: np.ndarray
    groups: Mapping[str, float]
    """Weight of each group after its own L2 norm."""

    def scores(self, groups: Groups, dense: np.ndarray | None) -> np.ndarray:
        """One log-odds (or log-weight) a class."""
        columns, values = vector(groups, self.place, self.idf, self.groups)
        out = self.bias.copy()
        if columns:
            index = np.asarray(columns)
            out += (self.weights[:, index].astype(np.float32) @ np.asarray(values, dtype=np.float32)) * self.scale
        if dense is not None and self.dense.size:
            out += self.dense @ dense
        return out


def vector(
    groups: Groups, place: Mapping[int, int], idf: np.ndarray, weight: Mapping[str, float]
) -> tuple[list[int], list[float]]:
    """Columns and values of the known features; each group has length `weight`."""
    columns: list[int] = []
    values: list[float] = []
    for name, features in groups.items():
        found: list[tuple[int, float]] = []
        for feature, times in Counter(features).items():
            column = place.get(code(name, feature))
            if column is not None:
                found.append((column, (1.0 + math.log(times)) * float(idf[column])))
        norm = math.sqrt(sum(value * value for _, value in found))
        if norm:
            columns.extend(column for column, _ in found)
            values.extend(value * weight.get(name, 1.0) / norm for _, value in found)
    return columns, values


@lru_cache(maxsize=65536)
def code(group: str, feature: str) -> int:
    """The number under which a feature of a group is known."""
    return zlib.crc32(f"{group}\t{feature}".encode())


@dataclass(frozen=True, slots=True)
class SecondReader:
    """The shipped models with their thresholds."""

    claims: Linear
    stances: Linear
    calibration: tuple[float, float]
    """Slope and offset (Platt) from the claim model's log-odds to a probability that held on unseen authors."""
    propose: Mapping[str, float]
    """Category -> probability from which a claim without a rule is proposed."""
    keep: float
    """Probability below which a rule's finding is dropped."""
    own_voice: float
    """Probability below which a claim is not called asserted, but by the next likeliest stance."""
    sketch: float
    """Log-odds without the vector below which the vector is not asked for."""
    revision: int

    def rough(self, view: View) -> np.ndarray:
        """Log-odds of each category without the sentence vector."""
        return np.asarray(self.claims.scores(_facts(view), None) + _of_words(self.claims, view.text[:MAX_CHARS]))

    def with_vector(self, rough: np.ndarray, sentence: np.ndarray) -> np.ndarray:
        """The probability of each category, once the vector is known."""
        slope, offset = self.calibration
        scores: np.ndarray = slope * (rough + self.claims.dense @ sentence) + offset
        return np.asarray(1.0 / (1.0 + np.exp(-scores)))

    def stances_of(self, view: View, category: str) -> Mapping[Stance, float]:
        """The probability of each stance."""
        scores = self.stances.scores(stance_features(view, category), role_features(view))
        odds = np.exp(scores - scores.max())
        return {Stance(name): float(p) for name, p in zip(self.stances.classes, odds / odds.sum(), strict=True)}

    def stance(self, view: View, category: str, cue: Cue | None = None) -> tuple[Stance, float]:
        """The stance to tell and its probability: the likeliest, but asserted only where that is likely enough.

        `cue`: what decided the stance of a rule hit; a word counts CUED times, page and default UNCUED times.
        """
        weight = 1.0 if cue is None else UNCUED if cue.scope in ("page", "default") else CUED
        cued = cue.stance if cue else None
        chances = {s: p * (weight if s is cued else 1.0) for s, p in self.stances_of(view, category).items()}
        total = sum(chances.values())
        return settled({s: p / total for s, p in chances.items()}, self.own_voice)

    def telling(self, view: View, stance: Stance) -> str:
        """The word of the sentence that spoke loudest for this stance, as it stands in the normalised text."""
        row = self.stances.classes.index(stance.value)
        best, word = 0.0, ""
        for feature in set(voice.features(view.text[:MAX_CHARS])):
            column = self.stances.place.get(code("n", feature))
            shown = feature.removeprefix("w ").removeprefix("p ")
            if column is None or len(shown) < 2 or shown not in view.text:
                continue
            weight = float(self.stances.weights[row, column]) * float(self.stances.idf[column])
            if weight > best:
                best, word = weight, shown
        return word


def settled(chances: Mapping[Stance, float], own_voice: float) -> tuple[Stance, float]:
    """The likeliest stance and its probability; below `own_voice` another likely one comes before asserted."""
    best = max(chances, key=lambda stance: chances[stance])
    if best is Stance.ASSERTED and chances[best] < own_voice:
        other = max((s for s in chances if s is not Stance.ASSERTED), key=lambda stance: chances[stance])
        best = other if chances[other] >= LIKELY else best
    return best, chances[best]


@lru_cache(maxsize=8192)
def _of_words(linear: Linear, text: str) -> np.ndarray:
    """What the words of a sentence add to each class. Kept: the pages of a site share their menus and footers."""
    return np.asarray(linear.scores({"n": voice.features(text)}, None) - linear.bias)


def log_shares(shares: Mapping[PageRole, float]) -> list[float]:
    """Log-probabilities in the order of ROLES."""
    return [math.log(max(shares.get(role, 0.0), 1e-4)) for role in ROLES]


def _linear(data: Mapping[str, np.ndarray], name: str) -> Linear:
    return Linear(
        classes=tuple(json.loads(str(data[f"{name}.classes"]))),
        place={int(number): column for column, number in enumerate(data[f"{name}.features"])},
        idf=data[f"{name}.idf"].astype(np.float32),
        weights=data[f"{name}.weights"],
        scale=data[f"{name}.scale"],
        bias=data[f"{name}.bias"],
        dense=data[f"{name}.dense"].astype(np.float32),
        groups=json.loads(str(data[f"{name}.groups"])),
    )


def packed(name: str, linear: Linear) -> dict[str, np.ndarray]:
    """The arrays of a model as `second.npz` holds them."""
    return {
        f"{name}.classes": np.asarray(json.dumps(list(linear.classes))),
        f"{name}.features": np.asarray(list(linear.place), dtype=np.uint32),
        f"{name}.idf": linear.idf.astype(np.float16),
        f"{name}.weights": linear.weights,
        f"{name}.scale": linear.scale.astype(np.float32),
        f"{name}.bias": linear.bias.astype(np.float32),
        f"{name}.dense": linear.dense.astype(np.float16),
        f"{name}.groups": np.asarray(json.dumps(dict(linear.groups))),
    }


def quantised(
    classes: Iterable[str],
    place: Mapping[int, int],
    idf: np.ndarray,
    coefficients: np.ndarray,
    bias: np.ndarray,
    groups: Mapping[str, float],
) -> Linear:
    """A trained model (classes x (features + dense)) with int8 weights for the features."""
    width = len(place)
    sparse, dense = coefficients[:, :width], coefficients[:, width:]
    scale = np.maximum(np.abs(sparse).max(axis=1), 1e-9) / 127.0
    weights = np.round(sparse / scale[:, None]).astype(np.int8)
    return Linear(tuple(classes), place, idf, weights, scale, np.asarray(bias, dtype=np.float32), dense, groups)


@lru_cache(maxsize=1)
def reader() -> SecondReader | None:
    """The shipped second reader, or None where its file is missing (the rules then decide alone)."""
    if not FILE.is_file():
        return None
    with np.load(FILE, allow_pickle=False) as data:
        facts = json.loads(str(data["facts"]))
        return SecondReader(
            claims=_linear(data, "claims"),
            stances=_linear(data, "stances"),
            calibration=(facts["slope"], facts["offset"]),
            propose=facts["propose"],
            keep=facts["keep"],
            own_voice=facts["own_voice"],
            sketch=facts["sketch"],
            revision=facts["revision"],
        )
