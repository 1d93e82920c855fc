"""Servers on loopback that stand for strangers: a calendar of OpenTimestamps, and one that says whatever it likes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


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
                if stop.is_set() or not connection.recv(65536):
                    continue
                try:
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
