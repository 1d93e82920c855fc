"""kill -9 at random moments of a crawl: nothing lost, nothing doubled. `make soak`, or python -m tests.soak.kill9 [N].

A small site on loopback is crawled once undisturbed. Then, for each moment, a fresh crawl of the same site is killed
when the server has answered so many requests (plus a few random milliseconds), taken up again (and perhaps killed
again), and compared: the same coverage, the same findings, each page kept exactly once, and the records in the WARC
files exactly those in the database. `noticescan verify` must find the custody chain whole.
"""

from __future__ import annotations

import gzip
import http.server
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from tests.few_rules import few_rules

ROOT = Path(__file__).resolve().parents[2]
HOSTS = ("127.0.3.1", "127.0.3.2", "127.0.3.3")
PAGES = 14
MOMENTS = 50
PATIENCE = 120.0
"""Seconds after which a crawl that does not end is a failure."""
CLAIM = "人脸抓拍系统，案场防截客、防飞单，省下百万佣金。"


class Site(http.server.ThreadingHTTPServer):
    """One host. `answered` counts the requests of all hosts together, and `on_answer` is told."""

    daemon_threads = True

    def __init__(self, host: str, port: int, count: CountDown) -> None:
        super().__init__((host, port), Handler)
        self.count = count

    def handle_error(self, request: object, client_address: object) -> None:
        """A killed client breaks its connections off; that is what this is about."""


