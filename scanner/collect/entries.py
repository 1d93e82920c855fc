"""Entries of `include`, `exclude` and `speakers` in a targets file: which URLs does one mean?"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from .urls import BadUrl, Parts, is_ip, split, without_fragment

_PORT = re.compile(r":\d+$")
_SLASHES = re.compile(r"/{2,}")


def matches(entry: str, url: str) -> bool:
    """Does an entry mean this URL? It is a URL prefix, a path prefix (`/blog/`), or (`*.`)host with its subdomains.

    Both sides in the spelling that is sent, with percent escapes undone: a server takes `/%66orum` for `/forum`.
    """
    try:
        parts = split(without_fragment(url))
        wanted = _entry(entry)
    except BadUrl:
        return False
    host, sought = parts.host.rstrip("."), wanted.host.rstrip(".")
    if "://" in entry:
        return (host, _port(parts)) == (sought, _port(wanted)) and _plainly(parts).startswith(_plainly(wanted))
    if entry.startswith("/"):
        return _plainly(parts).startswith(_plainly(wanted))
    if _PORT.search(entry) and wanted.port != parts.port:
        return False
    return host == sought or (not is_ip(host) and host.endswith(f".{sought}"))


def weight(entry: str) -> tuple[int, bool, int]:
    """How much an entry says: of two that mean a URL the heavier one is the nearer. A long path, a URL, a long host."""
    wanted = _entry(entry)
    path = _plainly(wanted) if "/" in entry else ""
    return len(path), "://" in entry, 0 if entry.startswith("/") else len(wanted.host)


@lru_cache(maxsize=1024)
def _entry(entry: str) -> Parts:
    """An entry as a URL; what it does not say is filled up. Raises BadUrl."""
    if "://" in entry:
        return split(without_fragment(entry))
    if entry.startswith("/"):
        return split(f"http://entry.example{entry}")
    return split(f"http://{entry.removeprefix('*.')}/")


def _port(parts: Parts) -> int:
    """0 for the usual one: a page that is excluded under https is not fetched under http either."""
    return 0 if (parts.scheme, parts.port) in (("http", 80), ("https", 443)) else parts.port


def _plainly(parts: Parts) -> str:
    """Path and query to compare prefixes by: what most servers take for the same is the same."""
    path = _SLASHES.sub("/", unquote(parts.path))
    return path + (f"?{unquote(parts.query)}" if parts.query else "")
