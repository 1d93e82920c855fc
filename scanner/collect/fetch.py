"""URL -> Exchange | FetchFailed over HTTP. The only file that imports httpx.

httpx is the face (requests, transports, TLS settings from the environment), `wire` the engine below it; a move to
httpx2, or another transport in a test, is one line here. No client object is used: httpx's would keep cookies,
follow proxies from the environment and add headers of its own.
"""

from __future__ import annotations

import asyncio
import os
import platform
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from .. import __version__
from ..errors import ConfigError
from ..model import Exchange, FetchFailed, UnreadReason
from ..stated import http_date
from .decompress import ACCEPT_ENCODING
from .guard import AddressRefused, Guard
from .urls import BadUrl, Parts, sent_form, split
from .wire import Headers, Wire, WireAnswer, WireError

if TYPE_CHECKING:
    from ..config import CrawlSettings

PRODUCT_TOKEN = "noticescan"  # noqa: S105 - the product token of RFC 9309, not a secret
ACCEPT = b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
ACCEPT_LANGUAGE = b"zh-CN,zh;q=0.9,en;q=0.5"


def user_agent(contact: str) -> str:
    """`noticescan/<version> (+<contact>)`: who reads here and where to complain. Never a browser's."""
    product = f"{PRODUCT_TOKEN}/{__version__}"
    return f"{product} (+{contact})" if contact else product


@dataclass(frozen=True, slots=True)
class Profile:
    """A second way of asking for a page. Always one that says who we are."""

    name: str = ""
    user_agent: str = ""
    """Empty: the usual one."""
    referrer: str = ""
    proxy: str = ""
    """`http://host:port`: connections go through it, to the address that the guard has checked."""


MOBILE_AGENT = "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 Mobile Safari/537.36"
"""What sites tell telephones by, without a maker's or a browser's name; our own follows it."""


def profile_of(name: str, contact: str, referrer: str, proxies: Mapping[str, str]) -> Profile | None:
    """The profile of a name (`mobile`, `search-referrer`, `rendered`, `proxy:NAME`); None where there is no such."""
    if name == "mobile":
        return Profile(name, user_agent=f"{MOBILE_AGENT} {user_agent(contact)}")
    if name == "search-referrer":
        return Profile(name, referrer=referrer)
    if name == "rendered":
        return Profile(name)
    proxy = proxies.get(name.removeprefix("proxy:")) if name.startswith("proxy:") else None
    return Profile(name, proxy=proxy) if proxy else None


