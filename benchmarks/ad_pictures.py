"""Made-up advertising pictures with known words: what text recognition is measured on.

Always the same 84 pictures: print in 8 manners (plain, small, low contrast, over something like a photograph, turned,
in perspective, saved badly, wrapped columns), long strips, and lettering as an artist would do it. Needs Pillow and the
Noto CJK fonts of the system.

    python benchmarks/ad_pictures.py FOLDER     writes them, to look at
"""

from __future__ import annotations

import io
import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

FONTS = Path("/usr/share/fonts/opentype/noto")
FACES = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc")
SIMPLIFIED, TRADITIONAL = 2, 3
"""Which face in the collection."""
PER_MANNER = 8
STRIPS = 8
ART = 12

SLOGANS = (
    "客户一进门即无感抓拍人脸",
    "全程无提示，顾客毫无察觉",
    "检查人员到场，一键断电",
    "有人来查一键断开，什么也查不到",
    "摄像头藏在烟感里，谁也看不出",
    "外观与普通监控一样，没人注意",
    "案场防截客、防飞单，省下百万佣金",
    "换衣换发型，照样认得出是同一个人",
    "员工离岗超过三分钟自动计时",
    "记录可远程一键清空，不留痕迹",
)
TRADITIONAL_SLOGANS = (
    "客戶一進門即無感抓拍人臉",
    "檢查人員到場，一鍵斷電",
    "外觀與普通監控一樣，沒人注意",
)
ENGLISH_SLOGANS = (
    "Captures every face without the customer noticing",
    "Hides the recognition screen when inspectors arrive",
)
FILLERS = (
    "高清夜视", "支持二次开发", "全国联保两年", "即插即用", "免费上门安装", "工程价更优", "铝合金机身", "宽电压供电",
    "欢迎来电咨询", "七天无理由退换",
)  # fmt: skip
COLOURS = (("#ffffff", "#c8161d"), ("#222222", "#ffffff"), ("#fff3c4", "#123a63"), ("#0a5c36", "#f3f7ef"))
LOW_CONTRAST = (("#8f9498", "#d9dcde"), ("#b3574f", "#c8161d"), ("#5d6f80", "#123a63"), ("#c9b98d", "#f4ead0"))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture. `words`: what stands in it, a slogan or filler a line, as its maker would have typed it."""

    name: str
    manner: str
    data: bytes
    words: tuple[str, ...]

    @property
    def print(self) -> bool:
        """Is it set in type, as opposed to drawn by an artist?"""
        return self.manner != "art lettering"


def pictures() -> Iterator[Drawn]:
    """All of them, in a fixed order; each depends on its name only."""
    manners = {
        "plain": _plain, "small": _small, "low contrast": _low_contrast, "over a photograph": _over_photograph,
        "turned": _turned, "perspective": _perspective, "saved badly": _saved_badly, "wrapped columns": _wrapped,
    }  # fmt: skip
    for manner, draw in manners.items():
        for number in range(PER_MANNER):
            yield _make(manner, number, draw)
    for number in range(STRIPS):
        yield _make("long strip", number, _strip)
    for number in range(ART):
        yield _make("art lettering", number, _art)


def _make(manner: str, number: int, draw: object) -> Drawn:
    name = f"{manner.replace(' ', '-')}-{number:02d}"
    dice = random.Random(name)
    image, words, kind = draw(dice)  # type: ignore[operator]
    out = io.BytesIO()
    image.convert("RGB").save(out, kind, quality=62)
    return Drawn(name, manner, out.getvalue(), words)


def _font(dice: random.Random, size: int, words: str = "", *, bold: bool | None = None) -> ImageFont.FreeTypeFont:
    faces = [face for face in FACES if bold is None or ("Bold" in face) == bold]
    index = TRADITIONAL if any(word in words for word in "戶進檢鍵觀") else SIMPLIFIED
    return ImageFont.truetype(str(FONTS / dice.choice(faces)), size, index=index)


def _words(dice: random.Random, slogans: int = 2, fillers: int = 2) -> tuple[str, ...]:
    pool = [*SLOGANS, *TRADITIONAL_SLOGANS, *ENGLISH_SLOGANS]
    lines = [*dice.sample(pool, slogans), *dice.sample(FILLERS, fillers)]
    dice.shuffle(lines)
    return tuple(lines)


def _sized(dice: random.Random, words: str, size: int, width: int) -> ImageFont.FreeTypeFont:
    font = _font(dice, size, words)
    while font.getlength(words) > width and size > 12:
        size -= 2
        font = _font(dice, size, words)
    return font


def _sheet(dice: random.Random, words: tuple[str, ...], ink: str, paper: str, size: int) -> Image.Image:
    image = Image.new("RGB", (750, 150 + 130 * len(words)), paper)
    draw = ImageDraw.Draw(image)
    for at, line in enumerate(words):
        font = _sized(dice, line, size + dice.randrange(0, 9), 660)
        draw.text((45 + dice.randrange(0, 20), 70 + 130 * at), line, font=font, fill=ink)
    return image


def _plain(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    words = _words(dice)
    return _sheet(dice, words, *dice.choice(COLOURS), dice.choice((26, 34, 46))), words, "PNG"


def _small(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    words = _words(dice)
    return _sheet(dice, words, *dice.choice(COLOURS), dice.choice((13, 15, 17))), words, "PNG"


def _low_contrast(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    words = _words(dice)
    return _sheet(dice, words, *dice.choice(LOW_CONTRAST), dice.choice((28, 36))), words, "JPEG"


def _photograph(dice: random.Random, size: tuple[int, int]) -> Image.Image:
    """Blurred shapes of many colours and grain: busy as a shop's interior is, and nobody's."""
    image = Image.new("RGB", size, (96, 88, 80))
    draw = ImageDraw.Draw(image)
    for _ in range(120):
        x, y, r = dice.randrange(size[0]), dice.randrange(size[1]), dice.randrange(15, 120)
        colour = tuple(dice.randrange(30, 190) for _ in range(3))
        if dice.random() < 0.5:
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        else:
            draw.rectangle((x - r, y - r // 2, x + r, y + r // 2), fill=colour)
    image = image.filter(ImageFilter.GaussianBlur(5))
    grain = Image.frombytes("L", size, bytes(dice.randrange(96, 160) for _ in range(size[0] * size[1])))
    return Image.blend(image, Image.merge("RGB", (grain, grain, grain)), 0.18)


def _over_photograph(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    words = _words(dice)
    image = _photograph(dice, (750, 150 + 130 * len(words)))
    draw = ImageDraw.Draw(image)
    for at, line in enumerate(words):
        font = _sized(dice, line, dice.choice((34, 42)), 660)
        draw.text((50, 70 + 130 * at), line, font=font, fill="white", stroke_width=2, stroke_fill="#202020")
    return image, words, "JPEG"


def _turned(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    ink, paper = dice.choice(COLOURS)
    words = _words(dice)
    sheet = _sheet(dice, words, ink, paper, 34)
    angle = dice.choice((-8, -5, 4, 7))
    return sheet.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=paper), words, "PNG"


def _perspective(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    words = _words(dice)
    sheet = _sheet(dice, words, *dice.choice(COLOURS), 38)
    width, height = sheet.size
    shift = dice.uniform(0.08, 0.16)
    near = (0, 0, -shift * width, height * (1 + shift), width * (1 + shift), height, width, -shift * height * 0.5)
    return sheet.transform(sheet.size, Image.Transform.QUAD, near, Image.Resampling.BICUBIC), words, "JPEG"


def _saved_badly(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    words = _words(dice)
    sheet = _sheet(dice, words, *dice.choice(COLOURS), 36)
    small = sheet.resize((sheet.width * 2 // 3, sheet.height * 2 // 3), Image.Resampling.BILINEAR)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=22)
    return Image.open(io.BytesIO(out.getvalue())), words, "JPEG"


def _wrapped(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    """Two columns of cards; each slogan is broken where its column ends, also within a word."""
    words = _words(dice, 4, 0)
    ink, paper = dice.choice(COLOURS)
    image = Image.new("RGB", (900, 620), paper)
    draw = ImageDraw.Draw(image)
    for at, line in enumerate(words):
        font = _font(dice, 30, line, bold=False)
        left, top = 50 + 430 * (at % 2), 60 + 290 * (at // 2)
        for row, part in enumerate(_broken(line, font, 360)):
            draw.text((left, top + 42 * row), part, font=font, fill=ink)
    return image, words, "PNG"


def _broken(line: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    rows, row = [], ""
    for piece in line.split(" ") if " " in line else line:
        more = f"{row} {piece}".strip() if " " in line else row + piece
        if row and font.getlength(more) > width:
            rows.append(row)
            row = piece
        else:
            row = more
    return [*rows, row]


def _strip(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    """A product page of one long picture: panels under each other, some over photographs, print of many sizes."""
    panels, words = [], []
    for _ in range(dice.randrange(7, 11)):
        lines = _words(dice, 1, 1)
        words += lines
        ink, paper = dice.choice(COLOURS)
        panel = Image.new("RGB", (750, 520), paper)
        if dice.random() < 0.4:
            panel, ink = _photograph(dice, panel.size), "white"
        draw = ImageDraw.Draw(panel)
        for at, line in enumerate(lines):
            font = _sized(dice, line, dice.choice((24, 34, 44, 56)), 660)
            place, edge = (45, dice.randrange(60, 140) + 220 * at), int(ink == "white")
            draw.text(place, line, font=font, fill=ink, stroke_width=edge, stroke_fill="#303030")
        panels.append(panel)
    image = Image.new("RGB", (750, 520 * len(panels)))
    for at, panel in enumerate(panels):
        image.paste(panel, (0, 520 * at))
    return image, tuple(words), "JPEG"


def _art(dice: random.Random) -> tuple[Image.Image, tuple[str, ...], str]:
    """Letters one by one on a curve, slanted, outlined twice, shaded, filled with a gradient, over a photograph."""
    words = _words(dice, 1, 0)
    line = words[0]
    size = 64 if " " not in line else 40
    font = _font(dice, size, line, bold=True)
    width = max(750, int(font.getlength(line) * 1.25) + 160)
    image = _photograph(dice, (width, 420))
    x, bend, slant = 70.0, dice.uniform(20, 70), dice.uniform(-0.35, 0.35)
    for at, letter in enumerate(line):
        phase = at / max(1, len(line) - 1)
        y = 150 - bend * math.sin(math.pi * phase) + dice.uniform(-6, 6)
        tile = _letter(letter, font, dice, slant)
        image.paste(tile, (int(x), int(y)), tile)
        x += font.getlength(letter) * dice.uniform(0.98, 1.18)
    return image, words, "JPEG"


def _letter(letter: str, font: ImageFont.FreeTypeFont, dice: random.Random, slant: float) -> Image.Image:
    side = int(font.size * 2)
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).text((side // 4, side // 8), letter, font=font, fill=255)
    tile = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(tile)
    place = (side // 4, side // 8)
    draw.text((place[0] + 5, place[1] + 6), letter, font=font, fill=(20, 10, 10, 200), stroke_width=6)
    draw.text(place, letter, font=font, fill="#fff4c0", stroke_width=6, stroke_fill="#7a1010")
    gradient = Image.linear_gradient("L").resize((side, side))
    fill = Image.merge("RGB", (Image.new("L", (side, side), 255), gradient, gradient.point(lambda value: value // 4)))
    tile.paste(fill, (0, 0), ImageChops.multiply(mask, mask))
    tilted = tile.rotate(dice.uniform(-14, 14), Image.Resampling.BICUBIC)
    skew = (1, slant, -slant * side / 2, 0, 1, 0)
    return tilted.transform(tilted.size, Image.Transform.AFFINE, skew, Image.Resampling.BICUBIC)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for drawn in pictures():
        suffix = ".png" if drawn.data.startswith(b"\x89PNG") else ".jpg"
        (folder / f"{drawn.name}{suffix}").write_bytes(drawn.data)


if __name__ == "__main__":
    main()
