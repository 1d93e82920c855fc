"""What a page saved by a browser or SingleFile says about itself: its address, when it was saved, and by what."""

from __future__ import annotations

import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes

from scanner.stated import http_date, iso_date

HEAD_BYTES = 20_000
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{4}\)(\S+?)\s*-->", re.IGNORECASE)
_SINGLE_FILE = re.compile(rb"<!--\s*Page saved with SingleFile(.*?)-->", re.IGNORECASE | re.DOTALL)
_URL = re.compile(rb"^[^\S\n]*+url:\s*+(\S+)", re.IGNORECASE | re.MULTILINE)
_DATE = re.compile(rb"^[^\S\n]*+saved date:\s*+(.+)$", re.IGNORECASE | re.MULTILINE)
_JAVASCRIPT_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT([+-]\d{4})")


@dataclass(frozen=True, slots=True)
class Saved:
    """Empty and None where the file does not say."""

    url: str = ""
    at: datetime | None = None
    software: str = ""


def of_html(body: bytes) -> Saved:
    """The comment that SingleFile, or a browser, puts at the head of a saved page."""
    head = body[:HEAD_BYTES]
    if found := _SINGLE_FILE.search(head):
        url, date = _URL.search(found.group(1)), _DATE.search(found.group(1))
        stated = date.group(1).decode("utf-8", "replace") if date else ""
        return Saved(_web(url.group(1) if url else b""), _moment(stated), "SingleFile")
    if found := _SAVED_FROM.search(head):
        return Saved(_web(found.group(1)), None, "a browser (“save page as”)")
    return Saved()


def of_mhtml(body: bytes) -> Saved:
    """The head of an MHTML file (RFC 2557; Chromium adds Snapshot-Content-Location)."""
    try:
        head = message_from_bytes(body[:HEAD_BYTES], policy=email.policy.compat32)
    except RecursionError:
        return Saved()
    url = str(head.get("Snapshot-Content-Location") or head.get("Content-Location") or "").strip()
    software = " ".join(str(head.get("From") or "").strip("<> ").split())[:100].removeprefix("Saved by ")
    return Saved(_web(url.encode("utf-8", "replace")), _moment(str(head.get("Date") or "")), software)


def _web(url: bytes) -> str:
    text = url.decode("utf-8", "replace")
    return text if text.lower().startswith(("http://", "https://")) else ""


def _moment(text: str) -> datetime | None:
    """RFC 5322, ISO 8601, or what JavaScript makes of a date; with a time zone, else it is no moment."""
    if found := _JAVASCRIPT_DATE.search(text):
        month, day, year, hour, minute, second, zone = found.groups()
        text = f"{day} {month} {year} {hour}:{minute}:{second} {zone}"
    # RFC 5322, 3.3: UTC, and no word about the local zone; Chromium writes it.
    bare = UTC if text.strip().endswith("-0000") else None
    return http_date(text, bare=bare) or iso_date(text, bare=bare)
