"""Content-encoded bytes -> bytes, capped. A page of 1 kB must not become 10 GB."""

from __future__ import annotations

import importlib
import re
import zlib
from collections.abc import Callable
from typing import Any, Protocol, cast

from ..model import UnreadReason

PIECE = 64 * 1024
MAX_LAYERS = 4
MAX_MEMBERS = 10_000
"""Of one gzip stream. Servers send one, or one for each piece that they flush; a body of empty members is an attack."""
_NOT_NUL = re.compile(rb"[^\x00]")


class _Decoder(Protocol):
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def _optional(*names: str) -> Any | None:
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


_zstd = _optional("compression.zstd", "backports.zstd")
"""In the standard library from Python 3.14."""
_brotli = _optional("brotli")

ACCEPT_ENCODING = ", ".join(["gzip", "deflate"] + (["br"] if _brotli else []) + (["zstd"] if _zstd else []))
"""What we tell servers that we can read; nothing that this Python cannot."""


def decode_body(body: bytes, content_encoding: str, cap: int) -> bytes | UnreadReason:
    """Undo `Content-Encoding` (several layers, last one first, at most 4).

    BAD_ENCODING where the bytes are broken, cut short or of an encoding unknown here; TOO_LARGE past `cap` bytes after
    any layer. Bytes that are plainly not compressed although declared so (a common server mistake) come back as they
    are.
    """
    layers = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    if len(layers) > MAX_LAYERS:
        return UnreadReason.BAD_ENCODING
    if len(body) > cap:
        return UnreadReason.TOO_LARGE
    for layer in reversed(layers):
        result = _undo(body, layer, cap)
        if isinstance(result, UnreadReason):
            return result
        body = result
    return body


def _undo(body: bytes, layer: str, cap: int) -> bytes | UnreadReason:
    if layer in ("identity", "none", "utf-8", ""):
        return body
    if not body:
        return b""
    if layer in ("gzip", "x-gzip"):
        return _gzip(body, cap) if body[:2] == b"\x1f\x8b" else _plain_or_broken(body)
    if layer == "deflate":
        return _deflate(body, cap)
    if layer == "br" and _brotli is not None:
        return _brotli_decoded(body, cap)
    if layer == "zstd" and _zstd is not None:
        decoder = cast(_Decoder, _zstd.ZstdDecompressor())
        return _drain(decoder, body, cap, _zstd.ZstdError)
    return UnreadReason.BAD_ENCODING


def _plain_or_broken(body: bytes) -> bytes | UnreadReason:
    """Servers do say `gzip` over plain HTML; browsers show it. Anything else is broken."""
    return body if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"[") else UnreadReason.BAD_ENCODING


def _gzip(body: bytes, cap: int) -> bytes | UnreadReason:
    """All members of a gzip stream, NUL bytes between them skipped; rubbish after the last one is ignored, as browsers
    do."""
    out = bytearray()
    start = members = 0
    while body.startswith(b"\x1f\x8b", start):
        members += 1
        if members > MAX_MEMBERS:
            return UnreadReason.BAD_ENCODING
        end = _member(body, start, out, cap)
        if isinstance(end, UnreadReason):
            return end
        found = _NOT_NUL.search(body, end)
        start = found.start() if found else len(body)
    return bytes(out)


def _member(body: bytes, start: int, out: bytearray, cap: int) -> int | UnreadReason:
    """Where the gzip member at `start` ends, its content added to `out`. Fed in pieces: what zlib has left of a piece
    it copies, and at every member that must not be the rest of the body."""
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for at in range(start, len(body), PIECE):
        try:
            out += decoder.decompress(body[at : at + PIECE], cap + 1 - len(out))
        except zlib.error:
            return UnreadReason.BAD_ENCODING
        if len(out) > cap:
            return UnreadReason.TOO_LARGE
        if decoder.eof:
            return min(at + PIECE, len(body)) - len(decoder.unused_data)
    return UnreadReason.BAD_ENCODING


def _deflate(body: bytes, cap: int) -> bytes | UnreadReason:
    """zlib as RFC 9110 says, or raw deflate as old servers send."""
    wrapped = _inflate(zlib.decompressobj(), body, cap)
    if wrapped is not UnreadReason.BAD_ENCODING:
        return wrapped
    raw = _inflate(zlib.decompressobj(-zlib.MAX_WBITS), body, cap)
    return _plain_or_broken(body) if raw is UnreadReason.BAD_ENCODING else raw


def _inflate(decoder: zlib._Decompress, body: bytes, cap: int) -> bytes | UnreadReason:
    try:
        out = decoder.decompress(body, cap + 1)
    except zlib.error:
        return UnreadReason.BAD_ENCODING
    if len(out) > cap:
        return UnreadReason.TOO_LARGE
    return out if decoder.eof else UnreadReason.BAD_ENCODING


def _drain(decoder: _Decoder, body: bytes, cap: int, error: type[Exception]) -> bytes | UnreadReason:
    try:
        out = decoder.decompress(body, cap + 1)
    except error:
        return UnreadReason.BAD_ENCODING
    if len(out) > cap:
        return UnreadReason.TOO_LARGE
    return out if getattr(decoder, "eof", True) else UnreadReason.BAD_ENCODING


def _brotli_decoded(body: bytes, cap: int) -> bytes | UnreadReason:
    assert _brotli is not None
    decoder = _brotli.Decompressor()
    step: Callable[..., bytes] = decoder.process
    out = bytearray()
    try:
        # 1 kB in can be 1 GB out, so the output is limited where the binding can, and the input in small steps else.
        limited = hasattr(decoder, "can_accept_more_data")
        for start in range(0, len(body), 1024):
            piece = body[start : start + 1024]
            out += step(piece, output_buffer_limit=PIECE) if limited else step(piece)
            while limited and not decoder.can_accept_more_data() and len(out) <= cap:
                out += step(b"", output_buffer_limit=PIECE)
            if len(out) > cap:
                return UnreadReason.TOO_LARGE
    except _brotli.error:
        return UnreadReason.BAD_ENCODING
    return bytes(out) if decoder.is_finished() else UnreadReason.BAD_ENCODING
