"""What goes into the WARC records of one exchange (ISO 28500:2017), before anything is packed.

warcio computes SHA-1 only and percent-encodes header bytes that are not ASCII. Both are avoided here: digests are
SHA-256 and given, and the HTTP head is made of the bytes that were received, but for white space round values, which
aiohttp strips. The request line is in origin form, also where a proxy was sent the absolute one. Transfer encoding is
undone, so a chunked `Transfer-Encoding` is renamed `X-Archive-Orig-Transfer-Encoding` (pywb's convention), or header
and body would disagree.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ..model import Capture, Exchange, RobotsDecision

Headers = tuple[tuple[bytes, bytes], ...]
ORIGINAL_TRANSFER_ENCODING = b"X-Archive-Orig-Transfer-Encoding"
ORIGIN = "X-Noticescan-Origin"
_UNSAFE_IN_URI = re.compile(r"[\x00-\x20\x7f-\x9f<>]")


@dataclass(frozen=True, slots=True)
class Draft:
    """One record: its kind (`WARC-Type`), header fields with all digests, and block."""

    kind: str
    content_type: str
    fields: tuple[tuple[str, str], ...]
    block: bytes


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _draft(kind: str, content_type: str, block: bytes, fields: list[tuple[str, str]]) -> Draft:
    head = [("WARC-Type", kind), *fields, ("WARC-Block-Digest", _digest(block))]
    if kind not in ("response", "request"):
        head.append(("WARC-Payload-Digest", _digest(block)))
    return Draft(kind, content_type, tuple(head), block)


def safe_uri(uri: str) -> str:
    """A URL as it stands in `WARC-Target-URI`: what cannot stand in a header field is percent-encoded."""
    return _UNSAFE_IN_URI.sub(lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode()), uri)


def _common(exchange: Exchange, record_id: str) -> list[tuple[str, str]]:
    uri = safe_uri(exchange.url)
    fields = [
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Target-URI", uri),
        ("WARC-Date", _date(exchange.started_at)),
    ]
    if exchange.peer_ip:
        fields.append(("WARC-IP-Address", exchange.peer_ip))
    return fields


def response_record(exchange: Exchange, record_id: str) -> Draft:
    """The answer: status line and headers as received (blanks round values aside), content-encoded body."""
    reason = exchange.reason_phrase.encode("utf-8", "surrogateescape")
    lines = [f"{exchange.http_version} {exchange.status:03d} ".encode() + reason]
    for name, value in exchange.response_headers:
        renamed = exchange.dechunked and name.lower() == b"transfer-encoding"
        lines.append((ORIGINAL_TRANSFER_ENCODING if renamed else name) + b": " + value)
    block = b"\r\n".join(lines) + b"\r\n\r\n" + exchange.body
    fields = _common(exchange, record_id)
    fields.append(("WARC-Protocol", exchange.http_version.lower()))
    if exchange.tls_version:
        fields.append(("WARC-Protocol", exchange.tls_version.lower().replace("v", "/")))
    if exchange.truncated:
        fields.append(("WARC-Truncated", exchange.truncated))
    fields.append(("WARC-Payload-Digest", _digest(exchange.body)))
    return _draft("response", "application/http; msgtype=response", block, fields)


def request_record(exchange: Exchange, response_id: str) -> Draft:
    """The request as it was sent, with the path alone in its first line, also where a proxy was told the whole URL."""
    lines = [f"{exchange.method} {exchange.request_target} HTTP/1.1".encode()]
    lines += [name + b": " + value for name, value in exchange.request_headers]
    block = b"\r\n".join(lines) + b"\r\n\r\n"
    fields = _common(exchange, f"urn:uuid:{uuid.uuid4()}")
    fields += [("WARC-Concurrent-To", f"<{response_id}>"), ("WARC-Payload-Digest", _digest(b""))]
    return _draft("request", "application/http; msgtype=request", block, fields)


def metadata_record(exchange: Exchange, robots: RobotsDecision | None, response_id: str) -> Draft:
    """Who decided, when, and from where: robots, resolved addresses, certificate."""
    facts = {
        "fetchStarted": _date(exchange.started_at),
        "fetchFinished": _date(exchange.finished_at),
        "resolvedAddresses": " ".join(exchange.resolved_ips),
        "tlsVersion": exchange.tls_version,
        "tlsPeerCertificateSha256": exchange.tls_peer_sha256,
        "tlsChainSha256": " ".join(hashlib.sha256(one).hexdigest() for one in exchange.tls_chain),
        # A connection whose certificate is not accepted gives no exchange, only a reason (`tls`).
        "tlsVerdict": "verified" if exchange.tls_version else "",
        "egress": exchange.egress,
    }
    if robots is not None:
        facts |= robots_facts(robots)
    fields = _common(exchange, f"urn:uuid:{uuid.uuid4()}")
    fields.append(("WARC-Refers-To", f"<{response_id}>"))
    return _draft("metadata", "application/warc-fields", _warc_fields(facts), fields)


def robots_facts(robots: RobotsDecision) -> dict[str, str]:
    """A decision of robots.txt as fields of a metadata record; empty ones are not written."""
    return {
        "robotsUrl": robots.robots_url,
        "robotsAllowed": "yes" if robots.allowed else "no",
        "robotsRule": robots.rule,
        "robotsSha256": robots.robots_sha256,
        "robotsCrawlDelay": "" if robots.crawl_delay is None else f"{robots.crawl_delay:g}",
        "robotsOverriddenBecause": robots.overridden_because,
    }


def resource_record(uri: str, content_type: str, body: bytes, at: datetime, record_id: str, page_record: str) -> Draft:
    """What was made from a page on this machine (its DOM, a screenshot), and which record the page is."""
    fields = [
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Target-URI", safe_uri(uri)),
        ("WARC-Date", _date(at)),
    ]
    if page_record:
        fields.append(("WARC-Refers-To", f"<{page_record}>"))
    return _draft("resource", content_type, body, fields)


def copied_record(capture: Capture, block: bytes, record_id: str, origin: str) -> Draft:
    """A response out of somebody else's file. Block, address and date are theirs; `origin` says whose."""
    fields = [
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Target-URI", safe_uri(capture.url)),
        ("WARC-Date", _date(capture.captured_at)),
        (ORIGIN, origin_field(origin)),
    ]
    if capture.record_id:
        fields.append(("WARC-Refers-To", f"<{capture.record_id}>"))
    if re.fullmatch(r"[0-9A-Fa-f:.]{2,45}", capture.peer_ip):
        fields.append(("WARC-IP-Address", capture.peer_ip))
    if capture.truncated:
        fields.append(("WARC-Truncated", capture.truncated))
    fields.append(("WARC-Payload-Digest", f"sha256:{capture.payload_sha256}"))
    return _draft("response", "application/http; msgtype=response", block, fields)


