"""What a sentence of a privacy notice says of a category of claims, whatever a claim's own words are.

The reader of claim and notice (`answers.py`) sees the words of one claim. This linear model sees none: it has learnt
from the same labelled pairs how notices deny, admit or hedge each category, and how they speak of biometrics. The two
go wrong on different sentences, so their log-odds are added up. `python -m tests.evaluation.train_sayings` learns it;
without `sayings.npz` the reader decides alone. Figures: docs/decisions/0009.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from scanner.detect.context import Context
from scanner.detect.told import SentenceModel, Told, shipped
from scanner.model import Answered

FILE = Path(__file__).with_name("sayings.npz")
DENIED, SAID, WEAKENED = ANSWERS = ("denied", "said", "weakened")
"""What a sentence may say; classes are `<category>:<answer>`. An answer that is no class changes nothing."""
WEIGHT, FROM = 0.2, -2.0
"""How much log-odds count beside the reader's, and those that change nothing. From 0.1 to 0.3 pairs are ordered equally
well; the reader's own count for 1."""
WEIGHT_ON = 0.7
"""The same where the matter is biometrics, of which one sentence asks: 0.5 to 1 are as good."""
LEAST, MOST = -6.0, 4.0
"""Log-odds beyond which a sentence is no more, and no less, of a kind."""
_SURE = 1e-4
"""A probability is not taken to be nearer to 0 or 1."""

Says = Sequence[tuple[float, float, float]]
"""For each sentence of a notice the log-odds that it denies, says or weakens."""


def sayings(sentences: Sequence[Told]) -> Mapping[str, Says]:
    """Category (or `biometrics`) -> what each sentence of a notice (all of them, in order) says of it. Empty where a
    model is missing."""
    models = shipped(FILE)
    return sayings_of(sentences, *models) if models else {}


def sayings_of(sentences: Sequence[Told], model: SentenceModel, encoder: Context | None) -> dict[str, Says]:
    """The same by these models."""
    place = {name: column for column, name in enumerate(model.classes)}
    rows = [[*row, FROM] for row in model.read(sentences, encoder).tolist()]
    out: dict[str, Says] = {}
    for topic in topics(model):
        denied, said, weakened = (place.get(f"{topic}:{answer}", -1) for answer in ANSWERS)
        out[topic] = [(row[denied], row[said], row[weakened]) for row in rows]
    return out


def topics(model: SentenceModel) -> tuple[str, ...]:
    """What such a model knows: categories, and `biometrics`."""
    return tuple(dict.fromkeys(name.partition(":")[0] for name in model.classes))


def together(answers: Sequence[Answered], says: Says, weight: float = WEIGHT) -> tuple[Answered, ...]:
    """The reader's answers with what the linear model makes of the same sentences. `says`: empty where it knows
    nothing."""
    if not says:
        return tuple(answers)
    return tuple(
        Answered(
            _moved(own.denied, denied, weight), _moved(own.said, said, weight), _moved(own.weakened, weakened, weight)
        )
        for own, (denied, said, weakened) in zip(answers, says, strict=True)
    )


def _moved(chance: float, more: float, weight: float) -> float:
    """A probability with log-odds added to its own."""
    chance = min(max(chance, _SURE), 1.0 - _SURE)
    by = weight * (min(max(more, LEAST), MOST) - FROM)
    return 1.0 / (1.0 + math.exp(-by) * (1.0 - chance) / chance)
