"""A second reader of WARC files, for whoever must be able to say what is wrong with one. Imports nothing of ours.

`collect/archive.py` reads what it wrote, and foreign archives, as generously as other tools do. This reader is strict:
one record is one whole gzip member, nothing lies between members, the declared length is the length, and every digest
that a record states about itself holds. Verification and packing stand on it, so that a file is never vouched for by
the code that wrote it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

READ_BYTES = 1024 * 1024
MAX_PLAIN_BYTES = 512 * 1024 * 1024
"""A record unpacks to no more than this: a small member must not fill the memory."""
_HEAD_END = b"\r\n\r\n"
_VERSION = re.compile(rb"WARC/1\.[01]")


class BrokenWarc(ValueError):
    """The file is not a row of whole records. The message says at which byte, and why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One record as it lies in a file."""

    offset: int
    packed: bytes
    """The gzip member."""
    sha256: str
    """Of `packed`: the digest of the record as kept."""
    fields: tuple[tuple[str, str], ...]
    block: bytes

    def field(self, name: str) -> str:
        """The first value of a header field, or empty."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), "")

    @property
    def kind(self) -> str:
        """`response`, `request`, `metadata`, `resource`, `warcinfo` ..."""
        return self.field("WARC-Type")

    @property
    def record_id(self) -> str:
        """`urn:uuid:...` without angle brackets."""
        return self.field("WARC-Record-ID").strip("<>")

    @property
    def date(self) -> datetime:
        """WARC-Date in UTC. Raises ValueError where there is none, or none that a calendar has in UTC."""
        at = datetime.fromisoformat(self.field("WARC-Date"))
        try:
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            raise ValueError("not in the calendar") from None

    @property
    def payload(self) -> bytes:
        """The body of an HTTP message, the whole block of any other record."""
        if not self.field("Content-Type").startswith("application/http"):
            return self.block
        return self.block.partition(_HEAD_END)[2]


def members(stream: IO[bytes], start: int = 0) -> Iterator[Member]:
    """Every record from byte `start` to the end. Raises BrokenWarc; what comes before is given first."""
    stream.seek(start)
    offset, rest = start, b""
    while True:
        rest = rest or stream.read(READ_BYTES)
        if not rest:
            return
        packed, plain, rest = _unpack(stream, rest, offset)
        yield _member(packed, plain, offset)
        offset += len(packed)


def member(packed: bytes, offset: int = 0) -> Member:
    """The record in exactly these bytes. Raises BrokenWarc."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(packed, MAX_PLAIN_BYTES)
    except zlib.error as error:
        raise BrokenWarc(f"byte {offset}: the record cannot be unpacked ({error})") from None
    if not unpacker.eof or unpacker.unused_data:
        raise BrokenWarc(f"byte {offset}: not one whole record")
    return _member(packed, plain, offset)


def wrong_digests(one: Member) -> list[str]:
    """Names of the digests in the record's own header that do not hold, or that are missing where we write them."""
    return [
        name
        for name, data in (("WARC-Block-Digest", one.block), ("WARC-Payload-Digest", one.payload))
        if not _holds(one.field(name), data)
    ]


def _holds(stated: str, data: bytes) -> bool:
    algorithm, _, value = stated.partition(":")
    if algorithm.lower() not in ("sha256", "sha-256", "sha1", "sha-1"):
        return False
    actual = hashlib.new(algorithm.lower().replace("-", ""), data, usedforsecurity=False).digest()
    return value in (actual.hex(), base64.b32encode(actual).decode())


def _unpack(stream: IO[bytes], rest: bytes, offset: int) -> tuple[bytes, bytes, bytes]:
    """(gzip member, its content, what was read beyond it)."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    packed, plain = bytearray(), bytearray()
    while not unpacker.eof:
        if not rest:
            raise BrokenWarc(f"byte {offset}: the last record breaks off")
        try:
            plain += unpacker.decompress(rest, MAX_PLAIN_BYTES - len(plain) + 1)
        except zlib.error as error:
            raise BrokenWarc(f"byte {offset}: the record cannot be unpacked ({error})") from None
        if len(plain) > MAX_PLAIN_BYTES:
            raise BrokenWarc(f"byte {offset}: the record unpacks to more than {MAX_PLAIN_BYTES} bytes")
        packed += rest
        if not unpacker.eof:
            rest = stream.read(READ_BYTES)
    unused = unpacker.unused_data
    return bytes(packed[: len(packed) - len(unused)]), bytes(plain), unused


def _member(packed: bytes, plain: bytes, offset: int) -> Member:
    head, end, body = plain.partition(_HEAD_END)
    version, *lines = head.split(b"\r\n")
    if not end or not _VERSION.fullmatch(version):
        raise BrokenWarc(f"byte {offset}: not a WARC record")
    pairs = [line.decode("utf-8", "replace").partition(":") for line in lines]
    fields = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    one = Member(offset, packed, hashlib.sha256(packed).hexdigest(), fields, body[: -len(_HEAD_END)])
    length = one.field("Content-Length")
    if not body.endswith(_HEAD_END) or not length.isdigit() or int(length) != len(one.block):
        raise BrokenWarc(f"byte {offset}: the record is not as long as it says")
    return one
