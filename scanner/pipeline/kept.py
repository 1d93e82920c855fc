"""A kept capture, read back and judged: where `crawl` and `rescan` meet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..collect.archive import header, read_payload
from ..collect.decompress import decode_body
from ..model import Capture, FrontierItem, Judgement, Outcome, Provenance, UnreadReason
from .judge import judge, plain_headers
from .noticing import with_notice

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet

BROKEN_OFF = {"length": UnreadReason.TOO_LARGE, "time": UnreadReason.TIMEOUT, "disconnect": UnreadReason.PROTOCOL}
"""WARC-Truncated -> why an answer that was not received whole is not judged."""


def broken_off(capture: Capture) -> Judgement:
    """Half a page is not judged: what it leaves out may turn what it says."""
    reason = BROKEN_OFF.get(capture.truncated, UnreadReason.PROTOCOL)
    return Judgement(Outcome.UNREAD, unread=reason, detail=f"broken off after {capture.wire_bytes} bytes")


def judge_capture(capture: Capture, item: FrontierItem, run: str, settings: Settings, rules: RuleSet) -> Judgement:
    """Reads a capture back from its WARC, both digests checked, and judges it. Raises EvidenceError."""
    if capture.truncated:
        return broken_off(capture)
    headers, payload = read_payload(Path(settings.out_dir), capture)
    encoding = header(headers, "content-encoding")
    body = decode_body(payload, encoding, settings.crawl.max_body_bytes)
    if isinstance(body, UnreadReason):
        return Judgement(Outcome.UNREAD, unread=body, detail=f"Content-Encoding: {encoding}")
    provenance = Provenance(
        source=item.url,
        vendor=item.vendor,
        run=run,
        captured_at=capture.captured_at,
        capture_sha256=capture.payload_sha256,
        warc_record=capture.record_id,
        canonical=item.canonical,
    )
    headers_by_name = plain_headers(headers)
    judgement = judge(body, capture.content_type, item.url, capture.status, headers_by_name, provenance, rules)
    return with_notice(judgement, item, provenance, rules)
