"""The crawl loop: many hosts at once, one request at a time to each, never faster than its site allows.

The loop holds nothing that may be lost: each result is handed to a `Handler`, which keeps, judges and records it and
answers with the items that follow from it. Whatever was not handed over when the process died is still to be fetched.
Which URLs are wanted at all is decided in `scope`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from ..config import LOWEST_PUBLIC_DELAY
from ..errors import NoticescanError
from ..model import Exchange, FetchFailed, FrontierItem, RobotsDecision, UnreadReason
from .decompress import decode_body
from .fetch import Fetcher, retry_after
from .guard import AddressRefused
from .records import first_header, header
from .robots import MAX_REDIRECTS as ROBOTS_REDIRECTS
from .robots import Robots, robots_url
from .scope import REDIRECTS, Excluded, Refused, Scope, discover, follow, seeds, select
from .urls import BadUrl, Parts, canonical, join, sent_form, split

if TYPE_CHECKING:
    from ..config import CrawlSettings

__all__ = ["Crawler", "Handler", "Refused", "Scope", "discover", "follow", "seeds", "select"]

DEFAULT_DELAY = 2.0
FIRST_BACKOFF = 1.0
"""Seconds before the second try where a 429 does not say; doubled each time, and never shorter than the pace."""
LOOP_STEPS = 100


class Handler(Protocol):
    """Makes results durable. Each call is one unit: when it returns, the item is done and what follows is recorded."""

    async def on_exchange(
        self,
        item: FrontierItem,
        exchange: Exchange,
        robots: RobotsDecision | None,
        *,
        auxiliary: bool = False,
        failure: FetchFailed | None = None,
    ) -> Sequence[FrontierItem]:
        """Something was received. Returns the newly selected items.

        `auxiliary`: evidence that is not the item's outcome: robots.txt (`item.via == "robots"`), sitemaps
        (`"sitemap_file"`), and with other `via` an answer that is followed by another try (429) or by the same page
        under another spelling. `failure`: why it is not a usable answer.
        """
        ...

    async def on_resource(self, item: FrontierItem, exchange: Exchange, robots: RobotsDecision | None) -> None:
        """Something that a page needs to be shown; no page, and no item of the frontier."""
        ...

    async def on_unread(self, item: FrontierItem, failure: FetchFailed, robots: RobotsDecision | None) -> None:
        """Nothing was received."""
        ...

    async def on_robots_refused(self, item: FrontierItem, decision: RobotsDecision) -> None:
        """robots.txt forbids it, or could not be had (`robots.unread_reason(decision)` tells which)."""
        ...


@dataclass
class _Host:
    """What is known about a host in this run. `strikes`: failures in a row."""

    name: str
    queue: deque[FrontierItem] = field(default_factory=deque)
    robots: dict[str, Robots] = field(default_factory=dict)
    not_before: float = 0.0
    strikes: int = 0
    given_up: str = ""
    running: bool = False


class Crawler:
    """Fetches items and everything that the handler selects from them. `robots`: origin -> rules already at hand.

    `excluded`: asked before each request, whatever led to it; only where it says nothing is the URL asked for.
    """

    def __init__(
        self,
        settings: CrawlSettings,
        fetcher: Fetcher,
        handler: Handler,
        *,
        robots: Mapping[str, Robots] | None = None,
        excluded: Excluded = lambda _vendor, _url: "",
    ) -> None:
        self._settings = settings
        self._excluded = excluded
        self._fetcher = fetcher
        self._handler = handler
        self._given_robots = dict(robots or {})
        self._hosts: dict[str, _Host] = {}
        self._slots = asyncio.Semaphore(settings.max_concurrent_hosts)
        self._redirects: dict[str, str] = {}
        self._hops: dict[str, int] = {}
        self._group: asyncio.TaskGroup | None = None
        self._one_robots = asyncio.Lock()

    async def run(self, items: Iterable[FrontierItem]) -> None:
        """Work until nothing is left. Errors of the handler (disk full, database gone) end the run and are raised."""
        asyncio.get_running_loop().set_exception_handler(_without_noise_of_a_stop)
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                await self._enqueue(items)
        except BaseExceptionGroup as errors:
            ours, _ = errors.split(NoticescanError)
            raise _first(ours or errors) from None
        finally:
            self._group = None

    async def ask(self, page: FrontierItem, url: str) -> Exchange | FetchFailed:
        """What a browser needs to show a page: through robots.txt, guard and archive like everything, at once.

        No pause is made: a page is looked at once, and its parts come over one connection a host, one by one.
        """
        try:
            item = FrontierItem(url, canonical(url), page.vendor, page.depth + 1, "browser", page.url)
            name = _host_key(split(sent_form(url)))
        except BadUrl as error:
            return FetchFailed(url, UnreadReason.BAD_URL, str(error), datetime.now(UTC))
        if excluded := self._excluded(page.vendor, url):
            return _failure(item, UnreadReason.OUT_OF_BUDGET, excluded)
        host = self._hosts.setdefault(name, _Host(name))
        async with self._one_robots:
            decision = (await self._robots(host, item)).decide(url, overrides=self._settings.robots_overrides)
        if not decision.allowed:
            return _failure(item, UnreadReason.ROBOTS, decision.rule)
        referrer = ((b"Referer", sent_form(page.url).encode("ascii", "replace")),)
        result = await self._fetcher.get(url, headers=referrer)
        exchange = result.exchange if isinstance(result, FetchFailed) else result
        if exchange is not None:
            await self._handler.on_resource(item, exchange, decision)
        return result

    async def _enqueue(self, items: Iterable[FrontierItem]) -> None:
        assert self._group is not None
        for item in items:
            try:
                name = _host_key(split(sent_form(item.url)))
            except BadUrl as error:
                await self._handler.on_unread(item, _failure(item, UnreadReason.BAD_URL, str(error)), None)
                continue
            host = self._hosts.setdefault(name, _Host(name))
            if item.via == "notice":  # few, and what the adverts are set against: before the rest of the site
                host.queue.appendleft(item)
            else:
                host.queue.append(item)
            if not host.running:
                host.running = True
                self._group.create_task(self._work(host))

    async def _work(self, host: _Host) -> None:
        try:
            async with self._slots:
                while host.queue:
                    await self._visit(host, host.queue.popleft())
        finally:
            host.running = False

    async def _visit(self, host: _Host, item: FrontierItem) -> None:
        if host.given_up:
            await self._handler.on_unread(item, _failure(item, UnreadReason.HOST_GIVEN_UP, host.given_up), None)
            return
        spellings = self._settings.max_redirects
        while True:
            if excluded := self._excluded(item.vendor, item.url):
                await self._handler.on_unread(item, _failure(item, UnreadReason.OUT_OF_BUDGET, excluded), None)
                return
            robots = await self._robots(host, item)
            decision = robots.decide(item.url, overrides=self._settings.robots_overrides)
            if not decision.allowed:
                await self._refuse(item, robots, decision)
                return
            result = await self._get(host, item, decision)
            if isinstance(result, FetchFailed):
                await self._hand_over_failure(item, result, decision)
                return
            respelled = self._respelled(item, result)
            if not respelled or spellings <= 0:
                await self._hand_over(item, result, decision)
                return
            spellings -= 1
            await self._handler.on_exchange(item, result, decision, auxiliary=True)
            item = replace(item, url=respelled)

    async def _refuse(self, item: FrontierItem, robots: Robots, decision: RobotsDecision) -> None:
        if robots.unreachable is None:
            await self._handler.on_robots_refused(item, decision)
        else:  # the site itself could not be reached: say that, and not that its robots.txt forbids
            await self._handler.on_unread(item, _failure(item, robots.unreachable, decision.rule), decision)

    async def _hand_over(self, item: FrontierItem, exchange: Exchange, decision: RobotsDecision) -> None:
        failure = self._redirect_failure(item, exchange)
        auxiliary = item.via == "sitemap_file"
        new = await self._handler.on_exchange(item, exchange, decision, auxiliary=auxiliary, failure=failure)
        hops = self._hops.get(item.canonical, 0)
        for each in new:
            if each.via == "redirect":
                self._hops[each.canonical] = hops + 1
        await self._enqueue(new)

    async def _hand_over_failure(
        self, item: FrontierItem, failure: FetchFailed, decision: RobotsDecision | None, *, auxiliary: bool = False
    ) -> None:
        if failure.exchange is None:
            await self._handler.on_unread(item, failure, decision)
            return
        auxiliary = auxiliary or item.via == "sitemap_file"
        new = await self._handler.on_exchange(item, failure.exchange, decision, auxiliary=auxiliary, failure=failure)
        await self._enqueue(new)

    def _respelled(self, item: FrontierItem, exchange: Exchange) -> str:
        """Where a redirect leads to the same page under another spelling (`?utm_source=x` dropped): that spelling."""
        target = _redirect_target(item, exchange)
        if not target or sent_form(target) == sent_form(item.url):
            return ""
        return target if canonical(target) == item.canonical else ""

    def _redirect_failure(self, item: FrontierItem, exchange: Exchange) -> FetchFailed | None:
        if exchange.status not in REDIRECTS or not first_header(exchange.response_headers, "location"):
            return None
        target = _redirect_target(item, exchange)
        if not target:
            return _failure(item, UnreadReason.BAD_URL, "the redirect leads to no usable URL", exchange)
        source, goal = item.canonical, canonical(target)
        self._redirects[source] = goal
        step = goal
        for _ in range(LOOP_STEPS):
            if step == source:
                return _failure(item, UnreadReason.TOO_MANY_REDIRECTS, "the redirects run in a circle", exchange)
            if step not in self._redirects:
                break
            step = self._redirects[step]
        limit = self._settings.max_redirects
        if self._hops.get(source, 0) >= limit:
            return _failure(item, UnreadReason.TOO_MANY_REDIRECTS, f"more than {limit} redirects in a row", exchange)
        return None

    async def _robots(self, host: _Host, item: FrontierItem) -> Robots:
        """The rules of the item's origin; fetched once a run, kept as evidence, redirects followed (at most 5)."""
        origin = split(sent_form(item.url)).origin
        if origin not in host.robots:
            host.robots[origin] = self._given_robots.get(origin) or await self._fetch_robots(host, item)
        return host.robots[origin]

    async def _fetch_robots(self, host: _Host, item: FrontierItem) -> Robots:
        first = robots_url(sent_form(item.url))
        url = first
        hops = 0
        while True:
            asked = FrontierItem(url, canonical(url), item.vendor, 0, "robots", first if hops else item.url)
            result = await self._get(host, asked, None)
            if isinstance(result, FetchFailed):
                await self._hand_over_failure(asked, result, None, auxiliary=True)
                return _robots_from_failure(first, result)
            await self._enqueue(await self._handler.on_exchange(asked, result, None, auxiliary=True))
            url = _redirect_target(asked, result)
            hops += 1
            if not url or hops > ROBOTS_REDIRECTS:
                break
            if excluded := self._excluded(item.vendor, url):
                return Robots.from_failure(first, f"leads to {url}, {excluded}")
        encoding = header(result.response_headers, "content-encoding")
        body = decode_body(result.body, encoding, self._settings.max_body_bytes)
        if isinstance(body, UnreadReason):
            return Robots.from_failure(first, f"body is {body.value}")
        return Robots.from_response(first, result.status, body)

    async def _get(self, host: _Host, item: FrontierItem, decision: RobotsDecision | None) -> Exchange | FetchFailed:
        """One answer, at the host's pace; 429 and 503 with `Retry-After` are waited out while patience lasts."""
        backoff = FIRST_BACKOFF
        while True:
            result = await self._get_once(host, item, decision)
            wait = self._asked_to_wait(result, backoff)
            if wait is None or isinstance(result, FetchFailed):
                self._count(host, result)
                return result
            host.strikes += 1
            said = f"status {result.status}, asked to wait {wait:g} s"
            failure = _failure(item, UnreadReason.RATE_LIMITED, said, result)
            if host.strikes >= max(1, self._settings.retry_limit) or wait > self._settings.max_retry_after:
                host.given_up = f"{said}, {host.strikes} in a row"
                return failure
            await self._handler.on_exchange(item, result, decision, auxiliary=True, failure=failure)
            host.not_before = max(host.not_before, asyncio.get_running_loop().time() + wait)
            backoff *= 2

    async def _get_once(
        self, host: _Host, item: FrontierItem, decision: RobotsDecision | None
    ) -> Exchange | FetchFailed:
        clock = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, host.not_before - clock.time()))
        result = await self._fetcher.get(item.url, etag=item.etag, last_modified=item.last_modified)
        wish = decision.crawl_delay if decision else None
        host.not_before = clock.time() + max(await self._pace(item.url), wish or 0.0)
        return result

    async def _pace(self, url: str) -> float:
        """Seconds between the end of one request to a host and the start of the next, by our settings."""
        delay = self._settings.delay
        if delay >= LOWEST_PUBLIC_DELAY:
            return delay
        parts = split(sent_form(url))
        addresses = await self._fetcher.guard.resolve(parts.host, parts.port)
        if not isinstance(addresses, AddressRefused) and self._fetcher.guard.exempt(addresses):
            return delay
        return DEFAULT_DELAY

    def _asked_to_wait(self, result: Exchange | FetchFailed, backoff: float) -> float | None:
        if isinstance(result, FetchFailed) or result.status not in (429, 503):
            return None
        asked = retry_after(result.response_headers, result.finished_at)
        return backoff if asked is None and result.status == 429 else asked

    def _count(self, host: _Host, result: Exchange | FetchFailed) -> None:
        """Failures in a row that say something about the host; at the limit it is left alone for this run."""
        about_host = {UnreadReason.DNS, UnreadReason.CONNECT, UnreadReason.TLS, UnreadReason.TIMEOUT}
        if isinstance(result, FetchFailed):
            if result.reason not in about_host:
                return
            detail = f"{result.reason.value}: {result.detail}"
        elif result.status == 503:
            detail = "status 503"
        else:
            host.strikes = 0
            return
        host.strikes += 1
        if host.strikes >= max(1, self._settings.retry_limit):
            host.given_up = f"{detail}, {host.strikes} in a row"


