"""What happens to one answer: kept, read back, judged, recorded. The crawler calls it; nothing else is durable.

All of it runs on one thread of its own: the archive and the database are never used by two at once, and the event
loop goes on serving other hosts while a page is judged.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from ..collect.archive import Archive, decoded_payload, read_payload
from ..collect.robots import unread_reason
from ..collect.scope import REDIRECTS, Refused, Scope, Selection, discover, follow, select
from ..collect.urls import BadUrl, canonical, join
from ..model import (
    READ,
    Capture,
    CoverageRow,
    Exchange,
    FetchFailed,
    FrontierItem,
    Judgement,
    Link,
    Outcome,
    RobotsDecision,
    Said,
    UnreadReason,
)
from . import speaking, views
from .fault import spared
from .holding import GUESS, Held, Key, Page, key_of
from .kept import judge_capture, read_capture
from .noticing import is_privacy
from .parts import Parts, plain
from .pictures import VIA as PICTURE
from .pictures import Pictures

if TYPE_CHECKING:
    from ..collect.render import Rendered
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store
    from .custodian import Custodian

P = ParamSpec("P")
R = TypeVar("R")

SITEMAP = "sitemap_file"
AUXILIARY = frozenset({"robots", SITEMAP})
"""`FrontierItem.via` of what is fetched to find the way, not to be judged."""
DEAD_ENDS = frozenset({UnreadReason.BLOCKED, UnreadReason.PARKED, UnreadReason.HTTP_STATUS, UnreadReason.RATE_LIMITED})
"""Unread pages whose links are not the vendor's."""


Show = Callable[[FrontierItem, Exchange], Awaitable["Rendered | FetchFailed"]]


class Watcher(Protocol):
    """Whoever wants to follow a run."""

    def done(self, row: CoverageRow, finished: int, known: int) -> None:
        """One URL is accounted for; `finished` of `known` so far."""

    def note(self, text: str) -> None:
        """Something worth knowing that is no page."""


