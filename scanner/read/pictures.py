"""What was read in the pictures of a page, put into the page's document: blocks of kind OCR after its own text.

Pure: the reading itself is `images`. A paragraph of lines is one block, so that a claim that runs over several lines
is one piece of text; `Block.spots` says where each line stands in the picture.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scanner.model import Block, BlockKind, Document, PictureLine, PictureText, Spot
from scanner.read.strips import paragraphs, runs_on

_LATIN_END = re.compile(r"[A-Za-z0-9,.:;%)\]]$")
_LATIN_START = re.compile(r"^[A-Za-z0-9(\[]")
_MAX_NAME = 300


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture of a page: where it was found there (counted from 1), its address, and its text."""

    number: int
    url: str
    text: PictureText


def with_pictures(document: Document, pictures: Sequence[PlacedPicture]) -> Document:
    """The document with the pictures' text behind its own; offsets of what was there stay. Its derivation is named
    after both readers. Without any picture that was searched, the document as it is."""
    read = [picture for picture in pictures if not picture.text.skipped]
    if not read:
        return document
    parts = [document.text] if document.text else []
    position = len(document.text) + 2 if document.text else 0
    blocks = list(document.blocks)
    strip, width = 0, -1
    for picture in read:
        # Slices of one long picture have one width; a claim may begin in one and end in the next.
        strip, width = strip + (picture.text.width != width), picture.text.width
        first = 1
        for group in paragraphs(picture.text.lines):
            text, spots = _joined(group, position)
            name = f"img[{picture.number}]({picture.url[:_MAX_NAME]})"
            path = f"pictures[{strip}]>{name}#line[{first}-{first + len(group) - 1}]"
            end = position + len(text)
            blocks.append(Block(text, BlockKind.OCR, path, "", position, end, picture=picture.text.sha256, spots=spots))
            parts.append(text)
            position = end + 2
            first += len(group)
    # The same page with other pictures is another text: offsets into one must not be taken for offsets into the other.
    which = hashlib.sha256("\n".join(picture.text.sha256 for picture in read).encode()).hexdigest()[:12]
    derivation = f"{document.derivation}+{read[0].text.reader}:{which}"
    return replace(document, text="\n\n".join(parts), blocks=tuple(blocks), derivation=derivation)


def _joined(group: Sequence[PictureLine], start: int) -> tuple[str, tuple[Spot, ...]]:
    """Lines as one text: a sentence that the column's edge broke is whole again, else a line feed stands between."""
    text = ""
    spots = []
    for at, line in enumerate(group):
        if at:
            text += _between(group, at - 1)
        begin = start + len(text)
        text += line.text
        spots.append(Spot(begin, start + len(text), line.box, line.confidence))
    return text, tuple(spots)


def _between(group: Sequence[PictureLine], at: int) -> str:
    if not runs_on(group, at):
        return "\n"
    latin = _LATIN_END.search(group[at].text) and _LATIN_START.search(group[at + 1].text)
    return " " if latin else ""


def box_of(block: Block, start: int, end: int) -> tuple[tuple[int, int, int, int], float] | None:
    """(box round the lines that hold document[start:end], lowest confidence among them), or None."""
    touched = [spot for spot in block.spots if spot.start < end and start < spot.end]
    if not touched:
        return None
    left, top = min(s.box[0] for s in touched), min(s.box[1] for s in touched)
    right, bottom = max(s.box[0] + s.box[2] for s in touched), max(s.box[1] + s.box[3] for s in touched)
    return (left, top, right - left, bottom - top), min(s.confidence for s in touched)
