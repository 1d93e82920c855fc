"""The page of a case file: one HTML file that loads nothing, and the same as PDF. Vendor text is escaped everywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scanner.model import Capture, Document, Finding, RobotsDecision, RunFacts, Tracked
from scanner.report.casewords import CASE_WORDS
from scanner.report.html import HTML_LANG, category_part, live_url, own_file, render
from scanner.report.view import doubtful
from scanner.report.words import words

CONTEXT_LIMIT = 300
CONTEXT_BLOCKS = 7
"""So many characters and blocks of the page are shown before and after a quotation."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the page of an entry was fetched; empty where it is not known."""

    dns: tuple[str, ...] = ()
    tls_version: str = ""
    tls_leaf: str = ""
    clock_compared: int = 0
    clock_seconds: float | None = None
    egress: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """The event in the custody chain that tells of a capture."""

    n: int
    at: str
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class RunStamp:
    """A stamp over the custody chain. `state`: `verified`, `unverified` or `broken`, for a proof of a calendar also
    `pending` (a promise) or `block` (in a block whose header is not at hand); `file`: in the case file."""

    authority: str
    run: str
    n: int
    state: str
    why: str
    time: datetime | None
    file: str
    digest: str
    calendar: bool = False
    """`authority` is a calendar of OpenTimestamps."""
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One quotation with its evidence."""

    tracked: Tracked
    capture: Capture
    document: Document | None
    robots: RobotsDecision | None
    conditions: Conditions
    event: Event | None
    text_file: str
    warc: str
    """Name of the WARC file in pages.wacz, and where in it the record lies."""
    offset: int
    length: int
    picture: str = ""
    """Path in the case file of the piece of a picture in which the quote stands, made for showing."""
    blurred: bool = False
    """Faces and number plates were looked for in that copy."""
    no_picture: str = ""
    """Why there is none, though the quote stands in a picture."""

    @property
    def finding(self) -> Finding:
        return self.tracked.finding

    @property
    def around(self) -> tuple[str, str]:
        """The text of the page before and after the quote; a table cell alone would say too little."""
        found, document = self.finding, self.document
        if document is None:
            return found.prefix, found.suffix
        before, after = document.text[: found.start], document.text[found.end :]
        lines_before = before[-CONTEXT_LIMIT:].split("\n\n")[-CONTEXT_BLOCKS:]
        if len(before) > CONTEXT_LIMIT and len(lines_before) > 1 and len(lines_before) < CONTEXT_BLOCKS:
            del lines_before[0]  # the block that the limit cut
        lines_after = after[:CONTEXT_LIMIT].split("\n\n")[:CONTEXT_BLOCKS]
        return "\n".join(lines_before).lstrip(), "\n".join(lines_after).rstrip()


@dataclass(frozen=True, slots=True)
class CasePage:
    """All that the page shows."""

    title: str
    created: datetime
    run: RunFacts
    entries: tuple[Entry, ...]
    stamps: tuple[RunStamp, ...]
    signed: bool
    asked: bool
    """Was an authority asked for a stamp over the whole?"""
    calendars: bool
    """Was a calendar?"""
    pages: int
    categories: Mapping[str, Mapping[str, Any]]


def case_html(page: CasePage, lang: str) -> str:
    """The page in one language."""
    t = words(lang)
    style = own_file("case.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sources = f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' file:"
    policy = f"{sources}; base-uri 'none'; form-action 'none'"
    return render(
        "case.html",
        t=t, c=CASE_WORDS[lang], page=page, csp=policy, html_lang=HTML_LANG[lang], context_limit=CONTEXT_LIMIT,
        style=style,
        counted=CASE_WORDS[lang]["count"].split("|")[0 if len(page.entries) == 1 else -1],
        category=lambda key, part: category_part(page.categories, key, part, lang), live=live_url,
        doubtful=doubtful,
    )  # fmt: skip
