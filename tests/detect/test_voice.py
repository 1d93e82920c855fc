"""The features of the linear models: how they are made and found."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect import linear, second, voice
from scanner.detect.linear import Linear


@pytest.fixture(scope="module")
def reader() -> second.SecondReader:
    found = second.reader()
    assert found is not None
    return found


def test_features_are_signs_pairs_and_triples_of_a_run_and_words() -> None:
    assert voice.features("\u4eba\u8138\u5e93 no 24") == [
        "\u4eba", "\u8138", "\u5e93", "\u4eba\u8138", "\u8138\u5e93", "\u4eba\u8138\u5e93", "w no", "w 0", "w no 0",
    ]  # fmt: skip


@given(st.sets(st.integers(0, 2**32 - 1), max_size=50), st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_numbers_are_found_as_in_a_dict(numbers: set[int], asked: Sequence[int]) -> None:
    columns = {number: column for column, number in enumerate(sorted(numbers))}
    places = linear.Places(np.asarray(sorted(numbers), dtype=np.uint32))
    assert dict(places) == columns
    assert [places.get(number) for number in asked] == [columns.get(number) for number in asked]


def test_what_is_remembered_of_features_is_bounded() -> None:
    known = linear.Known({zlib.crc32(b"n\tface"): 1}, np.asarray([1.0, 2.0]), "n\t")
    for number in range(linear.MOST_REMEMBERED + 10):
        assert known[str(number)] is None
    assert len(known) <= linear.MOST_REMEMBERED
    assert known["face"] == (1, 2.0)


def test_the_numbers_of_shipped_models_are_sorted(reader: second.SecondReader) -> None:
    model = voice.model()
    assert model is not None
    for place in (model.place, reader.claims.place, reader.stances.place):
        numbers = np.asarray(list(place), dtype=np.int64)
        assert np.all(np.diff(numbers) > 0)


@given(st.lists(st.sampled_from(["face", "shop", "lorry", "\u4eba\u8138"]), max_size=8))
def test_scores_are_sums_over_features_of_length_one(words: Sequence[str]) -> None:
    place = {linear.code("n", "face"): 0, linear.code("n", "shop"): 1, linear.code("n", "\u4eba\u8138"): 2}
    weights = np.asarray([[1, 2, 3], [-4, 5, -6]], dtype=np.int8)
    model = Linear(
        ("a", "b"), place, np.asarray([1.0, 2.0, 3.0]), weights, np.asarray([0.5, 0.25]), np.asarray([1.0, -1.0]),
        np.zeros((2, 0)), {"n": 2.0},
    )  # fmt: skip
    known = ["face", "shop", "\u4eba\u8138"]
    counts = np.asarray([words.count(word) for word in known], dtype=float)
    values = np.where(counts > 0, (1 + np.log(np.maximum(counts, 1))) * model.idf, 0.0)
    length = np.linalg.norm(values) or 1.0
    want = weights @ (2.0 * values / length) * model.scale + model.bias
    assert np.allclose(model.scores({"n": words}, None), want, atol=1e-5)
