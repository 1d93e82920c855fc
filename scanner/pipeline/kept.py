"""A kept capture, read back and judged: where `crawl` and `rescan` meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..collect.archive import header, read_payload
from ..collect.decompress import decode_body
from ..model import Capture, FrontierItem, Judgement, Outcome, Provenance, Reading, Said, UnreadReason
from . import views
from .judge import conclude, plain_headers, read_answer
from .noticing import with_notice
from .pictures import DOM, Lookup, missing_extra, with_text_of
from .views import ViewOf

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet

Places = Callable[[], Mapping[str, tuple[tuple[str, ...], str]]]
"""Vendor -> (jurisdictions, audience), as `Store.vendor_places` gives it."""
BROKEN_OFF = {"length": UnreadReason.TOO_LARGE, "time": UnreadReason.TIMEOUT, "disconnect": UnreadReason.PROTOCOL}
"""WARC-Truncated -> why an answer that was not received whole is not judged."""


def broken_off(capture: Capture) -> Judgement:
    """Half a page is not judged: what it leaves out may turn what it says."""
    reason = BROKEN_OFF.get(capture.truncated, UnreadReason.PROTOCOL)
    return Judgement(Outcome.UNREAD, unread=reason, detail=f"broken off after {capture.wire_bytes} bytes")


def _not_unpacked(reason: UnreadReason, encoding: str, cap: int) -> str:
    if reason is UnreadReason.TOO_LARGE:
        return f"larger than {cap} bytes" + (f" when unpacked (Content-Encoding: {encoding})" if encoding else "")
    return f"declared as Content-Encoding: {encoding}, but cannot be unpacked"


def judge_capture(
    capture: Capture,
    item: FrontierItem,
    run: str,
    settings: Settings,
    rules: RuleSet,
    pictures: Lookup | None = None,
    view: ViewOf = lambda: None,
    places: Places = dict,
    said: Said | None = None,
) -> Judgement:
    """Reads a capture back from its WARC, both digests checked, and judges it. Raises EvidenceError."""
    reading = read_capture(capture, item, settings)
    if isinstance(reading, Judgement):
        return replace(reading, said=said)
    return judge_reading(reading, capture, item, run, settings, rules, pictures, view, places, said)


def read_capture(capture: Capture, item: FrontierItem, settings: Settings) -> Reading | Judgement:
    """The reading of a kept capture, or why it cannot be read. Raises EvidenceError."""
    if capture.truncated:
        return broken_off(capture)
    headers, payload = read_payload(Path(settings.out_dir), capture)
    encoding = header(headers, "content-encoding")
    body = decode_body(payload, encoding, settings.crawl.max_body_bytes)
    if isinstance(body, UnreadReason):
        return Judgement(
            Outcome.UNREAD, unread=body, detail=_not_unpacked(body, encoding, settings.crawl.max_body_bytes)
        )
    reading = read_answer(body, capture.content_type, item.url, capture.status, plain_headers(headers))
    return views.as_shown(reading) if capture.url.startswith(DOM) else reading


def judge_reading(
    reading: Reading,
    capture: Capture,
    item: FrontierItem,
    run: str,
    settings: Settings,
    rules: RuleSet,
    pictures: Lookup | None = None,
    view: ViewOf = lambda: None,
    places: Places = dict,
    said: Said | None = None,
) -> Judgement:
    """From a reading, the text of its pictures and the picture of the page to findings. `places`: where vendors are, as
    their targets say; asked only for a notice, and where they say nothing the settings do. `said`: who speaks on the
    page, as a person says."""
    reading = with_text_of(reading, pictures, most=settings.ocr.max_per_page)
    if reading.unread is UnreadReason.IMAGE_ONLY and (hint := missing_extra(settings)):
        reading = replace(reading, detail=f"{reading.detail}; {hint}")
    if reading.unread is UnreadReason.EMPTY_SHELL and not capture.origin and (hint := views.missing_extra(settings)):
        reading = replace(reading, detail=f"{reading.detail}; {hint}")
    provenance = Provenance(
        source=item.url,
        vendor=item.vendor,
        run=run,
        captured_at=capture.captured_at,
        capture_sha256=capture.payload_sha256,
        warc_record=capture.record_id,
        canonical=item.canonical,
        said=said,
    )
    judgement = conclude(reading, provenance, rules)
    judgement = replace(judgement, findings=views.on_view(judgement.findings, view), said=said)

    def of_vendor() -> Sequence[str]:
        stated, _ = places().get(item.vendor, ((), ""))
        return stated or settings.law.jurisdictions

    return with_notice(judgement, item, provenance, rules, of_vendor)
