"""WACZ 1.1.1: WARC files, index and page list in one zip file, as other tools read and replay it.

Written to a temporary name, read back with every check of `inspect`, and only then given its name: the reference tool
leaves pages out without a word when their time has fractions of a second, and such a file still validates. The same
pages and records always give the same bytes, so that `inspect` can tell a file of ours from one that was touched
between the digests.

A WACZ proves nothing against whoever made it: it can be rewritten consistently. Its digest has to be known elsewhere,
or carry a stamp.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import durable
from ..errors import ArchiveError
from ..warcfile import BrokenWarc, Member, members
from . import cdx
from .waczcheck import Inspected, inspect
from .waczzip import DIGEST, INDEX, PACKAGE, PAGES, sha256_of, warc_names, write_zip

__all__ = [
    "DIGEST", "INDEX", "PACKAGE", "PAGES", "Built", "Inspected", "Page", "archive_members", "build", "inspect",
    "sha256_of",
]  # fmt: skip


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


def build(
    path: Path, warcs: Sequence[Path], pages: Sequence[Page], *, title: str, created: datetime, main: str = ""
) -> Built:
    """Pack WARC files with their page list. Raises ArchiveError where the result does not pass its own checks."""
    part = path.with_name(path.name + ".part")
    durable.make_folder(path.parent)
    try:
        with part.open("wb") as file:
            write_zip(
                file, [(f"archive/{warc.name}", warc) for warc in warcs], _small(warcs, pages), title, created, main
            )
            file.flush()
            os.fsync(file.fileno())
        found = inspect(part)
        if found.problems or len(found.pages) != len(pages):
            what = found.problems[0][1] if found.problems else f"{len(found.pages)} of {len(pages)} pages are listed"
            raise ArchiveError(f"{path.name}: the packed file does not pass its own check: {what}")
        built = Built(sha256_of(part), found.datapackage_sha256, len(found.pages), found.records)
        durable.rename(part, path)
    except BrokenWarc as error:
        raise ArchiveError(f"{path.name}: cannot be packed: {error}") from None
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be written: {error.strerror}", "free some disk space") from None
    finally:
        part.unlink(missing_ok=True)
    return built


def archive_members(path: Path) -> Iterator[tuple[str, Member]]:
    """Every record in the WARC files of a WACZ, with the name of its file. Raises BrokenWarc, zipfile.BadZipFile."""
    with zipfile.ZipFile(path) as bundle:
        for name in warc_names(bundle):
            with bundle.open(name) as stream:
                for one in members(stream):
                    yield name, one


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