class CountDown:
    """Calls `fire` when the n-th request is being answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.answered = 0
        self.left = 0
        self.fire = threading.Event()

    def arm(self, left: int) -> None:
        with self._lock:
            self.left = left
            self.fire.clear()

    def tick(self) -> None:
        with self._lock:
            self.answered += 1
            self.left -= 1
            if self.left == 0:
                self.fire.set()


class Handler(http.server.BaseHTTPRequestHandler):
    """Pages, a redirect, a 404, two pages of the same bytes, a sitemap, robots.txt; every third page gzipped."""

    protocol_version = "HTTP/1.1"
    server: Site

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self.server.count.tick()
        path = self.path
        if path == "/robots.txt":
            self.answer(200, b"User-agent: *\nDisallow: /private\n", "text/plain")
        elif path == "/sitemap.xml":
            host, port = self.server.server_address[:2]
            urls = "".join(f"<url><loc>http://{host}:{port}/p/{n}.html</loc></url>" for n in (PAGES, PAGES + 1))
            xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
            self.answer(200, xml.encode(), "application/xml")
        elif path == "/old":
            self.answer(302, b"", "text/html", location="/p/1.html")
        elif path in ("/", "/twin-a", "/twin-b") or path.startswith("/p/"):
            self.answer(200, page(path).encode(), "text/html; charset=utf-8", zipped=path.endswith("3.html"))
        else:
            self.answer(404, b"<html><body>not here</body></html>", "text/html")

    def answer(self, status: int, body: bytes, kind: str, *, location: str = "", zipped: bool = False) -> None:
        body = gzip.compress(body, mtime=0) if zipped else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)


def page(path: str) -> str:
    """The same page for the same path; `/` links to all, each page to the next."""
    links = ["/old", "/missing", "/private/x", "/twin-a", "/twin-b"] if path == "/" else []
    links += [f"/p/{n}.html" for n in range(1, 5)] if path == "/" else []
    number = int("".join(filter(str.isdigit, path)) or 0)
    if 0 < number < PAGES:
        links.append(f"/p/{number + 1}.html")
    name = "/twin" if path.startswith("/twin") else path
    claim = f"<p>{CLAIM}</p>" if number % 3 == 1 else ""
    filler = "".join(f"<p>第{n}段：产品 {name} 的普通说明文字，安装简便，全国联保。</p>" for n in range(40))
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
    return f'<html lang="zh"><head><title>{name}</title></head><body>{anchors}{claim}{filler}</body></html>'


@contextmanager
def site() -> Iterator[tuple[CountDown, list[str]]]:
    """Serves the hosts on one free port; gives the counter and the start URLs."""
    count = CountDown()
    first = Site(HOSTS[0], 0, count)
    port = first.server_address[1]
    sites = [first, *(Site(host, port, count) for host in HOSTS[1:])]
    threads = [threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}) for one in sites]
    for thread in threads:
        thread.start()
    try:
        yield count, [f"http://{host}:{port}/" for host in HOSTS]
    finally:
        for one in sites:
            one.shutdown()
            one.server_close()
        for thread in threads:
            thread.join()


def start(out: Path, urls: list[str]) -> subprocess.Popen[bytes]:
    """The crawl as a user starts it."""
    command = [sys.executable, "-m", "scanner", "--quiet", "crawl", *urls, "--out", str(out), "--delay", "0"]
    command += ["--allow-network", "127.0.3.0/24", "--format", "json", "--rules", str(out.parent / "patterns")]
    env = {k: v for k, v in os.environ.items() if not k.startswith("NOTICESCAN_")} | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=out.parent, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    """Waits for an orderly end (4: the site holds a 404 and a refusal)."""
    _, errors = process.communicate(timeout=PATIENCE)
    if process.returncode != 4:
        raise AssertionError(f"exit code {process.returncode}: {errors.decode()}")


def kill_at(out: Path, urls: list[str], count: CountDown, requests: int, pause: float) -> bool:
    """Starts a crawl and kills it; False if it was faster."""
    count.arm(requests)
    process = start(out, urls)
    deadline = time.monotonic() + PATIENCE
    while not count.fire.wait(0.002) and process.poll() is None:
        if time.monotonic() > deadline:
            raise AssertionError("the crawl hangs")
    time.sleep(pause)
    killed = process.poll() is None
    if killed:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    return killed


@dataclass(frozen=True)
class Outcome:
    """What a finished crawl left behind, without times and ids that differ from run to run."""

    coverage: Counter[tuple[str, str, str, int]]
    findings: Counter[tuple[str, str, str, int]]
    pages: Counter[tuple[str, int, str]]
    """(URL, status, payload digest) -> how often it was kept; robots.txt and sitemaps are asked for again by each
    process, since what they say today decides."""


def outcome(out: Path) -> Outcome:
    """Reads database and WARC files, and holds one against the other. Raises AssertionError where they differ."""
    base = sqlite3.connect(out / "noticescan.sqlite")
    runs = base.execute("SELECT count(*), sum(finished_at IS NOT NULL), sum(ok) FROM runs").fetchone()
    assert runs == (1, 1, 1), f"runs (all, finished, ok): {runs}"
    coverage = base.execute("SELECT url, outcome, reason, findings FROM coverage").fetchall()
    findings = base.execute("SELECT source, rule, quote, start_offset FROM findings").fetchall()
    captures = base.execute("SELECT record_id, url, status, payload_sha256 FROM captures").fetchall()
    waiting = base.execute("SELECT count(*) FROM frontier WHERE state <> 'done'").fetchone()[0]
    base.close()
    assert waiting == 0, f"{waiting} URLs still wait"
    in_files = Counter(records(out))
    in_base = Counter(f"<{row[0]}>" for row in captures)
    assert in_files == in_base, f"WARC and database differ: {(in_files - in_base)} {(in_base - in_files)}"
    pages = Counter((row[1], row[2], row[3]) for row in captures if not row[1].endswith(("robots.txt", "sitemap.xml")))
    return Outcome(Counter(coverage), Counter(findings), pages)


def records(out: Path) -> Iterator[str]:
    """The id of every response record; reading on past a broken one is not possible, so all are whole."""
    for path in sorted((out / "warc").iterdir()):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                if record.rec_type == "response":
                    yield record.rec_headers.get_header("WARC-Record-ID")
                record.content_stream().read()


def undisturbed(folder: Path, urls: list[str], count: CountDown) -> tuple[Outcome, int]:
    """The crawl that the others are compared with, and how many requests it made."""
    # A copy: rules that somebody edits meanwhile are another rule set, and a run keeps to one.
    few_rules(folder / "patterns")
    before = count.answered
    finish(start(folder / "whole", urls))
    whole = outcome(folder / "whole")
    assert max(whole.pages.values()) == 1
    assert whole.findings
    return whole, count.answered - before


def trial(out: Path, urls: list[str], count: CountDown, rng: random.Random, requests: int) -> int:
    """One crawl, killed one to three times; returns how often."""
    kills = 0
    for _ in range(rng.choice((1, 1, 2, 3))):
        kills += kill_at(out, urls, count, rng.randint(1, requests), rng.choice((0, rng.random() * 0.05)))
        if is_complete(out):  # the last page was recorded before the signal came
            return kills
    finish(start(out, urls))
    return kills


def intact(out: Path) -> None:
    """The custody chain came through the kills: `verify` finds no broken link. 4: killed before the run was sealed."""
    base = sqlite3.connect(out / "noticescan.sqlite")
    run = base.execute("SELECT name FROM runs").fetchone()[0]
    base.close()
    command = [sys.executable, "-m", "scanner", "verify", run, "--out", str(out)]
    command += ["--rules", str(out.parent / "patterns")]
    done = subprocess.run(command, cwd=out.parent, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
                          text=True, check=False)  # fmt: skip
    if done.returncode not in (0, 4):
        raise AssertionError(f"verify: exit code {done.returncode}: {done.stdout}{done.stderr}")


def is_complete(out: Path) -> bool:
    """Is there a finished run? Without a database, or without tables in it, there is none."""
    if not (out / "noticescan.sqlite").exists():
        return False
    base = sqlite3.connect(out / "noticescan.sqlite")
    try:
        return bool(base.execute("SELECT count(*) FROM runs WHERE finished_at IS NOT NULL").fetchone()[0])
    except sqlite3.OperationalError:
        return False
    finally:
        base.close()


def differences(whole: Outcome, other: Outcome) -> list[str]:
    """In words, what the interrupted crawl lost or has too much of."""
    found = []
    for name in ("coverage", "findings", "pages"):
        want, got = getattr(whole, name), getattr(other, name)
        found += [f"{name}: lost {row} {n}" for row, n in (want - got).items()]
        found += [f"{name}: too much {row} {n}" for row, n in (got - want).items()]
    return found


def main() -> int:
    moments = int(sys.argv[1]) if len(sys.argv) > 1 else MOMENTS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    rng = random.Random(seed)
    print(f"seed {seed}", flush=True)
    done = number = 0
    with tempfile.TemporaryDirectory() as folder, site() as (count, urls):
        whole, requests = undisturbed(Path(folder), urls, count)
        while done < moments:
            number += 1
            out = Path(folder) / f"trial-{number}"
            done += trial(out, urls, count, rng, requests)
            wrong = differences(whole, outcome(out))
            intact(out)
            print(f"{done} kills, crawl {number}: {'; '.join(wrong) or 'the same'}", flush=True)
            if wrong:
                return 1
    print(f"{done} kills in {number} crawls: nothing lost, nothing doubled")
    return 0


if __name__ == "__main__":
    sys.exit(main())
