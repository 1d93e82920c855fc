"""One page judged: bytes + rule set -> Judgement. No network, no clock, no database, no state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..detect.detector import covered, detect
from ..model import Document, Finding, Judgement, Outcome, PictureText, Provenance, Reading, UnreadReason
from ..read.pictures import PlacedPicture, with_pictures
from ..read.reader import read, read_mhtml
from .pictures import Lookup, located, with_text_of

if TYPE_CHECKING:
    from ..detect.rules import RuleSet

MOST_PICTURES = 1000
"""Of one page given to `check`: everything lies at hand, so this only bounds a hostile file."""
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
    pictures: Lookup | None = None,
) -> Judgement:
    """What follows from one answer: content-decoded `body` with its declared type, status and headers (lower case)."""
    reading = read_answer(body, content_type, url, status, headers)
    return conclude(with_text_of(reading, pictures, most=MOST_PICTURES), provenance, rules)


def read_answer(body: bytes, content_type: str, url: str, status: int, headers: Mapping[str, str]) -> Reading:
    """The reading of one answer; an error page is unread, whatever it says."""
    reading = read(body, content_type, url, status=status, headers=headers)
    if status >= 400 and reading.unread in (None, UnreadReason.EMPTY):
        reason = UnreadReason.RATE_LIMITED if status == 429 else UnreadReason.HTTP_STATUS
        reading = replace(reading, unread=reason, detail=f"status {status}")
    return reading


def judge_mhtml(
    body: bytes, url: str, provenance: Provenance, rules: RuleSet, pictures: Lookup | None = None
) -> Judgement:
    """The same for a page saved by a browser as MHTML."""
    return conclude(with_text_of(read_mhtml(body, url), pictures, most=MOST_PICTURES), provenance, rules)


def judge_picture(text: PictureText, name: str, url: str, provenance: Provenance, rules: RuleSet) -> Judgement:
    """A picture that is no part of a page."""
    if text.unread is not None or text.skipped:
        reading = Reading(None, unread=text.unread or UnreadReason.EMPTY, detail=text.skipped)
    else:
        document = with_pictures(Document("", (), "", "", url), [PlacedPicture(1, name, text)])
        empty = None if document.blocks else UnreadReason.EMPTY
        reading = Reading(document, unread=empty, detail="no text found in the picture" if empty else "")
    return conclude(reading, provenance, rules)


def conclude(reading: Reading, provenance: Provenance, rules: RuleSet) -> Judgement:
    """The outcome of a reading. A page that was not (or only partly) read is unread, whatever was found in it."""
    document = reading.document
    unread, detail = reading.unread, reading.detail
    findings: tuple[Finding, ...] = ()
    if document is None:
        unread = unread or UnreadReason.EMPTY
    else:
        findings = () if unread and unread not in PARTLY_READ else detect(document, rules, provenance)
        findings = located(findings, document)
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
