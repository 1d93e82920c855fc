"""Linear models as they are shipped: int8 weights over hashed features, with some dense inputs.

What finds claims, tells stances and whose voice a page has, and what is read in a notice, are all such models.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul

import numpy as np

MOST_REMEMBERED = 50_000
"""Features of a group that are remembered, some 10 MB; a page of 160 kB whose lines all differ has 38,000."""
Groups = Mapping[str, Sequence[str]]
"""Group of features -> names. Each group is weighted by itself, so that a long sentence does not drown its atoms."""


class Places(Mapping[int, int]):
    """The numbers of a model's features, sorted -> their columns. A dict of a million took 0.4 s of CPU time and
    106 MB, and a page asks for a few thousand."""

    def __init__(self, numbers: np.ndarray) -> None:
        self._numbers = array("I", numbers.astype(np.uint32).tobytes())

    def __getitem__(self, number: int) -> int:
        column = bisect_left(self._numbers, number)
        if column == len(self._numbers) or self._numbers[column] != number:
            raise KeyError(number)
        return column

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class Known(dict[str, tuple[int, float] | None]):
    """Feature of one group -> its column and idf, None where the model does not know it.

    A feature's number is the crc32 of `before` and the feature. Remembered: to number it and to look it up costs ten
    times as much, and pages repeat each other's words.
    """

    def __init__(self, place: Mapping[int, int], idf: np.ndarray, before: str = "") -> None:
        super().__init__()
        self._place, self._idf, self._before = place, idf, before

    def __missing__(self, feature: str) -> tuple[int, float] | None:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        column = self._place.get(zlib.crc32(f"{self._before}{feature}".encode()))
        found = self[feature] = None if column is None else (column, float(self._idf[column]))
        return found


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
    _known: Vocabulary = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", Vocabulary(self.place, self.idf))

    def scores(self, groups: Groups, dense: np.ndarray | None) -> np.ndarray:
        """One log-odds (or log-weight) a class."""
        return self.total(self.vector(groups), dense)

    def vector(self, groups: Groups) -> Vector:
        """Columns and values of the known features."""
        return vector(groups, self._known, self.groups)

    def total(self, seen: Vector, dense: np.ndarray | None) -> np.ndarray:
        """The scores of what `vector` gave."""
        columns, values = seen
        out = self.bias.copy()
        if columns:
            weights = chosen(self.weights, np.asarray(columns))
            out += (weights @ np.asarray(values, dtype=np.float32)) * self.scale
        if dense is not None and self.dense.size:
            out += self.dense @ dense
        return out


Vector = tuple[list[int], list[float]]
"""Columns and values; of each feature one."""


class Vocabulary(dict[str, Known]):
    """Group -> its features."""

    def __init__(self, place: Mapping[int, int], idf: np.ndarray) -> None:
        super().__init__()
        self._place, self._idf = place, idf

    def __missing__(self, group: str) -> Known:
        found = self[group] = Known(self._place, self._idf, f"{group}\t")
        return found


def vector(groups: Groups, known: Vocabulary, weight: Mapping[str, float]) -> Vector:
    """Columns and values of the known features; each group has length `weight`."""
    columns: list[int] = []
    values: list[float] = []
    for name, features in groups.items():
        places, here = _weighted(features, known[name])
        norm = math.sqrt(sum(map(mul, here, here)))
        if norm:
            share = weight.get(name, 1.0)
            columns += places
            values += [value * share / norm for value in here]
    return columns, values


def _weighted(features: Sequence[str], known: Known) -> Vector:
    """Columns of the known features, and idf times 1 + ln n."""
    if len(set(features)) == len(features):  # as in most: nothing to count
        found = [place for place in map(known.__getitem__, features) if place is not None]
        return [column for column, _ in found], [idf for _, idf in found]
    counted = [(place, n) for feature, n in Counter(features).items() if (place := known[feature]) is not None]
    return [column for (column, _), _ in counted], [
        idf if n == 1 else (1.0 + math.log(n)) * idf for (_, idf), n in counted
    ]


def chosen(weights: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Some columns of int8 weights as float32. A model's weights lie column by column (`by_column`), so that each is
    one piece of memory."""
    return np.asarray(weights.T.take(columns, axis=0).astype(np.float32).T)


def by_column(weights: np.ndarray) -> np.ndarray:
    """Weights (classes x features) as `chosen` reads them fast."""
    return np.asfortranarray(weights)


def code(group: str, feature: str) -> int:
    """The number under which a feature of a group is known."""
    return zlib.crc32(f"{group}\t{feature}".encode())


def linear(data: Mapping[str, np.ndarray], name: str) -> Linear:
    """What `packed` gave, read again."""
    return Linear(
        classes=tuple(json.loads(str(data[f"{name}.classes"]))),
        place=Places(data[f"{name}.features"]),
        idf=data[f"{name}.idf"].astype(np.float32),
        weights=by_column(data[f"{name}.weights"]),
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