class Keeper(Parts):
    """The crawler's handler for one run; pictures and browser are in `parts`.

    Use as `async with`: leaving it waits for what is being written.
    """

    def __init__(
        self,
        store: Store,
        archive: Archive,
        run: str,
        scopes: Mapping[str, Scope],
        settings: Settings,
        rules: RuleSet,
        watcher: Watcher,
        custodian: Custodian | None = None,
    ) -> None:
        self._store, self._archive, self._run = store, archive, run
        self._scopes, self._settings, self._rules, self._watcher = scopes, settings, rules, watcher
        self._custodian = custodian
        self._out = Path(settings.out_dir)
        self._is_notice = is_privacy(rules)
        self.notice_known: set[str] = set()
        """Vendors of whom a notice was read or is waiting."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evidence")
        self._known: dict[str, set[str]] = defaultdict(set)
        self._refused: dict[str, set[str]] = defaultdict(set)
        self._auxiliary: dict[str, set[str]] = defaultdict(set)
        for vendor, url in store.known(run):
            self._known[vendor].add(url)
        self._finished = store.progress(run)["done"]
        self._pictures = Pictures(store, settings)
        self._held = Held(key_of(item) for item in store.pending(run) if item.via == PICTURE)
        self.follows = True
        """False: a second look at known pages; their links lead nowhere, and nothing is asked for conditionally."""
        self.show: Show | None = None
        """How a page is shown by a browser; None: it is not."""
        self._to_show: dict[Key, Page] = {}
        for vendor, url in store.known_via(run, (*AUXILIARY, GUESS, PICTURE)):
            self._auxiliary[vendor].add(url)
        self._sitemaps = Counter(vendor for vendor, _ in store.known_via(run, (SITEMAP,)))
        """Sitemaps of each vendor that are in the frontier."""

    async def __aenter__(self) -> Keeper:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._thread.shutdown, wait=True)

    # Called by the crawler

    async def on_exchange(
        self,
        item: FrontierItem,
        exchange: Exchange,
        robots: RobotsDecision | None,
        *,
        auxiliary: bool = False,
        failure: FetchFailed | None = None,
    ) -> Sequence[FrontierItem]:
        """Keeps an answer, judges it, records it; returns what is to be fetched because of it."""
        new = await self._alone(self.take, item, exchange, robots, auxiliary, failure)
        page = self._to_show.pop(key_of(item), None)
        if page is None or self.show is None:
            return new
        shown = await self.show(page.item, exchange)
        return [*new, *await self._alone(self._take_shown, page, shown)]

    async def on_resource(self, item: FrontierItem, exchange: Exchange, robots: RobotsDecision | None) -> None:
        """What a browser asked for to show a page: kept before the browser has it."""
        await self._alone(self._keep_resource, item, exchange, robots)

    async def on_unread(self, item: FrontierItem, failure: FetchFailed, robots: RobotsDecision | None) -> None:
        """No usable answer: what there was is kept, and the reason is recorded."""
        await self._alone(self._unread, item, failure, robots)

    async def on_robots_refused(self, item: FrontierItem, decision: RobotsDecision) -> None:
        """robots.txt says no; the deciding line is recorded."""
        await self._alone(self._refuse_by_robots, item, decision)

    async def _alone(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        # Shielded: when the crawl is cancelled, what was begun is still finished and recorded (see __aexit__).
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: function(*args, **kwargs))

    # On the evidence thread

    def begin(self, items: Iterable[FrontierItem], refused: Iterable[Refused] = ()) -> None:
        """Puts start pages into the frontier; those that are in it already stay as they are."""
        items = [self._with_validators(item) for item in items]
        self._store.enqueue(self._run, items)
        self._learn(items, ())
        self._store.record_refused(self._run, plain(refused))

    def take(
        self,
        item: FrontierItem,
        exchange: Exchange,
        robots: RobotsDecision | None,
        auxiliary: bool = False,
        failure: FetchFailed | None = None,
    ) -> Sequence[FrontierItem]:
        """KEPT BEFORE IT IS READ: archive, then database, then judgement."""
        capture = self._keep(exchange, robots)
        if item.via == PICTURE:
            return self._take_picture(item, capture, robots, auxiliary, failure)
        if item.via == "robots" or (item.via in AUXILIARY and failure is None):
            return self.conclude_auxiliary(item, capture)
        # Auxiliary, and yet a page: an answer that is followed by another try.
        self._store.record_capture(self._run, item, capture, robots, retry=auxiliary and item.via not in AUXILIARY)
        if auxiliary and item.via not in AUXILIARY:
            return ()
        if failure is not None:
            self._record_unread(item, failure.reason, failure.detail, capture, robots)
            return ()
        return self.conclude(item, capture, robots)

    def _keep(self, exchange: Exchange, robots: RobotsDecision | None) -> Capture:
        """Into the archive, then into the custody chain."""
        capture = self._archive.append(exchange, robots=robots)
        if self._custodian is not None:
            self._custodian.kept(capture, exchange)
        return capture

    def _noted(self, last: Capture) -> None:
        if self._custodian is not None:
            self._custodian.kept(last)

    def resume(self, item: FrontierItem, capture: Capture, robots: RobotsDecision | None) -> None:
        """Judges what an interrupted run had kept and not judged; the frontier learns what follows."""
        if item.via == PICTURE:
            self._conclude_picture(item, capture)
        elif item.via in AUXILIARY:
            self.conclude_auxiliary(item, capture)
        else:
            self.conclude(item, capture, robots)
            self._to_show.pop(key_of(item), None)  # stays "captured": the crawl asks for it again, and shows it

    def conclude(self, item: FrontierItem, capture: Capture, robots: RobotsDecision | None) -> Sequence[FrontierItem]:
        """From a kept capture to its record; also where an interrupted run goes on. Raises EvidenceError."""
        if capture.status == 304:
            return self._conclude_unchanged(item, capture, robots)
        if capture.status in REDIRECTS and capture.location:
            return self._conclude_redirect(item, capture)
        if same := self._same_page(item, capture):
            judgement = Judgement(Outcome.DUPLICATE, detail=f"the same bytes as {same}")
            return self._record(item, capture, judgement, ((), ()))
        reading = spared(item.url, read_capture, capture, item, self._settings)
        if isinstance(reading, Judgement):
            return self._record(item, capture, reading, ((), ()))
        page = Page(item, capture, reading)
        if self.show is not None and views.wants_browser(reading, capture, self._settings):
            self._to_show[key_of(item)] = page
            return ()
        return self._conclude_reading(page)

    def conclude_auxiliary(self, item: FrontierItem, capture: Capture) -> Sequence[FrontierItem]:
        """robots.txt or a sitemap: what it names goes into the frontier, then it is done."""
        body: bytes | UnreadReason = b""
        if 200 <= capture.status < 300:
            body = decoded_payload(self._out, capture, self._settings.crawl.max_body_bytes)
        found: Selection | Judgement = ((), ())
        scope = self._scopes.get(item.vendor)
        if scope is not None and isinstance(body, bytes) and self.follows:
            found = spared(
                item.url, discover, item, body, scope, self._known[item.vendor],
                refused_before=self._refused[item.vendor], pages=self._pages(item.vendor),
                files=self._sitemaps[item.vendor], is_notice=self._is_notice,
            )  # fmt: skip
        if isinstance(found, Judgement):
            self._record_unread(item, UnreadReason.FAULT, found.detail, capture, None)
            return ()
        new = [self._with_validators(one) for one in found[0]]
        fresh = self._store.enqueue(self._run, new)
        self._store.record_refused(self._run, plain(found[1]))
        self._learn(new, found[1])
        detail = body.value if isinstance(body, UnreadReason) else "" if capture.status == 200 else f"{capture.status}"
        self._store.record_auxiliary(self._run, item, capture, robots=item.via == "robots", detail=detail)
        self._tell(item, Outcome.AUXILIARY, None, detail, capture, 0)
        return fresh

    def _conclude_redirect(self, item: FrontierItem, capture: Capture) -> Sequence[FrontierItem]:
        headers, _ = read_payload(self._out, capture)
        answer = _as_answer(item, capture, headers)
        scope, known = self._scopes.get(item.vendor), self._known[item.vendor]
        judgement = Judgement(Outcome.REDIRECT, detail=f"to {capture.location}")
        if scope is None:
            return self._record(item, capture, judgement, ((), ()))
        found = spared(item.url, follow, item, answer, scope, known, pages=self._pages(item.vendor))
        if isinstance(found, Judgement):
            return self._record(item, capture, found, ((), ()))
        new, refused = found
        return self._record(item, capture, judgement, (tuple(self._with_validators(one) for one in new), refused))

    def _conclude_unchanged(
        self, item: FrontierItem, capture: Capture, robots: RobotsDecision | None
    ) -> Sequence[FrontierItem]:
        """304: the earlier capture stands. It is read again, for its links and because the rules may have changed."""
        look = self._store.last_look(item, before=self._run)
        if look is None or not _asked_about(item, look.capture):
            self._record_unread(item, UnreadReason.PROTOCOL, "304 without an earlier capture", capture, robots)
            return ()
        reading = spared(item.url, read_capture, look.capture, item, self._settings)
        pictured: Selection = ((), ())
        if not isinstance(reading, Judgement):
            page = Page(item, look.capture, reading, unchanged=True)
            wanted = spared(item.url, self._picture_items, page)
            if isinstance(wanted, Judgement):
                return self._conclude_reading(page)
            if wanted[0]:
                return self._conclude_reading(page, wanted)
            pictured = wanted
        pictures, said = self._pictures.lookup(item, run=self._run), self._said(item)
        view = views.view_of(self._store, self._settings, item, look.capture)
        judgement = spared(
            item.url, judge_capture,
            look.capture, item, self._run, self._settings, self._rules, pictures, view, self._store.vendor_places,
            said,
        )  # fmt: skip
        chosen = spared(item.url, self._select, item, judgement)
        if isinstance(chosen, Judgement):
            return self._record(item, look.capture, chosen, ((), ()))
        found = chosen[0], (*chosen[1], *pictured[1])
        if judgement.unread is None and (look.rules_digest, look.said) == (self._rules.digest, said):
            fresh = self._store.enqueue(self._run, found[0])
            self._store.record_refused(self._run, plain(found[1]))
            self._store.record_unchanged(self._run, item, capture, robots)
            self._learn(found[0], found[1])
            self._tell(item, Outcome.UNCHANGED, None, "", capture, len(judgement.findings))
            return fresh
        if judgement.unread is None:
            judgement = replace(judgement, outcome=Outcome.UNCHANGED, detail="304 Not Modified")
        return self._record(item, look.capture, judgement, found)

    def _same_page(self, item: FrontierItem, capture: Capture) -> str:
        if capture.status != 200 or not capture.wire_bytes or not self.follows:
            return ""
        same = self._store.same_payload(self._run, item, capture.payload_sha256)
        # The same bytes are another page where a person says that somebody else speaks there.
        return same if same and self._said(replace(item, url=same)) == self._said(item) else ""

    def _said(self, item: FrontierItem) -> Said | None:
        return speaking.of_page(self._scopes.get(item.vendor), item.url, self._settings)

    def _select(self, item: FrontierItem, judgement: Judgement) -> Selection:
        """What to fetch because of this page, ready for the frontier."""
        links: tuple[Link, ...] = (
            () if not self.follows or judgement.nofollow or judgement.unread in DEAD_ENDS else judgement.links
        )
        if judgement.canonical and judgement.unread not in DEAD_ENDS and self.follows:
            links = (Link(judgement.canonical, "", "canonical"), *links)
        vendor, scope = item.vendor, self._scopes.get(item.vendor)
        if scope is None:  # a run that is closed, not continued
            return (), ()
        new, refused = select(
            links, item, scope, self._known[vendor],
            refused_before=self._refused[vendor], pages=self._pages(vendor), is_notice=self._is_notice,
        )  # fmt: skip
        return tuple(self._with_validators(one) for one in new), refused

    def _record(
        self, item: FrontierItem, capture: Capture, judgement: Judgement, found: Selection
    ) -> Sequence[FrontierItem]:
        """One transaction: document, findings, coverage row, new URLs, and the step to done."""
        nothing = judgement.notice is None and judgement.outcome is not Outcome.FINDINGS
        if item.via == GUESS and nothing and judgement.unread is not UnreadReason.FAULT:
            return self._nothing_there(item, capture)
        if judgement.outcome in (*READ, Outcome.UNREAD):
            judgement = replace(judgement, said=self._said(item))
        fresh = self._store.record_judgement(self._run, item, capture, judgement, found[0], plain(found[1]))
        if judgement.notice is not None:
            self.notice_known.add(item.vendor)
        self._learn(found[0], found[1])
        count = len(judgement.findings)
        self._tell(item, judgement.outcome, judgement.unread, judgement.detail, capture, count)
        return fresh

    def _nothing_there(self, item: FrontierItem, capture: Capture) -> Sequence[FrontierItem]:
        """An address that was only tried, and holds no notice: kept and counted, no page that anybody named."""
        detail = "tried for a privacy notice; none found in the text read there"
        self._store.record_auxiliary(self._run, item, capture, detail=detail)
        self._tell(item, Outcome.AUXILIARY, None, detail, capture, 0)
        return ()

    def _unread(self, item: FrontierItem, failure: FetchFailed, robots: RobotsDecision | None) -> None:
        kept = None if failure.exchange is None else self._keep(failure.exchange, robots)
        self._record_unread(item, failure.reason, failure.detail, kept, robots)
        if item.via == PICTURE:
            self._release(item)

    def _refuse_by_robots(self, item: FrontierItem, decision: RobotsDecision) -> None:
        self._record_unread(item, unread_reason(decision), decision.rule, None, decision)
        if item.via == PICTURE:
            self._release(item)

    def _record_unread(
        self,
        item: FrontierItem,
        reason: UnreadReason,
        detail: str,
        capture: Capture | None,
        robots: RobotsDecision | None,
    ) -> None:
        status = capture.status if capture else None
        self._store.record_unread(self._run, item, reason, detail, status=status, capture=capture, robots=robots)
        self._tell(item, Outcome.UNREAD, reason, detail, capture, 0)

    def _with_validators(self, item: FrontierItem) -> FrontierItem:
        """Asks for a 304 only where the bytes that it would stand for are still here."""
        if item.via in AUXILIARY or item.via == PICTURE or not self.follows:
            return item
        etag, last_modified = self._store.validators(item)
        if not etag and not last_modified:
            return item
        look = self._store.last_look(item, before=self._run)
        if look is None or not (self._out / look.capture.warc_file).is_file():
            return item
        return replace(item, etag=etag, last_modified=last_modified)

    def _pages(self, vendor: str) -> int:
        return len(self._known[vendor]) - len(self._auxiliary[vendor])

    def _learn(self, new: Iterable[FrontierItem], refused: Iterable[Refused]) -> None:
        for item in new:
            self._sitemaps[item.vendor] += item.via == SITEMAP and item.canonical not in self._known[item.vendor]
            self._known[item.vendor].add(item.canonical)
            if item.via == "notice":
                self.notice_known.add(item.vendor)
            if item.via in AUXILIARY or item.via in (GUESS, PICTURE):
                self._auxiliary[item.vendor].add(item.canonical)
        for one in refused:
            self._refused[one.item.vendor].add(one.item.canonical)

    def _tell(
        self,
        item: FrontierItem,
        outcome: Outcome,
        reason: UnreadReason | None,
        detail: str,
        capture: Capture | None,
        findings: int,
    ) -> None:
        self._finished += 1
        row = CoverageRow(
            url=item.url, vendor=item.vendor, outcome=outcome, reason=reason, detail=detail,
            status=capture.status if capture else None, captured_at=capture.captured_at if capture else None,
            capture_sha256=capture.payload_sha256 if capture else "", findings=findings,
            depth=item.depth, via=item.via,
        )  # fmt: skip
        known = sum(len(urls) for urls in self._known.values())
        self._watcher.done(row, self._finished, max(known, self._finished))


def _asked_about(item: FrontierItem, capture: Capture) -> bool:
    """Was the server asked about this capture? A 304 speaks of the tag and the date that were sent to it."""
    sent = (item.etag, item.last_modified)
    return any(sent) and sent == (capture.etag, capture.last_modified)


def _as_answer(item: FrontierItem, capture: Capture, headers: tuple[tuple[bytes, bytes], ...]) -> Exchange:
    """The kept answer in the shape in which it came: deciding where a redirect leads needs no more than this."""
    return Exchange(
        url=item.url, method="GET", request_target="", request_headers=(), started_at=capture.captured_at,
        finished_at=capture.captured_at, http_version=capture.http_version, status=capture.status, reason_phrase="",
        response_headers=headers, body=b"", peer_ip=capture.peer_ip,
    )  # fmt: skip


def same_page(item: FrontierItem, location: str) -> bool:
    """Does a redirect lead to the page that was asked for, under another spelling?"""
    try:
        return canonical(join(item.url, location)) == item.canonical
    except BadUrl:
        return False
