"""The piece of a picture in which a quote stands, for the report: a copy for showing, with faces and plates blurred.

The picture itself is evidence: it lies in the archive and is only read here, both digests checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..collect.archive import decoded_payload
from ..errors import EvidenceError
from ..model import Capture, Crop, Finding, PictureLine, UnreadReason
from ..read import faces, images
from ..read.reader import inline_pictures
from .pictures import inline_bytes

if TYPE_CHECKING:
    from ..config import Settings
    from ..store import Store

MOST = 2000
"""Crops of one report: a folder of more pictures would help nobody."""


def crops_of(findings: Iterable[Finding], store: Store, settings: Settings) -> dict[str, Crop]:
    """finding id -> crop, for findings that stand in a picture. One that cannot be had says why; none is guessed."""
    wanted = [finding for finding in findings if finding.image_box and finding.image_sha256][:MOST]
    if not wanted:
        return {}
    kept = store.captures_by_payload(finding.image_sha256 for finding in wanted)
    bodies: dict[str, bytes | str] = {}
    out: dict[str, Crop] = {}
    for finding in sorted(wanted, key=lambda each: each.image_sha256):
        sha256 = finding.image_sha256
        if sha256 not in bodies:
            bodies.clear()  # one picture at a time: strips of a catalogue do not pile up in memory
            bodies[sha256] = _body(finding, kept.get(sha256), store, settings)
        text = store.picture_text(sha256)
        out[finding.id] = _crop(finding, bodies[sha256], text.lines if text else ())
    return out


def _crop(finding: Finding, body: bytes | str, lines: Sequence[PictureLine]) -> Crop:
    assert finding.image_box is not None
    if isinstance(body, str):
        return Crop(b"", body)
    if not images.can_crop():
        return Crop(b"", f"the picture is kept; to show a piece of it: {images.INSTALL}")
    png = images.crop(body, finding.image_box, lines=lines)
    return Crop(png, "" if png else "the box does not lie in the picture", blurred=faces.available())


def _body(finding: Finding, capture: Capture | None, store: Store, settings: Settings) -> bytes | str:
    """The bytes of the picture, or why they cannot be had."""
    out, cap = Path(settings.out_dir), settings.crawl.max_body_bytes
    try:
        if capture is not None:
            body = decoded_payload(out, capture, cap)
            return "the picture cannot be unpacked" if isinstance(body, UnreadReason) else body
        page = store.capture(finding.warc_record)
        if page is None:
            return "the picture is not kept here"
        html = decoded_payload(out, page, cap)
        if isinstance(html, UnreadReason):
            return "the page cannot be unpacked"
        for url in inline_pictures(html, page.content_type, page.url):
            inline = inline_bytes(url)
            if inline is not None and images.digest(inline) == finding.image_sha256:
                return inline
    except EvidenceError as error:
        return f"the picture cannot be shown: {error.message}"
    return "the picture is not kept here"
