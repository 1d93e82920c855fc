"""Text in pictures: nothing lost in long strips, nothing doubled, nothing raised, nothing downloaded."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scanner.model import Block, BlockKind, Document, PictureLine, UnreadReason
from scanner.read import faces, images
from scanner.read.pictures import PlacedPicture, box_of, with_pictures
from scanner.read.strips import merged, paragraphs, reading_order, whole_lines
from tests.drawing import OCR_CLAIM, drawn, face, needs_faces, needs_ocr

ROOT = Path(__file__).resolve().parents[2]


def document(*pictures: bytes, text: str = "") -> Document:
    blocks = (Block(text, BlockKind.PARAGRAPH, "p", "", 0, len(text)),) if text else ()
    placed = [PlacedPicture(n, f"http://x/{n}.png", images.read_picture(each)) for n, each in enumerate(pictures, 1)]
    return with_pictures(Document(text, blocks, "zh", "", "http://x/"), placed)


@needs_ocr
def test_every_line_of_a_long_strip_is_read_once_and_in_order() -> None:
    wanted = [f"第{n}条卖点：夜间看得清" for n in range(1, 13)]
    read = images.read_picture(drawn(wanted, size=24, step=133, width=400))
    assert read.height > images.TILE + images.OVERLAP
    assert [line.text.replace(" ", "") for line in read.lines] == wanted
    for number, line in enumerate(read.lines):
        assert abs(line.box[1] - (66 + 133 * number)) < 20


@needs_ocr
def test_a_sentence_broken_by_its_column_is_whole_again_with_each_line_in_its_place() -> None:
    found = document(drawn(["售楼处安装的摄像头会在客户毫", "不知情时抓拍人脸"], step=46), text="前言")
    (block,) = [block for block in found.blocks if block.kind is BlockKind.OCR]
    assert block.text == "售楼处安装的摄像头会在客户毫不知情时抓拍人脸"
    assert found.text[block.start : block.end] == block.text
    assert "#line[1-2]" in block.path
    at = found.text.index("毫不知情")
    whole = box_of(block, at, at + 4)
    first = box_of(block, block.start, block.start + 3)
    assert whole is not None
    assert first is not None
    assert whole[0][3] > 1.5 * first[0][3]
    assert found.derivation.startswith("text/v1+ocr/v1:rapidocr-")


@needs_ocr
def test_lines_that_stand_for_themselves_stay_apart() -> None:
    found = document(drawn(["无感抓拍", "宽电压供电", "支持二次开发"], step=52, width=400))
    assert "无感抓拍宽电压" not in found.text.replace(" ", "")


@needs_ocr
def test_white_letters_on_nothing_are_read() -> None:
    read = images.read_picture(drawn([OCR_CLAIM], ink="white", mode="RGBA", width=520))
    assert [line.text for line in read.lines] == [OCR_CLAIM]


@needs_ocr
@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"", UnreadReason.NOT_TEXT), (b"<html>", UnreadReason.NOT_TEXT), (b"\x89PNG\r\n\x1a\n" + b"\0" * 90, None)],
)
def test_what_is_no_picture_is_unread_and_not_clean(body: bytes, reason: UnreadReason | None) -> None:
    read = images.read_picture(body)
    assert read.unread is (reason or UnreadReason.NOT_TEXT)
    assert read.skipped


@needs_ocr
def test_spacers_are_skipped_and_enormous_pictures_are_unread() -> None:
    from PIL import Image

    def picture(size: tuple[int, int]) -> bytes:
        out = io.BytesIO()
        Image.new("1", size).save(out, "PNG")
        return out.getvalue()

    small, huge = images.read_picture(picture((16, 300))), images.read_picture(picture((9000, 9000)))
    assert (small.unread, bool(small.skipped)) == (None, True)
    assert huge.unread is UnreadReason.TOO_LARGE


@needs_ocr
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 400), st.binary(max_size=40))
def test_no_bytes_raise(cut: int, noise: bytes) -> None:
    body = BASE[:cut] + noise + BASE[cut + len(noise) : 900]
    read = images.read_picture(body)
    assert read.unread is not None or read.width >= 0


BASE = drawn(["字"], width=19, step=1, top=18, size=9) if images.available() and not needs_ocr.args[0] else b""


@needs_ocr
def test_nothing_is_asked_of_a_network() -> None:
    """In a name space without any network the models are there all the same."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("makes a network name space: run as root, with util-linux")
    code = (
        "import sys; from scanner.read.images import read_picture as r; print(r(sys.stdin.buffer.read()).lines[0].text)"
    )
    command = ["unshare", "-n", sys.executable, "-c", code]
    body = drawn([OCR_CLAIM], width=520)
    done = subprocess.run(command, input=body, cwd=ROOT, capture_output=True, timeout=120)
    assert done.stdout.decode().strip() == OCR_CLAIM, done.stderr.decode()[-500:]


