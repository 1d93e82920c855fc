"""A gzip file of many members: read member by member with offsets (recovery after a kill), or checked on the way; or,
where several records share a member, unpacked on the way."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any

HEAD_BYTES = 512
READ_BYTES = 1024 * 1024
STEP_BYTES = 8 * 1024
"""Given to zlib at once: what a member leaves of it is copied, for every member."""
MAGIC = b"\x1f\x8b"
MAX_RECORD_HEAD = 64 * 1024
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"^Content-Length: *([0-9]{1,18})\r?$", re.IGNORECASE | re.MULTILINE)
_NEXT = b"\r\n\r\nWARC/"
"""What ends a record and begins the next."""


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


class Strict:
    """A stream of gzip members passed on as it is, read along: warcio takes a broken member for the end of the file.

    `read` raises BrokenMember where a member is damaged or breaks off; the whole members before it are given first.
    """

    def __init__(self, stream: IO[bytes], head: bytes) -> None:
        """`head`: what was already read from the stream."""
        self._stream = stream
        self._head = head
        self._passed = 0
        self._unpacker: Any = None
        self._error: BrokenMember | None = None

    def tell(self) -> int:
        return self._passed

    def read(self, size: int = READ_BYTES) -> bytes:
        if self._error:
            raise self._error
        data = self._head + self._stream.read(max(size - len(self._head), 0))
        self._head = b""
        good = len(data)
        if not data and self._unpacker is not None:
            raise BrokenMember("breaks off")
        try:
            self._read_along(data)
        except _Damaged as damage:
            self._error = BrokenMember("damaged")
            good = damage.whole
            if not good:
                raise self._error from None
        self._passed += good
        return data[:good]

    def _read_along(self, data: bytes) -> None:
        whole = at = 0
        while at < len(data):
            if self._unpacker is None:
                self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            piece = data[at : at + STEP_BYTES]
            at += len(piece)
            try:
                full = len(self._unpacker.decompress(piece, READ_BYTES)) == READ_BYTES
                while full and not self._unpacker.eof:
                    more = self._unpacker.decompress(self._unpacker.unconsumed_tail, READ_BYTES)
                    full = len(more) == READ_BYTES
            except zlib.error:
                raise _Damaged(whole) from None
            if self._unpacker.eof:
                at -= len(self._unpacker.unused_data)
                whole = at
                self._unpacker = None


class Unpacked:
    """What is packed in a row of gzip members, however records lie in them, for whoever reads it piece by piece.

    `read` raises BrokenMember where a member is damaged or breaks off, after what was unpacked before that.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._pieces = _unpacked(stream)
        self._piece = b""
        self._at = self._passed = 0
        self._error: BrokenMember | None = None

    def tell(self) -> int:
        return self._passed

    def read(self, size: int = READ_BYTES) -> bytes:
        if self._at == len(self._piece):
            self._piece, self._at = self._next(), 0
        out = self._piece[self._at : self._at + size]
        self._at += len(out)
        self._passed += len(out)
        return out

    def _next(self) -> bytes:
        if self._error is not None:
            raise self._error
        try:
            return next(self._pieces, b"")
        except BrokenMember as error:
            self._error = error
            raise


def share_a_member(stream: IO[bytes]) -> bool:
    """Does a second record lie in the gzip member of the first one? Reads as far as the first one goes."""
    pieces, head = _unpacked(stream, first=True), b""
    try:
        while _HEAD_END not in head and len(head) < MAX_RECORD_HEAD and (piece := next(pieces, b"")):
            head += piece
        head, _, rest = head.partition(_HEAD_END)
        length = _LENGTH.search(head)
        left, behind = int(length[1]) if length else 0, b""
        for piece in chain((rest,), pieces):
            behind += piece[left:]
            left = max(0, left - len(piece))
            if len(behind) >= len(_NEXT):
                break
    except BrokenMember:
        return False
    return length is not None and behind.startswith(_NEXT)


def _unpacked(stream: IO[bytes], *, first: bool = False) -> Iterator[bytes]:
    """The content of all members (or the first one) in pieces of at most some megabytes. Raises BrokenMember."""
    unpacker: Any = None
    rest = b""
    while rest := rest or stream.read(STEP_BYTES):
        unpacker = unpacker or zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            out = unpacker.decompress(rest)
        except zlib.error:
            raise BrokenMember("damaged") from None
        if out:
            yield out
        rest = unpacker.unused_data
        if unpacker.eof:
            unpacker = None
            if first:
                return
    if unpacker is not None:
        raise BrokenMember("breaks off")


class BrokenMember(ValueError):
    """A gzip member that is not whole. No EOFError: warcio takes that for the end of the file."""


class _Damaged(Exception):
    def __init__(self, whole: int) -> None:
        super().__init__()
        self.whole = whole
        """Bytes of this piece that belong to whole members."""
