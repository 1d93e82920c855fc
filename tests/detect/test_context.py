"""The encoder and the stretches of a page that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect import context
from scanner.detect.context import (
    ANSWERS,
    DENIED,
    MAX_CLAIM,
    MAX_QUESTION,
    MAX_SENTENCE,
    MAX_TITLE,
    MAX_TOKENS,
    MOST_STRETCHES,
    Context,
    questions,
    windows,
)
from scanner.detect.encoder import END, START, UNKNOWN, tokens

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
PIECES = (*SPECIAL, "\u2581", "\u2581face", "face", "s", "a", "c", "e", "\u4eba", "\u8138", "\u4eba\u8138")
SCORES = (0.0, 0.0, 0.0, 0.0, -2.0, -3.0, -4.0, -2.5, -5.0, -5.0, -5.0, -4.0, -4.0, -5.0)


@pytest.fixture(scope="module")
def shipped() -> Context:
    found = context.context()
    assert found is not None
    return found


def pieces(text: str) -> list[str]:
    return [PIECES[number] for number in tokens(PIECES, SCORES).of(text)]


def test_the_likeliest_pieces_are_taken() -> None:
    assert pieces("faces") == ["\u2581face", "s"]
    assert pieces("\u4eba\u8138") == ["\u2581", "\u4eba\u8138"]
    assert pieces("  face   face ") == ["\u2581face", "\u2581face"]


def test_an_unknown_sign_is_one_token_and_loses_nothing_around_it() -> None:
    assert pieces("face\u2603s") == ["\u2581face", "<unk>", "s"]
    assert pieces("") == ["\u2581"]


@given(st.lists(st.sampled_from(["face", "faces", "ace", "\u4eba\u8138", "s", "\u2603"]), min_size=1, max_size=8))
def test_words_by_themselves_give_the_pieces_of_the_whole(words: Sequence[str]) -> None:
    known = tokens(PIECES, SCORES)
    assert known.of(" ".join(words)) == known.likeliest("".join("\u2581" + word for word in words))


def test_no_shipped_piece_runs_on_into_the_next_word(shipped: Context) -> None:
    pieces = shipped.encoder.tokens.pieces
    assert not [piece for piece in pieces if "\u2581" in piece[1:]]
    scores = np.asarray([score for _, score in pieces.values()])
    assert np.all(scores * 2.0**30 % 1 == 0)  # so that sums of 500 are exact


@given(st.text(max_size=80))
def test_any_text_becomes_known_numbers(text: str) -> None:
    found = tokens(PIECES, SCORES).of(text)
    assert found
    assert all(UNKNOWN <= number < len(PIECES) for number in found)


@given(st.lists(st.integers(1, MAX_SENTENCE), max_size=40))
def test_every_sentence_stands_whole_in_exactly_one_stretch(lengths: Sequence[int]) -> None:
    sentences = [[10 + index] * length for index, length in enumerate(lengths)]
    stretches = windows(sentences)
    told = [index for _, places in stretches for index, _, _ in places]
    assert told == list(range(len(sentences)))
    for numbers, places in stretches:
        assert numbers[0] == START
        assert len(numbers) <= MAX_TOKENS + MAX_TITLE + 2
        for index, first, end in places:
            assert numbers[first:end] == [*sentences[index], END]


def test_later_stretches_begin_with_the_opening_of_the_page() -> None:
    menu, title, byline = [7, 8], [6] * 50, [5] * 10
    sentences = [menu, title, byline, *([[9] * 100] * 5)]
    first, second, *_ = windows(sentences)
    assert first[1][0] == (0, 1, 4)
    opening = [START, *menu, END, *title[:MAX_TITLE], END, *byline, END]
    assert second[0][: len(opening) + 1] == [*opening, 9]


def test_a_stretch_of_a_notice_that_is_set_against_a_claim_begins_with_its_first_sentence_alone() -> None:
    _, second, *_ = questions([4], [[7, 8], [6, 6], *([[9] * 100] * 5)])
    assert second[0][:8] == [START, 4, END, END, 7, 8, END, 9]


def test_only_stretches_with_a_promising_sentence_are_read(shipped: Context) -> None:
    texts = ["cameras for shops"] + [f"line {n} " + "word " * 80 for n in range(8)]
    assert shipped.read(texts, {}) == {}
    told = shipped.read(texts, {8: 1.0})
    assert 8 in told
    assert 0 not in told


def test_of_a_page_without_end_the_most_promising_stretches_are_read(shipped: Context) -> None:
    texts = [f"line {n} " + "word " * 150 for n in range(3 * MOST_STRETCHES)]
    told = shipped.read(texts, {n: float(n) for n in range(len(texts))})
    assert len(texts) - 1 in told
    assert 0 not in told
    assert len(told) < len(texts)


def test_a_stretch_is_read_alike_whatever_else_is_on_the_page(shipped: Context) -> None:
    texts = ["the camera looks like a smoke detector", "order today " * 20]
    alone = shipped.read(texts, {0: 1.0})[0]
    again = shipped.read(texts, {0: 1.0})[0]
    assert np.array_equal(alone[0], again[0])
    assert np.array_equal(alone[1], again[1])


def test_a_lone_slogan_is_left_to_the_linear_models(shipped: Context) -> None:
    assert shipped.read(["hidden camera"], {0: 1.0}) == {}


def test_what_is_packed_is_unpacked(shipped: Context) -> None:
    again = context.unpack(context.packed(shipped))
    text = "\u6444\u50cf\u5934\u5b89\u88c5\u5728\u95e8\u53e3, the camera hangs above the door"
    numbers = shipped.encoder.tokens.of(text)
    assert again.encoder.tokens.of(text) == numbers
    assert np.allclose(again.encoder(numbers), shipped.encoder(numbers), atol=1e-3)
    assert again.categories == shipped.categories


def test_the_encoder_answers_alike_in_every_thread(shipped: Context) -> None:
    numbers = shipped.encoder.tokens.of("a camera that nobody notices " * 9)
    alone = shipped.encoder(numbers)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: shipped.encoder(numbers), range(8)))
    assert all(np.array_equal(alone, one) for one in told)


def test_each_token_is_seen_among_its_neighbours(shipped: Context) -> None:
    numbers = shipped.encoder.tokens.of("the camera looks like a smoke detector")
    alone, among = shipped.encoder(numbers), shipped.encoder([*numbers, *numbers[::-1]])
    assert alone.shape == (len(numbers), shipped.encoder.places.shape[1])
    assert np.isfinite(among).all()
    assert not np.allclose(alone, among[: len(numbers)], atol=1e-2)


@given(st.integers(1, 2 * MAX_CLAIM), st.lists(st.integers(1, MAX_SENTENCE), max_size=30))
def test_every_stretch_of_a_notice_begins_with_the_claim(claim: int, lengths: Sequence[int]) -> None:
    sentences = [[10 + index] * length for index, length in enumerate(lengths)]
    words = [9] * min(claim, MAX_CLAIM)
    stretches = questions([9] * claim, sentences)
    assert [index for _, places in stretches for index, _, _ in places] == list(range(len(sentences)))
    for numbers, places in stretches:
        assert numbers[: len(words) + 3] == [START, *words, END, END]
        assert len(numbers) <= MAX_QUESTION + MAX_CLAIM + MAX_SENTENCE + MAX_TITLE + 4
        assert all(numbers[first:end] == [*sentences[index], END] for index, first, end in places)


SIGN = (
    "notice for guests of our shops",
    "the cameras carry no microphone and record no sound.",
    "pictures are overwritten after seven days.",
    "lost property is kept at the desk.",
)


@pytest.mark.parametrize(
    ("claim", "sentence", "denied"),
    [
        ("every word at the counter is recorded", 1, True),
        ("keeps the video of every guest for ever", 2, True),
        ("every word at the counter is recorded", 3, False),
        ("keeps the video of every guest for ever", 3, False),
    ],
)
def test_a_claim_is_read_together_with_the_notice(shipped: Context, claim: str, sentence: int, denied: bool) -> None:
    shares = shipped.answers(claim, SIGN)
    assert shares.shape == (len(SIGN), len(ANSWERS))
    assert np.allclose(shares[[0, 3]].sum(axis=1), 1.0, atol=1e-3)
    assert (shares.sum(axis=1) <= 1.0 + 1e-3).all()  # what is read twice is a geometric mean
    assert bool(shares[sentence, DENIED] > 0.5) is denied


def test_a_denial_counts_as_it_is_read_in_its_stretch_and_alone(shipped: Context) -> None:
    ask = "keeps the video of every guest for ever"
    claim, *sentences = (shipped.encoder.tokens.of(text) for text in (ask, *SIGN))
    ((numbers, places),) = questions(claim, sentences)
    seen, (_, begin, end) = shipped.encoder(numbers), places[2]
    among = shipped.heads.answer(seen[begin:end].mean(axis=0), seen[1 : 1 + len(claim)].mean(axis=0))[DENIED]
    # A notice of this sentence alone: read twice, it is the same stretch both times.
    alone = shipped.answers(ask, [SIGN[0], SIGN[2]])[1, DENIED]
    assert among != pytest.approx(alone, rel=1e-3)
    assert shipped.answers(ask, SIGN)[2, DENIED] == pytest.approx((among * alone) ** 0.5, rel=1e-3)


def test_of_a_long_notice_the_stretches_that_deny_are_read_first(shipped: Context) -> None:
    sentences = [*SIGN, *(f"paragraph {n} is about parking and opening hours. " * 9 for n in range(4))]
    last = len(sentences) - 1
    shares = shipped.answers("every word at the counter is recorded", sentences, [last], most=1)
    assert shares[1, 0] == 1.0
    assert 0.0 < shares[last, 0] < 1.0
    assert (shipped.answers("every word at the counter is recorded", sentences)[:, 0] < 1.0).all()
    assert (shipped.answers(" ", sentences)[:, 0] == 1.0).all()
