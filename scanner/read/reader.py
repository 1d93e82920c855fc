"""The room's door: bytes of one capture in, `Reading` out. Pure: no network, no clock, no state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from scanner.model import BlockKind, Document, Reading, UnreadReason
from scanner.read import blocked, html, jsonstate
from scanner.read.blocks import Collector
from scanner.read.decode import Decoded, decode
from scanner.read.mhtml import damage, main_part
from scanner.read.pdf import MAGIC, read_pdf

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
_XML_TYPES = frozenset({"text/xml", "application/xml", "application/rss+xml", "application/atom+xml"})
_TEXT_TYPES = frozenset({"text/plain", "text/markdown", "text/csv", "text/x-markdown", "text/tab-separated-values"})
_JSON_TYPES = frozenset({"application/json", "application/ld+json", "text/json", "application/x-ndjson"})
_MHTML_TYPES = frozenset({"multipart/related", "message/rfc822", "application/x-mimearchive"})
_MAGIC = (
    b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"\x1f\x8b", b"\x00\x00\x01\x00",
    b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"BM", b"ID3", b"OggS", b"\x7fELF", b"wOFF", b"wOF2",
)  # fmt: skip
_MARKUP = re.compile(
    r"^\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+(?:<\?xml[^>]*+>\s*+)?+<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_ANY_TAG = re.compile(r"<(?:html|head|body|div|p|a|table|script|meta|title|h1|br|span|ul|img)\b[^<>]*>", re.I)
_PARAGRAPH = re.compile(r"(?<![ \t\f\v])(?:[ \t\f\v]*+\n){2,}+")
"""From the first blank on: begun anew at each of many blanks, a search would take quadratic time."""


def read(
    body: bytes,
    content_type: str,
    url: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Reading:
    """What `body` (content coding undone) says.

    `unread` is set where there is nothing worth judging: `content_type`, `not_text`, `empty`, `blocked`, `empty_shell`,
    `image_only`, `parked`. A document may come with it all the same. Nothing is raised for any bytes.
    """
    mime = content_type.split(";", 1)[0].strip().lower()
    lowered = {name.lower(): value for name, value in (headers or {}).items()}
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        return Reading(None, unread=UnreadReason.EMPTY, detail="the body is empty")
    if mime in _MHTML_TYPES:
        return read_mhtml(body, url)
    if body.lstrip()[: len(MAGIC)] == MAGIC:  # whatever it is sent as
        return read_pdf(body, url)
    kind = _kind(mime)
    if mime == "application/pdf":
        return Reading(
            None, unread=UnreadReason.CONTENT_TYPE, detail="sent as a PDF, but does not begin like one (%PDF-)"
        )
    if not kind:
        return Reading(None, unread=UnreadReason.CONTENT_TYPE, detail=f"content type {mime[:100]}")
    decoded = decode(body, content_type)
    if _is_binary(body, decoded):
        return Reading(None, unread=UnreadReason.NOT_TEXT, detail=f"binary data sent as {mime or 'no content type'}")
    if kind == "sniff":
        kind = _sniff(decoded.text)
    if kind == "text" and _MARKUP.match(decoded.text[:5000]):
        kind = "html"
    if kind == "html":
        return _read_html(decoded, url, status, lowered)
    document = _json_document(decoded.text, url) if kind == "json" else _text_document(decoded.text, url)
    document = _stamped(document, decoded)
    if not document.blocks:
        return Reading(document, unread=UnreadReason.EMPTY, detail="no readable text")
    return Reading(document)


def read_mhtml(body: bytes, url: str) -> Reading:
    """The main page of a saved MHTML file; `url` stands in where the file names no address of its own."""
    part = main_part(body)
    if part is None:
        return Reading(None, unread=UnreadReason.NOT_TEXT, detail="no HTML part in the MHTML file")
    if why := damage(body):
        return Reading(None, unread=UnreadReason.BAD_ENCODING, detail=why)
    return read(part.body, part.content_type, part.url or url)


def inline_pictures(body: bytes, content_type: str, url: str) -> tuple[str, ...]:
    """The pictures that lie in an HTML page itself, as `data:` URLs."""
    images = read(body, content_type, url).images
    return tuple(image for image in images if image[:5].lower() == "data:")


def _kind(mime: str) -> str:
    if mime in _HTML_TYPES:
        return "html"
    if mime in _TEXT_TYPES:
        return "text"
    if mime in _JSON_TYPES or mime.endswith("+json"):
        return "json"
    if mime in _XML_TYPES:
        return "html"
    return "sniff" if mime in ("", "application/octet-stream", "unknown/unknown", "*/*", "text/*", "text") else ""


def _sniff(text: str) -> str:
    if _ANY_TAG.search(text[:20_000]):
        return "html"
    return "json" if text.lstrip()[:1] in ("{", "[") else "text"


def _is_binary(body: bytes, decoded: Decoded) -> bool:
    if decoded.encoding.startswith(("utf-16", "utf-32")):
        return False
    if body.lstrip()[:8].startswith(_MAGIC) and not body.startswith(b"BM") and b"<html" not in body[:2000].lower():
        return True
    head = decoded.text[:4000]
    control = sum(1 for char in head if char < "\t" or "\r" < char < " ")
    return control > len(head) * 0.05 or control + head.count("\ufffd") > len(head) * 0.2


def _read_html(decoded: Decoded, url: str, status: int, headers: Mapping[str, str]) -> Reading:
    parsed = html.parse(decoded.text, url)
    verdict = blocked.classify(status, headers, parsed)
    robots = headers.get("x-robots-tag", "").lower()
    return Reading(
        document=_stamped(parsed.document, decoded),
        links=parsed.links,
        unread=verdict[0] if verdict else None,
        detail=verdict[1] if verdict else "",
        nofollow=parsed.nofollow or "nofollow" in robots,
        canonical=parsed.canonical,
        images=parsed.images,
    )


def _stamped(document: Document, decoded: Decoded) -> Document:
    facts = {**document.facts, "encoding_how": decoded.how}
    return replace(document, encoding=decoded.encoding, facts=facts)


def _text_document(text: str, url: str) -> Document:
    """Paragraphs of a text file: what blank lines divide, line feeds within kept."""
    out = Collector()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, part in enumerate(_PARAGRAPH.split(text), 1):
        out.block(part.strip("\n \t\f\v"), BlockKind.TEXT, f"text[{number}]", hidden=False)
    return Document(out.text, tuple(out.blocks), "", "", url)


def _json_document(text: str, url: str) -> Document:
    """The readable strings of a JSON answer."""
    out = Collector()
    for path, key, value in jsonstate.strings(text):
        out.block(jsonstate.readable(value, key), BlockKind.JSON, path, hidden=False)
    return Document(out.text, tuple(out.blocks), "", "", url)