def origin_field(origin: str) -> str:
    """`Capture.origin` as it stands in the header of a copied record."""
    return " ".join(origin.split()).encode("ascii", "backslashreplace").decode()


def warcinfo_record(file_name: str, info: Mapping[str, str]) -> Draft:
    """The record that opens each file."""
    facts = {"format": "WARC File Format 1.1", "conformsTo": "http://iipc.github.io/warc-specifications/", **info}
    fields = [
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid4()}>"),
        ("WARC-Date", _date(datetime.now(UTC))),
        ("WARC-Filename", file_name),
    ]
    return _draft("warcinfo", "application/warc-fields", _warc_fields(facts), fields)


def _warc_fields(facts: Mapping[str, str]) -> bytes:
    lines = [f"{name}: {' '.join(value.split())}\r\n" for name, value in facts.items() if value]
    return "".join(lines).encode("utf-8", "replace")


def robots_told(block: bytes) -> dict[str, str]:
    """What a metadata record says of robots.txt, in the form of `robots_facts`."""
    pairs = (line.partition(": ") for line in block.decode("utf-8", "replace").split("\r\n"))
    return {name: value for name, _, value in pairs if name.startswith("robots")}


def as_told(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts as they are read back from a record that was made of them."""
    return robots_told(_warc_fields(facts))


def header(headers: Headers, name: str) -> str:
    """The value of a header as text (several are joined with `, `), or "". UTF-8 if it is, else Latin-1."""
    wanted = name.lower().encode("ascii")
    values = [value for key, value in headers if key.lower() == wanted]
    return ", ".join(header_text(value) for value in values)


def first_header(headers: Headers, name: str) -> str:
    """The first value of a header as text, or "": for fields whose value may hold commas, such as `Location`."""
    wanted = name.lower().encode("ascii")
    return next((header_text(value) for key, value in headers if key.lower() == wanted), "")


def header_text(value: bytes) -> str:
    """Raw header bytes as text: UTF-8 if they are, else Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
