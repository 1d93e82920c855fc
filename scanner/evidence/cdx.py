"""The index of a WACZ (CDXJ): where in which WARC file the record of a URL lies.

The usual key maker, `surt`, is under the AGPL and cannot come with this program; `cdxj-indexer` and `wacz` need it. The
key below is the same for ordinary URLs: host turned round, `www.` and default port gone, path and query in lower case,
query sorted. Replay tools look the URL itself up in the JSON part where the key alone does not decide.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ..warcfile import Member

INDEXED = frozenset({"response", "resource", "revisit"})
_AS_IS = "!$%&'()*+,-./:;=@_~?"
_WWW = re.compile(r"^www\d*\.")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_STATUS = re.compile(rb"HTTP/\S+ (\d{3})")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the index, read back."""

    url: str
    timestamp: str
    """14 digits, UTC."""
    filename: str
    offset: int
    length: int


def key(url: str) -> str:
    """The sort key of a URL: `com,example)/path?a=1&b=2`. What is no http(s) URL is its own key."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return quote(url.lower(), safe=_AS_IS)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return quote(url.lower(), safe=_AS_IS)
    host = _WWW.sub("", _ascii_host(parts.hostname))
    # IPv4 addresses are turned round as well: that is what the other tools do.
    reversed_host = host if ":" in host else ",".join(reversed(host.split(".")))
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    path = quote(parts.path, safe=_AS_IS).lower()
    path = path.rstrip("/") or "/" if path.endswith("/") else path or "/"
    query = "&".join(sorted(quote(parts.query, safe=_AS_IS).lower().split("&"))) if parts.query else ""
    return f"{reversed_host}{shown_port}){path}{'?' + query if query else ''}"


def _ascii_host(host: str) -> str:
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return quote(host.lower(), safe=":")


def line(one: Member, filename: str) -> str:
    """The index line of a record, without line feed; empty for kinds that are not looked up."""
    if one.kind not in INDEXED:
        return ""
    url = one.field("WARC-Target-URI")
    values = {
        "url": url,
        "mime": _mime(one),
        "status": _status(one),
        "digest": one.field("WARC-Payload-Digest") or f"sha256:{hashlib.sha256(one.payload).hexdigest()}",
        "length": str(len(one.packed)),
        "offset": str(one.offset),
        "filename": filename,
        "recordDigest": f"sha256:{one.sha256}",
    }
    return f"{key(url)} {one.date:%Y%m%d%H%M%S} {json.dumps(values, ensure_ascii=True)}"


def parse(text: str) -> Line | None:
    """A line of a CDXJ index, ours or another tool's; None where it is none."""
    parts = text.split(" ", 2)
    try:
        values = json.loads(parts[2])
        return Line(
            values["url"], parts[1], values["filename"], int(values["offset"]), int(values["length"])
        )  # fmt: skip
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _status(one: Member) -> str:
    found = _STATUS.match(one.block) if one.kind == "response" else None
    return found.group(1).decode() if found else "200"


def _mime(one: Member) -> str:
    if one.kind != "response":
        return one.field("Content-Type").partition(";")[0].strip() or "unk"
    return content_type(one).partition(";")[0].strip().lower() or "unk"


def content_type(one: Member) -> str:
    """The Content-Type of the HTTP answer in a response record, or empty."""
    return http_header(one, "content-type")


def http_header(one: Member, wanted: str) -> str:
    """The first value of a header of the HTTP answer in a response record, or empty."""
    head = one.block.partition(b"\r\n\r\n")[0]
    for text in head.split(b"\r\n")[1:]:
        name, _, value = text.partition(b":")
        if name.strip().lower() == wanted.encode():
            return value.strip().decode("latin-1")
    return ""
