"""Measures of a finished page, by which `blocked` judges it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin, urlsplit

from scanner.model import BlockKind, Document
from scanner.read.markers import find_markers
from scanner.read.parsed import Signals
from scanner.stated import split_url

_UNSEEN = frozenset({BlockKind.META, BlockKind.TITLE, BlockKind.ALT, BlockKind.TITLE_ATTR})
_CHROME = frozenset({BlockKind.LINK, BlockKind.BUTTON, BlockKind.LABEL})


def measure(document: Document, counts: Mapping[str, int], app_root: str, code: Iterable[str]) -> Signals:
    """Signals from the blocks and from what was counted while the tags went by."""
    shown = chrome = state = 0
    noscript = []
    for block in document.blocks:
        if block.kind is BlockKind.JSON:
            state += len(block.text)
        elif block.kind is BlockKind.NOSCRIPT:
            noscript.append(block.text)
        elif block.hidden or block.kind in _UNSEEN:
            continue
        elif block.kind in _CHROME:
            chrome += len(block.text)
        else:
            shown += len(block.text)
    return Signals(
        shown=shown,
        chrome=chrome,
        state=state,
        noscript="\n".join(noscript)[:2000],
        scripts=counts["scripts"],
        script_characters=counts["code"],
        app_root=app_root,
        images=counts["images"],
        links=counts["links"],
        passwords=counts["passwords"],
        frames=counts["frames"],
        markers=find_markers(code, document),
    )


def absolute(base: str, href: str) -> str:
    """`href` made absolute, or empty where it is not a web address."""
    href = href.translate({9: None, 10: None, 13: None}).strip()
    try:
        url = urljoin(base, href)
    except ValueError:
        return ""
    parts = split_url(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        # A saved page read from a file has no address: its own links stay relative.
        return href if not base and not split_url(href).scheme and not href.startswith("//") else ""
    return url


_INLINE_PICTURE = re.compile(r"data:image/(?:png|jpe?g|webp|gif|bmp)\b[^,]*,", re.IGNORECASE)
_MIN_INLINE = 1500
"""Characters; a shorter picture in the page is a placeholder or an icon."""


def picture_address(base: str, source: str) -> str:
    """Where a picture lies: a web address, a `data:` URL, a file beside a saved page, a part of an MHTML file."""
    if source[:4].lower() == "cid:":
        return source[:2000]
    if source[:5].lower() == "data:":
        return source if len(source) >= _MIN_INLINE and _INLINE_PICTURE.match(source) else ""
    if base.startswith("file:") and not source.startswith("//"):
        try:
            if not urlsplit(source).scheme:
                return urljoin(base, source.partition("?")[0].partition("#")[0])
        except ValueError:  # `http://[x`
            return ""
    return absolute(base, source)
