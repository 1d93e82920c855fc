"""Faces and number plates in pictures, blurred for publication. The only file that knows cv2.

OpenCV's Haar cascades lie inside its wheel (version 4; version 5 has dropped them). They find faces that look at the
camera or aside, upright and larger than about 24 pixels; they miss faces that are turned, half covered or small, and
now and then take something else for a face. Blurring helps whoever publishes and promises nothing: look at each picture.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image


INSTALL = "pip install 'noticescan[ocr]'"
"""The extra that also brings OpenCV."""
FACES = ("haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
PLATES = ("haarcascade_russian_plate_number.xml", "haarcascade_license_plate_rus_16stages.xml")
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


def blurred(image: Image, frame: tuple[int, int, int, int] | None = None) -> Image:
    """A copy with every face and number plate that is found made unrecognisable; `frame` (left, top, right, bottom):
    only this part is looked at. The picture itself where nothing is found or OpenCV is missing: ask `available`."""
    found = sensitive(image, frame)
    if not found:
        return image
    copy = image.copy()
    for box in found:
        copy.paste(_mosaic(copy.crop(box)), box[:2])
    return copy


def sensitive(image: Image, frame: tuple[int, int, int, int] | None = None) -> list[tuple[int, int, int, int]]:
    """Where faces and plates seem to be: (left, top, right, bottom), grown a little."""
    if not available():
        return []
    import cv2
    import numpy

    margin = 4 * MIN_FACE  # a face that the frame cuts is whole in a wider one
    area = (0, 0, *image.size)
    if frame is not None:
        left, top, right, bottom = frame
        area = (max(0, left - margin), max(0, top - margin), right + margin, bottom + margin)
        area = (area[0], area[1], min(image.width, area[2]), min(image.height, area[3]))
    gray = cv2.equalizeHist(numpy.asarray(image.crop(area).convert("L")))
    boxes = [(x, y, w, h) for name in FACES for x, y, w, h in _found(name, gray, MIN_FACE, MIN_FACE, 4)]
    mirrored = cv2.flip(gray, 1)  # the profile cascade knows one side only
    boxes += [(gray.shape[1] - x - w, y, w, h) for x, y, w, h in _found(FACES[1], mirrored, MIN_FACE, MIN_FACE, 4)]
    boxes += [(x, y, w, h) for name in PLATES for x, y, w, h in _found(name, gray, 48, 12, 4)]
    return [_grown(box, area, image.size) for box in boxes]


def _found(name: str, gray: Any, width: int, height: int, sure: int) -> list[tuple[int, int, int, int]]:
    found = _cascade(name).detectMultiScale(gray, scaleFactor=1.08, minNeighbors=sure, minSize=(width, height))
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]


@lru_cache(maxsize=8)
def _cascade(name: str) -> Any:
    import cv2

    folder: Any = vars(cv2)["data"]  # a subpackage that OpenCV's type stubs do not know
    return cv2.CascadeClassifier(f"{folder.haarcascades}{name}")


def _grown(
    box: tuple[int, int, int, int], area: tuple[int, int, int, int], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    x, y, width, height = box
    across, down = round(width * GROWN), round(height * GROWN)
    left, top = x + area[0], y + area[1]
    return (
        max(0, left - across), max(0, top - down),
        min(size[0], left + width + across), min(size[1], top + height + down),
    )  # fmt: skip


def _mosaic(part: Image) -> Image:
    """Eight tiles across and a blur over them: what is left of a face is its colour."""
    from PIL import ImageFilter
    from PIL.Image import Resampling

    small = part.resize((min(8, part.width), max(1, min(8, part.height))), Resampling.BOX)
    return small.resize(part.size, Resampling.NEAREST).filter(ImageFilter.GaussianBlur(max(part.size) / 24))
