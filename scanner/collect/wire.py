"""One HTTP/1.1 exchange over aiohttp, with nothing tidied away. The only file that imports aiohttp.

httpx-aiohttp 0.2 was tried first and is not honest enough for evidence (measured, tests/collect/test_fetch.py holds
each point): it reports every answer as HTTP/1.1, gives no peer address, sends header names in lower case, calls a
server that hangs up a connect timeout, and lets other aiohttp errors through unmapped. So `fetch` puts its httpx
transport on this file: aiohttp's speed (a third of httpx's own pool), and the bytes, versions and addresses as they
were.
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import http_exceptions
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ..errors import in_one_line
from ..model import UnreadReason

Headers = tuple[tuple[bytes, bytes], ...]
CHUNK_BYTES = 64 * 1024
MAX_HEADERS = 512
KEEPALIVE_SECONDS = 30.0
_SHOWN_BYTES = re.compile(r"""\bb(['"])(.{1,60}?)\1""")
"""Received bytes in the words of aiohttp's parser."""


class WireError(Exception):
    """The exchange did not come to its end; `reason` and `detail` (one line) say why."""

    def __init__(self, reason: UnreadReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class AddressRefusedError(OSError):
    """A connection was about to go to an address that the guard refuses."""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """Status line and headers as received; the body follows from `chunks`. Close it with `close`."""

    status: int
    reason_phrase: str
    http_version: str
    headers: Headers
    sent_headers: Headers
    peer_ip: str
    tls_version: str
    tls_peer_sha256: str
    tls_chain: tuple[bytes, ...]
    response: aiohttp.ClientResponse

    async def chunks(self) -> AsyncIterator[bytes]:
        """Body bytes, transfer encoding undone, content encoding kept. Raises WireError where the body breaks off."""
        try:
            async for chunk in self.response.content.iter_chunked(CHUNK_BYTES):
                yield chunk
        except (aiohttp.ClientError, http_exceptions.HttpProcessingError, OSError) as error:
            raise explain(error) from error

    def close(self) -> None:
        """Give the connection back if the body was read to its end, and drop it if not."""
        self.response.close()


class Wire:
    """A session that connects only to addresses it was told. Use as `async with`.

    `check_ip` is asked again at the last moment, with the address the socket is about to be connected to.
    """

    def __init__(
        self, ssl_context: ssl.SSLContext, check_ip: Callable[[str], str], max_header_bytes: int, proxy: str = ""
    ) -> None:
        self._ssl = ssl_context
        self._check_ip = check_ip
        self._max_header_bytes = max_header_bytes
        self._proxy = URL(proxy) if proxy else None
        self._pinned: dict[str, tuple[str, ...]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Wire:
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(self._pinned),
            use_dns_cache=False,
            ssl=self._ssl,
            socket_factory=self._socket,
            limit=0,
            limit_per_host=1,
            keepalive_timeout=KEEPALIVE_SECONDS,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            response_class=_Response,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,  # a proxy would make the address guard meaningless
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            max_line_size=self._max_header_bytes,
            max_field_size=self._max_header_bytes,
            max_headers=MAX_HEADERS,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, method: str, href: str, headers: Headers, addresses: tuple[str, ...]) -> WireAnswer:
        """Send a request without a body to one of `addresses`; returns when the headers are there. Raises WireError."""
        if self._session is None:
            raise RuntimeError("Wire is used outside of `async with`")
        url = URL(href, encoded=True)
        if self._proxy is not None:
            return await self._send_by_proxy(method, url, headers, addresses[0])
        self._pinned[url.host or ""] = addresses
        self._pinned[url.raw_host or ""] = addresses
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        try:
            response = await self._session.request(method, url, headers=fields, allow_redirects=False)
        except (aiohttp.ClientError, http_exceptions.HttpProcessingError, OSError, ValueError) as error:
            raise explain(error) from error
        assert isinstance(response, _Response)
        return _answer(response)

    async def _send_by_proxy(self, method: str, url: URL, headers: Headers, address: str) -> WireAnswer:
        """The same through the proxy, which is told the address that was checked and never a name.

        The proxy itself was named by the user and is not asked about; certificates are checked for the site's name.
        """
        assert self._session is not None
        assert self._proxy is not None
        host = url.raw_host or ""
        self._pinned[self._proxy.raw_host or ""] = (self._proxy.raw_host or "",)
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        named = host if url.is_default_port() else f"{host}:{url.port}"
        try:
            response = await self._session.request(
                method, url.with_host(address), headers=[("Host", named), *fields], allow_redirects=False,
                proxy=self._proxy, server_hostname=host if url.scheme == "https" else None,
            )  # fmt: skip
        except (aiohttp.ClientError, http_exceptions.HttpProcessingError, OSError, ValueError) as error:
            raise explain(error) from error
        assert isinstance(response, _Response)
        return _answer(response)

    def _socket(self, info: Any) -> socket.socket:
        """Make the socket for one address, after the guard has seen that very address."""
        family, kind, proto, _, sockaddr = info
        by_proxy = self._proxy is not None and str(sockaddr[0]) == self._proxy.raw_host
        refused = "" if by_proxy else self._check_ip(str(sockaddr[0]))
        if refused:
            raise AddressRefusedError(refused)
        return socket.socket(family, kind, proto)


class _Response(aiohttp.ClientResponse):
    """Notes who answered while the connection is still there: aiohttp gives it up with the last byte of the body."""

    peer_ip = ""
    tls_version = ""
    tls_peer_sha256 = ""
    tls_chain: tuple[bytes, ...] = ()

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        transport = connection.transport
        if transport is not None:
            peer = transport.get_extra_info("peername")
            self.peer_ip = str(peer[0]) if peer else ""
            tls = transport.get_extra_info("ssl_object")
            if tls is not None:
                self.tls_version = tls.version() or ""
                self.tls_peer_sha256 = hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
                self.tls_chain = _verified_chain(tls)
        return await super().start(connection)


def _verified_chain(tls: Any) -> tuple[bytes, ...]:
    """The chain that was verified, in DER. Public since Python 3.13; before, the object below has it."""
    if hasattr(tls, "get_verified_chain"):
        return tuple(tls.get_verified_chain())
    below = getattr(tls, "_sslobj", None)
    if below is None or not hasattr(below, "get_verified_chain"):
        return ()
    der = 2  # _ssl.ENCODING_DER
    return tuple(one.public_bytes(der) for one in below.get_verified_chain())


class _Pinned(AbstractResolver):
    """Answers with the addresses that the guard has checked, and never asks anybody."""

    def __init__(self, pinned: dict[str, tuple[str, ...]]) -> None:
        self._pinned = pinned

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        addresses = self._pinned.get(host)
        if not addresses:
            raise OSError(f"{host}: not checked by the address guard")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        self._pinned.clear()


def _answer(response: _Response) -> WireAnswer:
    version = response.version
    return WireAnswer(
        status=response.status,
        reason_phrase=response.reason or "",
        http_version=f"HTTP/{version.major}.{version.minor}" if version else "HTTP/1.1",
        headers=tuple((bytes(name), bytes(value)) for name, value in response.raw_headers),
        sent_headers=tuple(
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in response.request_info.headers.items()
        ),
        peer_ip=response.peer_ip,
        tls_version=response.tls_version,
        tls_peer_sha256=response.tls_peer_sha256,
        tls_chain=response.tls_chain,
        response=response,
    )


def explain(error: BaseException) -> WireError:
    """The reason, in our words, why an exchange failed."""
    parse_error = error.__cause__ if isinstance(error, aiohttp.ClientResponseError) else error
    text = in_one_line(error, 300)
    # aiohttp's C parser loses the exception type on the way, so its words are asked as well.
    too_long = isinstance(parse_error, http_exceptions.LineTooLong) or "Got more than" in text
    if too_long or "Too many headers" in text:
        return WireError(UnreadReason.HEADERS_TOO_LARGE, "the headers are larger than the limit")
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, AddressRefusedError):
        return WireError(UnreadReason.ADDRESS_REFUSED, str(error.os_error))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or in_one_line(error.certificate_error, 300)
        return WireError(UnreadReason.TLS, f"the certificate is not accepted: {reason}")
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return WireError(UnreadReason.TLS, text)
    if isinstance(error, aiohttp.ClientConnectorError):
        return WireError(UnreadReason.CONNECT, in_one_line(error.os_error, 300))
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return WireError(UnreadReason.PROTOCOL, "the server closed the connection without an answer")
    if isinstance(error, aiohttp.ClientResponseError):
        return WireError(
            UnreadReason.PROTOCOL, f"the answer is not HTTP{_beginning(in_one_line(parse_error or error, 300))}"
        )
    if isinstance(error, aiohttp.InvalidURL):
        return WireError(UnreadReason.BAD_URL, text)
    return WireError(UnreadReason.PROTOCOL, f"the answer broke off: {text}")


def _beginning(text: str) -> str:
    """`: it begins "SSH-2.0"`, from the parser's words, or those words where they show no bytes."""
    shown = _SHOWN_BYTES.search(text)
    return f': it begins "{shown[2]}"' if shown else f": {text}"