boxes = st.tuples(st.integers(0, 700), st.integers(0, 5000), st.integers(5, 400), st.integers(10, 60))
lines = st.lists(
    st.builds(PictureLine, st.text("抓拍人脸无感", min_size=1, max_size=12), boxes, st.just(0.9)), max_size=25
)


@given(lines)
def test_order_loses_nothing(some: list[PictureLine]) -> None:
    assert sorted(reading_order(some), key=repr) == sorted(some, key=repr)
    assert sum(len(group) for group in paragraphs(some)) == len(some)


@given(lines)
def test_pieces_of_a_line_lose_no_letter(some: list[PictureLine]) -> None:
    together = "".join(line.text for line in whole_lines(some))
    assert sorted(together) == sorted("".join(line.text for line in some))


def test_a_comma_at_which_a_line_was_parted_stands_there_once() -> None:
    pieces = [PictureLine("一键断电", (140, 10, 90, 30), 0.9), PictureLine("人到场，", (10, 10, 128, 30), 0.8)]
    (line,) = whole_lines([*pieces, PictureLine("，随即恢复", (232, 10, 90, 30), 0.9)][:2])
    assert (line.text, line.box, line.confidence) == ("人到场，一键断电", (10, 10, 220, 30), 0.8)
    (line,) = whole_lines([pieces[1], PictureLine("，一键断电", (140, 10, 90, 30), 0.9)])
    assert line.text == "人到场，一键断电"


@given(lines)
@example([PictureLine("人" * n, box, 0.9) for n, box in ((1, (0, 0, 5, 10)), (3, (2, 0, 5, 10)), (2, (0, 0, 6, 10)))])
def test_what_two_tiles_saw_is_kept_once(some: list[PictureLine]) -> None:
    once = merged([], some)
    assert merged(once, once) == once
    assert set(once) <= set(some)


@needs_ocr
@needs_faces
def test_a_face_is_blurred_in_the_copy_and_untouched_in_the_picture() -> None:
    from PIL import Image, ImageStat

    body = face()
    box = (0, 0, 240, 240)
    (published,), whole = images.copies(body, [box], ())
    plain, (alone,) = body, images.copies(body, [box], (), whole=False)[0]

    def detail(png: bytes) -> float:
        middle = Image.open(io.BytesIO(png)).convert("L").crop((80, 80, 160, 160))
        return float(ImageStat.Stat(middle).stddev[0])

    assert all(detail(copy) < 0.6 * detail(plain) for copy in (published, alone, whole))
    assert faces.faces(Image.open(io.BytesIO(plain)).convert("RGB"), (0, 0, 240, 240))
    assert not faces.faces(Image.open(io.BytesIO(published)).convert("RGB"), (0, 0, 240, 240))


@needs_ocr
@needs_faces
def test_a_number_plate_is_blurred_and_the_words_beside_it_are_not() -> None:
    body = drawn(["京A·8K3Z5", OCR_CLAIM], width=520)
    read = images.read_picture(body)
    assert len(faces.plates(read.lines)) == 1
    again = images.read_picture(images.copies(body, [(0, 0, 520, 300)], read.lines)[0][0])
    assert [line.text for line in again.lines] == [OCR_CLAIM]
