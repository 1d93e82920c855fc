"""Which links lead to a privacy notice, and which to an app store. By words and addresses; nothing is fetched here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from scanner.model import Link
from scanner.notice.rules import NoticeRules
from scanner.stated import hostname_of, split_url

LONGEST_TEXT = 40
"""Characters of a link's text: a longer one is a sentence or a headline that mentions a notice."""
_KINDS = frozenset({"a", "area", "sitemap", ""})
_ENDS = re.compile(r"[/_.\-?=&]+")


def is_notice_link(link: Link, rules: NoticeRules) -> bool:
    """Does the link's text say so, or the last parts of its address?"""
    if link.rel not in _KINDS or not link.url.lower().startswith(("http:", "https:")):
        return False
    text = rules.normalise(" ".join(link.text.split())).text.strip() if link.text else ""
    if any(word in text for word in rules.finder.not_titles):
        return False
    if text and len(text) <= LONGEST_TEXT and any(_stands(word, text) for word in rules.finder.texts):
        return True
    return _by_address(link.url, rules)


def _by_address(url: str, rules: NoticeRules) -> bool:
    path = unquote(split_url(url).path).lower().rstrip("/")
    last = "/".join(path.split("/")[-2:])
    parts = set(_ENDS.split(last))
    return any(name in parts or (not name.isascii() and name in last) for name in rules.finder.paths) or any(
        part.startswith("privacy") for part in parts
    )


def _stands(word: str, text: str) -> bool:
    """A word list's word in a link's text: Latin ones as whole words."""
    at = text.find(word)
    if at < 0:
        return False
    before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
    return not word.isascii() or not (before.isalnum() or after.isalnum())


def app_stores(links: Iterable[Link], rules: NoticeRules) -> tuple[str, ...]:
    """Links to app stores, each once, in order. They are noted, not followed: their pages are not the vendor's."""
    hosts = rules.finder.stores
    found = (link.url for link in links if hostname_of(link.url) in hosts)
    return tuple(dict.fromkeys(found))
