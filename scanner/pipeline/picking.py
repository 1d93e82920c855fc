"""Which records of the WARC files, and which events of the custody chain, belong to some captures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import EvidenceError
from ..evidence import custody
from ..model import Capture
from ..warcfile import BrokenWarc, Member, members
from . import custodian
from .proofs import later, told_of

_OF_A_RUN = frozenset(
    {
        custodian.RUN_BEGUN, custodian.RUN_TAKEN_UP, custodian.RUN_FINISHED, custodian.CONDITIONS, custodian.STAMPED,
        custodian.NOT_STAMPED, custodian.PROMISED, custodian.COMPLETED,
    }
)  # fmt: skip
_REFERENCES = ("WARC-Record-ID", "WARC-Concurrent-To", "WARC-Refers-To")


@dataclass(frozen=True, slots=True)
class Part:
    """The wanted records of one WARC file, in order, and where each lies in the file that is made of them."""

    name: str
    records: tuple[Member, ...]

    @property
    def data(self) -> bytes:
        return b"".join(one.packed for one in self.records)

    def place(self, record_id: str) -> tuple[int, int]:
        """(offset, length) of a record in the new file. Raises KeyError."""
        offset = 0
        for one in self.records:
            if one.record_id == record_id:
                return offset, len(one.packed)
            offset += len(one.packed)
        raise KeyError(record_id)


def pick(out: Path, captures: Iterable[Capture]) -> tuple[Part, ...]:
    """The records of these captures: answer, request, metadata, and what was made of it (`resource`), with the record
    that opens each file. Raises EvidenceError where a file is damaged or gone."""
    by_run: dict[str, set[str]] = defaultdict(set)
    for capture in captures:
        by_run[capture.warc_file.rpartition("-")[0]].add(capture.record_id)
    parts = []
    for run in sorted(by_run):
        found: set[str] = set()
        # What was made of a capture may lie in a later file of the same run.
        files = sorted((out / run).parent.glob(f"{Path(run).name}-*.warc.gz"))
        wanted = by_run[run] | {of for path in files for of in _made_of(path, by_run[run])}
        for path in files:
            kept = _read(path, wanted)
            if any(one.kind != "warcinfo" for one in kept):
                parts.append(Part(path.name.replace(".warc.gz", "-part.warc.gz"), kept))
                found |= {one.record_id for one in kept}
        if missing := by_run[run] - found:
            raise EvidenceError(f"{run}: the recorded capture {min(missing)} is in none of its WARC files")
    return tuple(parts)


def _made_of(path: Path, wanted: set[str]) -> set[str]:
    """The answers that the wanted records were made of, where these are no answers themselves."""
    return {one.field("WARC-Refers-To").strip("<>") for one in _records(path) if one.record_id in wanted} - {""}


def _read(path: Path, wanted: set[str]) -> tuple[Member, ...]:
    return tuple(one for one in _records(path) if _belongs(one, wanted))


def _records(path: Path) -> Iterator[Member]:
    try:
        with path.open("rb") as stream:
            yield from members(stream)
    except OSError as error:
        raise EvidenceError(f"{path.name}: {error.strerror}", "the archive file cannot be read") from None
    except BrokenWarc as error:
        raise EvidenceError(f"{path.name}: {error}", "keep the file as it is, and a copy") from None


def _belongs(one: Member, wanted: set[str]) -> bool:
    return one.kind == "warcinfo" or any(one.field(name).strip("<>") in wanted for name in _REFERENCES)


def events(
    chain: custody.Read, parts: Iterable[Part], runs: Iterable[str], hosts: Iterable[str]
) -> dict[int, Mapping[str, Any]]:
    """The events that concern these records, runs and hosts, by number."""
    digests = {one.sha256 for part in parts for one in part.records}
    wanted_runs, wanted_hosts = set(runs), set(hosts)
    shown = {}
    for n, one in chain.details.items():
        if one["event"] in _OF_A_RUN:
            concerned = one["run"] in wanted_runs
        elif one["event"] == custodian.HOST:
            concerned = one["run"] in wanted_runs and one["host"] in wanted_hosts
        else:
            concerned = not digests.isdisjoint(one.get("records", ()))
        if concerned:
            shown[n] = one
    return shown | _stamp_over(chain, shown)


def _stamp_over(chain: custody.Read, shown: Mapping[int, Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """The first stamp of each kind over the chain that covers these records: of their own run, else of a later one."""
    last = max((n for n, one in shown.items() if one.get("records")), default=0)
    stamps = (n for n, one in chain.details.items() if one["event"] == custodian.STAMPED and _covers(one, last))
    proofs = [one.n for one in later(told_of(chain.details), last)]
    return {n: chain.details[n] for n in [*list(stamps)[:1], *proofs]}


def _covers(one: Mapping[str, Any], last: int) -> bool:
    return bool(one["target"] == custodian.HEAD and one["head"] >= last)
