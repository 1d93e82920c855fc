"""A small transformer encoder: text to one vector a token, each seen in its context.

The weights began as multilingual-e5-small (Microsoft, MIT), with a vocabulary cut to the languages that we read, and
were trained on for our task (`python -m tests.evaluation.train_second`). Tokens are found by our own unigram search,
the layers are run by onnxruntime on one thread; nothing is fetched.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

START, PAD, END, UNKNOWN = 0, 1, 2, 3
"""Numbers of the special tokens, as in XLM-RoBERTa."""
HEADS = 12
LONGEST_PIECE = 16
"""Characters of the longest piece in the vocabulary."""
UNKNOWN_COST = 10.0
"""How much dearer an unknown character is than the dearest piece (as sentencepiece has it)."""
BLOCK = 32
"""Weights that share one scale in a 4-bit row."""
EPSILON = 1e-12
INPUT, OUTPUT = "words", "tokens"
"""Names in the graph: what goes into the first layer, and what comes out of the last."""
META = "\u2581"
"""Stands for a space inside pieces."""
_ONE = (1,)


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A unigram vocabulary (sentencepiece): piece -> (number, log-probability)."""

    pieces: Mapping[str, tuple[int, float]]
    unknown: float
    _sizes: Mapping[str, tuple[int, ...]] = field(init=False, repr=False)
    """First two characters -> lengths of the pieces that may begin there: most places of a text begin no long one."""

    def __post_init__(self) -> None:
        sizes: dict[str, set[int]] = {}
        for piece in self.pieces:
            if 1 < len(piece) <= LONGEST_PIECE:
                sizes.setdefault(piece[:2], {1}).add(len(piece))
        object.__setattr__(self, "_sizes", {start: tuple(sorted(found)) for start, found in sizes.items()})

    def of(self, text: str) -> list[int]:
        """Numbers of the likeliest pieces of a normalised text, without start and end.

        Word by word, for no piece runs on into the next word; and nothing is rounded where single-precision scores are
        added up in double precision, so that the likeliest pieces of a text are those of its words.
        """
        return [number for word in text.split() or [""] for number in _of_word(self, META + word)]

    def likeliest(self, chars: str) -> list[int]:
        """The same of one word, with META before it."""
        length = len(chars)
        best = [0.0] + [-math.inf] * length
        back = [(0, UNKNOWN)] * (length + 1)
        pieces, sizes = self.pieces, self._sizes
        for at in range(length):
            here = best[at]
            if here + self.unknown > best[at + 1]:
                best[at + 1], back[at + 1] = here + self.unknown, (at, UNKNOWN)
            for size in sizes.get(chars[at : at + 2], _ONE):
                found = pieces.get(chars[at : at + size])
                if found is not None and at + size <= length and here + found[1] > best[at + size]:
                    best[at + size], back[at + size] = here + found[1], (at, found[0])
        out: list[int] = []
        at = length
        while at:
            at, number = back[at]
            out.append(number)
        return out[::-1]


@lru_cache(maxsize=16_384)
def _of_word(tokens: Tokens, chars: str) -> tuple[int, ...]:
    """Kept: of the words of a language few are most of a text."""
    return tuple(tokens.likeliest(chars))


def tokens(pieces: Sequence[str], scores: Sequence[float]) -> Tokens:
    """A vocabulary in the order of its numbers, the four special tokens first."""
    table = {piece: (number, float(scores[number])) for number, piece in enumerate(pieces) if number > UNKNOWN}
    return Tokens(table, min(float(score) for score in scores) - UNKNOWN_COST)


@dataclass(frozen=True, eq=False)
class Encoder:
    """Words, places and layers."""

    tokens: Tokens
    nibbles: np.ndarray
    """Words x width/2: two 4-bit weights a byte."""
    scales: np.ndarray
    """Words x width/BLOCK."""
    places: np.ndarray
    norm: np.ndarray
    norm_bias: np.ndarray
    graph: bytes
    """The layers in ONNX, as `tests/evaluation/encoder_graph.py` makes them."""

    def __call__(self, numbers: Sequence[int]) -> np.ndarray:
        """Tokens x width; at most as many tokens as there are places."""
        x = unpacked(self.nibbles[list(numbers)], self.scales[list(numbers)]) + self.places[: len(numbers)]
        (seen,) = self._session.run([OUTPUT], {INPUT: normal(x, self.norm, self.norm_bias)})
        return np.asarray(seen)

    @cached_property
    def _session(self) -> Any:
        """The layers, made ready. One thread: sums come out alike on every call, and a crawl has other work to do."""
        import onnxruntime  # a quarter of a second, for commands that judge no page

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])


def normal(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Layer normalisation."""
    x = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[-1] + EPSILON)
    return np.asarray(x / spread * weight + bias, dtype=np.float32)


def unpacked(nibbles: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """4-bit rows as float32: in each block of BLOCK weights the low halves come first, then the high ones."""
    rows = nibbles.reshape(len(nibbles), -1, BLOCK // 2)
    whole = np.concatenate([rows & 15, rows >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray(whole * scales.astype(np.float32)[:, :, None]).reshape(len(nibbles), -1)


def packed(encoder: Encoder, *, words: bool = True) -> dict[str, np.ndarray]:
    """The arrays of an encoder as the file holds them. `words`: False to leave out what another file holds already."""
    order = sorted(encoder.tokens.pieces.items(), key=lambda one: one[1][0])
    table: dict[str, np.ndarray] = {
        "encoder.pieces": np.frombuffer("\n".join(piece for piece, _ in order).encode(), dtype=np.uint8),
        "encoder.scores": np.asarray([score for _, (_, score) in order], dtype=np.float32),
        "encoder.nibbles": encoder.nibbles,
        "encoder.scales": encoder.scales.astype(np.float16),
    }
    return (table if words else {}) | {
        "encoder.places": encoder.places.astype(np.float16),
        "encoder.norm": encoder.norm,
        "encoder.norm_bias": encoder.norm_bias,
        "encoder.graph": np.frombuffer(encoder.graph, dtype=np.uint8),
    }


def unpack(data: Mapping[str, Any], words: Encoder | None = None) -> Encoder:
    """What `packed` gave, read again. `words`: whose words it has, where its file has none."""
    tokens_of, nibbles, scales = (words.tokens, words.nibbles, words.scales) if words else _words(data)
    return Encoder(
        tokens=tokens_of,
        nibbles=nibbles,
        scales=scales,
        places=data["encoder.places"].astype(np.float32),
        norm=data["encoder.norm"],
        norm_bias=data["encoder.norm_bias"],
        graph=data["encoder.graph"].tobytes(),
    )


def _words(data: Mapping[str, Any]) -> tuple[Tokens, np.ndarray, np.ndarray]:
    pieces = bytes(data["encoder.pieces"]).decode().split("\n")
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    scores = [0.0] * len(special) + [float(score) for score in data["encoder.scores"]]
    return tokens([*special, *pieces], scores), data["encoder.nibbles"], data["encoder.scales"]
