"""Pictures among kept records: enough of PNG and JPEG to say whether one is whole and how large it is."""

from __future__ import annotations

import zlib

from ..warcfile import Member
from .cdx import content_type

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def is_picture(one: Member) -> bool:
    """Is the record a PNG or JPEG picture that is kept as it is (not packed once more)?"""
    kind = one.field("Content-Type") if one.kind == "resource" else content_type(one) if one.kind == "response" else ""
    return kind.lower().startswith(("image/png", "image/jpeg")) and one.payload[:2] in (_PNG[:2], _JPEG)


def size(one: Member) -> tuple[int, int] | None:
    """(width, height), or None where the picture is not whole."""
    data = one.payload
    return _png(data) if data.startswith(_PNG) else _jpeg(data)


def _png(data: bytes) -> tuple[int, int] | None:
    at, found = len(_PNG), None
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 8 + length]
        if zlib.crc32(body) != int.from_bytes(data[at + 8 + length : at + 12 + length], "big"):
            return None
        if body[:4] == b"IHDR":
            found = int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")
        if body[:4] == b"IEND":
            return found
        at += 12 + length
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return None
