"""Serves the fictional vendor sites on loopback, each on its own address, with the faults that real hosts have.

Run it (`python examples/serve.py`) or use it from a test:

    with start() as served:
        served.origin("lanxiu")          # "http://127.0.1.1:8315"
        served.ground_truth()            # absolute URL -> what a scanner must make of it

Only the standard library is used, and all of it is in this one file, so that it runs alone, from any folder and also
out of the wheel. Every site listens on 127.0.1.N (Linux answers on all of 127/8), all on one
port; where such an address cannot be bound (macOS) all use 127.0.0.1 with a port each. Nothing listens outside
loopback.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import functools
import gzip
import hashlib
import http.server
import json
import signal
import socket
import socketserver
import threading
import time
import tomllib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).resolve().parent
SITES = HERE / "sites"
DEFAULT_PORT = 8315
TYPES = {
    ".html": "text/html",
    ".xml": "application/xml",
    ".txt": "text/plain",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".gz": "application/gzip",
    ".pdf": "application/pdf",
}
WITH_CHARSET = {"text/html", "text/plain", "application/xml"}
ORIGIN_MARK = b"{{origin"


@dataclass(frozen=True, slots=True)
class Site:
    """One folder of `sites/`, as its site.toml describes it."""

    name: str
    folder: Path
    vendor: str
    address: str
    seeds: tuple[str, ...]
    notice: tuple[str, ...]
    note: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    jurisdiction: tuple[str, ...]
    audience: str
    charset: str
    """Charset parameter of the Content-Type header; empty: none is sent."""
    validators: bool
    """Send ETag and Last-Modified, and answer 304."""
    last_modified: str
    headers: dict[str, str]
    behaviours: tuple[dict[str, Any], ...]
    """The [[page]] tables: `path` (exact or a glob) and what is odd about it; see README.md."""


@dataclass(frozen=True, slots=True)
class Running:
    """A site that listens."""

    site: Site
    origin: str


@dataclass(frozen=True, slots=True)
class Served:
    """All sites that listen, and the files that follow from where they do."""

    sites: tuple[Running, ...]

    def origin(self, name: str) -> str:
        """`http://host:port` of a site. Raises KeyError for a name that is not served."""
        for running in self.sites:
            if running.site.name == name:
                return running.origin
        raise KeyError(name)

    def targets(self) -> str:
        """A targets file (TOML) for these origins."""
        return targets_toml(self.sites)

    def ground_truth(self, extras: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
        """Absolute URL -> entry of ground_truth.json, for the sites that are served. Globs are left out.

        `extras`: what the scanner's machine has (`ocr`, `browser`); such pages then have to be read.
        """
        truth = load_ground_truth()
        return {
            running.origin + path: _for_extras(entry, extras)
            for running in self.sites
            for path, entry in truth["sites"][running.site.name]["pages"].items()
        }

    def expected(self, url: str, extras: Sequence[str] = ()) -> dict[str, Any] | None:
        """What must become of `url`: its own entry, else the first glob that fits, else None (not ours to know)."""
        truth = load_ground_truth()
        for running in self.sites:
            if url == running.origin or url.startswith(running.origin + "/"):
                path = url[len(running.origin) :] or "/"
                known = truth["sites"][running.site.name]
                if path in known["pages"]:
                    return _for_extras(known["pages"][path], extras)
                globs = [*known["globs"], *truth["globs"]]
                return next((g for g in globs if fnmatch.fnmatchcase(path, g["glob"])), None)
        return next((g for g in truth["outside"] if fnmatch.fnmatchcase(url, g["glob"])), None)


@dataclass(slots=True)
class _Memory:
    """What a running site remembers between requests: how often a path was asked for."""

    asked: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, path: str) -> int:
        with self.lock:
            self.asked[path] = self.asked.get(path, 0) + 1
            return self.asked[path]


def _for_extras(entry: dict[str, Any], extras: Sequence[str]) -> dict[str, Any]:
    """What holds of a page on a machine with these extras."""
    return next((known for extra, known in entry.get("with", {}).items() if extra in extras), entry)


def load_ground_truth() -> dict[str, Any]:
    """The parsed ground_truth.json."""
    truth: dict[str, Any] = json.loads((HERE / "ground_truth.json").read_text(encoding="utf-8"))
    return truth


def load_sites(folder: Path = SITES) -> tuple[Site, ...]:
    """Every site below `folder`, ordered by address."""
    sites = [_load_site(path) for path in folder.glob("*/site.toml")]
    return tuple(sorted(sites, key=lambda site: socket.inet_aton(site.address)))


def _load_site(path: Path) -> Site:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Site(
        name=path.parent.name,
        folder=path.parent,
        vendor=data["vendor"],
        address=data["address"],
        seeds=tuple(data.get("seeds", ["/"])),
        notice=tuple(data.get("notice", [])),
        note=data.get("note", ""),
        include=tuple(data.get("include", [])),
        jurisdiction=tuple(data.get("jurisdiction", [])),
        audience=data.get("audience", ""),
        exclude=tuple(data.get("exclude", [])),
        charset=data.get("charset", "utf-8"),
        validators=data.get("validators", False),
        last_modified=data.get("last_modified", "Mon, 02 Mar 2026 08:00:00 GMT"),
        headers=dict(data.get("headers", {})),
        behaviours=tuple(data.get("page", [])),
    )


def targets_toml(running: Sequence[Running]) -> str:
    """The targets file for `running`; JSON strings are valid TOML basic strings."""
    lines = ["# The fictional vendors of examples/sites. Written by examples/serve.py; the addresses are loopback.", ""]
    for one in running:
        site = one.site
        seeds = [one.origin + path for path in site.seeds]
        lines += ["[[target]]", f"vendor = {_toml(site.vendor)}", f"urls = {_toml(seeds)}"]
        if site.notice:
            lines.append(f"notice_urls = {_toml([one.origin + path for path in site.notice])}")
        if site.note:
            lines.append(f"note = {_toml(site.note)}")
        if site.include:
            lines.append(f"include = {_toml(list(site.include))}")
        if site.exclude:
            lines.append(f"exclude = {_toml([one.origin + path for path in site.exclude])}")
        if site.jurisdiction:
            lines.append(f"jurisdiction = {_toml(list(site.jurisdiction))}")
        if site.audience:
            lines.append(f"audience = {_toml(site.audience)}")
        lines.append("")
    return "\n".join(lines)


def _toml(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- answering -------------------------------------------------------------------------------------------------


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], site: Site, pace_scale: float) -> None:
        self.site = site
        self.pace_scale = pace_scale
        self.memory = _Memory()
        self.origins: dict[str, str] = {}
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Binds without the reverse DNS look-up that HTTPServer makes: it can hang for seconds on a laptop."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what several of these pages are for: stay silent."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """No access log: the crawler keeps its own evidence."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path
        page = self._behaviour(path)
        asked = self.server.memory.count(path)
        if page.get("first") and asked <= int(page["first"].get("times", 1)):
            page = {**page["first"], "path": path}
        if page.get("delay"):
            time.sleep(float(page["delay"]) * self.server.pace_scale)
        if "raw" in page:
            self.wfile.write(str(page["raw"]).encode("latin-1"))
            self.close_connection = True
        elif "redirect" in page:
            target = self._fill(str(page["redirect"]).encode()).decode()
            self._send(int(page.get("status", 302)), b"", {"Location": target})
        elif "generate" in page:
            self._generate(page)
        else:
            self._send_file(page)

    def _behaviour(self, path: str) -> dict[str, Any]:
        bare = urlsplit(path).path
        for page in self.server.site.behaviours:
            fits = page["path"] in (path, bare) or fnmatch.fnmatchcase(path, page["path"])
            if fits and self._is_meant(page):
                return page
        return {"path": path}

    def _is_meant(self, page: dict[str, Any]) -> bool:
        """Does the request have the headers for which this answer is kept (`if_header`: name -> glob)?"""
        wanted = page.get("if_header", {})
        return all(fnmatch.fnmatchcase(self.headers.get(name, ""), glob) for name, glob in wanted.items())

    def _send_file(self, page: dict[str, Any]) -> None:
        file = self._file(page)
        if file is None:
            self._send_missing()
            return
        body = self._fill(file.read_bytes())
        kind = str(page.get("type") or TYPES.get(file.suffix, "application/octet-stream"))
        charset = str(page.get("charset", self.server.site.charset))
        headers = {"Content-Type": f"{kind}; charset={charset}" if charset and kind in WITH_CHARSET else kind}
        headers |= {str(k): str(v) for k, v in page.get("headers", {}).items()}
        status = int(page.get("status", 200))
        if self.server.site.validators and status == 200:
            headers["ETag"] = '"' + hashlib.sha256(body).hexdigest()[:20] + '"'
            headers["Last-Modified"] = self.server.site.last_modified
            if self._unchanged(headers["ETag"]):
                self._send(304, b"", {k: headers[k] for k in ("ETag", "Last-Modified")})
                return
        encoded = _encode(body, str(page.get("encode", "")))
        if page.get("encode") and page["encode"] != "gzip-file":
            headers["Content-Encoding"] = "gzip"
        self._send(status, encoded, headers, drip=float(page.get("drip", 0)))

    def _file(self, page: dict[str, Any]) -> Path | None:
        """The file that answers: `file` of the behaviour, else by path; never outside the site's folder."""
        root = self.server.site.folder
        name = str(page.get("file") or urlsplit(self.path).path.lstrip("/"))
        if not name or name.endswith("/"):
            name += "index.html"
        file = (root / name).resolve()
        inside = file.is_relative_to(root.resolve()) and file.name != "site.toml"
        return file if inside and file.is_file() else None

    def _send_missing(self) -> None:
        page = self.server.site.folder / "404.html"
        body = page.read_bytes() if page.is_file() else b"<html><head><title>404</title></head><body>404</body></html>"
        self._send(404, self._fill(body), {"Content-Type": f"text/html; charset={self.server.site.charset or 'utf-8'}"})

    def _unchanged(self, etag: str) -> bool:
        if self.headers.get("If-None-Match"):
            return etag in [tag.strip().removeprefix("W/") for tag in self.headers["If-None-Match"].split(",")]
        since = self.headers.get("If-Modified-Since")
        if not since:
            return False
        with contextlib.suppress(ValueError):
            return parsedate_to_datetime(since) >= parsedate_to_datetime(self.server.site.last_modified)
        return False

    def _fill(self, body: bytes) -> bytes:
        """Puts real origins where files say {{origin}} or {{origin:site}}; a file cannot know its port."""
        if ORIGIN_MARK not in body:
            return body
        for name, origin in self.server.origins.items():
            body = body.replace(b"{{origin:" + name.encode() + b"}}", origin.encode())
        return body.replace(b"{{origin}}", self.server.origins[self.server.site.name].encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str], drip: float = 0) -> None:
        self.send_response(status)
        for name, value in {**self.server.site.headers, **headers}.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD" or status == 304:
            return
        if drip:
            self._drip(body, drip)
        else:
            self.wfile.write(body)

    def _drip(self, body: bytes, seconds: float) -> None:
        """Sends `body` in forty pieces over `seconds`: each read succeeds, the page never ends in time."""
        step = max(1, len(body) // 40)
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            self.wfile.flush()
            time.sleep(seconds * self.server.pace_scale / 40)

    def _generate(self, page: dict[str, Any]) -> None:
        kind = page["generate"]
        if kind == "huge":
            self._generate_huge(int(page["bytes"]))
        elif kind == "bomb":
            body = _bomb(int(page["bytes"]))
            self._send(200, body, {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"})
        elif kind == "headers":
            self._send(200, b"<p>ok</p>", {"Content-Type": "text/html", "X-Padding": "x" * int(page["bytes"])})
        else:
            self._send(200, self._calendar(str(page["file"])), {"Content-Type": "text/html; charset=utf-8"})

    def _generate_huge(self, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(size))
        self.end_headers()
        line = b"<tr><td>Catalogue line, bracket, steel, grey, 120 mm</td></tr>\n"
        chunk = line * 1024
        left = size if self.command == "GET" else 0
        while left > 0:
            self.wfile.write(chunk[:left])
            left -= len(chunk)

    def _calendar(self, file: str) -> bytes:
        """A month of the endless calendar: every month links to the next and to the one before."""
        query = parse_qs(urlsplit(self.path).query)
        year, month = (_number(query, "year", 2026), _number(query, "month", 1))
        index = year * 12 + month - 1
        text = (self.server.site.folder / file).read_text(encoding="utf-8")
        values = {"year": year, "month": month}
        for name, at in (("prev", index - 1), ("next", index + 1)):
            values |= {f"{name}_year": at // 12, f"{name}_month": at % 12 + 1}
        for name, value in values.items():
            text = text.replace("{{" + name + "}}", str(value))
        return self._fill(text.encode())


def _number(query: dict[str, list[str]], name: str, default: int) -> int:
    value = query.get(name, [""])[0]
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default


def _encode(body: bytes, how: str) -> bytes:
    """`body` as gzip, whole or broken; `gzip-not` is a plain body that a Content-Encoding header will lie about."""
    if how in ("", "gzip-not"):
        return body
    whole = gzip.compress(body, mtime=0)
    if how == "gzip-truncated":
        return whole[: len(whole) // 2]
    if how == "gzip-garbage":
        third = len(whole) // 3
        return whole[:third] + b"\xff" * 40 + whole[third + 40 :]
    return whole


@functools.lru_cache(maxsize=1)
def _bomb(size: int) -> bytes:
    """`size` bytes of spaces as gzip: about a thousandth of it on the wire."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    chunk = b" " * (1 << 20)
    parts = [squeeze.compress(b"<html><body>")]
    parts += [squeeze.compress(chunk) for _ in range(size >> 20)]
    return b"".join([*parts, squeeze.flush()])


# --- listening -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def start(
    names: Sequence[str] = (), *, port: int = DEFAULT_PORT, pace_scale: float = 1.0, folder: Path = SITES
) -> Iterator[Served]:
    """Serves the named sites (all where none is named) until the block ends.

    `port` is the port wanted; another free one is taken where it is in use. `pace_scale` multiplies every
    delay of the sites (slow and dripping pages). Raises OSError where nothing can be bound.
    """
    sites = tuple(site for site in load_sites(folder) if not names or site.name in names)
    servers = _bind(sites, port, pace_scale)
    running = tuple(Running(server.site, _origin(server)) for server in servers)
    origins = {one.site.name: one.origin for one in running}
    threads = []
    for server in servers:
        server.origins = origins
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        threads.append(thread)
    try:
        yield Served(running)
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


def _origin(server: _Server) -> str:
    host, port = server.server_address[:2]
    return f"http://{host!s}:{port}"


def _bind(sites: Sequence[Site], port: int, pace_scale: float) -> list[_Server]:
    """One server a site: own addresses and `port`; else own addresses and a free port; else 127.0.0.1."""
    for wanted in (port, 0, 0, 0):
        with contextlib.suppress(OSError):
            return _bind_addresses(sites, wanted, pace_scale)
    return [_on_localhost(port + place, site, pace_scale) for place, site in enumerate(sites)]


def _on_localhost(port: int, site: Site, pace_scale: float) -> _Server:
    """The wanted port where it is free: a second run then finds the same addresses."""
    with contextlib.suppress(OSError, OverflowError):
        return _server("127.0.0.1", port, site, pace_scale)
    return _server("127.0.0.1", 0, site, pace_scale)


def _bind_addresses(sites: Sequence[Site], port: int, pace_scale: float) -> list[_Server]:
    servers: list[_Server] = []
    try:
        for site in sites:
            servers.append(_server(site.address, port, site, pace_scale))
            port = int(servers[0].server_address[1])
    except OSError:
        for server in servers:
            server.server_close()
        raise
    return servers


def _server(host: str, port: int, site: Site, pace_scale: float) -> _Server:
    return _Server((host, port), site, pace_scale)


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until it is told to stop (SIGINT, SIGTERM)."""
    parser = argparse.ArgumentParser(description="Serve the fictional vendor sites on loopback.")
    parser.add_argument("--port-base", type=int, default=DEFAULT_PORT, metavar="N", help="port wanted on each address")
    parser.add_argument("--ready-file", type=Path, metavar="F", help="written once every site listens")
    parser.add_argument("--targets-out", type=Path, metavar="F", help="targets file for the addresses in use")
    parser.add_argument("--pace-scale", type=float, default=1.0, metavar="X", help="multiplies the sites' delays")
    parser.add_argument("--site", action="append", default=[], metavar="NAME", help="only this site (repeatable)")
    args = parser.parse_args(argv)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with start(args.site, port=args.port_base, pace_scale=args.pace_scale) as served:
        for one in served.sites:
            print(f"{one.origin:<24} {one.site.name:<12} {one.site.vendor}", flush=True)
        if args.targets_out:
            args.targets_out.write_text(served.targets(), encoding="utf-8")
        if args.ready_file:
            args.ready_file.write_text("".join(f"{one.origin}\n" for one in served.sites), encoding="utf-8")
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
