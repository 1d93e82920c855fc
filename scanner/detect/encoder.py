"""A small transformer encoder in plain numpy: text to one vector a token, each seen in its context.

The weights began as multilingual-e5-small (Microsoft, MIT), first layers only, with a vocabulary cut to the languages
that we read, and were trained on for our task (`python -m tests.evaluation.train_second`). Words are 4-bit and layers
int8 in the file; all sums are float32. No library does this without compiled code of its own or a download; the forward
pass is a page of numpy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

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
META = "\u2581"
"""Stands for a space inside pieces."""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A unigram vocabulary (sentencepiece): piece -> (number, log-probability)."""

    pieces: Mapping[str, tuple[int, float]]
    unknown: float

    def of(self, text: str) -> list[int]:
        """Numbers of the likeliest pieces of a normalised text, without start and end."""
        chars = META + " ".join(text.split()).replace(" ", META)
        length = len(chars)
        best = [0.0] + [-math.inf] * length
        back = [(0, UNKNOWN)] * (length + 1)
        pieces = self.pieces
        for at in range(length):
            here = best[at]
            if here + self.unknown > best[at + 1]:
                best[at + 1], back[at + 1] = here + self.unknown, (at, UNKNOWN)
            for end in range(at + 1, min(length, at + LONGEST_PIECE) + 1):
                found = pieces.get(chars[at:end])
                if found is not None and here + found[1] > best[end]:
                    best[end], back[end] = here + found[1], (at, found[0])
        out: list[int] = []
        at = length
        while at:
            at, number = back[at]
            out.append(number)
        return out[::-1]


def tokens(pieces: Sequence[str], scores: Sequence[float]) -> Tokens:
    """A vocabulary in the order of its numbers, the four special tokens first."""
    table = {piece: (number, float(scores[number])) for number, piece in enumerate(pieces) if number > UNKNOWN}
    return Tokens(table, min(float(score) for score in scores) - UNKNOWN_COST)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One transformer layer; matrices are outputs x inputs."""

    qkv: np.ndarray
    qkv_bias: np.ndarray
    out: np.ndarray
    out_bias: np.ndarray
    norm: np.ndarray
    norm_bias: np.ndarray
    up: np.ndarray
    up_bias: np.ndarray
    down: np.ndarray
    down_bias: np.ndarray
    last: np.ndarray
    last_bias: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Tokens x width -> the same, each token having looked at all others."""
        length, width = x.shape
        parts = (x @ self.qkv.T + self.qkv_bias).reshape(length, 3, HEADS, width // HEADS)
        q, k, v = (np.ascontiguousarray(parts[:, i].transpose(1, 0, 2)) for i in range(3))
        weights = q / np.float32(math.sqrt(width // HEADS)) @ k.transpose(0, 2, 1)
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        seen = weights @ v / weights.sum(axis=-1, keepdims=True)  # shares taken here: a table of 12 x n x n less
        seen = seen.transpose(1, 0, 2).reshape(length, width)
        x = normal(x + seen @ self.out.T + self.out_bias, self.norm, self.norm_bias)
        wide = gelu(x @ self.up.T + self.up_bias)
        return normal(x + wide @ self.down.T + self.down_bias, self.last, self.last_bias)


@dataclass(frozen=True, slots=True, eq=False)
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
    layers: Sequence[Layer]

    def __call__(self, numbers: Sequence[int]) -> np.ndarray:
        """Tokens x width; at most as many tokens as there are places."""
        x = unpacked(self.nibbles[list(numbers)], self.scales[list(numbers)]) + self.places[: len(numbers)]
        x = normal(x, self.norm, self.norm_bias)
        _one_thread()
        for layer in self.layers:
            x = layer(x)
        return x


@lru_cache(maxsize=1)
def _one_thread() -> object:
    """Hold the BLAS of this process to one thread, for good: sums then come out alike on every call."""
    return ThreadpoolController().limit(limits=1, user_api="blas")


def normal(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Layer normalisation."""
    x = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[-1] + EPSILON)
    return np.asarray(x / spread * weight + bias)


def gelu(x: np.ndarray) -> np.ndarray:
    """The usual approximation by tanh; the model was trained with it."""
    inner = x * x
    inner *= np.float32(0.044715)
    inner += 1
    inner *= x
    inner *= np.float32(math.sqrt(2 / math.pi))
    np.tanh(inner, out=inner)
    inner += 1
    inner *= x
    inner *= np.float32(0.5)
    return np.asarray(inner)


def unpacked(nibbles: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """4-bit rows as float32: in each block of BLOCK weights the low halves come first, then the high ones."""
    rows = nibbles.reshape(len(nibbles), -1, BLOCK // 2)
    whole = np.concatenate([rows & 15, rows >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray(whole * scales.astype(np.float32)[:, :, None]).reshape(len(nibbles), -1)


def packed(encoder: Encoder) -> dict[str, np.ndarray]:
    """The arrays of an encoder as the file holds them."""
    order = sorted(encoder.tokens.pieces.items(), key=lambda one: one[1][0])
    out: dict[str, np.ndarray] = {
        "encoder.pieces": np.frombuffer("\n".join(piece for piece, _ in order).encode(), dtype=np.uint8),
        "encoder.scores": np.asarray([score for _, (_, score) in order], dtype=np.float32),
        "encoder.nibbles": encoder.nibbles,
        "encoder.scales": encoder.scales.astype(np.float16),
        "encoder.places": encoder.places.astype(np.float16),
        "encoder.norm": encoder.norm,
        "encoder.norm_bias": encoder.norm_bias,
        "encoder.layers": np.asarray(len(encoder.layers)),
    }
    for number, layer in enumerate(encoder.layers):
        for name in Layer.__dataclass_fields__:
            out |= _shrunk(f"encoder.{number}.{name}", getattr(layer, name))
    return out


def unpack(data: Mapping[str, Any]) -> Encoder:
    """What `packed` gave, read again."""
    pieces = bytes(data["encoder.pieces"]).decode().split("\n")
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    scores = [0.0] * len(special) + [float(score) for score in data["encoder.scores"]]
    return Encoder(
        tokens=tokens([*special, *pieces], scores),
        nibbles=data["encoder.nibbles"],
        scales=data["encoder.scales"],
        places=data["encoder.places"].astype(np.float32),
        norm=data["encoder.norm"],
        norm_bias=data["encoder.norm_bias"],
        layers=[
            Layer(**{name: _grown(data, f"encoder.{number}.{name}") for name in Layer.__dataclass_fields__})
            for number in range(int(data["encoder.layers"]))
        ],
    )


def _shrunk(name: str, array: np.ndarray) -> dict[str, np.ndarray]:
    """A matrix as int8 with one scale a row; a vector as it is."""
    if array.ndim == 1:
        return {name: array.astype(np.float32)}
    scale = np.maximum(np.abs(array).max(axis=1), 1e-9) / 127.0
    return {name: np.round(array / scale[:, None]).astype(np.int8), f"{name}.scale": scale.astype(np.float32)}


def _grown(data: Mapping[str, Any], name: str) -> np.ndarray:
    array = np.asarray(data[name])
    if array.ndim == 1:
        return array
    return np.asarray(array.astype(np.float32) * np.asarray(data[f"{name}.scale"])[:, None])
