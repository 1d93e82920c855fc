"""Pictures -> lines of writing (OCR), and crops of them. The only file that knows rapidocr and Pillow.

The models lie inside rapidocr's wheel; nothing is fetched. Long pictures (the strips of Chinese product pages) are cut
into overlapping tiles, and a line that two tiles saw is kept once. What is not worth reading (spacers, icons) is
skipped by size alone: its name proves nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import warnings
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from scanner.model import PictureLine, PictureText, UnreadReason
from scanner.read.strips import Box, Frame, merged, reading_order, whole_lines

if TYPE_CHECKING:
    from PIL.Image import Image

INSTALL = "pip install 'noticescan[ocr]'"
TILE = 1280
"""Pixels a side. The detector shrinks larger pictures, and small print is lost by that."""
OVERLAP = 224
"""A line of writing is rarely higher; so each is whole in at least one tile."""
LEAST_SIDE = 480
"""Pixels: a flatter picture is given ground for nothing but speed."""
MARGIN = 24
"""Pixels of ground shown round a quote."""
MIN_SIDE = 20
MIN_AREA = 3600
"""Pixels: below this a picture is a spacer, a bullet or an icon."""
MAX_PIXELS = 60_000_000
MIN_CONFIDENCE = 0.5
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


def available() -> bool:
    """Are the packages of the extra `ocr` installed? Loads none of them."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "PIL"))


def can_crop() -> bool:
    """Is Pillow installed?"""
    return importlib.util.find_spec("PIL") is not None


def digest(body: bytes) -> str:
    """How a picture is known."""
    return hashlib.sha256(body).hexdigest()


@lru_cache(maxsize=1)
def reader_name() -> str:
    """The reader and its version: what was read by another one must be read again."""
    return f"ocr/v1:rapidocr-{version('rapidocr')}"


def read_picture(body: bytes) -> PictureText:
    """The writing in a picture file. Nothing is raised for any bytes."""
    sha256 = digest(body)
    image = _open(body)
    if isinstance(image, str):
        reason = UnreadReason.TOO_LARGE if image.startswith("too large") else UnreadReason.NOT_TEXT
        return PictureText(sha256, reader_name(), 0, 0, (), image, reason)
    width, height = image.size
    if min(width, height) < MIN_SIDE or width * height < MIN_AREA:
        return PictureText(sha256, reader_name(), width, height, (), "a small picture, not searched for text")
    found: list[PictureLine] = []
    for left, top in _tiles(width, height):
        tile = (left, top, min(left + TILE, width), min(top + TILE, height))
        found = merged(found, _lines(image.crop(tile), tile, (width, height)))
    return PictureText(sha256, reader_name(), width, height, reading_order(whole_lines(found)))


def copies(
    body: bytes, boxes: Sequence[Box], lines: Sequence[PictureLine], *, whole: bool = True
) -> tuple[list[bytes], bytes]:
    """Copies of a picture for publication, faces and number plates blurred as far as they are found: what lies round
    each box as PNG, and with `whole` all of it as JPEG. `lines`: what was read in it.

    Empty where the bytes are no picture, or the box does not lie in it.
    """
    from scanner.read.faces import blurred

    image = _open(body)
    if isinstance(image, str):
        return [b""] * len(boxes), b""
    if not whole:  # looking for faces in all of a long picture takes a second
        return [_cut(blurred(image, frame, lines), frame) for frame in _frames(image, boxes)], b""
    image = blurred(image, (0, 0, *image.size), lines)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return [_cut(image, frame) for frame in _frames(image, boxes)], out.getvalue()


def _frames(image: Image, boxes: Sequence[Box]) -> list[Frame]:
    """The boxes with some ground round them, as far as the picture goes."""
    return [
        (max(0, x - MARGIN), max(0, y - MARGIN), min(image.width, x + w + MARGIN), min(image.height, y + h + MARGIN))
        for x, y, w, h in boxes
    ]


def _cut(image: Image, frame: Frame) -> bytes:
    if frame[0] >= frame[2] or frame[1] >= frame[3]:
        return b""
    out = io.BytesIO()
    image.crop(frame).save(out, "PNG")
    return out.getvalue()