def _without_noise_of_a_stop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A signal may strike inside a task, and Ctrl-C ends the browser's helper process as well; both then complain on
    stderr that nobody asked for their exception. The stop itself is raised and told elsewhere."""
    error = context.get("exception")
    if not isinstance(error, KeyboardInterrupt) and "reading from the driver" not in str(error):
        loop.default_exception_handler(context)


def _host_key(parts: Parts) -> str:
    """One queue a host name; a port that is not the usual one is a server of its own."""
    return parts.host if parts.port in (80, 443) else f"{parts.host}:{parts.port}"


def _redirect_target(item: FrontierItem, exchange: Exchange) -> str:
    location = first_header(exchange.response_headers, "location")
    if exchange.status not in REDIRECTS or not location:
        return ""
    try:
        return join(sent_form(item.url), location)
    except BadUrl:
        return ""


def _robots_from_failure(url: str, failure: FetchFailed) -> Robots:
    """Too large is read as far as it came (RFC 9309, 2.5); everything else means that nothing may be fetched."""
    exchange = failure.exchange
    readable = exchange is not None and not header(exchange.response_headers, "content-encoding")
    if failure.reason is UnreadReason.TOO_LARGE and exchange is not None and readable:
        return Robots.from_response(url, exchange.status, exchange.body)
    return Robots.from_failure(url, failure.detail, reason=failure.reason)


def _failure(item: FrontierItem, reason: UnreadReason, detail: str, exchange: Exchange | None = None) -> FetchFailed:
    return FetchFailed(item.url, reason, detail, datetime.now(UTC), exchange)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
