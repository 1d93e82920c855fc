"""Which disclosures a sentence of a privacy notice makes: a small linear model beside the words of `notices.toml`.

Words know what somebody thought of; notices are worded in more ways. The model sees a sentence's characters and words,
its heading's, the word groups that `patterns/notices.toml` finds in both, and what the encoder makes of it where it
stands. It is learnt from notices of which every sentence that answers an item is labelled:
`python -m tests.evaluation.train_items`. Without `items.npz` the words decide alone. Figures: docs/decisions/0010.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from scanner.detect import voice
from scanner.detect.context import Context, context
from scanner.detect.second import Groups, Linear, linear

FILE = Path(__file__).with_name("items.npz")
MAX_CHARS, MAX_HEADING = 400, 160
MOST_STRETCHES = 25
"""Stretches of a notice (256 tokens each, about 0.14 s) that the encoder reads, as many as are set against a claim;
sentences behind them are judged by their words. With 60 a policy of 60 kB took 14 s, of which this 8.5."""
FULL = "!"
"""Ends the name of the class that a topic is disclosed in full, not vaguely."""


class Told(Protocol):
    """What is known of a sentence of a notice."""

    @property
    def text(self) -> str:
        """Normalised."""
        ...

    @property
    def heading(self) -> str: ...

    @property
    def groups(self) -> frozenset[str]:
        """Word groups in it."""
        ...

    @property
    def context(self) -> frozenset[str]:
        """Word groups in its heading."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ItemModel:
    """The shipped model. Its classes are topics, and topics with FULL behind."""

    words: Linear
    mean: np.ndarray
    spread: np.ndarray
    """Of the encoder's vectors, as they were when the model was learnt."""

    @property
    def topics(self) -> tuple[str, ...]:
        """What it knows."""
        return tuple(name for name in self.words.classes if not name.endswith(FULL))

    def scores(self, sentence: Told, vector: np.ndarray | None) -> np.ndarray:
        """Log-odds of each class. `vector`: the encoder's; None where it has not read the sentence."""
        dense = np.zeros_like(self.mean) if vector is None else (vector - self.mean) / self.spread
        return np.asarray(self.words.scores(features(sentence), dense))


def features(sentence: Told) -> Groups:
    """What the model sees besides the encoder's vector."""
    return {
        "n": voice.features(sentence.text[:MAX_CHARS]),
        "h": voice.features(sentence.heading[:MAX_HEADING]),
        "g": sorted(sentence.groups),
        "c": sorted(sentence.context),
    }


def vectors(sentences: Sequence[Told], read: Context | None) -> dict[int, np.ndarray]:
    """Sentence -> the mean of its tokens as the encoder that reads pages sees them among its neighbours."""
    return read.vectors([sentence.text for sentence in sentences], MOST_STRETCHES) if read else {}


def disclosures(sentences: Sequence[Told]) -> Mapping[str, Sequence[tuple[float, float]]]:
    """Topic -> for each sentence of a notice (all of them, in order) the log-odds that it speaks of it, and that it
    does so in full. Empty where a model is missing."""
    known, read = model(), context()
    return disclosures_of(sentences, known, read) if known and read else {}


def disclosures_of(
    sentences: Sequence[Told], known: ItemModel, read: Context | None
) -> Mapping[str, Sequence[tuple[float, float]]]:
    """The same by these models."""
    seen = vectors(sentences, read)
    rows = [known.scores(sentence, seen.get(index)).tolist() for index, sentence in enumerate(sentences)]
    place = {name: column for column, name in enumerate(known.words.classes)}
    return {topic: [(row[place[topic]], row[place[topic + FULL]]) for row in rows] for topic in known.topics}


@lru_cache(maxsize=1)
def model() -> ItemModel | None:
    """The shipped model, or None where its file is missing."""
    if not FILE.is_file():
        return None
    with np.load(FILE, allow_pickle=False) as data:
        return ItemModel(linear(data, "words"), data["mean"], data["spread"])
