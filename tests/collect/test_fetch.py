"""What goes over the wire reaches the archive as it was; what goes wrong has the right name."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import __version__
from scanner.collect.fetch import Fetcher, retry_after
from scanner.collect.guard import Guard
from scanner.errors import ConfigError
from scanner.model import Exchange, FetchFailed, UnreadReason

from .server import LOOPBACK, Site, Step, certificate, fetching, openssl, page, serving, settings

Result = Exchange | FetchFailed


def get(steps: Iterable[Step] | Callable[[str, Site], Iterable[Step]], path: str = "/", **given: object) -> Result:
    """One GET of a server that answers with these steps."""

    async def go() -> Result:
        answer = steps if callable(steps) else lambda *_: steps
        async with serving(answer) as site, fetching(**given) as fetcher:
            return await fetcher.get(site.url(path))

    return asyncio.run(go())


def failed(result: Result, reason: UnreadReason) -> FetchFailed:
    assert isinstance(result, FetchFailed), result
    assert result.reason is reason, result
    assert "\n" not in result.detail
    return result


def ok(result: Result) -> Exchange:
    assert isinstance(result, Exchange), result
    return result


def test_headers_keep_order_case_doubles_and_bytes() -> None:
    raw = "HTTP/1.1 200 成功\r\n".encode() + b"X-lOw: \xb0\xa1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
    raw += b"Content-Length: 2\r\n\r\nhi"
    exchange = ok(get([raw]))
    assert exchange.response_headers == (
        (b"X-lOw", b"\xb0\xa1"),
        (b"Set-Cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"Content-Length", b"2"),
    )
    assert (exchange.http_version, exchange.status, exchange.reason_phrase) == ("HTTP/1.1", 200, "成功")
    assert (exchange.body, exchange.peer_ip, exchange.truncated) == (b"hi", "127.0.0.1", "")


def test_the_request_is_recorded_as_it_was_sent() -> None:
    async def go() -> None:
        async with serving(lambda *_: page()) as site, fetching(user_agent_contact="https://desk.example/") as fetcher:
            exchange = ok(await fetcher.get(site.url("/%7ea/../b%e8?q=%B0%A1 c#f"), etag='"x"', last_modified="then"))
            lines = [name + b": " + value for name, value in exchange.request_headers]
            first = f"GET {exchange.request_target} HTTP/1.1".encode()
            assert site.heads == [b"\r\n".join([first, *lines]) + b"\r\n\r\n"]
            assert exchange.request_target == "/b%e8?q=%B0%A1%20c"
            sent = dict(exchange.request_headers)
            assert sent[b"User-Agent"] == f"noticescan/{__version__} (+https://desk.example/)".encode()
            assert (sent[b"If-None-Match"], sent[b"If-Modified-Since"]) == (b'"x"', b"then")
            assert exchange.url == site.url("/%7ea/../b%e8?q=%B0%A1 c#f")

    asyncio.run(go())


def test_a_validator_from_a_hostile_server_cannot_add_headers() -> None:
    async def go() -> bytes:
        async with serving(lambda *_: page()) as site, fetching() as fetcher:
            await fetcher.get(site.url(), etag='"x"\r\nCookie: stolen=1', last_modified="日")
            return site.heads[0]

    head = asyncio.run(go())
    assert b"Cookie" not in head
    assert b"If-" not in head


def test_no_cookie_is_kept_between_requests() -> None:
    async def go() -> list[bytes]:
        async with serving(lambda *_: page(b"x", "200 OK", b"Set-Cookie: id=1; Path=/")) as site, fetching() as fetcher:
            await fetcher.get(site.url("/1"))
            await fetcher.get(site.url("/2"))
            assert site.connections == 1, "the connection is kept alive"
            return site.heads

    assert all(b"cookie" not in head.lower() for head in asyncio.run(go()))


def test_a_proxy_in_the_environment_is_not_used() -> None:
    """A proxy would connect to addresses that nobody checked."""
    code = (
        "import asyncio; from tests.collect.test_fetch import get, ok; from tests.collect.server import page; "
        "assert ok(get(page())).peer_ip == '127.0.0.1'"
    )
    environment = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=Path(__file__).parents[2])


def test_gzip_and_chunked_arrive_encoded_but_dechunked() -> None:
    packed = gzip.compress(b"<p>page</p>" * 50)
    chunks = b"%x\r\n%b\r\n" % (10, packed[:10]) + b"%x\r\n%b\r\n" % (len(packed) - 10, packed[10:]) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange = ok(get([head, chunks]))
    assert exchange.body == packed
    assert exchange.dechunked


def test_a_broken_gzip_is_received_all_the_same() -> None:
    assert ok(get(page(b"\x1f\x8b\x08broken", "200 OK", b"Content-Encoding: gzip"))).body == b"\x1f\x8b\x08broken"


def test_http_1_0_is_called_http_1_0() -> None:
    exchange = ok(get([b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nold", b""]))
    assert (exchange.http_version, exchange.body) == ("HTTP/1.0", b"old")


def test_redirects_are_answers() -> None:
    exchange = ok(get(page(b"", "302 Found", b"Location: /")))
    assert exchange.status == 302


@pytest.mark.parametrize("encoding", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
def test_a_body_that_breaks_off_is_kept_as_far_as_it_came(encoding: bytes) -> None:
    body = b"ffff\r\nhalf" if b"chunked" in encoding else b"half"
    failure = failed(get([b"HTTP/1.1 200 OK\r\n" + encoding + b"\r\n\r\n" + body, 0.05, b""]), UnreadReason.PROTOCOL)
    assert failure.exchange
    assert (failure.exchange.body, failure.exchange.truncated) == (b"half", "disconnect")


def test_a_slow_drip_ends_at_the_page_timeout() -> None:
    drip: list[Step] = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *([b"x", 0.1] * 100)]
    started = datetime.now(UTC)
    failure = failed(get(drip, page_timeout=0.5), UnreadReason.TIMEOUT)
    assert (datetime.now(UTC) - started).total_seconds() < 2
    assert failure.exchange
    assert failure.exchange.truncated == "time"
    assert 1 <= len(failure.exchange.body) < 20


def test_no_answer_at_all_ends_at_the_page_timeout() -> None:
    assert failed(get([5.0], page_timeout=0.3), UnreadReason.TIMEOUT).exchange is None


def test_an_endless_body_stops_at_the_cap() -> None:
    def endless(*_: object) -> Iterable[Step]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"x" * 65536

    failure = failed(get(endless, max_wire_bytes=100_000), UnreadReason.TOO_LARGE)
    assert failure.exchange
    assert (len(failure.exchange.body), failure.exchange.truncated) == (100_000, "length")


@pytest.mark.parametrize(
    "headers",
    [
        b"X-Big: " + b"x" * 100_000,
        b"\r\n".join(b"X-%d: %b" % (n, b"x" * 200) for n in range(400)),
        b"\r\n".join(b"X-%d: 1" % n for n in range(5000)),
    ],
    ids=["one", "sum", "count"],
)
def test_huge_headers(headers: bytes) -> None:
    failed(get([b"HTTP/1.1 200 OK\r\n" + headers + b"\r\nContent-Length: 0\r\n\r\n"]), UnreadReason.HEADERS_TOO_LARGE)


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"\x00\x01\x02\r\n\r\n", b"<html>hi\r\n\r\n"]
)
def test_what_is_not_http(raw: bytes) -> None:
    failed(get([raw, b""]), UnreadReason.PROTOCOL)


def test_what_is_not_http_is_shown_as_it_begins() -> None:
    failure = failed(get([b"SSH-2.0-OpenSSH_9\r\n\r\n", b""]), UnreadReason.PROTOCOL)
    assert failure.detail == 'the answer is not HTTP: it begins "SSH-2.0-OpenSSH_9"'


def test_a_server_that_hangs_up_is_not_called_a_timeout() -> None:
    failed(get([b""]), UnreadReason.PROTOCOL)


def test_nobody_listens() -> None:
    async def go() -> Result:
        async with fetching() as fetcher:
            async with serving(lambda *_: page()) as site:
                url = site.url()
            return await fetcher.get(url)

    failed(asyncio.run(go()), UnreadReason.CONNECT)


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "http://", "http://u:p@a.example/", "not a url", "http://a.example:0/"]
)
def test_bad_urls(url: str) -> None:
    async def go() -> Result:
        async with fetching() as fetcher:
            return await fetcher.get(url)

    failed(asyncio.run(go()), UnreadReason.BAD_URL)


# --- addresses


def with_lookup(lookup: Callable[[str, int], Awaitable[list[str]]], host: str, **given: object) -> tuple[Result, Site]:
    async def go() -> tuple[Result, Site]:
        guard = Guard([LOOPBACK], lookup=lookup, cache=False)
        answer = page(b"x", "200 OK", b"Connection: close")
        async with serving(lambda *_: answer) as site, fetching(guard, **given) as fetcher:
            return await fetcher.get(site.url(host=host)), site

    return asyncio.run(go())


def test_the_checked_address_is_the_one_connected_to() -> None:
    """DNS rebinding: the second answer to the same question is private, and is never asked for by the connection."""
    asked = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    result, _ = with_lookup(lookup, "rebind.example")
    assert ok(result).peer_ip == "127.0.0.1"
    assert ok(result).resolved_ips == ("127.0.0.1",)
    assert asked == ["rebind.example"]
    assert dict(ok(result).request_headers)[b"Host"].startswith(b"rebind.example:")


def test_a_name_that_turns_private_is_refused_before_connecting() -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["169.254.169.254", "::ffff:10.0.0.1"]

    result, site = with_lookup(lookup, "inside.example")
    failure = failed(result, UnreadReason.ADDRESS_REFUSED)
    assert "link-local" in failure.detail
    assert site.connections == 0


def test_only_the_good_addresses_of_a_mixed_answer_are_used() -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["192.168.0.1", "127.0.0.1"]

    assert ok(with_lookup(lookup, "mixed.example")[0]).resolved_ips == ("127.0.0.1",)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"])
def test_loopback_is_refused_unless_named(host: str) -> None:
    async def go() -> tuple[Result, int]:
        async with serving(lambda *_: page()) as site, fetching(Guard()) as fetcher:
            return await fetcher.get(site.url(host=host)), site.connections

    result, connections = asyncio.run(go())
    failed(result, UnreadReason.ADDRESS_REFUSED)
    assert connections == 0


def test_a_name_without_address() -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return []

    failed(with_lookup(lookup, "nowhere.example")[0], UnreadReason.DNS)


# --- TLS

needs_openssl = pytest.mark.skipif(openssl() is None, reason="makes its certificates with openssl")


def over_tls(
    tmp_path: Path, name: str, host: str, trust: bool, monkeypatch: pytest.MonkeyPatch, *, expired: bool = False
) -> tuple[Result, Path]:
    cert, context = certificate(tmp_path, name, expired=expired)
    if trust:
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))

    async def lookup(asked: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def go() -> Result:
        guard = Guard([LOOPBACK], lookup=lookup)
        async with serving(lambda *_: page(), tls=context) as site, fetching(guard) as fetcher:
            return await fetcher.get(f"https://{host}:{site.port}/")

    return asyncio.run(go()), cert


@needs_openssl
def test_self_signed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    result, _ = over_tls(tmp_path, "vendor.example", "vendor.example", False, monkeypatch)
    assert "self" in failed(result, UnreadReason.TLS).detail


@needs_openssl
def test_ssl_cert_file_is_followed_and_the_name_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to a checked address; the certificate is still checked against the host name."""
    result, cert = over_tls(tmp_path, "vendor.example", "vendor.example", True, monkeypatch)
    exchange = ok(result)
    der = ssl.PEM_cert_to_DER_cert(cert.read_text())
    assert exchange.tls_peer_sha256 == hashlib.sha256(der).hexdigest()
    assert exchange.tls_chain == (der,)
    assert exchange.tls_version.startswith("TLSv1.")
    wrong, _ = over_tls(tmp_path, "vendor.example", "other.example", True, monkeypatch)
    assert "other.example" in failed(wrong, UnreadReason.TLS).detail


