"""Crawl CPU per page, against Scrapy fetching only, both in the same run over a loopback server.

noticescan does the whole: fetch, WARC with fsync, read back with digests, read, judge, one database transaction a
page. Scrapy only downloads the same pages and follows their links: nothing stored, only the links looked for. Both ask
for 16 hosts at once, one connection a host, no delay. Pictures are left out of the pages: Scrapy would not ask for
them. The server is a process of its own and not counted.

    python benchmarks/bench_crawl.py [--rounds 5] [--pages 320]

CPU time of the whole process, start-up included, and the same less the CPU time of a crawl of one page a host: what
one more page costs.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pages
from measure import table

HERE = Path(__file__).resolve().parent
HOSTS = 16
NETWORK = "127.0.5.0/24"
PEER = "Scrapy, fetching only"


def prepared(per_host: int) -> dict[str, bytes]:
    """path -> gzipped page; each page links to the next, so that a crawler has to follow."""
    answers: dict[str, bytes] = {"/robots.txt": gzip.compress(b"User-agent: *\nAllow: /\n")}
    for number in range(per_host):
        text = pages.page(number)
        start = text.index("<nav>")
        text = text[:start] + f'<a href="/{number + 1}.html">next</a>' * (number + 1 < per_host) + text[start:]
        # The other links and the pictures of the made-up pages lead nowhere: here they would all be 404.
        text = text.replace("href=/p/", "data-p=/p/").replace('src="/i/', 'data-i="/i/')
        answers["/" if number == 0 else f"/{number}.html"] = gzip.compress(text.encode())
    return answers


async def serve(port: int, per_host: int) -> None:
    """Every host at once, as bytes made beforehand; says `ready` on stdout."""
    answers = prepared(per_host)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0].encode()
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = answers.get(head.split(b" ", 2)[1].decode())
                status, body = (b"200 OK", body) if body else (b"404 Not Found", b"")
                # A line of its own for each host: the same bytes twice would be a duplicate, and not judged.
                body = body and body + gzip.compress(b"<!-- " + host + b" -->", mtime=0)
                kind = b"text/plain" if b"robots.txt" in head[:40] else b"text/html; charset=utf-8"
                encoding = b"Content-Encoding: gzip\r\n" if body else b""
                writer.write(
                    b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\n" + encoding
                    + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
                )  # fmt: skip
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    hosts = [f"127.0.5.{number}" for number in range(1, HOSTS + 1)]
    servers = [await asyncio.start_server(answer, host, port) for host in hosts]
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


@contextmanager
def serving(port: int, per_host: int) -> Iterator[list[str]]:
    """The server as a process; gives the start URLs."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(port), "--pages", str(per_host)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield [f"http://127.0.5.{number}:{port}/" for number in range(1, HOSTS + 1)]
    finally:
        process.terminate()
        process.wait()


def cpu_of(command: list[str], folder: Path) -> tuple[float, str]:
    """(CPU seconds of a process and its children, its stdout)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 4):
        raise SystemExit(f"{command[:4]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def ours(urls: list[str], folder: Path) -> tuple[float, int]:
    command = [sys.executable, "-m", "scanner", "--quiet", "crawl", *urls, "--out", tempfile.mkdtemp(dir=folder)]
    command += ["--allow-network", NETWORK, "--delay", "0", "--max-depth", "100", "--format", "json"]
    taken, said = cpu_of(command, folder)
    read = [line.split() for line in said.splitlines() if "with findings" in line or "nothing flagged" in line]
    return taken, sum(int(words[0]) for words in read)


def scrapy(urls: list[str], folder: Path) -> tuple[float, int]:
    taken, said = cpu_of([sys.executable, str(HERE / "scrapy_peer.py"), *urls], folder)
    return taken, int(said.split()[-1])


def measure(port: int, per_host: int, count: int) -> dict[str, list[float]]:
    """CPU seconds a page of both, in every round, as a whole and at the margin."""
    names = (PEER, "noticescan crawl", f"{PEER}, without start-up", "noticescan crawl, without start-up")
    taken: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(count):
            for label, run in ((PEER, scrapy), ("noticescan crawl", ours)):
                with serving(port, 1) as urls:
                    idle, few = run(urls, folder)
                with serving(port, per_host) as urls:
                    busy, many = run(urls, folder)
                if (few, many) != (HOSTS, HOSTS * per_host):
                    raise SystemExit(f"{label} read {few} and {many} pages, not {HOSTS} and {HOSTS * per_host}")
                taken[label].append(busy / many)
                taken[f"{label}, without start-up"].append((busy - idle) / (many - few))
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=320)
    parser.add_argument("--port", type=int, default=8710)
    parser.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(arguments.serve, arguments.pages))
        return
    per_host = max(2, arguments.pages // HOSTS)
    taken = measure(arguments.port, per_host, arguments.rounds)
    whole = {name: values for name, values in taken.items() if "without" not in name}
    margin = {name.partition(",")[0] if name.startswith("notice") else PEER: values
              for name, values in taken.items() if "without" in name}  # fmt: skip
    title = f"crawl: {per_host * HOSTS} pages of 150 kB on {HOSTS} hosts"
    print(table(f"{title}, whole process", whole, PEER))
    print()
    print(table(f"{title}, without start-up", margin, PEER))


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = str(HERE.parent)
    main()