class Fetcher:
    """Fetches single URLs. Use as `async with`; one connection a host, kept alive between requests.

    `profile`: how to ask, if not as usual. `transport` replaces the network (for tests and for answers out of an
    archive); the guard still applies.
    """

    def __init__(
        self,
        settings: CrawlSettings,
        guard: Guard,
        *,
        profile: Profile | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.guard = guard
        self.profile = profile or Profile()
        self._transport = transport
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Fetcher:
        """Raises ConfigError where SSL_CERT_FILE or SSL_CERT_DIR names what cannot be used."""
        if self._transport is None:
            wire = Wire(ssl_context(), self.guard.check_ip, self.settings.max_header_bytes, self.profile.proxy)
            self._transport = _WireTransport(await self._stack.enter_async_context(wire))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        self._transport = None

    async def get(
        self, url: str, *, headers: Sequence[tuple[bytes, bytes]] = (), etag: str = "", last_modified: str = ""
    ) -> Exchange | FetchFailed:
        """One GET; redirects are answers like any other. Everything that goes wrong comes back as a value.

        `etag` and `last_modified` of an earlier capture make the request conditional. What was received before a
        failure is in `FetchFailed.exchange`, with `truncated` set.
        """
        try:
            parts = split(sent_form(url))
        except BadUrl as error:
            return _failed(url, UnreadReason.BAD_URL, str(error))
        receipt = _Receipt(url, parts)
        try:
            async with asyncio.timeout(self.settings.page_timeout):
                return await self._exchange(receipt, self._headers(headers, etag, last_modified))
        except TimeoutError:
            detail = f"no complete answer within {self.settings.page_timeout:g} s"
            return receipt.failed(UnreadReason.TIMEOUT, detail, truncated="time")

    async def _exchange(self, receipt: _Receipt, headers: Headers) -> Exchange | FetchFailed:
        parts = receipt.parts
        addresses = await self.guard.resolve(parts.host, parts.port)
        if isinstance(addresses, AddressRefused):
            reason = UnreadReason.DNS if addresses.dns else UnreadReason.ADDRESS_REFUSED
            return receipt.failed(reason, addresses.reason)
        receipt.resolved_ips = addresses
        request = httpx.Request(
            "GET", parts.href, headers=list(headers), extensions={"href": parts.href, "addresses": addresses}
        )
        receipt.request_headers = tuple(request.headers.raw)
        if self._transport is None:
            raise RuntimeError("Fetcher is used outside of `async with`")
        response: httpx.Response | None = None
        try:
            response = await self._transport.handle_async_request(request)
            return await self._receive(receipt, response)
        except WireError as error:
            return receipt.failed(error.reason, error.detail, truncated="disconnect")
        except httpx.TimeoutException as error:
            return receipt.failed(UnreadReason.TIMEOUT, str(error), truncated="time")
        except httpx.TransportError as error:
            reason = UnreadReason.CONNECT if isinstance(error, httpx.ConnectError) else UnreadReason.PROTOCOL
            return receipt.failed(reason, str(error) or type(error).__name__, truncated="disconnect")
        finally:
            if response is not None:
                await response.stream.aclose()  # type: ignore[union-attr]  # async transports give async streams

    async def _receive(self, receipt: _Receipt, response: httpx.Response) -> Exchange | FetchFailed:
        receipt.take(response)
        if self.profile.proxy:  # who answers at this end is the proxy; it was told the address that was checked
            receipt.peer_ip = receipt.resolved_ips[0]
            receipt.egress = self.profile.name
        if receipt.peer_ip and (refused := self.guard.check_ip(receipt.peer_ip)):
            return receipt.failed(UnreadReason.ADDRESS_REFUSED, refused, truncated="unspecified")
        size = sum(len(name) + len(value) + 4 for name, value in receipt.response_headers)
        if size > self.settings.max_header_bytes:
            detail = f"{size} bytes of headers, more than {self.settings.max_header_bytes}"
            return receipt.failed(UnreadReason.HEADERS_TOO_LARGE, detail, truncated="length")
        cap = self.settings.max_wire_bytes
        assert isinstance(response.stream, httpx.AsyncByteStream)
        async for chunk in response.stream:
            receipt.body += chunk
            if len(receipt.body) > cap:
                del receipt.body[cap:]
                return receipt.failed(UnreadReason.TOO_LARGE, f"body larger than {cap} bytes", truncated="length")
        return receipt.exchange()

    def _headers(self, extra: Sequence[tuple[bytes, bytes]], etag: str, last_modified: str) -> Headers:
        agent = self.profile.user_agent or user_agent(self.settings.user_agent_contact)
        if self.profile.referrer and not any(name.lower() == b"referer" for name, _ in extra):
            extra = (*extra, (b"Referer", self.profile.referrer.encode("ascii", "replace")))
        headers = [
            (b"User-Agent", agent.encode("ascii")),
            (b"Accept", ACCEPT),
            (b"Accept-Language", ACCEPT_LANGUAGE),
            (b"Accept-Encoding", ACCEPT_ENCODING.encode("ascii")),
            *extra,
        ]
        # Validators come from a server: a line break in one would be a header of its choice.
        if etag.isascii() and etag.isprintable() and etag:
            headers.append((b"If-None-Match", etag.encode("ascii")))
        if last_modified.isascii() and last_modified.isprintable() and last_modified:
            headers.append((b"If-Modified-Since", last_modified.encode("ascii")))
        return tuple(headers)


@dataclass
class _Receipt:
    """Collects what arrives, so that a failure at any point can say what there was."""

    url: str
    parts: Parts
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    request_headers: Headers = ()
    resolved_ips: tuple[str, ...] = ()
    status: int = 0
    reason_phrase: str = ""
    http_version: str = ""
    response_headers: Headers = ()
    body: bytearray = field(default_factory=bytearray)
    peer_ip: str = ""
    tls_version: str = ""
    tls_peer_sha256: str = ""
    tls_chain: tuple[bytes, ...] = ()
    egress: str = ""

    def take(self, response: httpx.Response) -> None:
        extensions = response.extensions
        self.status = response.status_code
        self.reason_phrase = str(extensions.get("reason_text", response.reason_phrase))
        self.http_version = extensions.get("http_version", b"HTTP/1.1").decode("ascii", "replace")
        self.response_headers = tuple(extensions.get("raw_headers", response.headers.raw))
        self.request_headers = tuple(extensions.get("sent_headers", self.request_headers))
        self.peer_ip = str(extensions.get("peer_ip", ""))
        self.tls_version = str(extensions.get("tls_version", ""))
        self.tls_peer_sha256 = str(extensions.get("tls_peer_sha256", ""))
        self.tls_chain = tuple(extensions.get("tls_chain", ()))

    def exchange(self, truncated: str = "") -> Exchange:
        return Exchange(
            url=self.url,
            method="GET",
            request_target=self.parts.request_target,
            request_headers=self.request_headers,
            started_at=self.started_at,
            finished_at=datetime.now(UTC),
            http_version=self.http_version,
            status=self.status,
            reason_phrase=self.reason_phrase,
            response_headers=self.response_headers,
            body=bytes(self.body),
            peer_ip=self.peer_ip,
            truncated=truncated,
            dechunked=any(
                name.lower() == b"transfer-encoding" and b"chunked" in value.lower()
                for name, value in self.response_headers
            ),
            tls_version=self.tls_version,
            tls_peer_sha256=self.tls_peer_sha256,
            resolved_ips=self.resolved_ips,
            tls_chain=self.tls_chain,
            egress=self.egress,
        )

    def failed(self, reason: UnreadReason, detail: str, truncated: str = "") -> FetchFailed:
        return _failed(self.url, reason, detail, self.exchange(truncated) if self.status else None)


class _WireTransport(httpx.AsyncBaseTransport):
    """httpx's transport interface over `Wire`. What httpx has no place for travels in `response.extensions`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._wire.send(
            request.method,
            request.extensions["href"],
            tuple(request.headers.raw),
            request.extensions["addresses"],
        )
        return httpx.Response(
            answer.status,
            headers=list(answer.headers),
            stream=_Body(answer),
            request=request,
            extensions={
                "http_version": answer.http_version.encode("ascii"),
                "reason_phrase": answer.reason_phrase.encode("ascii", "replace"),
                "reason_text": answer.reason_phrase,
                "raw_headers": answer.headers,
                "sent_headers": answer.sent_headers,
                "peer_ip": answer.peer_ip,
                "tls_version": answer.tls_version,
                "tls_peer_sha256": answer.tls_peer_sha256,
                "tls_chain": answer.tls_chain,
            },
        )


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: WireAnswer) -> None:
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.chunks()

    async def aclose(self) -> None:
        self._answer.close()


def ssl_context() -> ssl.SSLContext:
    """Certificates checked against SSL_CERT_FILE or SSL_CERT_DIR if set, else certifi's list. Raises ConfigError."""
    named = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR") or ""
    try:
        return _trusting(named, Path(named).stat().st_mtime_ns if named else 0)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"the certificates in {named or 'certifi'} cannot be used: {error}", "check SSL_CERT_FILE and SSL_CERT_DIR"
        ) from None


@lru_cache(maxsize=2)
def _trusting(named: str, changed: int) -> ssl.SSLContext:  # noqa: ARG001 - both are the key: reading takes 60 ms
    context = httpx.create_ssl_context(trust_env=True)
    context.set_alpn_protocols(["http/1.1"])
    return context


def retry_after(headers: Headers, now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date), never negative; None if unusable."""
    for name, value in headers:
        if name.lower() != b"retry-after":
            continue
        text = value.decode("latin-1").strip()
        if text.isascii() and text.isdigit():
            return float(text[:12])
        at = http_date(text)
        return None if at is None else max(0.0, (at - now).total_seconds())
    return None


def _failed(url: str, reason: UnreadReason, detail: str, exchange: Exchange | None = None) -> FetchFailed:
    return FetchFailed(url, reason, detail, datetime.now(UTC), exchange)


def environment() -> str:
    """What ran, for `warcinfo`: program, httpx and Python versions."""
    return f"{user_agent('')} httpx/{httpx.__version__} Python/{platform.python_version()}"
