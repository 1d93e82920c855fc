"""URLs: normal form for de-duplication, the form that is sent, and whose site a URL belongs to.

The only file that knows ada-url, w3lib.url and tldextract. Every function here is pure and meets no network:
the public suffix list is the one shipped with tldextract.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ada_url import URL
from w3lib.url import canonicalize_url, url_query_cleaner

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_URL_CHARS = 2048
"""Longer ones are refused: no vendor page needs them, traps grow them."""

TRACKING_PARAMETERS = (
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "utm_name", "utm_reader",
    "spm", "scm", "pvid", "bd_vid", "bd_source", "qhclickid", "gdt_vid", "tt_from", "hmsr", "hmpl", "hmcu", "hmkw",
    "hmci", "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "yclid", "twclid", "ttclid", "igshid",
    "mc_cid", "mc_eid", "_hsenc", "_hsmi", "vero_id", "_ga", "_gl", "share_token", "from_spmid",
)  # fmt: skip
"""Say where a visitor came from, never what the page is."""

SESSION_PARAMETERS = ("jsessionid", "phpsessid", "sessionid", "session_id", "aspsessionid", "cfid", "cftoken")
SESSION_OR_NUMBER = ("sid",)
"""A session where the value looks like one; elsewhere the number of a story, a shop or a section."""

SHARED_SITES = (
    "1688.com", "alibaba.com", "aliexpress.com", "taobao.com", "tmall.com", "jd.com", "made-in-china.com",
    "globalsources.com", "hc360.com", "b2b168.com", "huangye88.com", "china.cn", "cnblogs.com", "blogspot.com",
)  # fmt: skip
"""Markets and hosters where each subdomain is another tenant: there the registrable domain is not the vendor."""

_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_SESSION = re.compile(r"(?=(?:\d*[a-z]+\d){2})[0-9a-z]{20,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""Letters and digits in turn, as no number and no name has them; or a UUID."""


class BadUrl(ValueError):
    """The URL cannot be fetched; the message says why in a few words."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A URL taken apart by the WHATWG rules. `host` is ASCII (punycode), IPv6 without brackets; `port` always set."""

    href: str
    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> str:
        """`scheme://host[:port]`, the key of robots.txt (RFC 9309, 2.3)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{host}" + ("" if self.port == default else f":{self.port}")

    @property
    def request_target(self) -> str:
        """Path and query, as in a request line."""
        return self.path + (f"?{self.query}" if self.query else "")


@lru_cache(maxsize=8192)
def split(url: str) -> Parts:
    """Parse like a browser (WHATWG). Raises BadUrl for other schemes, credentials, no host, too long, malformed."""
    if len(url) > MAX_URL_CHARS:
        raise BadUrl(f"longer than {MAX_URL_CHARS} characters")
    try:
        parsed = URL(url)
    except ValueError:
        raise BadUrl("not a URL") from None
    scheme = parsed.protocol.rstrip(":")
    if scheme not in ("http", "https"):
        raise BadUrl(f"scheme {scheme!r} is not http or https")
    if parsed.username or parsed.password:
        raise BadUrl("holds a user name or password")
    host = parsed.hostname.strip("[]")
    if not host or host == ".":
        raise BadUrl("has no host")
    port = int(parsed.port) if parsed.port else (443 if scheme == "https" else 80)
    if port == 0:
        raise BadUrl("port 0")
    parsed.hash = ""
    return Parts(parsed.href, scheme, host, port, parsed.pathname, parsed.search.removeprefix("?"))


def without_fragment(url: str) -> str:
    """The URL as found, with `#...` and surrounding white space removed and nothing else changed."""
    return url.strip().partition("#")[0]


def sent_form(url: str) -> str:
    """The URL as it goes over the wire: ASCII, dot segments resolved, no fragment. Raises BadUrl."""
    return split(without_fragment(url)).href


def join(base: str, reference: str) -> str:
    """Make a reference absolute as a browser does; the fragment is removed. Raises BadUrl.

    Raw bytes of a `Location` may be anything: white space and control characters inside are removed first.
    """
    cleaned = _CONTROL.sub(lambda found: "%20" if found.group() == " " else "", reference.strip())
    try:
        joined = URL(cleaned, base).href
    except ValueError:
        raise BadUrl("not a URL") from None
    joined = joined.partition("#")[0]
    split(joined)
    return joined


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """Normal form for de-duplication only: the raw URL stays the evidence. Raises BadUrl.

    ada does dot segments, default port, IDNA and percent-encoding of the path; then tracking and session parameters
    are dropped, and w3lib sorts the query and drops the fragment. Idempotent.
    """
    parts = split(without_fragment(url))
    href = parts.href
    if parts.query:
        href = url_query_cleaner(href, _dropped(parts.query), remove=True, unique=False)
    href = canonicalize_url(href)
    return split(href).href


def _dropped(query: str) -> list[str]:
    """The names in this query, as written, that are tracking or session parameters in any case."""
    wanted = set(TRACKING_PARAMETERS) | set(SESSION_PARAMETERS)
    values: dict[str, list[str]] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        values.setdefault(name, []).append(value)
    return [
        name
        for name, given in values.items()
        if name.lower() in wanted
        or name.lower().startswith("utm_")
        or (name.lower() in SESSION_OR_NUMBER and all(map(_SESSION.fullmatch, given)))
    ]


def is_ip(host: str) -> bool:
    """Is the host an address literal (brackets allowed)?"""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def registrable(host: str) -> str:
    """The part of a host name that one registrant owns (`shop.example.com.cn` -> `example.com.cn`).

    Takes `host` or `host:port`. IP literals, `localhost` and names of one label come back whole, *with* the port: on
    such machines each port is a site of its own. So, without the port, does a host on a market or hoster that has a
    tenant on each subdomain (`SHARED_SITES`, and the private part of the public suffix list).
    """
    name, port = _split_port(host.lower().rstrip("."))
    if is_ip(name) or "." not in name or name.endswith(".localhost"):
        return f"{name}:{port}" if port else name
    parts = _extractor()(name, include_psl_private_domains=True)
    if not parts.suffix:  # an unlisted top-level domain is a suffix of one label (publicsuffix.org, default rule `*`)
        return ".".join(name.split(".")[-2:])
    found = parts.top_domain_under_public_suffix
    return name if not found or found in SHARED_SITES else found


def site_of(url: str) -> str:
    """`registrable` of a URL's host and port. Raises BadUrl."""
    parts = split(url)
    host = f"[{parts.host}]" if ":" in parts.host else parts.host
    return registrable(f"{host}:{parts.port}")


def _split_port(host: str) -> tuple[str, str]:
    if host.startswith("["):
        name, _, rest = host.partition("]")
        return name + "]", rest.removeprefix(":")
    if host.count(":") == 1:
        name, _, port = host.partition(":")
        return name, port
    return host, ""


@lru_cache(maxsize=1)
def _extractor() -> TLDExtract:
    # Imported late: 40 ms that `--help` must not pay. No list is fetched, no cache written: the shipped one decides.
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)
