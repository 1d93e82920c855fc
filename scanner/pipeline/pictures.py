"""The pictures of a page: which are wanted, where they are kept, what was read in them, and where a quote stands.

Reading one costs as much as hundreds of pages, so each picture is read once: what was found is kept in the database
under the digest of its bytes and the name of the reader.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from ..collect.archive import decoded_payload
from ..collect.scope import MAX_HOPS
from ..collect.urls import BadUrl, canonical, join, without_fragment
from ..model import (
    Capture,
    Document,
    Finding,
    FrontierItem,
    PictureText,
    Reading,
    UnreadReason,
)
from ..read import images
from ..read.pictures import PlacedPicture, box_of, with_pictures
from ..stated import split_url

if TYPE_CHECKING:
    from ..config import Settings
    from ..store import Store

Lookup = Callable[[str], PictureText | None]
"""Address of a picture, as the page names it -> what was read in it; None: it is not here."""

DOM = "urn:dom:"
"""Name of a record that holds a page as a browser had it, before the page's address."""
VIA = "picture"
"""`FrontierItem.via` of a picture that is fetched for its page."""
_DRAWN = (".svg", ".ico", ".svgz")
"""Vector drawings and icons: no photographs of slogans, and nothing that we could open."""
_SEARCHED = frozenset({None, UnreadReason.IMAGE_ONLY, UnreadReason.EMPTY, UnreadReason.EMPTY_SHELL})
"""What a page may be (unread for this reason) for its pictures to be worth reading: a block page's are not."""


def missing_extra(settings: Settings) -> str:
    """What to tell about a page that is only readable by its pictures; empty where they are read."""
    if settings.ocr.pictures == "never":
        return "text in pictures is not read: ocr.pictures is never"
    return "" if images.available() else f"to read text in pictures: {images.INSTALL}"


class Pictures:
    """Pictures of kept pages, read from the archive. `lookup` is what `judge` asks."""

    def __init__(self, store: Store, settings: Settings, *, anew: bool = False) -> None:
        """`anew`: the database is not believed, each picture is read again (to check a run); nothing is written."""
        self._store, self._settings, self._anew = store, settings, anew
        self._again: dict[str, PictureText] = {}
        self.believed = 0
        """Pictures whose text was taken from the database although it should have been read again."""
        self._out = Path(settings.out_dir)
        self._may_read = images.available()
        self.wanted = settings.ocr.pictures == "auto"
        """Also without the extra: what was read earlier stands in the database."""
        self.fetched = self.wanted and self._may_read

    def lookup(self, page: FrontierItem, *, run: str = "", of: str = "") -> Lookup | None:
        """For a page of this run, or for the page kept as record `of`; None where pictures are not to be read."""
        if not self.wanted:
            return None

        def text(url: str) -> PictureText | None:
            if url[:5].lower() == "data:":
                body = inline_bytes(url)
                return None if body is None else self.of_bytes(body)
            return self._kept(url, page.vendor, run, of)

        return text

    def of_bytes(self, body: bytes, sha256: str = "") -> PictureText | None:
        """Out of the database if it was read before. None: it cannot be read here."""
        sha256 = sha256 or hashlib.sha256(body).hexdigest()
        known = self._known(sha256)
        if known is not None or not self._may_read:
            return known
        read = replace(images.read_picture(body), sha256=sha256)
        if self._anew:
            self._again[sha256] = read
        else:
            self._store.keep_picture_text(read)
        return read

    def _known(self, sha256: str) -> PictureText | None:
        """What was read in it earlier, where that will do."""
        known = self._store.picture_text(sha256, images.reader_name() if self._may_read else "")
        if not self._anew or known is None:
            return known
        if self._may_read and known.reader == images.reader_name():
            return self._again.get(sha256)
        self.believed += 1
        return known

    def of_capture(self, capture: Capture) -> PictureText | None:
        """The same for kept bytes; both digests are checked where it has to be read. Raises EvidenceError."""
        known = self._known(capture.payload_sha256)
        if known is not None or not self._may_read:
            return known
        limit = self._settings.ocr.max_bytes
        if capture.wire_bytes > limit:
            return _unread(capture, UnreadReason.TOO_LARGE, f"a picture of more than {limit} bytes")
        body = decoded_payload(self._out, capture, self._settings.crawl.max_body_bytes)
        if isinstance(body, UnreadReason):
            return _unread(capture, body, "the body cannot be unpacked")
        return self.of_bytes(body, capture.payload_sha256)

    def _kept(self, url: str, vendor: str, run: str, of: str) -> PictureText | None:
        *_, last = (None, *chain(self._store, url, vendor, run=run, of=of))
        return self.of_capture(last) if last is not None and last.status == 200 else None


def chain(store: Store, url: str, vendor: str, *, run: str = "", of: str = "") -> Iterator[Capture]:
    """The kept answers for a picture of a page: the redirects on the way to it, and the last one."""
    for _ in range(MAX_HOPS):
        item = picture_item(url, vendor)
        capture = None if item is None else store.picture_capture(item, run=run, of=of)
        if capture is None:
            return
        yield capture
        if not 300 <= capture.status < 400:
            return
        try:
            url = join(capture.url, capture.location)
        except BadUrl:
            return


