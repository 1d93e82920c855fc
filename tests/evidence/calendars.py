"""Servers on loopback that stand for strangers: a calendar of OpenTimestamps, and one that says whatever it likes."""

from __future__ import annotations

import hashlib
import http.server
import secrets
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.evidence.blockheader import Header, read_headers

HEIGHT = 900_001
TIME = 1_795_000_000
BITS = 0x2000FFFF
"""Work for a test: 256 tries. `EASIEST` lets it pass."""
EASIEST = 2**248


@dataclass
class Calendar:
    """Answers like one: a promise at once, the path to a block once `mine` was called."""

    url: str = ""
    digests: list[bytes] = field(default_factory=list)
    """What it was sent."""
    asked: list[str] = field(default_factory=list)
    kept: dict[bytes, Any] = field(default_factory=dict)
    """Commitment -> the library's Timestamp of it."""
    mined: bool = False

    def promise(self, digest: bytes) -> bytes:
        from opentimestamps.core.notary import PendingAttestation
        from opentimestamps.core.op import OpAppend, OpPrepend
        from opentimestamps.core.timestamp import Timestamp

        self.digests.append(digest)
        said = Timestamp(digest)
        node = said.ops.add(OpPrepend(struct.pack(">L", TIME))).ops.add(OpAppend(secrets.token_bytes(8)))
        node.attestations.add(PendingAttestation(self.url))
        self.kept[node.msg] = Timestamp(node.msg)
        return serialized(said)

    def mine(self, file: Path, height: int = HEIGHT) -> dict[int, Header]:
        """Commit all that was sent to a block of our own making; its header goes into the file and is returned."""
        from opentimestamps.core.notary import BitcoinBlockHeaderAttestation
        from opentimestamps.core.op import OpAppend, OpPrepend, OpSHA256
        from opentimestamps.core.timestamp import make_merkle_tree

        tip = make_merkle_tree(list(self.kept.values()))
        transaction = tip.ops.add(OpPrepend(b"a transaction that holds ")).ops.add(OpAppend(b" and more"))
        root = transaction.ops.add(OpSHA256()).ops.add(OpSHA256())
        root.attestations.add(BitcoinBlockHeaderAttestation(height))
        self.mined = True
        file.write_text(f"# made by a test\n\n{height} {mined_header(root.msg).hex()}\n")
        return read_headers([file], EASIEST)


def mined_header(root: bytes) -> bytes:
    """A header with this merkle root that holds the little work which it states."""
    for nonce in range(2**32):
        raw = struct.pack("<L32s32sLLL", 1, b"\1" * 32, root, TIME, BITS, nonce)
        if int.from_bytes(hashlib.sha256(hashlib.sha256(raw).digest()).digest(), "little") < 0xFFFF << 232:
            return raw
    raise AssertionError


def serialized(what: Any) -> bytes:
    """A Timestamp or DetachedTimestampFile as bytes, by the library."""
    from opentimestamps.core.serialize import BytesSerializationContext

    context = BytesSerializationContext()
    what.serialize(context)
    return context.getbytes()


class _Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_POST(self) -> None:
        calendar: Calendar = self.server.calendar  # type: ignore[attr-defined]
        calendar.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(200, calendar.promise(body)) if self.path == "/digest" else self._say(404, b"no such page")

    def do_GET(self) -> None:
        calendar: Calendar = self.server.calendar  # type: ignore[attr-defined]
        calendar.asked.append(self.path)
        known = calendar.kept.get(bytes.fromhex(self.path.removeprefix("/timestamp/")))
        if known is None or not calendar.mined:
            self._say(404, b"Pending confirmation in Bitcoin blockchain")
        else:
            self._say(200, serialized(known))

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def calendar() -> Iterator[Calendar]:
    """A calendar that answers until the block ends."""
    server = http.server.HTTPServer(("127.0.0.1", 0), _Handler)
    server.calendar = Calendar(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.calendar  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def talking(answer: bytes, drip: float = 0.0) -> Iterator[str]:
    """The address of a server that sends these bytes to everybody; with `drip`, one more byte each so many seconds."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                try:
                    if stop.is_set() or not _request(connection):
                        continue
                    connection.sendall(answer)
                    while drip and not stop.wait(drip):
                        connection.sendall(b"x")
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        stop.set()
        socket.create_connection(listener.getsockname()).close()
        thread.join()
        listener.close()


def _request(connection: socket.socket) -> bytes:
    """All of a request: with a part of it unread, closing the connection would take the answer back."""
    got = b""
    while part := connection.recv(65536):
        got += part
        head, end, body = got.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        if end and len(body) >= length:
            break
    return got
