"""The custody chain: an append-only record of what happened to the evidence in an output folder, one line an event.

Two files lie side by side. `custody.jsonl` holds the links: number, time, kind of event, SHA-256 of the event's detail
line, SHA-256 of the link before. `custody-details.jsonl` holds the details. They are apart so that a case file can show
the whole chain and only the details that concern it: whoever reads it learns that other pages were kept, not which.
Each detail carries a random salt, or a guessed detail could be tried against its digest.

Every digest is over the line's bytes with its line feed, so that it can be checked with `sed -n 5p FILE | sha256sum`.
The chain proves order and completeness up to its head, and nothing against its owner: that needs a stamp over the head.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from ..durable import make_folder, sync_folder
from ..errors import ArchiveError, EvidenceError

LINKS = "custody.jsonl"
DETAILS = "custody-details.jsonl"
BEGINNING = "0" * 64
"""`prev` of the very first link."""
_KEYS = {"n", "at", "event", "detail", "prev"}
_TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Link:
    """One line of custody.jsonl. `sha256` is that of the line itself, which the next line names as `prev`."""

    n: int
    at: str
    event: str
    detail: str
    """SHA-256 of the detail line."""
    prev: str
    line: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.line).hexdigest()


@dataclass(frozen=True, slots=True)
class Read:
    """A chain as it was read. `problems` is empty where every link holds."""

    links: tuple[Link, ...]
    details: Mapping[int, Mapping[str, Any]]
    """By number of the link; a case file shows some only."""
    problems: tuple[str, ...]

    @property
    def head(self) -> str:
        """SHA-256 of the last link, or empty."""
        return self.links[-1].sha256 if self.links else ""


class Chain:
    """The chain of one output folder, open for appending. One process at a time (the caller holds the folder's lock).

    A line that a killed process left half written was never acknowledged: it is cut off on opening, and the cut is
    itself an event. Raises EvidenceError where the end of the chain is damaged otherwise.
    """

    def __init__(self, folder: Path) -> None:
        self._links, self._details = folder / LINKS, folder / DETAILS
        make_folder(folder)
        cut = _cut_torn_end(self._links) + _cut_torn_end(self._details)
        last = _last_line(self._links)
        self.n, self.head = 0, BEGINNING
        if last:
            link = parse_link(last)
            if link is None:
                raise EvidenceError(f"{self._links}: the last line is damaged", "keep the file as it is, and a copy")
            self.n, self.head = link.n, link.sha256
        cut += self._cut_unacknowledged()
        if cut:
            self.append("torn end cut off", bytes=cut)

    def append(self, event: str, *, sync: bool = False, **detail: Any) -> Link:
        """Add an event; returns its link. `sync`: on the disk before it returns. Raises ArchiveError."""
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        body = {"n": self.n + 1, "event": event, "salt": secrets.token_hex(8), **detail}
        detail_line = encoded(body)
        head = {"n": self.n + 1, "at": now, "event": event, "detail": _sha256(detail_line), "prev": self.head}
        line = encoded(head)
        try:
            # The detail first: a link without its detail would look like a detail taken away.
            _append(self._details, detail_line, sync=True)
            _append(self._links, line, sync=sync)
        except OSError as error:
            raise ArchiveError(f"{self._links}: cannot be written: {error.strerror}", "free some disk space") from None
        link = parse_link(line)
        assert link is not None
        self.n, self.head = link.n, link.sha256
        return link

    def _cut_unacknowledged(self) -> int:
        """A detail whose link never came to the disk."""
        cut = 0
        while last := _last_line(self._details):
            number = _number(last)
            if number is None:
                raise EvidenceError(f"{self._details}: the last line is damaged", "keep the file as it is, and a copy")
            if number <= self.n:
                break
            _truncate(self._details, self._details.stat().st_size - len(last))
            cut += len(last)
        if self.n and (not last or _number(last) != self.n):
            raise EvidenceError(f"{self._details}: details are missing at the end", "keep the file, and a copy")
        return cut


def read(links: bytes, details: bytes, *, whole: bool = True) -> Read:
    """Read and check a chain. `whole`: it begins at the beginning and shows every detail; a case file does neither."""
    problems: list[str] = []
    chain = _read_links(links, problems, whole=whole)
    known = {link.n: link for link in chain}
    shown: dict[int, Mapping[str, Any]] = {}
    for number, line in enumerate(_lines(details, DETAILS, problems), 1):
        n = _number(line)
        link = None if n is None else known.get(n)
        if n is None or link is None or n in shown:
            problems.append(f"{DETAILS}: line {number} belongs to no event")
        elif _sha256(line) != link.detail:
            problems.append(f"{DETAILS}: event {n} ({link.event}) is not what was recorded")
        else:
            shown[n] = json.loads(line)
    if whole and len(shown) < len(chain) and not problems:
        missing = next(link for link in chain if link.n not in shown)
        problems.append(f"{DETAILS}: event {missing.n} ({missing.event}) is missing")
    return Read(tuple(chain), shown, tuple(problems))


def read_folder(folder: Path) -> Read:
    """The whole chain of an output folder. A folder without one gives an empty chain.

    An end that a killed process left half written was never acknowledged and is left out, as on opening.
    """
    links, details = (_whole_lines(_bytes(folder / name)) for name in (LINKS, DETAILS))
    last = links[links.rfind(b"\n", 0, -1) + 1 :]
    begun = details[details.rfind(b"\n", 0, -1) + 1 :]
    if begun and _number(begun) == (_number(last) or 0) + 1:
        details = details[: -len(begun)]
    return read(links, details)


def excerpt(chain: Read, shown: Iterable[int], details: bytes) -> tuple[bytes, bytes]:
    """(links from the first of the events in `shown` to the last, their details): what a case file carries."""
    wanted = set(shown)
    links = b"".join(link.line for link in chain.links if min(wanted) <= link.n <= max(wanted))
    kept = [line for line in details.splitlines(keepends=True) if _number(line) in wanted]
    return links, b"".join(kept)


def parse_link(line: bytes) -> Link | None:
    """A line of custody.jsonl, or None where it is none. Only the exact form that we write counts."""
    try:
        values = json.loads(line)
    except ValueError:
        return None
    if not isinstance(values, dict) or set(values) != _KEYS or encoded(values) != line:
        return None
    if not isinstance(values["n"], int) or not all(isinstance(values[key], str) for key in _KEYS - {"n"}):
        return None
    return Link(values["n"], values["at"], values["event"], values["detail"], values["prev"], line)


def encoded(values: Mapping[str, Any]) -> bytes:
    """One line of JSON in the one form in which we write it: ASCII, no spaces, keys in the order given."""
    return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _read_links(data: bytes, problems: list[str], *, whole: bool) -> list[Link]:
    chain: list[Link] = []
    for number, line in enumerate(_lines(data, LINKS, problems), 1):
        link = parse_link(line)
        if link is None:
            problems.append(f"{LINKS}: line {number} is damaged")
            break
        if chain and (link.prev != chain[-1].sha256 or link.n != chain[-1].n + 1):
            problems.append(f"{LINKS}: line {number} (event {link.n}) does not follow from the line before")
            break
        if not chain and whole and (link.n != 1 or link.prev != BEGINNING):
            problems.append(f"{LINKS}: the beginning is missing")
            break
        chain.append(link)
    return chain


def _lines(data: bytes, name: str, problems: list[str]) -> list[bytes]:
    lines = data.split(b"\n")
    if lines.pop():
        problems.append(f"{name}: the last line breaks off")
    return [line + b"\n" for line in lines]


def _whole_lines(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]


def _number(line: bytes) -> int | None:
    try:
        values = json.loads(line)
    except ValueError:
        return None
    n = values.get("n") if isinstance(values, dict) else None
    return n if isinstance(n, int) else None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _append(path: Path, line: bytes, *, sync: bool) -> None:
    begun = not path.exists()
    with path.open("ab", buffering=0) as file:
        rest = memoryview(line)
        while rest:  # a raw write may be short
            rest = rest[file.write(rest) :]
        if sync or begun:
            os.fsync(file.fileno())
    if begun:
        sync_folder(path.parent)


def _tail(file: IO[bytes]) -> bytes:
    size = file.seek(0, os.SEEK_END)
    want = _TAIL_BYTES
    while True:
        file.seek(max(size - want, 0))
        tail = file.read()
        if want >= size or b"\n" in tail[:-1]:
            return tail
        want *= 4


def _last_line(path: Path) -> bytes:
    """The last whole line with its line feed, or empty."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        tail = _tail(file)
    return tail[tail.rfind(b"\n", 0, -1) + 1 :]


def _cut_torn_end(path: Path) -> int:
    """Cuts off what follows the last line feed; returns how many bytes that were."""
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        tail = _tail(file)
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        _truncate(path, path.stat().st_size - torn)
    return torn


def _truncate(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)
        os.fsync(file.fileno())