def _unread(capture: Capture, reason: UnreadReason, why: str) -> PictureText:
    return PictureText(capture.payload_sha256, images.reader_name(), 0, 0, (), why, reason)


def picture_item(url: str, vendor: str, referrer: str = "", depth: int = 0) -> FrontierItem | None:
    """A picture as an item of the frontier; None for what is no web address or cannot hold a photograph."""
    try:
        raw = without_fragment(url)
        if not raw.lower().startswith(("http://", "https://")) or split_url(raw).path.lower().endswith(_DRAWN):
            return None
        return FrontierItem(raw, canonical(raw), vendor, depth, VIA, referrer)
    except (BadUrl, ValueError):
        return None


def picture_items(reading: Reading, page: FrontierItem) -> list[FrontierItem]:
    """Every picture of a page that is worth fetching, once, in the order of the page."""
    if reading.document is None or reading.unread not in _SEARCHED:
        return []
    found: dict[str, FrontierItem] = {}
    for url in reading.images:
        item = picture_item(url, page.vendor, page.url, page.depth + 1)
        if item is not None:
            found.setdefault(item.canonical, item)
    return list(found.values())


def inline_bytes(url: str) -> bytes | None:
    """The bytes of a `data:` URL, or None."""
    head, comma, data = url.partition(",")
    if not comma:
        return None
    try:
        raw = unquote_to_bytes(data)
        return base64.b64decode(raw + b"=" * (-len(raw) % 4)) if head.lower().endswith(";base64") else raw
    except (binascii.Error, ValueError):
        return None


def with_text_of(reading: Reading, lookup: Lookup | None, *, most: int) -> Reading:
    """The reading with what stands in its pictures. A page of pictures counts as read when all of them were."""
    if lookup is None or reading.document is None or reading.unread not in _SEARCHED or not reading.images:
        return reading
    placed: list[PlacedPicture] = []
    missing = 0
    inline = 0
    for number, url in enumerate(_each_once(reading.images), 1):
        inline += url[:5].lower() == "data:"  # those with an address were counted when they were asked for
        text = lookup(url) if inline <= most else None
        if text is None or text.unread is not None:
            missing += 1
        else:
            name = url if url[:5].lower() != "data:" else f"data:{text.sha256[:12]}"
            placed.append(PlacedPicture(number, name, text))
    document = with_pictures(reading.document, placed)
    unread, detail = reading.unread, reading.detail
    if unread is not None and placed:
        searched = sum(not picture.text.skipped for picture in placed)
        detail = f"{detail}; {len(placed)} of {len(placed) + missing} pictures read"
        if unread in (UnreadReason.IMAGE_ONLY, UnreadReason.EMPTY) and searched and not missing:
            unread, detail = None, ""
    return replace(reading, document=document, unread=unread, detail=detail)


def _each_once(urls: Sequence[str]) -> list[str]:
    return [url for url in dict.fromkeys(urls) if not split_url(url[:2000]).path.lower().endswith(_DRAWN)]


def located(findings: Sequence[Finding], document: Document) -> tuple[Finding, ...]:
    """Findings in pictures with the picture, the box of the quote, and a confidence that knows of the reader's doubts.

    A text fragment would point at nothing there: the link is the page's.
    """
    return tuple(_located(finding, document) for finding in findings)


def _located(finding: Finding, document: Document) -> Finding:
    boxes: list[tuple[int, int, int, int]] = []
    sure, sha256 = 1.0, ""
    for block in document.blocks:
        if not block.picture or block.end <= finding.start or block.start >= finding.end:
            continue
        if sha256 and block.picture != sha256:
            break  # the quote runs on into the next slice of the strip: the box shows where it begins
        place = box_of(block, finding.start, finding.end)
        if place is not None:
            sha256 = block.picture
            boxes.append(place[0])
            sure = min(sure, place[1])
    if not boxes:
        return finding
    confidence = round(max(0.05, finding.confidence * sure), 2)
    return replace(finding, image_box=hull(boxes), image_sha256=sha256, confidence=confidence, fragment_url="")


def hull(boxes: Sequence[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    """The smallest box (x, y, width, height) round all of them."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def from_files(bodies: Mapping[str, bytes], cache: dict[str, PictureText]) -> Lookup | None:
    """A lookup over pictures that are at hand as bytes; None where the extra is missing."""
    if not images.available():
        return None

    def text(url: str) -> PictureText | None:
        body = inline_bytes(url) if url[:5].lower() == "data:" else bodies.get(url)
        return None if body is None else read_once(body, cache)

    return text


def read_once(body: bytes, cache: dict[str, PictureText]) -> PictureText:
    """The writing in a picture, looked for once per digest."""
    sha256 = hashlib.sha256(body).hexdigest()
    if sha256 not in cache:
        cache[sha256] = images.read_picture(body)
    return cache[sha256]
