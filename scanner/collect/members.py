"""A gzip file of many members, read member by member with offsets: what recovery after a kill needs."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

HEAD_BYTES = 512
READ_BYTES = 1024 * 1024


def members(path: Path) -> Iterator[tuple[int, bytes, bytes]]:
    """(offset, gzip member, first bytes of its content) until the end of the file or the first broken member."""
    with path.open("rb") as file:
        offset = 0
        rest = b""
        while True:
            packed, plain, rest, whole = _next_member(file, rest)
            if not whole:
                return
            yield offset, packed, plain
            offset += len(packed)


def _next_member(file: IO[bytes], rest: bytes) -> tuple[bytes, bytes, bytes, bool]:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    packed = bytearray()
    plain = b""
    while not unpacker.eof:
        piece = rest or file.read(READ_BYTES)
        rest = b""
        if not piece:
            return b"", b"", b"", False
        try:
            out = unpacker.decompress(piece)
        except zlib.error:
            return b"", b"", b"", False
        plain = plain or out[:HEAD_BYTES]
        packed += piece
    unused = unpacker.unused_data
    return bytes(packed[: len(packed) - len(unused)]), plain, unused, True