def _open(body: bytes) -> Image | str:
    """The first frame, turned upright, in RGB over a plain ground; or why it cannot be had."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Any = Image.open(io.BytesIO(body), formats=_FORMATS)
            if image.width * image.height > MAX_PIXELS:
                return f"too large: {image.width} x {image.height} pixels"
            image.load()
            image = ImageOps.exif_transpose(image)
            return _opaque(image)
    except UnidentifiedImageError:
        return "not a picture that can be opened"
    except Exception as error:
        # A hostile file makes the decoders raise anything (struct.error, SyntaxError, ...): all of it means the same.
        return f"a damaged picture ({type(error).__name__})"


def _opaque(image: Any) -> Image:
    """White letters on a transparent ground would vanish on white: the ground is made the opposite of what is drawn."""
    from PIL import Image, ImageStat

    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        rgb: Image.Image = image.convert("RGB")
        return rgb
    layer = image.convert("RGBA")
    alpha = layer.getchannel("A")
    drawn = ImageStat.Stat(layer.convert("L"), alpha.point(lambda value: 255 if value > 127 else 0))
    bright = drawn.count[0] > 0 and drawn.mean[0] > 160
    ground = Image.new("RGBA", layer.size, (32, 32, 32, 255) if bright else (255, 255, 255, 255))
    flat: Image.Image = Image.alpha_composite(ground, layer).convert("RGB")
    return flat


def _tiles(width: int, height: int) -> list[tuple[int, int]]:
    return [(left, top) for top in _cuts(height) for left in _cuts(width)]


def _cuts(length: int) -> list[int]:
    """Where tiles begin along one side. A rest that would be mostly overlap is made a whole tile."""
    if length <= TILE + OVERLAP:
        return [0] if length <= TILE else [0, length - TILE]
    steps = list(range(0, length - TILE, TILE - OVERLAP))
    return [*steps, length - TILE]


@lru_cache(maxsize=1)
def _engine() -> Any:
    """Loading takes a second. Two threads: more make it slower on small pictures."""
    from rapidocr import RapidOCR

    quiet = {"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 2}
    return RapidOCR(params=quiet)


def _lines(tile: Image, frame: Box, size: tuple[int, int]) -> list[PictureLine]:
    """What stands in one tile, in pixels of the whole picture; lines that the tile's inner edges cut are left out."""
    result = _engine()(_filled_up(tile))
    if result.boxes is None or result.txts is None:
        return []
    lines = []
    for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        box = (round(left) + frame[0], round(top) + frame[1], round(right - left), round(bottom - top))
        if text.strip() and score >= MIN_CONFIDENCE and not _is_cut(box, frame, size):
            lines.append(PictureLine(text.strip(), box, round(float(score), 4)))
    return lines


def _filled_up(tile: Image) -> Image:
    """A flat tile with plain ground added below or beside it.

    The detector enlarges every picture until its short side has 736 pixels: a strip of 750 x 100 would become one of
    four million pixels, and cost ten times as much, for letters of half the picture's height.
    """
    from PIL import Image

    width, height = max(tile.width, LEAST_SIDE), max(tile.height, LEAST_SIDE)
    if (width, height) == tile.size:
        return tile
    ground = Image.new("RGB", (width, height), tile.getpixel((tile.width - 1, tile.height - 1)))
    ground.paste(tile, (0, 0))
    return ground


def _is_cut(box: Box, frame: Box, size: tuple[int, int]) -> bool:
    """Does the line touch an edge of the tile that is no edge of the picture, and fit whole into the next tile?"""
    left, top, right, bottom = frame
    x, y, width, height = box
    at_top, at_bottom = top > 0 and y <= top + 2, bottom < size[1] and y + height >= bottom - 2
    at_left, at_right = left > 0 and x <= left + 2, right < size[0] and x + width >= right - 2
    return ((at_top or at_bottom) and height < OVERLAP - 8) or ((at_left or at_right) and width < OVERLAP - 8)
