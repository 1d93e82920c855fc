"""WACZ 1.1.1: WARC files, index and page list in one zip file, as other tools read and replay it.

Written to a temporary name, read back with every check of `inspect`, and only then given its name: the reference tool
leaves pages out without a word when their time has fractions of a second, and such a file still validates. The same
pages and records always give the same bytes, so that `inspect` can tell a file of ours from one that was touched
between the digests.

A WACZ proves nothing against whoever made it: it can be rewritten consistently. Its digest has to be known elsewhere,
or carry a stamp.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from .. import __version__
from ..errors import ArchiveError
from ..warcfile import BrokenWarc, Member, members, wrong_digests
from . import cdx

VERSION = "1.1.1"
PAGES = "pages/pages.jsonl"
INDEX = "indexes/index.cdx"
PACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"
SOFTWARE = "noticescan"
_READ = 1024 * 1024
_NOT_A_WACZ = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, TypeError,
    AttributeError, RecursionError, OverflowError,
)  # fmt: skip
"""What a file of a stranger's making can provoke in zip and JSON readers."""
_MAX_SMALL = 256 * 1024 * 1024
"""Page list, index and datapackage are read whole; no real one is larger."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list. `ts` is cut to the second: a list with fractions does not match the index."""

    id: str
    url: str
    ts: datetime
    title: str = ""


