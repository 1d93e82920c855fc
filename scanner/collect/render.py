"""A page as a browser shows it. The only file that imports playwright.

The browser has no network of its own: each of its requests is answered by us (`ask` goes through the address guard,
robots.txt and the archive), and whatever escaped that would meet a proxy that does not exist. What it makes of the page
is taken down once: DOM, text, a picture of the whole page, and where in the picture each piece of text stands, so that
a quote can be framed later without a browser.

The same page gives the same picture: animations stand still, the caret is hidden, window, language, time zone and
scale are fixed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..errors import in_one_line
from ..model import Exchange, FetchFailed, UnreadReason
from .decompress import decode_body
from .records import first_header, header, header_text
from .render_js import BOXES, DOM, SCROLL, TEXT
from .scope import MAX_HOPS, REDIRECTS
from .urls import BadUrl, join, without_fragment

if TYPE_CHECKING:
    from ..config import RenderSettings

Ask = Callable[[str], Awaitable[Exchange | FetchFailed]]
"""URL -> its answer, kept in the archive before it is given back."""

INSTALL = "pip install 'noticescan[browser]', and a Chromium from your system's packages"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOW = (1280, 900)
MOST_HEIGHT = 15_000
"""Pixels of a screenshot; beyond 16,384 Chromium repeats what it has drawn."""
SETTLE = 1.0
"""Seconds without a request after which a page counts as shown."""
_NOWHERE = "http://127.0.0.1:9"
"""The proxy for whatever is not answered by us: the discard port, where nobody listens."""
_FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-domain-reliability", "--hide-scrollbars",
    "--force-color-profile=srgb", "--font-render-hinting=none", "--disable-lcd-text",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
_LEFT_OUT = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a browser made of a page."""

    url: str
    at: datetime
    dom: bytes
    """UTF-8 HTML of the document when it had settled, open shadow trees within as templates."""
    text: str
    png: bytes
    boxes: bytes
    """JSON: [[text, x, y, width, height], ...] in document order, in pixels of the picture."""
    notes: tuple[str, ...] = ()
    """What was not as it should be: requests not made, a time-out, a page longer than the picture."""
    leads_to: tuple[str, ...] = ()
    """Where a script wanted to take the reader instead."""


class _NotShown(Exception):
    """What the browser shows is not the page."""


@dataclass(slots=True)
class _Visit:
    """One page in the browser."""

    url: str
    first: Exchange
    ask: Ask
    settings: RenderSettings
    asked: int = 0
    size: int = 0
    not_made: dict[str, int] = field(default_factory=dict)
    leads_to: dict[str, None] = field(default_factory=dict)
    led_away: asyncio.Event = field(default_factory=asyncio.Event)

    def refuse(self, why: str) -> None:
        self.not_made[why] = self.not_made.get(why, 0) + 1

    def notes(self) -> tuple[str, ...]:
        return tuple(f"{count} of its requests not made: {why}" for why, count in sorted(self.not_made.items()))


def available(settings: RenderSettings) -> bool:
    """Is there playwright and a browser? Loads nothing."""
    return importlib.util.find_spec("playwright") is not None and bool(browser_path(settings))


def browser_path(settings: RenderSettings) -> str:
    """The browser to start, or empty."""
    if settings.chromium:
        return settings.chromium if os.access(settings.chromium, os.X_OK) else ""
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


