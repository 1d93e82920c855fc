"""A real loopback server that sends exactly the bytes a test wants, and notes the bytes it was sent."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scanner.collect.fetch import Fetcher
from scanner.collect.guard import Guard
from scanner.config import CrawlSettings

LOOPBACK = "127.0.0.0/8"
Step = bytes | float
"""Bytes to send, or seconds to wait."""


@dataclass
class Site:
    """`heads`: raw request heads in the order they came; `times`: when (loop time); `connections`: how many."""

    host: str
    port: int
    heads: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    open_most: int = 0

    def url(self, path: str = "/", host: str = "") -> str:
        return f"http://{host or self.host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [head.split(b" ")[1].decode() for head in self.heads]


Answer = Callable[[str, Site], Iterable[Step]]


@asynccontextmanager
async def serving(answer: Answer, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """Each request gets the steps of `answer(path, site)`; a final b"" closes the connection."""
    site = Site(host, 0)
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        site.connections += 1
        site.open_now += 1
        site.open_most = max(site.open_most, site.open_now)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                site.heads.append(head)
                site.times.append(asyncio.get_running_loop().time())
                for step in answer(head.split(b" ")[1].decode(), site):
                    if isinstance(step, float):
                        await asyncio.sleep(step)
                    elif step == b"":
                        return
                    else:
                        writer.write(step)
                        await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            site.open_now -= 1
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()
            tasks.discard(task)

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def page(body: bytes = b"<p>hello", status: str = "200 OK", *headers: bytes) -> list[Step]:
    """A plain answer with Content-Length."""
    lines = [b"HTTP/1.1 " + status.encode(), b"Content-Type: text/html", *headers]
    lines.append(b"Content-Length: %d" % len(body))
    return [b"\r\n".join(lines) + b"\r\n\r\n" + body]


def settings(**given: Any) -> CrawlSettings:
    return CrawlSettings(**{"allow_networks": (LOOPBACK,), "page_timeout": 5, "delay": 0, **given})


@asynccontextmanager
async def fetching(guard: Guard | None = None, **given: Any) -> AsyncIterator[Fetcher]:
    async with Fetcher(settings(**given), guard or Guard([LOOPBACK])) as fetcher:
        yield fetcher


def openssl() -> str | None:
    return shutil.which("openssl")


def certificate(folder: Path, name: str, *, expired: bool = False) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for a host name or address, and a server context that shows it."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    kind = "IP" if name[0].isdigit() else "DNS"
    command = [openssl() or "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-days", "2", "-keyout", str(key), "-out", str(cert), "-subj", "/CN=test"]
    command += ["-addext", f"subjectAltName={kind}:{name}"]
    subprocess.run(command, check=True, capture_output=True)
    if expired:
        _of_last_year(cert, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


def _of_last_year(cert: Path, key: Path) -> None:
    """The same certificate, signed again with dates that are past (openssl 3.0 makes none of these itself)."""
    old = x509.load_pem_x509_certificate(cert.read_bytes())
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    then = datetime.now(UTC) - timedelta(days=365)
    made = x509.CertificateBuilder(old.issuer, old.subject, private.public_key(), old.serial_number)
    made = made.not_valid_before(then).not_valid_after(then + timedelta(days=90))
    for extension in old.extensions:
        made = made.add_extension(extension.value, extension.critical)
    cert.write_bytes(made.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
