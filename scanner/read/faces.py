"""Faces and number plates in pictures, blurred for publication. The only file that knows cv2.

OpenCV's Haar cascades lie inside its wheel (version 4; version 5 has dropped them). They find faces that look at the
camera or aside, upright and larger than about 24 pixels; they miss faces that are turned, half covered or small, and
now and then take something else for a face. Plates are found where they were read as text. Blurring is a help and no
promise: look at each picture before it is published.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.model import PictureLine
from scanner.read.strips import Box, Frame

if TYPE_CHECKING:
    from PIL.Image import Image


INSTALL = "pip install 'noticescan[ocr]'"
"""The extra that also brings OpenCV."""
FACES = ("haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘"
    "晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·•・.．:-]?"
    "[A-HJ-NP-Z0-9]{4,6}[A-HJ-NP-Z0-9挂学警港澳]?"
)
"""Province, letter, five or six letters and digits (GA 36-2018). OpenCV's cascades for plates fire at any Han."""
MIN_FACE = 24
"""Pixels a side: a smaller face is hardly one that somebody could be known by."""
GROWN = 0.25
"""A found box is made larger by this share on each side: hair and chin are part of a face."""


def available() -> bool:
    """Can faces be looked for here? False without OpenCV, and with a version that ships no cascades."""
    spec = importlib.util.find_spec("cv2")
    if spec is None or spec.origin is None:
        return False
    return (Path(spec.origin).parent / "data" / FACES[0]).is_file()


def blurred(image: Image, frame: Frame, lines: Sequence[PictureLine]) -> Image:
    """A copy in which every face and number plate found in `frame` (left, top, right, bottom) is unrecognisable.

    `lines`: what was read in the picture. A line that reads like a plate is blurred; a "face" that is no larger than
    the line of writing under it is that writing. The picture itself where nothing is found.
    """
    found = [*plates(lines), *faces(image, frame, [line.box for line in lines])]
    if not found:
        return image
    copy = image.copy()
    for left, top, right, bottom in found:
        box = (max(0, left), max(0, top), min(image.width, right), min(image.height, bottom))
        if box[0] < box[2] and box[1] < box[3]:
            copy.paste(_mosaic(copy.crop(box)), box[:2])
    return copy


def plates(lines: Sequence[PictureLine]) -> list[Frame]:
    """Where number plates of the mainland stand among the lines that were read."""
    found = []
    for line in lines:
        if PLATE.fullmatch(line.text.replace(" ", "")):
            x, y, width, height = line.box
            found.append((x - height // 3, y - height // 3, x + width + height // 3, y + height + height // 3))
    return found


def faces(image: Image, frame: Frame, writing: Sequence[Box] = ()) -> list[Frame]:
    """Where faces seem to be, a little larger than found; nothing without OpenCV (ask `available`)."""
    if not available():
        return []
    import cv2
    import numpy

    margin = 4 * MIN_FACE  # a face that the frame cuts is whole in a wider one
    left, top = max(0, frame[0] - margin), max(0, frame[1] - margin)
    area = (left, top, min(image.width, frame[2] + margin), min(image.height, frame[3] + margin))
    gray = cv2.equalizeHist(numpy.asarray(image.crop(area).convert("L")))
    boxes = [*_found(FACES[0], gray), *_found(FACES[1], gray)]
    # The profile cascade knows one side only.
    boxes += [(gray.shape[1] - x - w, y, w, h) for x, y, w, h in _found(FACES[1], cv2.flip(gray, 1))]
    placed = [(x + left, y + top, w, h) for x, y, w, h in boxes]
    return [_grown(box) for box in placed if not any(_is_writing(box, line) for line in writing)]


def _found(name: str, gray: Any) -> list[Box]:
    found = _cascade(name).detectMultiScale(gray, scaleFactor=1.08, minNeighbors=4, minSize=(MIN_FACE, MIN_FACE))
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]


def _is_writing(box: Box, line: Box) -> bool:
    """Is it in the middle of a line of writing, and not much higher than that?"""
    x, y = box[0] + box[2] // 2, box[1] + box[3] // 2
    inside = line[0] <= x <= line[0] + line[2] and line[1] - line[3] // 2 <= y <= line[1] + line[3] * 3 // 2
    return inside and box[3] < 2 * line[3]


def _grown(box: Box) -> Frame:
    x, y, width, height = box
    across, down = round(width * GROWN), round(height * GROWN)
    return x - across, y - down, x + width + across, y + height + down


@lru_cache(maxsize=8)
def _cascade(name: str) -> Any:
    import cv2

    folder: Any = vars(cv2)["data"]  # a subpackage that OpenCV's type stubs do not know
    return cv2.CascadeClassifier(f"{folder.haarcascades}{name}")


def _mosaic(part: Image) -> Image:
    """Five tiles across and a blur over them: what is left of a face is its colour."""
    from PIL import ImageFilter
    from PIL.Image import Resampling

    small = part.resize((min(5, part.width), min(5, part.height)), Resampling.BOX)
    return small.resize(part.size, Resampling.NEAREST).filter(ImageFilter.GaussianBlur(max(part.size) / 24))
