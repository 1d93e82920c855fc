"""Lines of writing as geometry: what two tiles both saw, the order of reading, which lines run on into the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from scanner.model import PictureLine

Box = tuple[int, int, int, int]
"""x, y, width, height."""
Frame = tuple[int, int, int, int]
"""left, top, right, bottom."""

_RUN_ON = 8
"""Characters of a line from which it may be the first half of a sentence that was too long for its column."""
_SENTENCE_END = "。！？!?；;…"


def merged(known: Sequence[PictureLine], new: Iterable[PictureLine]) -> list[PictureLine]:
    """Both lists, with what is in both kept once: the longer reading, then the surer one."""
    out = list(known)
    for line in new:
        if line in out:
            continue  # its own twin: a line before it that is the same to three quarters must not give way to it again
        twin = next((at for at, other in enumerate(out) if _same(line, other)), None)
        if twin is None:
            out.append(line)
        elif (len(line.text), line.confidence) > (len(out[twin].text), out[twin].confidence):
            out[twin] = line
    return out


def _same(one: PictureLine, other: PictureLine) -> bool:
    """The same writing seen twice: the boxes cover each other for the most part, or share a line and its words."""
    across, down = _shared(one.box, other.box, 0), _shared(one.box, other.box, 1)
    if across <= 0 or down < 0.5 * min(one.box[3], other.box[3]):
        return False
    smaller = min(one.box[2] * one.box[3], other.box[2] * other.box[3])
    if across * down > 0.6 * smaller:
        return True
    return SequenceMatcher(None, one.text, other.text, autojunk=False).ratio() > 0.8


def _shared(one: Box, other: Box, axis: int) -> int:
    """How much two boxes overlap along an axis, in pixels."""
    return min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis])


def whole_lines(pieces: Iterable[PictureLine]) -> list[PictureLine]:
    """Pieces of one line (the detector parts it at a comma or a wide space) put together, left to right."""
    out: list[PictureLine] = []
    for piece in sorted(pieces, key=lambda each: (each.box[0], each.box[1])):
        at = next((at for at, line in enumerate(out) if _goes_on(line, piece)), None)
        if at is None:
            out.append(piece)
        else:
            out[at] = _both(out[at], piece)
    return out


def _goes_on(line: PictureLine, piece: PictureLine) -> bool:
    """Does the piece stand just right of the line, at its height and in its size?"""
    low, high = sorted((line.box[3], piece.box[3]))
    gap = piece.box[0] - (line.box[0] + line.box[2])
    return high <= 1.4 * low and _shared(line.box, piece.box, 1) > 0.7 * low and -0.5 * low <= gap <= 0.8 * low


def _both(line: PictureLine, piece: PictureLine) -> PictureLine:
    left, top = line.box[0], min(line.box[1], piece.box[1])
    right = max(line.box[0] + line.box[2], piece.box[0] + piece.box[2])
    bottom = max(line.box[1] + line.box[3], piece.box[1] + piece.box[3])
    if line.text[-1:] == piece.text[:1] and not piece.text[:1].isalnum():
        piece = replace(piece, text=piece.text[1:])  # the comma at which the line was parted stands in both pieces
    space = " " if line.text[-1:].isascii() and piece.text[:1].isascii() else ""
    box = (left, top, right - left, bottom - top)
    return PictureLine(f"{line.text}{space}{piece.text}", box, min(line.confidence, piece.confidence))


def reading_order(lines: Iterable[PictureLine]) -> tuple[PictureLine, ...]:
    """Down the picture; columns that stand beside each other one after the other, left to right."""
    return tuple(line for group in paragraphs(lines) for line in group)


def paragraphs(lines: Iterable[PictureLine]) -> tuple[tuple[PictureLine, ...], ...]:
    """Lines that stand under each other at one size with little room between, as one group each."""
    groups: list[list[PictureLine]] = []
    for line in sorted(lines, key=lambda each: (each.box[1], each.box[0])):
        home = next((group for group in reversed(groups) if _follows(group[-1], line)), None)
        if home is None:
            groups.append([line])
        else:
            home.append(line)
    return tuple(tuple(group) for group in _banded(groups))


def _banded(groups: Iterable[list[PictureLine]]) -> list[list[PictureLine]]:
    """Top to bottom; what begins at about the same height, left to right."""
    out: list[list[PictureLine]] = []
    band: list[list[PictureLine]] = []
    for group in sorted(groups, key=lambda each: each[0].box[1]):
        if band and group[0].box[1] - band[0][0].box[1] > 0.6 * band[0][0].box[3]:
            out += sorted(band, key=lambda each: each[0].box[0])
            band = []
        band.append(group)
    return out + sorted(band, key=lambda each: each[0].box[0])


def _follows(above: PictureLine, line: PictureLine) -> bool:
    height = min(above.box[3], line.box[3])
    gap = line.box[1] - (above.box[1] + above.box[3])
    alike = max(above.box[3], line.box[3]) <= 1.6 * height
    across = _shared(above.box, line.box, 0)
    return alike and -0.5 * height <= gap <= 0.9 * height and across > 0.5 * min(above.box[2], line.box[2])


def runs_on(group: Sequence[PictureLine], at: int) -> bool:
    """Does line `at` of a paragraph go on in the next one, without a break of sense: full to the edge, no full stop?"""
    line = group[at]
    if len(line.text) < _RUN_ON or line.text[-1] in _SENTENCE_END:
        return False
    edge = max(each.box[0] + each.box[2] for each in group)
    letter = line.box[2] / len(line.text)
    return edge - (line.box[0] + line.box[2]) < 2.2 * letter
