"""`noticescan notice` and `noticescan compare`: single notices and files, read where they lie. Nothing is stored."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ..collect.decompress import decode_body
from ..collect.fetch import Fetcher
from ..collect.frontier import Crawler
from ..collect.guard import Guard
from ..collect.records import header
from ..collect.robots import unread_reason
from ..collect.scope import Scope, follow
from ..collect.urls import BadUrl, canonical, without_fragment
from ..errors import UsageError
from ..model import (
    Contradiction,
    Document,
    Exchange,
    FetchFailed,
    FrontierItem,
    Judgement,
    Notice,
    Outcome,
    Provenance,
    RobotsDecision,
    Said,
    Stance,
    Target,
    UnreadReason,
)
from .check import Checked, check
from .fault import spared
from .judge import judge, plain_headers
from .noticing import needed_notice_rules, notice_in, verdicts

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet


KINDS = "known kinds: html, txt, json, mhtml, pdf, warc, wacz"


def notices_in(
    paths: Sequence[Path], rules: RuleSet, regimes: tuple[str, ...] = (), places: tuple[str, ...] = ()
) -> list[Notice]:
    """Each page of the files read as a privacy notice, whatever it calls itself. What cannot be read has `unread` set.

    Raises UsageError for a path that does not exist, or a regime that the patterns do not know.
    """
    return [notice for notice, _ in _with_documents(paths, rules, regimes, places)]


def _with_documents(
    paths: Sequence[Path], rules: RuleSet, regimes: tuple[str, ...], places: tuple[str, ...]
) -> list[tuple[Notice, Document | None]]:
    check_regimes(regimes, rules)
    return [
        (_notice(one.judgement, one.where, rules, regimes, places), one.judgement.document)
        for one in check(paths, rules)
    ]


def notice_at(
    url: str, settings: Settings, rules: RuleSet, regimes: tuple[str, ...] = (), places: tuple[str, ...] = ()
) -> Notice:
    """The notice at a URL, fetched as a crawl would (robots.txt, guard, pace). Nothing of it is kept."""
    check_regimes(regimes, rules)
    try:
        item = FrontierItem(without_fragment(url), canonical(without_fragment(url)), "", 0, "notice")
    except BadUrl as error:
        raise UsageError(f"{url}: {error}", "give a file, or a URL that begins with http:// or https://") from None
    handler = _One(Scope(Target("", (url,)), 1, 0))
    asyncio.run(_fetch(item, handler, settings))
    if handler.exchange is None:
        reason, detail = handler.failed
        return _notice(Judgement(Outcome.UNREAD, unread=reason, detail=detail), Provenance(url), rules, regimes, places)
    exchange = handler.exchange
    where = Provenance(
        exchange.url, captured_at=exchange.finished_at, capture_sha256=hashlib.sha256(exchange.body).hexdigest()
    )  # fmt: skip
    encoding = header(exchange.response_headers, "content-encoding")
    body = decode_body(exchange.body, encoding, settings.crawl.max_body_bytes)
    if isinstance(body, UnreadReason):
        return _notice(Judgement(Outcome.UNREAD, unread=body, detail=encoding), where, rules, regimes, places)
    headers = plain_headers(exchange.response_headers)
    kind = headers.get("content-type", "")
    judgement = spared(exchange.url, judge, body, kind, exchange.url, exchange.status, headers, where, rules)
    return _notice(judgement, where, rules, regimes, places)


@dataclass(frozen=True, slots=True)
class Compared:
    """Adverts set against notices."""

    verdicts: tuple[Contradiction, ...]
    pages: tuple[Checked, ...]
    """What was read of the adverts."""
    notices: tuple[Notice, ...]
    twice: tuple[str, ...]
    """Files given as advert and as notice: they count as notices only."""


def compared(
    ads: Sequence[Path],
    notices: Sequence[Path],
    rules: RuleSet,
    regimes: tuple[str, ...] = (),
    at: date | None = None,
    places: tuple[str, ...] = (),
    said: Said | None = None,
) -> Compared:
    """The asserted claims of the adverts set against the notices. `places`: the vendor's; `at`: the day of adverts that
    do not know when they were captured; None: it is not known. `said`: who speaks in the adverts, as a person says.

    Raises UsageError where no advert or no notice is left to look at.
    """
    read = _with_documents(notices, rules, regimes, places)
    if not read:
        raise UsageError("no page in the folders given with --notice", KINDS)
    same = {_place(notice.source) for notice, _ in read}
    given = list(check(ads, rules, said=said))
    if not given:
        raise UsageError("no page in the folders given with --ad", KINDS)
    pages = tuple(one for one in given if _place(one.source) not in same)
    if not pages:
        raise UsageError(
            "no advert to compare: each file given with --ad is given with --notice too",
            "give the pages that advertise with --ad, and the vendor's privacy notice with --notice",
        )
    findings = [f for one in pages for f in one.judgement.findings if f.stance is Stance.ASSERTED]
    texts = [*((one.source, one.judgement.document) for one in pages), *((n.source, document) for n, document in read)]
    documents = {source: document for source, document in texts if document is not None}
    found = tuple(notice for notice, _ in read)
    twice = tuple(one.source for one in given if _place(one.source) in same)
    return Compared(verdicts(findings, found, documents, rules, at), pages, found, twice)


def _place(source: str) -> str:
    """One name for a file, however its path is written; URLs stay as they are."""
    return source if "://" in source else str(Path(source).resolve())


def check_regimes(regimes: Sequence[str], rules: RuleSet) -> None:
    """Raises UsageError for a regime without items, or a patterns folder that knows nothing of notices."""
    known = needed_notice_rules(rules).regimes
    for regime in regimes:
        if regime not in known:
            raise UsageError(f"--regime {regime}: not known", f"one of: {', '.join(known)}")


def _notice(
    judgement: Judgement, where: Provenance, rules: RuleSet, regimes: tuple[str, ...], places: tuple[str, ...]
) -> Notice:
    document = judgement.document
    if judgement.unread is not None or document is None:
        return Notice(
            where.source, where.vendor, captured_at=where.captured_at, capture_sha256=where.capture_sha256,
            warc_record=where.warc_record, unread=judgement.unread or UnreadReason.EMPTY, detail=judgement.detail,
        )  # fmt: skip
    return notice_in(document, where, rules, regimes, places)


async def _fetch(item: FrontierItem, handler: _One, settings: Settings) -> None:
    async with Fetcher(settings.crawl, Guard(settings.crawl.allow_networks)) as fetcher:
        await Crawler(settings.crawl, fetcher, handler).run([item])


@dataclass
class _One:
    """The crawler's handler for one page: remembers the last answer, follows redirects within the site."""

    scope: Scope
    exchange: Exchange | None = None
    failed: tuple[UnreadReason, str] = (UnreadReason.CONNECT, "no answer")
    known: set[str] = field(default_factory=set)

    async def on_exchange(
        self,
        item: FrontierItem,
        exchange: Exchange,
        robots: RobotsDecision | None,  # noqa: ARG002 - the crawler's contract
        *,
        auxiliary: bool = False,
        failure: FetchFailed | None = None,
    ) -> Sequence[FrontierItem]:
        """The page itself, or where it leads."""
        if auxiliary:
            return ()
        if failure is not None:
            self.failed = failure.reason, failure.detail
            return ()
        self.known.add(item.canonical)
        new, refused = follow(item, exchange, self.scope, self.known, pages=0)
        if refused:
            self.failed = refused[0].reason, refused[0].detail
        elif not new:
            self.exchange = exchange
        return new

    async def on_resource(self, item: FrontierItem, exchange: Exchange, robots: RobotsDecision | None) -> None:
        """Never called: nothing is shown by a browser here."""

    async def on_unread(
        self,
        item: FrontierItem,  # noqa: ARG002 - the crawler's contract
        failure: FetchFailed,
        robots: RobotsDecision | None,  # noqa: ARG002
    ) -> None:
        """Why there is no answer."""
        self.failed = failure.reason, failure.detail

    async def on_robots_refused(self, item: FrontierItem, decision: RobotsDecision) -> None:  # noqa: ARG002
        """robots.txt says no."""
        self.failed = unread_reason(decision), decision.rule
