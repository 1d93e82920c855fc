"""A case file: a folder that carries a finding with all that is needed to check it elsewhere, years later.

index.html, case.pdf      to read
findings.json             the findings, and the pages that they were found on
pages.wacz                the kept records of these pages, for any WARC or WACZ tool
text/                     the text made of each page: `text[start:end]` is the quote
custody.jsonl             the custody chain; custody-details.jsonl: the events that concern this case
conditions.json           how the run looked: addresses, TLS, clock, versions
certificates/, stamps/    what servers and timestamp authorities showed
manifest.json             SHA-256 of each of these; what is stamped, signed, or noted elsewhere
manifest.sig, signer.pem  the newsroom's signature over it
SHA256SUMS                of everything, for `sha256sum -c`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from . import custody
from .places import pretty, write
from .wacz import sha256_of

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
SIGNATURE = "manifest.sig"
SIGNER = "signer.pem"
FINDINGS = "findings.json"
PAGES = "pages.wacz"
CASE_STAMPS = "stamps/manifest"
"""Stamps over the manifest, one folder an authority; those over the custody chain lie in `stamps/<run>`."""
TEXTS = "text"
SCHEMA = "noticescan/case/1"
FINDINGS_SCHEMA = "noticescan/case-findings/1"
OUTSIDE = (MANIFEST, SUMS, SIGNATURE, SIGNER)
"""Files that the manifest cannot name: they come after it."""
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What file managers leave behind; no part of a case file, and no fault."""


def write_manifest(folder: Path, head: Mapping[str, Any]) -> bytes:
    """Write manifest.json over all files that lie in the folder; returns its bytes."""
    files = [
        {"path": name, "bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)}
        for name in names(folder)
        if not _after_manifest(name)
    ]
    data = pretty({"schema": SCHEMA, **head, "files": files})
    (folder / MANIFEST).write_bytes(data)
    return data


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over everything else, last of all, whole or not at all. Raises OSError."""
    write(folder / SUMS, _sums(folder).encode())


def names(folder: Path) -> list[str]:
    """Files in the folder, POSIX paths, sorted. A link to elsewhere counts as a file that cannot be read."""
    found = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    return sorted(path.relative_to(folder).as_posix() for path in found if path.name not in _LITTER)


def file_problems(folder: Path) -> list[str]:
    """What SHA256SUMS says against the folder: changed, missing and unknown files."""
    try:
        stated = (folder / SUMS).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return [f"{SUMS} is missing or cannot be read"]
    actual = _sums(folder)
    if stated == actual:
        return []
    before, now = (dict(_pair(line) for line in text.splitlines()) for text in (stated, actual))
    problems = [f"{name} is missing" for name in sorted(before.keys() - now.keys())]
    problems += [f"{name} is not part of the case file" for name in sorted(now.keys() - before.keys())]
    problems += [f"{name} was changed" for name in sorted(before.keys() & now.keys()) if before[name] != now[name]]
    return problems or [f"{SUMS} was changed"]


def read_manifest(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """(manifest, what is wrong between it and the files)."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if manifest["schema"] != SCHEMA:
            return {}, [f"{MANIFEST} has another schema: {manifest['schema']}"]
        stated = {one["path"]: one["sha256"] for one in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}, [f"{MANIFEST} is missing or damaged"]
    problems = []
    present = {name for name in names(folder) if not _after_manifest(name)}
    for name in sorted(stated.keys() | present):
        if name not in present:
            problems.append(f"{name} is listed and missing")
        elif name not in stated:
            problems.append(f"{name} is not listed in {MANIFEST}")
        elif sha256_of(folder / name) != stated[name]:
            problems.append(f"{name} does not match its digest in {MANIFEST}")
    return manifest, problems


def conditions_of(details: Iterable[Mapping[str, Any]], events: tuple[str, str]) -> bytes:
    """conditions.json as the shown events tell it. `events`: names of the event of a run, and of that of a host."""
    runs: dict[str, dict[str, Any]] = {}
    for one in details:
        values = {key: value for key, value in one.items() if key not in ("n", "event", "salt", "run", "host")}
        if one["event"] == events[0]:
            runs.setdefault(one["run"], {}).update(values)
        elif one["event"] == events[1]:
            runs.setdefault(one["run"], {}).setdefault("hosts", {})[one["host"]] = values
    return pretty({"schema": "noticescan/conditions/1", "runs": runs})


def read_custody(folder: Path) -> custody.Read:
    """The excerpt of the custody chain in a case file."""
    links, details = (
        (folder / name).read_bytes() if (folder / name).is_file() else b"" for name in (custody.LINKS, custody.DETAILS)
    )
    return custody.read(links, details, whole=False)


def _after_manifest(name: str) -> bool:
    return name in OUTSIDE or name.startswith(f"{CASE_STAMPS}/")


def _sums(folder: Path) -> str:
    lines = []
    for name in names(folder):
        path = folder / name
        if name == SUMS:
            continue
        digest = "0" * 64 if path.is_symlink() else sha256_of(path)
        lines.append(f"{digest}  {name}\n")
    return "".join(lines)


def _pair(line: str) -> tuple[str, str]:
    digest, _, name = line.partition("  ")
    return name, digest


def digest_of(data: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()
