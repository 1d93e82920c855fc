"""Checks of OpenTimestamps proofs: in the folder of a run, in a case file, beside a WACZ."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..evidence import custody, ots, places
from ..evidence.ots import Proof
from ..evidence.stamp import StampState
from ..evidence.verdict import Seal, Verdict
from . import custodian

if TYPE_CHECKING:
    from .verify import Means

OF_PROOFS = (custodian.PROMISED, custodian.COMPLETED)


@dataclass(frozen=True, slots=True)
class Told:
    """A proof that the custody chain tells of. `folder`: name of its calendar's folder."""

    n: int
    run: str
    folder: str
    target: str
    completed: bool
    sha256: str
    """Of what it is over."""
    ots_sha256: str
    head: int

    @property
    def name(self) -> str:
        return places.proof_name(self.target, completed=self.completed)


def told_of(details: Mapping[int, Mapping[str, Any]]) -> Iterator[Told]:
    """The proofs among these events. Raises LookupError, TypeError ... where an event is not what it should be."""
    for n, one in sorted(details.items()):
        if one["event"] in OF_PROOFS:
            run, folder = re.sub(r"[^\w.-]", "", str(one["run"])).lstrip("."), places.authority_name(one["calendar"])
            target = re.sub(r"[^\w.-]", "", one["target"])
            done = one["event"] == custodian.COMPLETED
            yield Told(n, run, folder, target, done, one["sha256"], one["ots_sha256"], one["head"])


def judge_proofs(
    verdict: Verdict,
    files: Iterable[Path],
    digest: str,
    means: Means,
    seal: Seal,
    over: str,
    noted: Mapping[Path, str] | None = None,
) -> list[Proof]:
    """Judge the proofs over one digest; a broken one fails, an unverified one is said.

    `noted`: SHA-256 of each file as the custody chain has it. A promise is passed over in silence where it has been
    completed, but for being broken.
    """
    files, found = sorted(files), []
    for path in files:
        try:
            data = path.read_bytes()
        except OSError as error:
            verdict.fail("timestamp", f"{path.name} over {over}: {error.strerror}")
            continue
        who = path.parent.name
        if noted is not None and hashlib.sha256(data).hexdigest() != noted.get(path):
            verdict.fail("timestamp", f"over {over} by {who}: {path.name} is not what the custody chain tells of")
            continue
        one = ots.check(data, bytes.fromhex(digest), means.headers)
        completed = path.with_name(path.name.removesuffix(".ots") + ".complete.ots")
        if one.state is StampState.VERIFIED:
            at = f" at {one.time:%Y-%m-%d %H:%M:%S} UTC" if one.time else ""
            verdict.ok("timestamp", f"over {over} by {who}: in Bitcoin block {one.height}{at}")
            verdict.vouched(seal, f"{over} committed in Bitcoin block {one.height}{at}")
        elif one.state is StampState.BROKEN:
            verdict.fail("timestamp", f"over {over} by {who}: {one.why}")
        elif not (one.pending and completed in files):
            verdict.note("timestamp", f"stamped, not verified: over {over} by {who}: {one.why}")
        found.append(one)
    return found


def proofs_in(folder: Path, target: str) -> list[Path]:
    """The proofs over one target, of every calendar that has a folder here."""
    return [path for done in (False, True) for path in folder.glob(f"*/{places.proof_name(target, completed=done)}")]


def run_proofs(
    verdict: Verdict, told: custody.Read, events: Mapping[int, Mapping[str, Any]], out: Path,
    head: custody.Link | None, means: Means,
) -> bool:  # fmt: skip
    """The proofs over a stored run, or where there are none a later one over the chain; says whether there are any."""
    links = {link.n: link for link in told.links}
    proofs = list(told_of(events))
    if head is not None and not proofs:
        proofs = later(told_of(told.details), head.n)
    groups: dict[tuple[str, str, str], list[Told]] = {}
    for one in proofs:
        groups.setdefault((one.run, one.folder, one.target), []).append(one)
    for (run, folder, target), group in groups.items():
        place = places.run_folder(out, run) / places.STAMPS / folder
        link = links.get(group[0].head) if target == custodian.HEAD else None
        over = "the custody chain" if link else target
        seal = Seal.WHOLE if link else Seal.NOTHING
        _judge_told(verdict, group, place, link.sha256 if link else group[0].sha256, means, seal, over)
    return bool(proofs)


def case_proofs(verdict: Verdict, told: custody.Read, folder: Path, means: Means) -> list[tuple[int, Proof]]:
    """The proofs over the custody chain in a case file, each with the event up to which it covers the chain."""
    links = {link.n: link for link in told.links}
    found = []
    groups: dict[tuple[str, str, int], list[Told]] = {}
    for one in told_of(told.details):
        if one.target == custodian.HEAD:
            groups.setdefault((one.run, one.folder, one.head), []).append(one)
    for (run, calendar, n), group in groups.items():
        head = links.get(n)
        if head is None or any(one.sha256 != head.sha256 for one in group):
            verdict.fail("timestamp", f"event {group[0].n} speaks of a proof over another custody chain")
            continue
        place = folder / places.STAMPS / run / calendar
        over = f"the custody chain up to event {n}"
        found += [(n, one) for one in _judge_told(verdict, group, place, head.sha256, means, Seal.NOTHING, over)]
    return found


def later(proofs: Iterable[Told], n: int) -> list[Told]:
    """The first promise over the chain that covers event `n`, and what it was completed to."""
    covering = [one for one in proofs if one.target == custodian.HEAD and one.head >= n]
    first = covering[:1]
    return [one for one in covering if (one.folder, one.head) == (first[0].folder, first[0].head)]


def _judge_told(
    verdict: Verdict, group: list[Told], place: Path, digest: str, means: Means, seal: Seal, over: str
) -> list[Proof]:
    noted = {place / one.name: one.ots_sha256 for one in group}
    present = []
    for path in noted:
        if path.is_file():
            present.append(path)
        else:
            verdict.fail("timestamp", f"the proof {path.name} over {over} ({path.parent.name}) is missing")
    return judge_proofs(verdict, present, digest, means, seal, over, noted)
