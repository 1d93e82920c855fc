"""The zip file of a WACZ: the same parts always give the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from .. import __version__

VERSION = "1.1.1"
PAGES = "pages/pages.jsonl"
INDEX = "indexes/index.cdx"
PACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"
SOFTWARE = "noticescan"
READ_BYTES = 1024 * 1024
_MAX_SMALL = 256 * 1024 * 1024
"""Page list, index and datapackage are read whole; no real one is larger."""


def write_zip(
    file: IO[bytes],
    archives: Sequence[tuple[str, Path]],
    small: Mapping[str, bytes],
    title: str,
    created: datetime,
    main: str,
) -> None:
    """Write WARC files and the small parts, then the datapackage over both, and its digest. Raises OSError."""
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
        while piece := source.read(READ_BYTES):
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


def warc_names(bundle: zipfile.ZipFile) -> list[str]:
    """The WARC files in it."""
    return [name for name in bundle.namelist() if re.fullmatch(r"archive/[^/]+\.warc(\.gz)?", name)]


def small_entry(bundle: zipfile.ZipFile, name: str) -> bytes:
    """A part that is read whole. Raises ValueError for one that is larger than any real one."""
    if bundle.getinfo(name).file_size > _MAX_SMALL:
        raise ValueError(f"{name} is larger than any real one")
    return bundle.read(name)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
