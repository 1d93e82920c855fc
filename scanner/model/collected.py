"""What is wanted, asked for, received and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .kinds import UnreadReason


@dataclass(frozen=True, slots=True)
class Target:
    """A vendor and the URLs that we mean to look at. `vendor` is the name as registered, never guessed."""

    vendor: str
    urls: tuple[str, ...]
    notice_urls: tuple[str, ...] = ()
    note: str = ""
    include: tuple[str, ...] = ()
    """Extra hosts or URL prefixes in scope besides the registrable domain of each URL."""
    exclude: tuple[str, ...] = ()
    """URL prefixes never fetched."""
    interval_hours: float | None = None
    """How often `noticescan run` looks; None: the setting."""
    jurisdictions: tuple[str, ...] = ()
    """Where the vendor is and whom the pages address: CN, EU, UK, US-IL ...; empty: the setting."""
    audience: str = ""
    """b2b | b2c | both: whom the pages address; empty: the setting."""
    roles: tuple[str, ...] = ()
    """vendor | deployer | advertiser: whose duties are the vendor's own, where it runs what it sells; empty: the
    setting."""
    speaker: str = ""
    """Who speaks on its pages, one of `SPEAKERS`; empty: nothing is said, and the setting counts."""
    speakers: tuple[tuple[str, str], ...] = ()
    """(host, path or URL prefix, who speaks there): comes before `speaker`, the longest first."""


@dataclass(frozen=True, slots=True)
class FrontierItem:
    """One URL that is to be fetched in a run."""

    url: str
    """As found: evidence. Fragment removed, nothing else."""
    canonical: str
    """Normal form, for de-duplication only."""
    vendor: str
    depth: int
    via: str
    """seed | link | sitemap | redirect | canonical | notice | notice_guess"""
    referrer: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class RobotsDecision:
    """Which robots.txt line decided; kept with each capture."""

    allowed: bool
    rule: str
    """The deciding line as written, e.g. `Disallow: /admin`, or why there is none (`404: all allowed`)."""
    robots_url: str
    robots_sha256: str = ""
    """Of the robots.txt payload as kept; empty where none was received."""
    crawl_delay: float | None = None
    """Seconds asked for by the site."""
    overridden_because: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange as it went over the wire, before it is kept."""

    url: str
    method: str
    request_target: str
    request_headers: tuple[tuple[bytes, bytes], ...]
    started_at: datetime
    finished_at: datetime
    http_version: str
    status: int
    reason_phrase: str
    response_headers: tuple[tuple[bytes, bytes], ...]
    """Raw: order and case as received; white space round values is stripped."""
    body: bytes
    """Content-encoded bytes, transfer encoding (chunking) undone."""
    peer_ip: str
    truncated: str = ""
    """WARC-Truncated value (`length`, `time`, `disconnect`), or empty."""
    dechunked: bool = False
    tls_version: str = ""
    tls_peer_sha256: str = ""
    """Of the DER certificate that the peer showed; empty over plain HTTP."""
    resolved_ips: tuple[str, ...] = ()
    tls_chain: tuple[bytes, ...] = ()
    """The certificates (DER) over which the peer was verified, its own first; empty over plain HTTP."""
    egress: str = ""
    """Name of the profile whose proxy it went through; `peer_ip` is then the address that the proxy was told."""


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """No usable answer, and why. A value, not an exception: what could not be looked at is a result."""

    url: str
    reason: UnreadReason
    detail: str
    at: datetime
    exchange: Exchange | None = None
    """What was received before it failed, if anything; it is kept."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One exchange as kept in a WARC. Never changed."""

    record_id: str
    """WARC-Record-ID of the response record, `urn:uuid:...` without angle brackets."""
    url: str
    status: int
    content_type: str
    captured_at: datetime
    peer_ip: str
    http_version: str
    payload_sha256: str
    """Of the payload as received: the content-encoded body bytes in the record."""
    record_sha256: str
    """Of the whole gzip member of the response record, as it lies in the file."""
    wire_bytes: int
    warc_file: str
    """Path relative to the output folder, POSIX slashes."""
    warc_offset: int
    warc_length: int
    truncated: str = ""
    etag: str = ""
    last_modified: str = ""
    location: str = ""
    origin: str = ""
    """Where it comes from when it is not an answer that we received ourselves: a record made by rendering, or a file
    that somebody else made (`noticescan import`), in words for the report."""
