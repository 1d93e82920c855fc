"""Pictures for tests, drawn here; and what the tests of pictures and browsers need, with how to get it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from scanner.collect import render
from scanner.config import RenderSettings
from scanner.read import faces, images

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
OCR_CLAIM = "客户一进门，即无感抓拍人脸"
"""A line that covert-capture has to find."""

needs_ocr = pytest.mark.skipif(
    not images.available() or not FONT.is_file(),
    reason=f"reads pictures: {images.INSTALL} and apt install fonts-noto-cjk",
)
needs_browser = pytest.mark.skipif(
    not render.available(RenderSettings()),
    reason="starts a browser: pip install 'noticescan[browser]' and apt install chromium",
)
needs_faces = pytest.mark.skipif(not faces.available(), reason=f"looks for faces: {faces.INSTALL}")


def drawn(
    lines: Sequence[str], *, size: int = 36, width: int = 750, step: int = 120, top: int = 60, ink: str = "black",
    paper: str = "white", kind: str = "PNG", mode: str = "RGB",
) -> bytes:  # fmt: skip
    """A picture with one text a line, every `step` pixels."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new(mode, (width, top + step * len(lines)), paper if mode == "RGB" else (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), size, index=2)
    for at, line in enumerate(lines):
        draw.text((40, top + step * at), line, font=font, fill=ink)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def face(size: int = 120) -> bytes:
    """Nobody's face, which the detector takes for one."""
    from PIL import Image, ImageDraw, ImageFilter

    image = Image.new("L", (size * 2, size * 2), 150)
    draw = ImageDraw.Draw(image)
    scale = size / 100

    def oval(x: float, y: float, across: float, down: float, shade: int) -> None:
        left, top = size + (x - across) * scale, size + (y - down) * scale
        draw.ellipse((left, top, left + 2 * across * scale, top + 2 * down * scale), fill=shade)

    oval(0, 0, 42, 58, 200)
    draw.pieslice((size - 46 * scale, size - 66 * scale, size + 46 * scale, size + 30 * scale), 190, 350, fill=50)
    oval(0, -8, 36, 36, 205)
    for x in (-16, 16):
        oval(x, -14, 11, 6, 120)
        oval(x, -12, 8, 4, 235)
        oval(x, -12, 4, 4, 30)
        draw.rectangle(
            (size + (x - 12) * scale, size - 26 * scale, size + (x + 12) * scale, size - 22 * scale), fill=60
        )
    nose = [(0, -8), (-6, 12), (6, 12)]
    draw.polygon([(size + x * scale, size + y * scale) for x, y in nose], fill=225)
    oval(0, 13, 7, 3, 150)
    oval(0, 30, 15, 5, 110)
    oval(0, 28, 14, 2, 70)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(size / 60)).convert("RGB").save(out, "PNG")
    return out.getvalue()
