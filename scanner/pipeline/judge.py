"""One page judged: bytes + rule set -> Judgement. No network, no clock, no database, no state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..detect.detector import covered, detect
from ..model import Finding, Judgement, Outcome, Provenance, Reading, UnreadReason
from ..read.reader import read, read_mhtml

if TYPE_CHECKING:
    from ..detect.rules import RuleSet

PARTLY_READ = frozenset({UnreadReason.IMAGE_ONLY, UnreadReason.EMPTY_SHELL})
"""Unread, and yet the little text there is (title, meta, alt) is the vendor's own and is judged."""


def judge(
    body: bytes,
    content_type: str,
    url: str,
    status: int,
    headers: Mapping[str, str],
    provenance: Provenance,
    rules: RuleSet,
) -> Judgement:
    """What follows from one answer: content-decoded `body` with its declared type, status and headers (lower case)."""
    reading = read(body, content_type, url, status=status, headers=headers)
    if status >= 400 and reading.unread in (None, UnreadReason.EMPTY):
        reason = UnreadReason.RATE_LIMITED if status == 429 else UnreadReason.HTTP_STATUS
        reading = replace(reading, unread=reason, detail=f"status {status}")
    return conclude(reading, provenance, rules)


def judge_mhtml(body: bytes, url: str, provenance: Provenance, rules: RuleSet) -> Judgement:
    """The same for a page saved by a browser as MHTML."""
    return conclude(read_mhtml(body, url), provenance, rules)


def conclude(reading: Reading, provenance: Provenance, rules: RuleSet) -> Judgement:
    """The outcome of a reading. A page that was not (or only partly) read is unread, whatever was found in it."""
    document = reading.document
    unread, detail = reading.unread, reading.detail
    findings: tuple[Finding, ...] = ()
    if document is None:
        unread = unread or UnreadReason.EMPTY
    else:
        findings = () if unread and unread not in PARTLY_READ else detect(document, rules, provenance)
        # Asked last: finding the language costs as much as half of the detection, and a finding answers it.
        if not findings and unread is None:
            known, language = covered(document, rules)
            if not known:
                unread = UnreadReason.LANGUAGE
                detail = f"no words for the language of this page ({language or 'unknown'})"
    outcome = Outcome.UNREAD if unread else Outcome.FINDINGS if findings else Outcome.CLEAN
    return Judgement(
        outcome=outcome,
        findings=findings,
        document=document,
        links=reading.links,
        unread=unread,
        detail=detail,
        canonical=reading.canonical,
        nofollow=reading.nofollow,
    )


def plain_headers(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Raw response headers as lower-case names and text; of a repeated name the first counts."""
    plain: dict[str, str] = {}
    for name, value in headers:
        plain.setdefault(name.decode("latin-1").lower(), value.decode("utf-8", "replace"))
    return plain
