"""What a WACZ file holds, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..warcfile import BrokenWarc, Member, members, wrong_digests
from . import cdx
from .waczzip import DIGEST, INDEX, PACKAGE, PAGES, READ_BYTES, SOFTWARE, sha256_of, small_entry, warc_names, write_zip

_NOT_A_WACZ = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, TypeError,
    AttributeError, RecursionError, OverflowError,
)  # fmt: skip
"""What a file of a stranger's making can provoke in zip and JSON readers."""


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

    @property
    def ours(self) -> bool:
        """Does it say that we made it? Then index and page list are held against the records, and no byte is spare."""
        return self.software.startswith(f"{SOFTWARE}/")


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
        for link, needed in (("manifest", PACKAGE), ("page list", PAGES)):
            if needed not in names:
                return self.problem(link, f"{needed} is missing")
        self._package(bundle)
        self.warcs = warc_names(bundle)
        if not self.warcs:
            self.problem("WARC", "no WARC file in archive/")
        for name in self.warcs:
            self._warc(bundle, name)
        self._index(bundle)
        self._pages(bundle)
        return None

    def _package(self, bundle: zipfile.ZipFile) -> None:
        raw = small_entry(bundle, PACKAGE)
        self.package_sha256 = hashlib.sha256(raw).hexdigest()
        package = json.loads(raw)
        if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
            return self.problem("manifest", f"{PACKAGE} lists no resources")
        self.package = package
        self.ours = str(package.get("software", "")).startswith(f"{SOFTWARE}/")
        if DIGEST in bundle.namelist():
            stated = json.loads(small_entry(bundle, DIGEST))
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
            while piece := stream.read(READ_BYTES):
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
        lines = small_entry(bundle, INDEX).decode("utf-8", "replace").splitlines()
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
        lines = small_entry(bundle, PAGES).decode("utf-8", "replace").splitlines()
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
        small = {name: small_entry(bundle, name) for name in (INDEX, PAGES)}
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as again:
            archives = [(name, _extracted(bundle, name, Path(folder))) for name in self.warcs]
            write_zip(again, archives, small, self.package["title"], created, self.package.get("mainPageUrl", ""))
            again.seek(0)
            digest = hashlib.file_digest(again, "sha256").hexdigest()
        if digest != sha256_of(path) and self.package.get("software") == f"{SOFTWARE}/{__version__}":
            self.problem("manifest", "the zip file holds more than its parts, or they were rearranged")


def _extracted(bundle: zipfile.ZipFile, name: str, folder: Path) -> Path:
    """A WARC of the zip as a file of its own; the name is ours, never the zip's."""
    path = folder / hashlib.sha256(name.encode()).hexdigest()
    with bundle.open(name) as source, path.open("wb") as out:
        while piece := source.read(READ_BYTES):
            out.write(piece)
    return path