class Renderer:
    """Shows pages, one at a time. Use as `async with`; the browser is started with the first page."""

    def __init__(
        self, settings: RenderSettings, *, mobile: bool = False, user_agent: str = "", patience: float = 0.0
    ) -> None:
        """`patience`: seconds after which a page is given up from outside; 0: from the settings."""
        self._settings, self._mobile, self._user_agent = settings, mobile, user_agent
        # Loading, settling twice, and taking down; each has a limit of its own unless the page holds the thread.
        self._patience = patience or 3 * settings.timeout + 60
        self._stack = AsyncExitStack()
        self._browser: Any = None
        self._one = asyncio.Lock()

    async def __aenter__(self) -> Renderer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def render(self, url: str, first: Exchange, ask: Ask) -> Rendered | FetchFailed:
        """`first`: the answer for the page itself, as kept; it is not asked for again."""
        visit = _Visit(without_fragment(url), first, ask, self._settings)
        async with self._one:
            try:
                # What cannot be stopped from within (a script that never yields) is stopped from here.
                async with asyncio.timeout(self._patience):
                    return await self._show(visit)
            except _NotShown as error:
                return _failed(url, UnreadReason.PROTOCOL, str(error))
            except TimeoutError:
                await self._restart()
                return _failed(url, UnreadReason.TIMEOUT, "the browser did not come to an end with this page")
            except Exception as error:
                if type(error).__module__.partition(".")[0] != "playwright":
                    raise
                await self._restart()
                return _failed(url, UnreadReason.PROTOCOL, f"the browser failed: {in_one_line(error)}")

    async def _restart(self) -> None:
        self._browser = None
        await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def _start(self) -> Any:
        if self._browser is None:
            from playwright.async_api import async_playwright

            driver = await self._stack.enter_async_context(async_playwright())
            off = self._settings.sandbox == "off" or (hasattr(os, "geteuid") and os.geteuid() == 0)
            self._browser = await driver.chromium.launch(
                executable_path=browser_path(self._settings),
                args=[*_FLAGS, *(["--no-sandbox"] if off else [])],
                chromium_sandbox=not off,
                proxy={"server": _NOWHERE, "bypass": "<-loopback>"},
            )
            self._stack.push_async_callback(self._browser.close)
        return self._browser

    async def _show(self, visit: _Visit) -> Rendered:
        browser = await self._start()
        width, height = (412, 915) if self._mobile else WINDOW
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai",
            device_scale_factor=1, reduced_motion="reduce", color_scheme="light", service_workers="block",
            accept_downloads=False, bypass_csp=True, is_mobile=self._mobile, has_touch=self._mobile,
            **({"user_agent": self._user_agent} if self._user_agent else {}),
        )  # fmt: skip
        try:
            await context.route("**/*", lambda route: _answer(route, visit))
            await context.route_web_socket("**/*", lambda socket: socket.close())
            page = await context.new_page()
            context.on("page", lambda other: asyncio.ensure_future(other.close()))
            page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
            return await _look(page, visit)
        finally:
            await context.close()


async def _look(page: Any, visit: _Visit) -> Rendered:
    """Opens the page, waits until it is quiet, and takes it down."""
    from playwright.async_api import TimeoutError as TooLong

    notes = []
    limit = visit.settings.timeout * 1000
    try:
        await page.goto(visit.url, wait_until="commit", timeout=limit)
        await _loaded(page, visit, limit)
        await _settled(page, limit)
        await page.evaluate(SCROLL)
        await _settled(page, limit)
    except TooLong:
        notes.append(f"not quiet after {visit.settings.timeout:g} s")
    if not page.url.startswith(("http://", "https://")):
        raise _NotShown("the browser put a page of its own in its place")
    at = datetime.now(UTC)
    height = int(await page.evaluate("Math.max(document.documentElement.scrollHeight, innerHeight)"))
    if height > MOST_HEIGHT:
        notes.append(f"the picture ends after {MOST_HEIGHT} of {height} pixels")
    width = int(await page.evaluate("innerWidth"))
    png = await page.screenshot(
        full_page=True, animations="disabled", caret="hide", scale="css",
        clip={"x": 0, "y": 0, "width": width, "height": min(height, MOST_HEIGHT)},
    )  # fmt: skip
    dom, text, boxes = [await page.evaluate(script) for script in (DOM, TEXT, BOXES)]
    return Rendered(
        url=visit.url,
        at=at,
        dom=_utf8(dom),
        text=str(text),
        png=png,
        boxes=json.dumps(boxes, ensure_ascii=True, separators=(",", ":")).encode(),
        notes=(*notes, *visit.notes()),
        leads_to=tuple(visit.leads_to),
    )


async def _loaded(page: Any, visit: _Visit, limit: float) -> None:
    """Until the page says that it is loaded. One that a script wants to leave never says so: a moment is enough."""
    loaded = asyncio.ensure_future(page.wait_for_load_state("load", timeout=limit))
    led_away = asyncio.ensure_future(visit.led_away.wait())
    done, _ = await asyncio.wait({loaded, led_away}, return_when=asyncio.FIRST_COMPLETED)
    if loaded not in done:
        await asyncio.wait({loaded}, timeout=2 * SETTLE)
    for task in (loaded, led_away):
        task.cancel()
    await asyncio.gather(loaded, led_away, return_exceptions=True)
    if loaded.done() and not loaded.cancelled() and (error := loaded.exception()) is not None:
        raise error