@needs_openssl
def test_an_expired_certificate_of_a_trusted_authority_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, _ = over_tls(tmp_path, "vendor.example", "vendor.example", True, monkeypatch, expired=True)
    assert "expired" in failed(result, UnreadReason.TLS).detail


def test_an_unusable_ssl_cert_file_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))

    async def go() -> None:
        async with fetching():
            pass

    with pytest.raises(ConfigError, match=r"none\.pem"):
        asyncio.run(go())


# --- the seam


def test_another_transport_can_take_the_place_of_the_network() -> None:
    async def go() -> Result:
        transport = httpx.MockTransport(lambda request: httpx.Response(200, content=request.url.path.encode()))
        guard = Guard([LOOPBACK])
        async with Fetcher(settings(), guard, transport=transport) as fetcher:
            return await fetcher.get("http://127.0.0.1/a")

    assert ok(asyncio.run(go())).body == b"/a"


NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120.0),
        (b" 0 ", 0.0),
        (b"Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        (b"Sunday, 22-Nov-26 12:01:00 GMT", 60.0),
        (b"Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        (b"soon", None),
        (b"Mon, 01 Jan 2020 00:00:00 +99999999999999999999", None),
        (b"-5", None),
        (b"", None),
    ],
)
def test_retry_after_in_both_forms(value: bytes, seconds: float | None) -> None:
    assert retry_after(((b"retry-After", value),), NOW) == seconds


@given(st.binary(max_size=60))
def test_retry_after_never_raises(value: bytes) -> None:
    wait = retry_after(((b"Retry-After", value),), NOW)
    assert wait is None or wait >= 0
