"""What small linear models see of a sentence of a privacy notice: its words, its heading's, and the encoder's vector.

`disclosure.py` asks one such model which matters a sentence discloses, `sayings.py` another what it says of a category
of claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from scanner.detect import voice
from scanner.detect.context import Context, context
from scanner.detect.linear import Groups, Linear, linear, packed

MAX_CHARS, MAX_HEADING = 400, 160
MOST_STRETCHES = 25
"""Stretches of a notice (256 tokens each, about 0.14 s) that the encoder reads, as many as are set against a claim;
sentences behind them are judged by their words. With 60 a policy of 60 kB took 14 s, of which this 8.5."""


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
class SentenceModel:
    """A linear model over what is known of a sentence, one log-odds a class."""

    words: Linear
    mean: np.ndarray
    spread: np.ndarray
    """Of the encoder's vectors, as they were when the model was learnt."""

    @property
    def classes(self) -> tuple[str, ...]:
        return self.words.classes

    def scores(self, sentence: Told, vector: np.ndarray | None) -> np.ndarray:
        """Log-odds of each class. `vector`: the encoder's; None where it has not read the sentence."""
        dense = np.zeros_like(self.mean) if vector is None else (vector - self.mean) / self.spread
        return np.asarray(self.words.scores(features(sentence), dense))

    def read(self, sentences: Sequence[Told], encoder: Context | None) -> np.ndarray:
        """The same of all sentences of a notice, in order: sentences x classes."""
        seen = vectors(sentences, encoder)
        rows = [self.scores(sentence, seen.get(index)) for index, sentence in enumerate(sentences)]
        return np.asarray(rows, dtype=np.float32).reshape(len(rows), len(self.classes))


def features(sentence: Told) -> Groups:
    """What a model sees besides the encoder's vector."""
    return {
        "n": voice.features(sentence.text[:MAX_CHARS]),
        "h": voice.features(sentence.heading[:MAX_HEADING]),
        "g": sorted(sentence.groups),
        "c": sorted(sentence.context),
    }


def vectors(sentences: Sequence[Told], encoder: Context | None) -> dict[int, np.ndarray]:
    """Sentence -> the mean of its tokens as the encoder that reads pages sees them among its neighbours."""
    return _vectors(tuple(sentence.text for sentence in sentences), encoder) if encoder else {}


@lru_cache(maxsize=4)
def _vectors(texts: tuple[str, ...], encoder: Context) -> dict[int, np.ndarray]:
    """Kept, for several models are asked of one notice in turn."""
    return encoder.vectors(texts, MOST_STRETCHES)


@lru_cache(maxsize=4)
def load(file: Path) -> SentenceModel | None:
    """A shipped model, or None where its file is missing."""
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as data:
        return SentenceModel(linear(data, "words"), data["mean"], data["spread"])


def save(model: SentenceModel, file: Path) -> None:
    """Writes what `load` reads."""
    arrays: dict[str, Any] = {"mean": model.mean, "spread": model.spread, **packed("words", model.words)}
    np.savez_compressed(file, **arrays)


def shipped(file: Path) -> tuple[SentenceModel, Context] | None:
    """A shipped model with the encoder whose vectors it sees; None where either is missing."""
    model, encoder = load(file), context()
    return (model, encoder) if model and encoder else None
