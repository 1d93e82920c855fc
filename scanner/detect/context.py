"""What a sentence says where it stands: an encoder reads a stretch of the page, and each sentence is judged in it.

The linear models of `second.py` see one sentence and a few facts about its neighbours. This one sees the words of the
whole stretch, which is what tells a report from an advertisement. It costs about a thousand times as much, so it is
asked only for stretches that hold a promising sentence. Trained by `python -m tests.evaluation.train_second`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from scanner.detect import encoder
from scanner.detect.encoder import END, START, Encoder, Tokens

FILE = Path(__file__).with_name("context.npz")
"""The model that reads pages."""
ANSWERS_FILE = Path(__file__).with_name("answers.npz")
"""The model that reads a claim and a notice together: layers and heads of its own over the words of FILE."""
MAX_CHARS = 500
"""Characters of one sentence that are read."""
MAX_SENTENCE = 160
"""Tokens of one sentence that are read."""
MAX_TOKENS = 256
"""Tokens of one stretch: as much as most labelled pages hold."""
MAX_TITLE = 32
"""Tokens of one sentence of the opening."""
MAX_OPENING = 64
"""Tokens of the page's opening, which later stretches begin with: title, byline, lead."""
FEWEST_TOKENS = 32
"""A shorter stretch is not read: the model learnt from pages of forty signs or more, and is lost with a lone slogan."""
MOST_STRETCHES = 8
"""Stretches of a page that are read, the most promising first; the rest is left to the linear models. In a dense page
of 150 kB thirteen are promising, at about 0.1 s each."""

MAX_QUESTION = 256
"""Tokens of one stretch of a privacy notice that is set against a claim, the claim among them."""
MOST_QUESTIONS = 25
"""Stretches of a notice that are set against one claim."""
MAX_CLAIM = 64
"""Tokens of the claim."""
ANSWERS = ("other", "denied", "said", "weakened")
"""What a sentence of a notice says to a claim: something else; that it is not so; that it is so; either of them on a
condition, of other people or of another product."""
OTHER, DENIED, SAID, WEAKENED = range(len(ANSWERS))
AGAIN_FROM = 0.02
"""How likely a denial must be for its sentence to be read once more by itself."""
KEPT = 1024
"""Stretches whose answers are kept: at most some 10 MB."""

