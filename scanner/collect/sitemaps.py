"""Sitemaps (sitemaps.org 0.9): XML urlset and index, RSS and Atom, plain text, each perhaps gzipped -> URLs.

Hostile input. No XML library is used: entity bombs, external entities and deep nesting cannot happen to a scanner
that looks for `<loc>` from left to right, and broken files, which are common, still give what they hold.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from ..model import UnreadReason
from .decompress import decode_body
from .urls import MAX_URL_CHARS

MAX_BYTES = 50 * 1024 * 1024
"""sitemaps.org: a sitemap is at most 50 MB uncompressed."""
MAX_URLS = 50_000
MAX_NESTED = 500

_INDEX = re.compile(rb"<(?:[\w.-]{1,40}:)?sitemapindex[\s>]", re.IGNORECASE)
_URLSET = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:urlset|rss|feed)[\s>]", re.IGNORECASE)
_TAG = re.compile(r"<(?:[\w.-]{1,40}:)?(?:loc|link)(\s[^<>]{0,2500})?>", re.IGNORECASE)
_EXTENSION_TAG = re.compile(r"<(?:image|video|news|xhtml):", re.IGNORECASE)
_HREF = re.compile(r"\shref\s?=\s?[\"']([^\"'<>]{1,2048})[\"']", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap named, in its order, as written (entities resolved)."""

    urls: tuple[str, ...]
    nested: tuple[str, ...]
    left_out: str = ""
    """The first that it names behind the number that we read; empty where it names no more."""


def parse(body: bytes) -> Sitemap | UnreadReason:
    """Read a sitemap from content-decoded bytes; a `.xml.gz` is unpacked here.

    TOO_LARGE or BAD_ENCODING for gzip that bombs or is broken, CONTENT_TYPE for what is no sitemap (an HTML error
    page, mostly).
    """
    if body.startswith(b"\x1f\x8b"):
        unpacked = decode_body(body, "gzip", MAX_BYTES)
        if isinstance(unpacked, UnreadReason):
            return unpacked
        body = unpacked
    if len(body) > MAX_BYTES:
        return UnreadReason.TOO_LARGE
    head = body[:4096]
    if _INDEX.search(head):
        nested, left_out = _locations(_text(body), MAX_NESTED)
        return Sitemap((), nested, left_out)
    if _URLSET.search(head):
        urls, left_out = _locations(_text(body), MAX_URLS)
        return Sitemap(urls, (), left_out)
    return _plain(body)


def _text(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _locations(text: str, limit: int) -> tuple[tuple[str, ...], str]:
    """The first addresses, and the one behind them."""
    found: dict[str, None] = {}
    text = _COMMENT.sub("", text)
    for tag in _TAG.finditer(text):
        if _EXTENSION_TAG.match(tag.group()):
            continue
        url = _value(tag.group(1) or "", text[tag.end() : tag.end() + 2 * MAX_URL_CHARS])
        if not url or len(url) > MAX_URL_CHARS or url in found:
            continue
        if len(found) >= limit:
            return tuple(found), url
        found[url] = None
    return tuple(found), ""


def _value(attributes: str, following: str) -> str:
    """The URL in `<link href="...">`, `<loc>...</loc>` or `<loc><![CDATA[...]]></loc>`."""
    href = _HREF.search(attributes)
    if href:
        return html.unescape(href.group(1)).strip()
    following = following.lstrip()
    if following.startswith("<![CDATA["):
        return following[9:].partition("]]>")[0].strip()
    content, end, _ = following.partition("<")
    return html.unescape(content).strip() if end else ""


def _plain(body: bytes) -> Sitemap | UnreadReason:
    """One URL a line; anything else in the first lines means that it is not a sitemap."""
    if b"\0" in body[:4096]:
        return UnreadReason.CONTENT_TYPE
    lines = [line.strip() for line in _text(body).splitlines()]
    urls = [line for line in lines if line.startswith(("http://", "https://"))]
    if not urls or next((line for line in lines if line), "") != urls[0]:
        return UnreadReason.CONTENT_TYPE
    kept = tuple(dict.fromkeys(url for url in urls if len(url) <= MAX_URL_CHARS))
    return Sitemap(kept[:MAX_URLS], (), "".join(kept[MAX_URLS : MAX_URLS + 1]))