async def _settled(page: Any, limit: float) -> None:
    """Until nothing is asked for any more; a page that never rests is taken as it is after a while."""
    from playwright.async_api import TimeoutError as TooLong

    try:
        await page.wait_for_load_state("networkidle", timeout=min(limit, 20_000))
    except TooLong:
        return
    await page.wait_for_timeout(SETTLE * 250)


async def _answer(route: Any, visit: _Visit) -> None:
    """One request of the browser: answered out of the archive's hands, or not made, with the reason noted."""
    request = route.request
    url = without_fragment(request.url)
    main = request.is_navigation_request() and _is_top(request)
    if main and url != visit.url:
        visit.leads_to[url] = None
        visit.led_away.set()
        # No content: the page stays as it is. An aborted navigation would put the browser's error page in its place.
        await route.fulfill(status=204)
        return
    if main:
        await _fulfil(route, visit.first, visit)
        return
    why = _not_made(request, visit)
    if why:
        visit.refuse(why)
        await route.abort("blockedbyclient")
        return
    visit.asked += 1
    answer = await _followed(url, visit)
    if isinstance(answer, FetchFailed):
        visit.refuse(answer.reason.value)
        await route.abort("failed")
        return
    visit.size += len(answer.body)
    await _fulfil(route, answer, visit)


def _is_top(request: Any) -> bool:
    """Does the request open a page, as opposed to a frame within one? A window of its own has no frame yet."""
    from playwright.async_api import Error

    try:
        return request.frame.parent_frame is None
    except Error:
        return True


def _not_made(request: Any, visit: _Visit) -> str:
    if not request.url.lower().startswith(("http://", "https://")):
        return "not http"
    if request.method != "GET":
        return f"{request.method[:10]} is not sent"
    if request.resource_type in ("media", "eventsource", "websocket", "ping"):
        return f"{request.resource_type} is not fetched"
    if visit.asked >= visit.settings.max_requests:
        return f"more than {visit.settings.max_requests} requests"
    if visit.size > visit.settings.max_total_bytes:
        return f"more than {visit.settings.max_total_bytes} bytes"
    return ""


async def _followed(url: str, visit: _Visit) -> Exchange | FetchFailed:
    """Redirects are followed here: one that the browser followed would not be asked of us."""
    for _ in range(MAX_HOPS):
        answer = await visit.ask(url)
        if isinstance(answer, FetchFailed) or answer.status not in REDIRECTS:
            return answer
        try:
            url = join(url, first_header(answer.response_headers, "location"))
        except BadUrl as error:
            return _failed(url, UnreadReason.BAD_URL, str(error))
    return _failed(url, UnreadReason.TOO_MANY_REDIRECTS, f"more than {MAX_HOPS} redirects in a row")


async def _fulfil(route: Any, answer: Exchange, visit: _Visit) -> None:
    encoding = header(answer.response_headers, "content-encoding")
    body = decode_body(answer.body, encoding, visit.settings.max_total_bytes)
    if isinstance(body, UnreadReason):
        visit.refuse(f"an answer that is {body.value}")
        await route.abort("failed")
        return
    await route.fulfill(status=answer.status, headers=_headers(answer.response_headers), body=body)


def _headers(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """As received, less what spoke of a coding that is undone. Lines are joined as browsers read them."""
    out: dict[str, str] = {}
    for name, value in headers:
        key = name.decode("latin-1").lower()
        if key not in _LEFT_OUT:
            out[key] = f"{out[key]}\n{header_text(value)}" if key in out else header_text(value)
    return out


def _utf8(dom: object) -> bytes:
    """The DOM says its encoding itself: what the page declared may be another one."""
    return str(dom).encode("utf-8", "replace")


def _failed(url: str, reason: UnreadReason, detail: str) -> FetchFailed:
    return FetchFailed(url, reason, detail, datetime.now(UTC))
