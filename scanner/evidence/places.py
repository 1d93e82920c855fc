"""Where what lies in an output folder and in a case file, and small helpers that both need."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..durable import write
from ..model import Finding
from ..stated import hostname_of

__all__ = [
    "CERTIFICATES", "CONDITIONS", "FOLDER", "STAMPS", "authority_name", "findings_digest", "pretty", "proof_name",
    "run_folder", "wacz_of", "write",
]  # fmt: skip

FOLDER = "evidence"
"""In the output folder: one folder a run, and the certificates that servers showed."""
CERTIFICATES = "certificates"
STAMPS = "stamps"
CONDITIONS = "conditions.json"
_LATER = frozenset({"page_role_by"})


def run_folder(out: Path, run: str) -> Path:
    """Where the evidence of a run lies, but for its WARC files."""
    return out / FOLDER / run


def wacz_of(out: Path, run: str) -> Path:
    """The WACZ file of a run."""
    return run_folder(out, run) / f"{run}.wacz"


def authority_name(url: str) -> str:
    """A folder name for a timestamp authority or a calendar: its host, and eight hex digits of its address."""
    host = hostname_of(url) or "authority"
    plain = "".join(c if c.isalnum() or c in ".-" else "-" for c in host.lower())[:60]
    return f"{plain}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def proof_name(target: str, *, completed: bool = False) -> str:
    """File name of an OpenTimestamps proof: as the calendar promised it, or with the path to a block."""
    return f"{target}.complete.ots" if completed else f"{target}.ots"


def findings_digest(findings: Iterable[Finding]) -> str:
    """SHA-256 over the findings as JSON lines, in one order whatever the order of making."""
    lines = sorted(json.dumps(_told(one), ensure_ascii=True, sort_keys=True) for one in findings)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _told(finding: Finding) -> dict[str, Any]:
    """A finding without keys that came later and say nothing: digests of older runs were made without them."""
    values = finding.as_json()
    return {key: value for key, value in values.items() if key not in _LATER or value is not None}


def pretty(values: Any) -> bytes:
    """JSON for people and programs: UTF-8, two spaces; lone surrogates of hostile pages stay escaped."""
    return json.dumps(values, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"
