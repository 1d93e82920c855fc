"""Dates and addresses as pages, headers and records of others state them. Nothing is raised for any text.

The parsers of the standard library raise more than ValueError: OverflowError for a zone that no clock has or for a
moment that is no longer in the calendar once it is told in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

_NO_URL = SplitResult("", "", "", "", "")


def http_date(text: str, *, bare: tzinfo | None = UTC) -> datetime | None:
    """A date of RFC 9110, 5.6.7, or RFC 5322, in UTC. `bare`: what is meant where no zone stands; None: no moment."""
    return _utc(parsedate_to_datetime, text, bare)


def iso_date(text: str, *, bare: tzinfo | None = UTC) -> datetime | None:
    """A date of ISO 8601, in UTC; `bare` as above."""
    return _utc(datetime.fromisoformat, text, bare)


def split_url(url: str) -> SplitResult:
    """`urlsplit`; of what it takes for no URL (`http://[x`), five empty parts."""
    try:
        return urlsplit(url)
    except ValueError:
        return _NO_URL


def host_of(url: str) -> str:
    """Host and port (where one is written) of an address, in small letters, as the custody chain names them."""
    return split_url(url).netloc.rpartition("@")[2].lower()


def hostname_of(url: str) -> str:
    """The host alone, in small letters; empty where there is none."""
    return split_url(url).hostname or ""


def _utc(parse: Callable[[str], datetime], text: str, bare: tzinfo | None) -> datetime | None:
    try:
        at = parse(text.strip())
        at = at if at.tzinfo is not None else at.replace(tzinfo=bare)
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
