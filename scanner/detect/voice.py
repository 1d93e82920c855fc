"""Who speaks in a stretch of text: a small linear model over character and word n-grams, trained from our own labels.

It answers what word lists answer badly: a report may hold no word of reporting at all, and a vendor may tell a story in
the third person. It never *finds* a claim; it only gives a probability to each page role, which `roles.py` weighs with
the words and the declared facts. Trained by `python -m tests.evaluation.train_voice` (scikit-learn, development only);
what ships is one array of int8 weights. Figures and the decision: docs/decisions/0003-voice-model.md.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from operator import add
from pathlib import Path

import numpy as np

from scanner.detect.linear import Known, Places, by_column, chosen
from scanner.model import PageRole

FILE = Path(__file__).with_name("voice.npz")
MAX_CHARS = 1200
"""Characters of a stretch that are read; longer ones say no more about the voice."""
_WORD = re.compile(r"[a-z']+|[0-9]+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff“”「」『』《》:：,，。!?;|·、()\[\]\n]+")
ROLES = {
    "vendor": PageRole.VENDOR,
    "news": PageRole.NEWS,
    "legal": PageRole.LEGAL,
    "research": PageRole.RESEARCH,
    "guide": PageRole.GUIDE,
    "notice": PageRole.NOTICE,
    "other": PageRole.UNRELATED,
}


@dataclass(frozen=True, slots=True, eq=False)
class VoiceModel:
    """`weights` is classes x features (int8, times `scale`); `place` maps a feature's crc32 to its column."""

    classes: tuple[str, ...]
    place: Mapping[int, int]
    weights: np.ndarray
    scale: np.ndarray
    bias: np.ndarray
    idf: np.ndarray
    _known: Known = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", Known(self.place, self.idf))

    def probabilities(self, text: str) -> Mapping[PageRole, float]:
        """Role -> probability, for normalised text. Even odds for a text without any known feature."""
        columns, values = vector(text, self._known)
        if not columns:
            return {ROLES[name]: 1 / len(self.classes) for name in self.classes}
        index = np.asarray(columns)
        tfidf = np.asarray(values, dtype=np.float32) * self.idf[index]
        norm = float(np.sqrt((tfidf * tfidf).sum())) or 1.0
        scores = (chosen(self.weights, index) @ (tfidf / norm)) * self.scale + self.bias
        odds = np.exp(scores - scores.max())
        return {ROLES[name]: float(p) for name, p in zip(self.classes, odds / odds.sum(), strict=True)}


def features(text: str) -> Sequence[str]:
    """Character 1- to 3-grams of Han runs, word 1- and 2-grams of the rest; digits as one sign."""
    text = text[:MAX_CHARS]
    out: list[str] = []
    for run in _HAN_RUN.findall(text):
        pairs = list(map(add, run, run[1:]))
        out.extend(run)
        out.extend(pairs)
        out.extend(map(add, pairs, run[2:]))
    words = ["0" if word[0].isdigit() else word for word in _WORD.findall(text)]
    out.extend(f"w {word}" for word in words)
    out.extend(f"w {a} {b}" for a, b in pairwise(words))
    out.extend("p " + char for char in '"?!|%$' if char in text)
    return out


def vector(text: str, known: Known) -> tuple[list[int], list[float]]:
    """Columns of the known features of a text and their sublinear counts (1 + ln n)."""
    columns: list[int] = []
    values: list[float] = []
    for feature, times in Counter(features(text)).items():
        found = known[feature]
        if found is not None:
            columns.append(found[0])
            values.append(1.0 if times == 1 else 1.0 + math.log(times))
    return columns, values


@lru_cache(maxsize=1)
def model() -> VoiceModel | None:
    """The shipped model, or None where it is missing (rules and role words then decide alone)."""
    if not FILE.is_file():
        return None
    with np.load(FILE, allow_pickle=False) as data:
        classes = tuple(json.loads(str(data["classes"])))
        place, idf = Places(data["features"]), data["idf"].astype(np.float32)
        return VoiceModel(classes, place, by_column(data["weights"]), data["scale"], data["bias"], idf)
