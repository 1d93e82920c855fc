"""A small vendor site on loopback whose pages a test can change between two looks."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CLAIM = "人脸抓拍系统，案场防截客、防飞单，省下百万佣金。"
"""A sentence that the rule commission-control.channel has to find."""
FILLER = "".join(f"<p>第{n}段：普通的产品说明文字，安装简便，全国联保一年，欢迎来电咨询。</p>" for n in range(20))


def html(*parts: str, links: tuple[str, ...] = ()) -> bytes:
    """A page with enough plain text to be a page."""
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
    text = "".join(f"<p>{part}</p>" for part in parts)
    return f'<html lang="zh-CN"><head><title>示例</title></head><body>{anchors}{text}{FILLER}</body></html>'.encode()


@dataclass
class Page:
    """One answer. `etag`: answers 304 to whoever has it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: bool = False
    kind: str = "text/html; charset=utf-8"


class Vendor(http.server.ThreadingHTTPServer):
    """`pages`: path -> Page, may be changed at any time; `asked`: (path, If-None-Match) in order."""

    daemon_threads = True

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.pages: dict[str, Page] = {"/robots.txt": Page(b"User-agent: *\nDisallow: /private\n", kind="text/plain")}
        self.asked: list[tuple[str, str]] = []

    def url(self, path: str = "/") -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that broke off is no error of ours."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Vendor

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        known = self.headers.get("If-None-Match", "")
        self.server.asked.append((self.path, known))
        page = self.server.pages.get(self.path, Page(html("没有此页"), 404))
        tag = f'"{hashlib.sha256(page.body).hexdigest()[:12]}"'
        unchanged = page.etag and known == tag
        self.send_response(304 if unchanged else page.status)
        self.send_header("Content-Type", page.kind)
        if page.etag:
            self.send_header("ETag", tag)
        for name, value in page.headers.items():
            self.send_header(name, value)
        body = b"" if unchanged else page.body
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def vendor(host: str = "127.0.4.1") -> Iterator[Vendor]:
    """Serves until the block ends."""
    server = Vendor(host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
