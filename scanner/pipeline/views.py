"""Pages that a browser has shown: what is kept of them, and where in the picture of the page a quote stands."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from ..collect import render
from ..collect.archive import Archive, read_payload
from ..model import BlockKind, Capture, Finding, FrontierItem, Link, Reading, UnreadReason
from .pictures import DOM, hull

if TYPE_CHECKING:
    from ..config import Settings
    from ..store import Store

TEXT, VIEW, BOXES = "urn:text:", "urn:view:", "urn:boxes:"
"""Names of the records after Browsertrix; `dom` and `boxes` are ours."""
NEVER = frozenset({UnreadReason.BLOCKED, UnreadReason.PARKED, UnreadReason.HTTP_STATUS, UnreadReason.RATE_LIMITED})
"""What no browser makes readable. A challenge is not solved: we are who we say we are."""

LEAST_TEXT = 20
"""Characters on the screen; a page with less is taken for one that did not come to life."""
_UNSEEN = frozenset({BlockKind.TITLE, BlockKind.META, BlockKind.JSON, BlockKind.NOSCRIPT, BlockKind.TEMPLATE})

Box = tuple[int, int, int, int]
ViewOf = Callable[[], "View | None"]


@dataclass(frozen=True, slots=True)
class View:
    """The picture of a shown page and what stands where in it."""

    sha256: str
    """Of the picture."""
    pieces: tuple[tuple[str, Box], ...]


def missing_extra(settings: Settings) -> str:
    """What to tell about a page that only a browser can show; empty where one is at hand."""
    if settings.render.when == "never":
        return "it is shown by no browser: render.when is never"
    return "" if render.available(settings.render) else f"to run its scripts: {render.INSTALL}"


def wants_browser(reading: Reading, capture: Capture, settings: Settings) -> bool:
    """Is this page to be shown? `auto`: where it holds no text until its scripts have run."""
    if capture.url.startswith("urn:") or reading.document is None or capture.status != 200:
        return False
    if settings.render.when == "always":
        return reading.unread not in NEVER and "html" in (capture.content_type or "html")
    return settings.render.when == "auto" and reading.unread is UnreadReason.EMPTY_SHELL


def keep(archive: Archive, page_record: str, shown: render.Rendered) -> tuple[Capture, tuple[Capture, ...]]:
    """(the record of the DOM, the others), each on the disk when this returns."""
    view = archive.append_resource(VIEW + shown.url, "image/png", shown.png, at=shown.at, page_record=page_record)
    dom_type = "text/html; charset=utf-8"
    dom = archive.append_resource(DOM + shown.url, dom_type, shown.dom, at=shown.at, page_record=page_record)
    facts = {
        "view": view.payload_sha256,
        "dom": dom.payload_sha256,
        "notes": list(shown.notes),
        "leads_to": list(shown.leads_to),
        "boxes": json.loads(shown.boxes),
    }
    body = json.dumps(facts, separators=(",", ":")).encode()
    boxes = archive.append_resource(BOXES + shown.url, "application/json", body, at=shown.at, page_record=dom.record_id)
    text = archive.append_resource(
        TEXT + shown.url, "text/plain; charset=utf-8", shown.text.encode("utf-8", "replace"), at=shown.at,
        page_record=dom.record_id,
    )  # fmt: skip
    return dom, (view, boxes, text)


def as_shown(reading: Reading) -> Reading:
    """A page whose scripts have run is no shell any more, however little it says; one that says nothing still is."""
    if reading.unread is not UnreadReason.EMPTY_SHELL or reading.document is None:
        return reading
    said = sum(len(block.text) for block in reading.document.blocks if not block.hidden and block.kind not in _UNSEEN)
    return replace(reading, unread=None, detail="") if said >= LEAST_TEXT else reading


def with_links(reading: Reading, shown: render.Rendered) -> Reading:
    """Where a script wanted to lead is a link of the page."""
    links = tuple(Link(url, "", "script") for url in shown.leads_to)
    return replace(reading, links=(*reading.links, *links))


def view_of(store: Store, settings: Settings, item: FrontierItem, capture: Capture) -> ViewOf:
    """For a DOM record: reads its boxes when they are asked for. Other captures have no view. Raises EvidenceError."""

    def read() -> View | None:
        if not capture.url.startswith(DOM):
            return None
        kept = store.companion(item, capture.record_id, BOXES)
        if kept is None:
            return None
        _, payload = read_payload(Path(settings.out_dir), kept)
        facts = json.loads(payload)
        if facts["dom"] != capture.payload_sha256:
            return None
        return View(facts["view"], tuple((text, (x, y, w, h)) for text, x, y, w, h in facts["boxes"]))

    return read


def on_view(findings: Sequence[Finding], view: ViewOf) -> tuple[Finding, ...]:
    """Findings with the place of their quote in the picture of the page, where it is drawn there."""
    if not findings or all(finding.image_box for finding in findings):
        return tuple(findings)
    seen = view()
    if seen is None:
        return tuple(findings)
    index = _Index(seen.pieces)
    return tuple(finding if finding.image_box else _placed(finding, seen, index) for finding in findings)


def _placed(finding: Finding, view: View, index: _Index) -> Finding:
    box = index.box_of(finding.quote, finding.prefix)
    return finding if box is None else replace(finding, image_box=box, image_sha256=view.sha256)


class _Index:
    """All pieces of a page's text as one, white space aside: the DOM wraps lines elsewhere than the screen does."""

    def __init__(self, pieces: Sequence[tuple[str, Box]]) -> None:
        squeezed = [_squeezed(text) for text, _ in pieces]
        self._boxes = [box for _, box in pieces]
        self._text = "".join(squeezed)
        self._starts = [0, *accumulate(len(text) for text in squeezed)][:-1]

    def box_of(self, quote: str, prefix: str) -> Box | None:
        """The box round the quote where what stands before it fits best; None where it is not drawn."""
        wanted, before = _squeezed(quote), _squeezed(prefix)
        best, most, at = -1, -1, self._text.find(wanted) if wanted else -1
        while at >= 0:
            fits = _shared_end(self._text[max(0, at - len(before)) : at], before)
            if fits > most:
                best, most = at, fits
            at = self._text.find(wanted, at + 1)
        if best < 0:
            return None
        first = bisect_right(self._starts, best) - 1
        last = bisect_right(self._starts, best + len(wanted) - 1) - 1
        return hull(self._boxes[first : last + 1])


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _shared_end(one: str, other: str) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return count
