"""Which disclosures a sentence of a privacy notice makes: a small linear model beside the words of `notices.toml`.

Words know what somebody thought of; notices are worded in more ways. The model sees a sentence's characters and words,
its heading's, the word groups that `patterns/notices.toml` finds in both, and what the encoder makes of it where it
stands. It is learnt from notices of which every sentence that answers an item is labelled:
`python -m tests.evaluation.train_items`. Without `items.npz` the words decide alone. Figures: docs/decisions/0010.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scanner.detect.context import Context
from scanner.detect.told import SentenceModel, Told, shipped

FILE = Path(__file__).with_name("items.npz")
FULL = "!"
"""Ends the name of the class that a topic is disclosed in full, not vaguely."""


def disclosures(sentences: Sequence[Told]) -> Mapping[str, Sequence[tuple[float, float]]]:
    """Topic -> for each sentence of a notice (all of them, in order) the log-odds that it speaks of it, and that it
    does so in full. Empty where a model is missing."""
    models = shipped(FILE)
    return disclosures_of(sentences, *models) if models else {}


def disclosures_of(
    sentences: Sequence[Told], model: SentenceModel, encoder: Context | None
) -> Mapping[str, Sequence[tuple[float, float]]]:
    """The same by these models."""
    rows = model.read(sentences, encoder).tolist()
    place = {name: column for column, name in enumerate(model.classes)}
    return {topic: [(row[place[topic]], row[place[topic + FULL]]) for row in rows] for topic in topics(model)}


def topics(model: SentenceModel) -> tuple[str, ...]:
    """What such a model knows."""
    return tuple(name for name in model.classes if not name.endswith(FULL))