@dataclass(frozen=True, slots=True)
class Built:
    """What was written."""

    sha256: str
    """Of the whole file."""
    datapackage_sha256: str
    """Of datapackage.json, which names the digest of all else."""
    pages: int
    records: int


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a WACZ file holds, and what is wrong with it: (link of the chain, what)."""

    problems: tuple[tuple[str, str], ...] = ()
    datapackage_sha256: str = ""
    software: str = ""
    pages: tuple[dict[str, Any], ...] = ()
    records: int = 0
    warcs: tuple[str, ...] = ()
    """Names in the zip, `archive/x.warc.gz`."""


def build(
    path: Path, warcs: Sequence[Path], pages: Sequence[Page], *, title: str, created: datetime, main: str = ""
) -> Built:
    """Pack WARC files with their page list. Raises ArchiveError where the result does not pass its own checks."""
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            _write(file, [(f"archive/{warc.name}", warc) for warc in warcs], _small(warcs, pages), title, created, main)
            file.flush()
            os.fsync(file.fileno())
        found = inspect(part)
        if found.problems or len(found.pages) != len(pages):
            what = found.problems[0][1] if found.problems else f"{len(found.pages)} of {len(pages)} pages are listed"
            raise ArchiveError(f"{path.name}: the packed file does not pass its own check: {what}")
        built = Built(sha256_of(part), found.datapackage_sha256, len(found.pages), found.records)
        part.replace(path)
    except BrokenWarc as error:
        raise ArchiveError(f"{path.name}: cannot be packed: {error}") from None
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be written: {error.strerror}", "free some disk space") from None
    finally:
        part.unlink(missing_ok=True)
    return built


def inspect(path: Path) -> Inspected:
    """Read a WACZ file with every check that needs nothing else. Never raises for what the file holds."""
    look = _Look()
    try:
        with zipfile.ZipFile(path) as bundle:
            look.zip(bundle)
            if look.ours and not look.problems:
                look.same_bytes(path, bundle)
    except _NOT_A_WACZ as error:
        look.problem("manifest", f"not a whole zip file ({type(error).__name__})")
    except OSError as error:
        look.problem("manifest", f"cannot be read: {error.strerror or 'damaged'}")
    return look.result()


def archive_members(path: Path) -> Iterator[tuple[str, Member]]:
    """Every record in the WARC files of a WACZ, with the name of its file. Raises BrokenWarc, zipfile.BadZipFile."""
    with zipfile.ZipFile(path) as bundle:
        for name in _warc_names(bundle):
            with bundle.open(name) as stream:
                for one in members(stream):
                    yield name, one


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _small(warcs: Sequence[Path], pages: Sequence[Page]) -> dict[str, bytes]:
    """Index and page list."""
    lines: list[str] = []
    for warc in warcs:
        with warc.open("rb") as stream:
            lines += filter(None, (cdx.line(one, warc.name) for one in members(stream)))
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": False}
    rows: list[dict[str, Any]] = [head]
    rows += ({"id": p.id, "url": p.url, "ts": f"{p.ts:%Y-%m-%dT%H:%M:%SZ}", "title": p.title or p.url} for p in pages)
    listed = "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)
    return {INDEX: "".join(f"{one}\n" for one in sorted(lines)).encode(), PAGES: listed.encode()}


def _write(
    file: IO[bytes],
    archives: Sequence[tuple[str, Path]],
    small: dict[str, bytes],
    title: str,
    created: datetime,
    main: str,
) -> None:
    resources = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
        for name, path in archives:
            with path.open("rb") as source:
                resources.append(_entry(bundle, name, source, path.stat().st_size, created))
        for name, data in small.items():
            resources.append(_entry(bundle, name, io.BytesIO(data), len(data), created))
        package = _package(resources, title, created, main)
        _entry(bundle, PACKAGE, io.BytesIO(package), len(package), created)
        digest = _json({"path": PACKAGE, "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"})
        _entry(bundle, DIGEST, io.BytesIO(digest), len(digest), created)


def _entry(bundle: zipfile.ZipFile, name: str, source: IO[bytes], size: int, created: datetime) -> dict[str, Any]:
    """Stored, never deflated: replay tools seek inside. Everything in its header is fixed."""
    at = created.astimezone(UTC)
    info = zipfile.ZipInfo(name, (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second))
    info.external_attr = 0o644 << 16
    info.create_system = 3
    info.file_size = size
    digest = hashlib.sha256()
    with bundle.open(info, "w") as out:
        while piece := source.read(_READ):
            digest.update(piece)
            out.write(piece)
    return {
        "name": name.rpartition("/")[2].lower(),
        "path": name,
        "hash": f"sha256:{digest.hexdigest()}",
        "bytes": size,
    }


def _package(resources: Sequence[dict[str, Any]], title: str, created: datetime, main: str) -> bytes:
    values: dict[str, Any] = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": title,
        "software": f"{SOFTWARE}/{__version__}",
        "created": f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "resources": list(resources),
    }
    return _json(values | ({"mainPageUrl": main} if main else {}))


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=True, indent=2).encode() + b"\n"


def _warc_names(bundle: zipfile.ZipFile) -> list[str]:
    return [name for name in bundle.namelist() if re.fullmatch(r"archive/[^/]+\.warc(\.gz)?", name)]


class _Look:
    """One reading of a WACZ; collects what is wrong."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []
        self.package: dict[str, Any] = {}
        self.package_sha256 = ""
        self.pages: list[dict[str, Any]] = []
        self.warcs: list[str] = []
        self.records = 0
        self.ours = False
        self._places: dict[tuple[str, int], tuple[str, str, int]] = {}
        """(WARC, offset) -> (URL, 14-digit time, length) of the records that an index must name."""

    def problem(self, link: str, what: str) -> None:
        self.problems.append((link, what))

    def result(self) -> Inspected:
        software = str(self.package.get("software", ""))
        return Inspected(
            tuple(self.problems), self.package_sha256, software, tuple(self.pages), self.records, tuple(self.warcs)
        )

    def zip(self, bundle: zipfile.ZipFile) -> None:
        names = bundle.namelist()
        doubled = [name for name, count in Counter(names).items() if count > 1]
        if doubled:
            return self.problem("manifest", f"{doubled[0]} is in the zip file twice")
        for needed in (PACKAGE, PAGES):
            if needed not in names:
                return self.problem("manifest", f"{needed} is missing")
        self._package(bundle)
        self.warcs = _warc_names(bundle)
        if not self.warcs:
            self.problem("WARC", "no WARC file in archive/")
        for name in self.warcs:
            self._warc(bundle, name)
        self._index(bundle)
        self._pages(bundle)
        return None

    def _package(self, bundle: zipfile.ZipFile) -> None:
        raw = _small_entry(bundle, PACKAGE)
        self.package_sha256 = hashlib.sha256(raw).hexdigest()
        package = json.loads(raw)
        if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
            return self.problem("manifest", f"{PACKAGE} lists no resources")
        self.package = package
        self.ours = str(package.get("software", "")).startswith(f"{SOFTWARE}/")
        if DIGEST in bundle.namelist():
            stated = json.loads(_small_entry(bundle, DIGEST))
            if not isinstance(stated, dict) or stated.get("hash") != f"sha256:{self.package_sha256}":
                self.problem("manifest", f"{PACKAGE} does not match {DIGEST}")
        elif self.ours:
            self.problem("manifest", f"{DIGEST} is missing")
        listed = {str(one.get("path")): one for one in package["resources"] if isinstance(one, dict)}
        for name in sorted(set(bundle.namelist()) - {PACKAGE, DIGEST} - set(listed)):
            if not name.endswith("/"):
                self.problem("manifest", f"{name} is not listed in {PACKAGE}")
        for name, one in listed.items():
            self._resource(bundle, name, one)
        return None

    def _resource(self, bundle: zipfile.ZipFile, name: str, stated: dict[str, Any]) -> None:
        if name not in bundle.namelist():
            return self.problem("manifest", f"{name} is listed and missing")
        algorithm, _, value = str(stated.get("hash")).partition(":")
        digest, size = hashlib.new(algorithm if algorithm in ("sha256", "sha512", "md5") else "sha256"), 0
        with bundle.open(name) as stream:
            while piece := stream.read(_READ):
                digest.update(piece)
                size += len(piece)
        if digest.hexdigest() != value or size != stated.get("bytes", size):
            self.problem("manifest", f"{name} does not match its digest in {PACKAGE}")
        return None

    def _warc(self, bundle: zipfile.ZipFile, name: str) -> None:
        if not name.endswith(".gz"):
            return self.problem("WARC", f"{name}: WARC files that are not compressed are not read")
        try:
            with bundle.open(name) as stream:
                for one in members(stream):
                    self._record(name, one)
        except BrokenWarc as error:
            self.problem("WARC", f"{name}: {error}")
        return None

    def _record(self, name: str, one: Member) -> None:
        self.records += 1
        wrong = wrong_digests(one)
        if not self.ours:  # other tools state one digest, and hash payloads in several ways
            stated = "WARC-Block-Digest" if one.field("WARC-Block-Digest") else "WARC-Payload-Digest"
            wrong = [name for name in wrong if name == stated and one.field(name)]
        if wrong:
            what = one.field("WARC-Target-URI") or one.kind
            self.problem("record digest", f"{name} at byte {one.offset}: {what}: {wrong[0]} does not hold")
        if one.kind in cdx.INDEXED:
            try:
                at = f"{one.date:%Y%m%d%H%M%S}"
            except ValueError:
                return self.problem("WARC", f"{name} at byte {one.offset}: the record has no date")
            short = name.removeprefix("archive/")
            self._places[short, one.offset] = (one.field("WARC-Target-URI"), at, len(one.packed))
        return None

    def _index(self, bundle: zipfile.ZipFile) -> None:
        """Where the index is ours, it must name each record exactly; others pack theirs in several ways."""
        if INDEX not in bundle.namelist():
            others = [n for n in bundle.namelist() if n.startswith("indexes/")]
            if self.ours or not others:
                self.problem("index", "there is no index")
            return None
        lines = _small_entry(bundle, INDEX).decode("utf-8", "replace").splitlines()
        places = {}
        for number, text in enumerate(lines, 1):
            one = cdx.parse(text)
            if one is None:
                return self.problem("index", f"{INDEX}: line {number} is damaged")
            places[one.filename, one.offset] = (one.url, one.timestamp, one.length)
        if self.ours and places != self._places:
            odd = sorted(set(places.items()) ^ set(self._places.items()))
            self.problem("index", f"the index and the records disagree about {odd[0][1][0]}")
        return None

    def _pages(self, bundle: zipfile.ZipFile) -> None:
        lines = _small_entry(bundle, PAGES).decode("utf-8", "replace").splitlines()
        rows = [json.loads(text) for text in lines if text.strip()]
        if not rows or not all(isinstance(row, dict) for row in rows) or "format" not in rows[0]:
            return self.problem("page list", f"{PAGES} has no heading")
        self.pages = rows[1:]
        at = {(url, stamp) for url, stamp, _ in self._places.values()}
        for row in self.pages:
            stamp = re.sub(r"\D", "", str(row.get("ts", "")))
            if self.ours and (not row.get("id") or (row.get("url"), stamp) not in at):
                self.problem("page list", f"the listed page {row.get('url')} is not among the records at its time")
        return None

    def same_bytes(self, path: Path, bundle: zipfile.ZipFile) -> None:
        """A file of ours, packed again from its parts, is the same file; else something lies between the parts."""
        created = datetime.strptime(self.package["created"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        small = {name: _small_entry(bundle, name) for name in (INDEX, PAGES)}
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as again:
            archives = [(name, _extracted(bundle, name, Path(folder))) for name in self.warcs]
            _write(again, archives, small, self.package["title"], created, self.package.get("mainPageUrl", ""))
            again.seek(0)
            digest = hashlib.file_digest(again, "sha256").hexdigest()
        if digest != sha256_of(path) and self.package.get("software") == f"{SOFTWARE}/{__version__}":
            self.problem("manifest", "the zip file holds more than its parts, or they were rearranged")


def _small_entry(bundle: zipfile.ZipFile, name: str) -> bytes:
    if bundle.getinfo(name).file_size > _MAX_SMALL:
        raise ValueError(f"{name} is larger than any real one")
    return bundle.read(name)


def _extracted(bundle: zipfile.ZipFile, name: str, folder: Path) -> Path:
    """A WARC of the zip as a file of its own; the name is ours, never the zip's."""
    path = folder / hashlib.sha256(name.encode()).hexdigest()
    with bundle.open(name) as source, path.open("wb") as out:
        while piece := source.read(_READ):
            out.write(piece)
    return path
