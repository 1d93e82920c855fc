"""The piece of a picture in which a quote stands, for the report: a copy for showing, with faces and plates blurred.

The picture itself is evidence: it lies in the archive and is only read here, both digests checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
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
MOST_WHOLE = 30
"""Whole pictures in one report: looking for faces in a long page takes seconds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a report shows of pictures: finding id -> crop, and sha256 -> copy of the whole picture."""

    crops: dict[str, Crop]
    pictures: dict[str, bytes]


def crops_of(findings: Iterable[Finding], store: Store, settings: Settings) -> Shown:
    """For findings that stand in a picture. A crop that cannot be had says why; none is guessed."""
    wanted = [finding for finding in findings if finding.image_box and finding.image_sha256][:MOST]
    if not wanted:
        return Shown({}, {})
    kept = store.captures_by_payload(finding.image_sha256 for finding in wanted)
    out = Shown({}, {})
    # One picture at a time: strips of a catalogue do not pile up in memory.
    for sha256, group in groupby(sorted(wanted, key=_picture), key=_picture):
        there, text = list(group), store.picture_text(sha256)
        body = _body(there[0], kept.get(sha256), store, settings)
        _cut(there, body, text.lines if text else (), out)
    return out


def _picture(finding: Finding) -> str:
    return finding.image_sha256


def _cut(there: Sequence[Finding], body: bytes | str, lines: Sequence[PictureLine], out: Shown) -> None:
    """Adds what is shown of one picture to `out`; `there`: the findings that stand in it."""
    if isinstance(body, bytes) and not images.can_crop():
        body = f"the picture is kept; to show a piece of it: {images.INSTALL}"
    if isinstance(body, str):
        out.crops.update((finding.id, Crop(b"", body)) for finding in there)
        return
    boxes = [finding.image_box for finding in there if finding.image_box]
    whole = len(out.pictures) < MOST_WHOLE
    pieces, copy = images.copies(body, boxes, lines, whole=whole)
    for finding, png in zip(there, pieces, strict=True):
        why = "" if png else "the box does not lie in the picture"
        out.crops[finding.id] = Crop(png, why, blurred=faces.available())
    if whole:
        out.pictures[there[0].image_sha256] = copy


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