Window = tuple[list[int], list[tuple[int, int, int]]]
"""Tokens, and (sentence, first token, end token) of each sentence in them."""


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """Linear answers over [sentence, stretch], each the mean of its tokens."""

    mean: np.ndarray
    spread: np.ndarray
    claims: np.ndarray
    """Categories x inputs."""
    claims_bias: np.ndarray
    stances: np.ndarray
    """Stances x inputs."""
    stances_bias: np.ndarray
    by_category: np.ndarray
    """(Categories x stances) x inputs, added to `stances`."""
    by_category_bias: np.ndarray
    answers: np.ndarray
    """ANSWERS x [sentence of a notice, claim]."""
    answers_bias: np.ndarray

    def answer(self, sentence: np.ndarray, claim: np.ndarray) -> np.ndarray:
        """Shares of ANSWERS."""
        width = len(sentence)
        mean, spread = self.mean[:width], self.spread[:width]
        scores = self.answers @ np.concatenate([(sentence - mean) / spread, (claim - mean) / spread])
        weights = np.exp(scores + self.answers_bias - (scores + self.answers_bias).max())
        return np.asarray(weights / weights.sum())

    def __call__(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log-odds of each category, and log-weights of categories x stances."""
        x = (inputs - self.mean) / self.spread
        own = (self.by_category @ x + self.by_category_bias).reshape(len(self.claims), -1)
        return self.claims @ x + self.claims_bias, own + (self.stances @ x + self.stances_bias)


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The shipped encoder with its heads."""

    encoder: Encoder
    heads: Heads
    categories: tuple[str, ...]
    stances: tuple[str, ...]

    def read(
        self, texts: Sequence[str], promising: Mapping[int, float], most: int = MOST_STRETCHES
    ) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Sentence -> (log-odds of each category, log-weights of categories x stances).

        `texts`: all sentences of the page, normalised; `promising`: which of them matter, and how much; `most`: so many
        stretches are read. Sentences that stand in no promising stretch are left out.
        """
        stretches = windows([_numbers(self.encoder.tokens, text[:MAX_CHARS]) for text in texts])
        worth = [
            max((promising.get(i, -np.inf) for i, _, _ in places), default=-np.inf)
            if len(numbers) >= FEWEST_TOKENS
            else -np.inf
            for numbers, places in stretches
        ]
        chosen = sorted((i for i, value in enumerate(worth) if value > -np.inf), key=lambda i: -worth[i])
        out: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        for index in sorted(chosen[:most]):
            numbers, places = stretches[index]
            judged = _judged(self, tuple(numbers), tuple((first, end) for _, first, end in places))
            out.update(zip((sentence for sentence, _, _ in places), judged, strict=True))
        return out

    def vectors(self, texts: Sequence[str], most: int) -> dict[int, np.ndarray]:
        """Sentence -> mean of its tokens. `texts`: all sentences, normalised; `most`: so many stretches are read."""
        out: dict[int, np.ndarray] = {}
        for numbers, places in windows([_numbers(self.encoder.tokens, text[:MAX_CHARS]) for text in texts])[:most]:
            seen = self.encoder(tuple(numbers))
            out.update((sentence, seen[first:end].mean(axis=0)) for sentence, first, end in places)
        return out

    def answers(
        self, claim: str, texts: Sequence[str], first: Collection[int] = (), most: int = MOST_QUESTIONS
    ) -> np.ndarray:
        """What each sentence of a notice says to a claim: sentences x ANSWERS, shares.

        `claim`, `texts`: normalised, all sentences of the notice; `first`: of a long one the stretches that hold one of
        these come first; `most`: so many are read. A sentence that was not read says something else. One that may
        deny the claim is read again alone, below the notice's title, and the geometric mean of both counts: what only
        its neighbours make a denial is none.
        """
        words = _numbers(self.encoder.tokens, claim[:MAX_CHARS])
        sentences = [_numbers(self.encoder.tokens, text[:MAX_CHARS]) for text in texts]
        out = np.zeros((len(texts), len(ANSWERS)), dtype=np.float32)
        out[:, OTHER] = 1.0
        stretches = questions(words, sentences) if claim.strip() else []
        for stretch in sorted(stretches, key=lambda one: not any(i in first for i, _, _ in one[1]))[:most]:
            for sentence, shares in self._asked(words, stretch):
                out[sentence] = shares
        for sentence in np.flatnonzero(out[:, DENIED] >= AGAIN_FROM).tolist():
            below = [sentences[0], sentences[sentence]] if sentence else sentences[:1]
            (*_, (_, alone)) = self._asked(words, questions(words, below)[-1])
            out[sentence] = np.sqrt(out[sentence] * alone)
        return out

    def _asked(self, claim: Sequence[int], stretch: Window) -> Iterator[tuple[int, np.ndarray]]:
        numbers, places = stretch
        return self.answers_in(numbers, places, min(len(claim), MAX_CLAIM))

    def answers_in(
        self, numbers: Sequence[int], places: Sequence[tuple[int, int, int]], of_claim: int
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Each sentence of a stretch that begins with a claim of so many tokens, and its shares of ANSWERS."""
        said = _answered(self, tuple(numbers), tuple((begin, end) for _, begin, end in places), of_claim)
        return zip((sentence for sentence, _, _ in places), said, strict=True)


@lru_cache(maxsize=KEPT)
def _judged(
    context: Context, numbers: tuple[int, ...], places: tuple[tuple[int, int], ...]
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """What the heads make of each sentence of a stretch. Kept: a page is often read twice, as it was sent and as a
    browser or a second look shows it."""
    seen = context.encoder(numbers)
    whole = seen.mean(axis=0)
    return tuple(context.heads(np.concatenate([seen[first:end].mean(axis=0), whole])) for first, end in places)


@lru_cache(maxsize=KEPT)
def _answered(
    context: Context, numbers: tuple[int, ...], places: tuple[tuple[int, int], ...], of_claim: int
) -> tuple[np.ndarray, ...]:
    """Shares of ANSWERS of each sentence of a stretch that begins with a claim of so many tokens. Kept: a vendor's
    slogan stands on many of its pages."""
    seen = context.encoder(numbers)
    asked = seen[1 : 1 + of_claim].mean(axis=0)
    return tuple(context.heads.answer(seen[first:end].mean(axis=0), asked) for first, end in places)


@lru_cache(maxsize=8192)
def _numbers(tokens: Tokens, text: str) -> list[int]:
    """Tokens of one sentence, never changed. Kept: the pages of a site share their menus and footers."""
    return tokens.of(text)[:MAX_SENTENCE]


def windows(
    sentences: Sequence[Sequence[int]],
    begin: Sequence[int] = (START,),
    most: int = MAX_TOKENS,
    opening: int = MAX_OPENING,
) -> list[Window]:
    """A page cut into stretches of whole sentences; each but the first has the page's `opening` (tokens) after
    `begin`."""
    out: list[Window] = []
    title = _opening(sentences, opening)
    numbers: list[int] = [*begin]
    places: list[tuple[int, int, int]] = []
    for index, sentence in enumerate(sentences):
        if places and len(numbers) + len(sentence) + 1 > most:
            out.append((numbers, places))
            numbers, places = [*begin, *title], []
        places.append((index, len(numbers), len(numbers) + len(sentence) + 1))
        numbers = [*numbers, *sentence, END]
    if places:
        out.append((numbers, places))
    return out


def _opening(sentences: Sequence[Sequence[int]], most: int) -> list[int]:
    """The page's first sentences, each cut at MAX_TITLE tokens, up to `most` tokens; the very first always."""
    out: list[int] = []
    for sentence in sentences:
        some = [*sentence[:MAX_TITLE], END]
        if out and len(out) + len(some) > most:
            break
        out += some
    return out


def questions(claim: Sequence[int], sentences: Sequence[Sequence[int]], most: int = MAX_QUESTION) -> list[Window]:
    """A notice cut into stretches that each begin with the claim, as pairs of texts are given to such encoders. Of its
    opening later ones have the first sentence alone: a longer one was not learnt from."""
    return windows(sentences, [START, *claim[:MAX_CLAIM], END, END], most, opening=0)


def packed(context: Context, *, words: bool = True) -> dict[str, Any]:
    """The arrays as the file holds them; `words` as in `encoder.packed`."""
    heads = {f"heads.{name}": getattr(context.heads, name) for name in Heads.__dataclass_fields__}
    names = json.dumps([context.categories, context.stances])
    half = {name: array.astype(np.float16) for name, array in heads.items() if array.ndim == 2}
    return encoder.packed(context.encoder, words=words) | heads | half | {"names": np.asarray(names)}


def unpack(data: Mapping[str, Any], words: Encoder | None = None) -> Context:
    """What `packed` gave, read again; `words` as in `encoder.unpack`."""
    categories, stances = json.loads(str(data["names"]))
    heads = {name: np.asarray(data[f"heads.{name}"], dtype=np.float32) for name in Heads.__dataclass_fields__}
    return Context(encoder.unpack(data, words), Heads(**heads), tuple(categories), tuple(stances))


@lru_cache(maxsize=1)
def context() -> Context | None:
    """The shipped model that reads pages, or None where its file is missing."""
    if not FILE.is_file():
        return None
    with np.load(FILE, allow_pickle=False) as data:
        return unpack(data)


@lru_cache(maxsize=1)
def asked() -> Context | None:
    """The shipped model that reads a claim and a notice together, or None where a file is missing."""
    pages = context()
    if pages is None or not ANSWERS_FILE.is_file():
        return None
    with np.load(ANSWERS_FILE, allow_pickle=False) as data:
        return unpack(data, pages.encoder)
