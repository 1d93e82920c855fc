"""PDF to blocks: notices are often published so. Text only; a file of scanned pages is `image_only`.

pypdf is pure Python with limits on what a stream may unpack to: a hostile file costs time, not memory safety.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata

from scanner.model import BlockKind, Document, Reading, UnreadReason
from scanner.read.blocks import Collector

MAGIC = b"%PDF-"
MAX_PAGES = 120
"""More than any notice has. A longer file is read this far, and is unread, for half a text may mislead."""
MAX_CHARACTERS = 2_000_000
_HAN = r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_ENDS = tuple("。！？!?；;:：.")
_BEGINS = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*\S|第[一二三四五六七八九十\d]+[条章节]|[-•·●▪*]\s)"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""A font may say that a sign is half of one; such text cannot be written as UTF-8."""
_SHORT = 0.6
"""A line shorter than this share of the longest ends its paragraph."""
_RADICALS = str.maketrans(
    "⺁⺊⺟⺠⺡⺣⺤⺩⺮⺳⺷⺼⻁⻂⻄⻅⻆⻉⻋⻌⻓⻔⻘⻙⻚⻛⻜⻝⻞⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳⺎⺍⺌⺝⺪⺫⺶",
    "厂卜母民水火爪玉竹网羊月虎衣西见角贝车辶长门青韦页风飞食食饣马骨鬼鱼鸟卤麦黄黾齐齿龙龟兀小小月疋目羊",
) | {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
"""Characters that PDF writers name by the radical of the same shape: a reader sees no difference, a search does."""
_WRAPPED = re.compile(rf"(?<=[{_HAN}])\n(?=[{_HAN}])")


def read_pdf(body: bytes, url: str) -> Reading:
    """The text of a PDF as blocks, `page[n]` for path. Nothing is raised for any bytes."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    out, characters = Collector(), 0
    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return Reading(None, unread=UnreadReason.BLOCKED, detail="the PDF asks for a password")
        title = _LONE_SURROGATE.sub("\ufffd", str((reader.metadata.title if reader.metadata else "") or ""))
        pages = len(reader.pages)
        for number, page in enumerate(reader.pages[:MAX_PAGES], 1):
            text = _LONE_SURROGATE.sub("\ufffd", page.extract_text()).translate(_RADICALS)
            characters += len(text)
            if characters > MAX_CHARACTERS:
                return Reading(None, unread=UnreadReason.TOO_LARGE, detail=f"more than {MAX_CHARACTERS} characters")
            for paragraph in paragraphs(text):
                out.block(paragraph, BlockKind.TEXT, f"page[{number}]", hidden=False)
    except Exception as error:  # foreign code over hostile bytes raises whatever it likes
        return Reading(None, unread=UnreadReason.NOT_TEXT, detail=f"the PDF cannot be read: {type(error).__name__}")
    document = Document(out.text, tuple(out.blocks), "", " ".join(title.split()), url, facts={"pdf_pages": str(pages)})
    if not pages:
        return Reading(document, unread=UnreadReason.EMPTY, detail="a PDF in which no page was found")
    if not out.blocks:
        many = f"{pages} page{'' if pages == 1 else 's'}"
        return Reading(document, unread=UnreadReason.IMAGE_ONLY, detail=f"a PDF of {many} without text")
    if pages > MAX_PAGES:
        return Reading(document, unread=UnreadReason.TOO_LARGE, detail=f"a PDF of {pages} pages, read to {MAX_PAGES}")
    return Reading(document)


def paragraphs(text: str) -> list[str]:
    """Lines of a page put together to paragraphs: a line goes on in the next unless it ends a sentence, is short, or
    the next begins an item. Only the last line is looked at: what is open may be a page of lines."""
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n")]
    longest = max((len(line) for line in lines), default=0)
    out: list[list[str]] = [[]]
    for line in lines:
        last = out[-1][-1] if out[-1] else ""
        if not line or (last and (_BEGINS.match(line) or last.endswith(_ENDS) or len(last) < _SHORT * longest)):
            out.append([])
        if line:
            out[-1].append(line)
    return [" ".join(_WRAPPED.sub("", "\n".join(part)).split()) for part in out if part]
