"""Tells the custody chain what a run keeps, while it keeps it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

from ..evidence import places
from ..evidence.custody import Chain
from ..model import Capture, Exchange, RunFacts
from ..warcfile import BrokenWarc, members

RUN_BEGUN = "run begun"
RUN_TAKEN_UP = "run taken up again"
BEGINNINGS = frozenset({RUN_BEGUN, RUN_TAKEN_UP})
"""A run of which either is told is closed in the chain when it ends: a kill may have come between the two."""
FILE_BEGUN = "file begun"
KEPT = "capture kept"
ADOPTED = "records adopted"
CONDITIONS = "conditions"
HOST = "host"
RUN_FINISHED = "run finished"
STAMPED = "stamped"
NOT_STAMPED = "not stamped"
PROMISED = "promised by a calendar"
COMPLETED = "promise completed"
"""OpenTimestamps: a calendar has taken a digest; it lies in a block of Bitcoin."""
HEAD = "custody-head"
"""Target of a stamp: the last event of a run, and with it everything before."""
IMPORTED = "file imported"
EXPORTED = "case file exported"


def open_chain(out: Path) -> Chain:
    """The chain of an output folder. Where there is none yet, it begins with what was kept before.

    Raises ArchiveError, EvidenceError.
    """
    chain = Chain(out)
    if chain.n == 0:
        for warc in sorted((out / "warc").glob("*.warc.gz")):
            records, damage = _records_of(warc)
            run = warc.name.removesuffix(".warc.gz").rpartition("-")[0]
            detail: dict[str, Any] = {"damage": damage} if damage else {}
            chain.append(ADOPTED, run=run, file=f"warc/{warc.name}", records=records, **detail)
    return chain


def _records_of(warc: Path) -> tuple[list[str], str]:
    """(digests of the whole records of a file, what is wrong behind them)."""
    found: list[str] = []
    try:
        with warc.open("rb") as stream:
            for one in members(stream):
                found.append(one.sha256)  # noqa: PERF401 - what comes before the damage counts
    except BrokenWarc as error:
        return found, str(error)
    return found, ""


def run_begun(out: Path, facts: RunFacts) -> None:
    """First event of a run. Raises ArchiveError, EvidenceError."""
    open_chain(out).append(
        RUN_BEGUN, sync=True, run=facts.id, kind=facts.kind, started_at=facts.started_at.isoformat(),
        tool=facts.tool_version, rules=facts.rules_digest, config=facts.config_digest,
    )  # fmt: skip


def run_taken_up(out: Path, facts: RunFacts) -> None:
    """An interrupted run goes on, in a new process. Raises ArchiveError, EvidenceError."""
    Chain(out).append(RUN_TAKEN_UP, sync=True, run=facts.id, tool=facts.tool_version)


def file_imported(out: Path, run: str, name: str, file: str, sha256: str) -> None:
    """A file of somebody else lies in `imported/` as `file`, untouched. Raises ArchiveError, EvidenceError."""
    Chain(out).append(IMPORTED, sync=True, run=run, name=name, file=file, sha256=sha256)


class Custodian:
    """Notes each capture of one run. The only one with the chain open, and used on one thread."""

    def __init__(self, out: Path, run: str) -> None:
        self._out, self._run = out, run
        self._chain = Chain(out)
        self._ends: dict[str, int] = {}
        """WARC file -> end of what is noted. A process begins files of its own, so one that is new begins at 0."""
        self._certificates: set[str] = set()

    def kept(self, capture: Capture, exchange: Exchange | None = None) -> None:
        """A capture lies in its WARC: note it, with every record that came with it. Raises ArchiveError, OSError."""
        if exchange is not None:
            self._keep_certificates(exchange)
        end = capture.warc_offset + capture.warc_length
        start = self._ends.get(capture.warc_file, 0)
        with (self._out / capture.warc_file).open("rb") as file:
            file.seek(start)
            records = list(members(io.BytesIO(file.read(end - start))))
        self._ends[capture.warc_file] = end
        if start == 0:  # the record that opens the file belongs to no capture
            self._chain.append(FILE_BEGUN, run=self._run, file=capture.warc_file, records=[records.pop(0).sha256])
        self._chain.append(KEPT, run=self._run, records=[one.sha256 for one in records], **capture_facts(capture))

    def _keep_certificates(self, exchange: Exchange) -> None:
        """The certificates themselves, once each: their digests are with every capture."""
        for der in exchange.tls_chain:
            name = hashlib.sha256(der).hexdigest()
            path = self._out / places.FOLDER / places.CERTIFICATES / f"{name}.der"
            if name not in self._certificates and not path.is_file():
                places.write(path, der)
            self._certificates.add(name)


def capture_facts(capture: Capture) -> dict[str, Any]:
    """What the chain says about a capture: enough to know it again, not what it is about."""
    return {
        "record": capture.record_id,
        "file": capture.warc_file,
        "captured_at": capture.captured_at.isoformat(),
        "status": capture.status,
        "payload_sha256": capture.payload_sha256,
        "record_sha256": capture.record_sha256,
    }
