"""`stamp --upgrade`: what calendars have promised, fetched once it lies in a block of Bitcoin.

A promise is never overwritten: `NAME.complete.ots` comes to lie beside `NAME.ots`. In an output folder the custody
chain tells of it; in a case file, which has no chain to add to, it is one of the stamps over the manifest, and
SHA256SUMS is written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..durable import PART
from ..errors import ArchiveError, EvidenceError, UsageError
from ..evidence import casefile, custody, ots, places
from ..evidence.asking import StampError
from ..evidence.stamp import StampState
from . import custodian
from .crawl import locked
from .proofs import told_of
from .stamping import keep

if TYPE_CHECKING:
    from ..config import Settings
    from .keeping import Watcher


@dataclass(frozen=True, slots=True)
class Completed:
    """`files`: proofs that were written; `waiting`: how many promises are still only that."""

    files: tuple[Path, ...]
    waiting: int


def complete_stamps(what: str, settings: Settings, watcher: Watcher) -> Completed:
    """Ask the calendars about every promise of a run (its id), or of a case file (its folder).

    Raises UsageError (no such thing, no promises), EvidenceError (what is kept is not as it was), MissingExtraError,
    LockedError, ArchiveError. A calendar that does not answer, or not yet, is noted.
    """
    ots.need()
    if Path(what).is_dir():
        return _in_case(Path(what), settings, watcher)
    if Path(what).suffix or len(Path(what).parts) != 1:
        raise UsageError(f"no such folder: {what}", "name a run id, or the folder of a case file")
    out = Path(settings.out_dir)
    if not (out / custody.LINKS).is_file():
        raise UsageError(f"no run {what}: no custody chain in {out}", "name the output folder with --out")
    with locked(out):
        return _in_run(what, out, settings, watcher)


def _in_run(run: str, out: Path, settings: Settings, watcher: Watcher) -> Completed:
    chain = custodian.open_chain(out)
    told = custody.read_folder(out)
    if told.problems:
        raise EvidenceError(f"custody chain: {told.problems[0]}", "keep the folder as it is, and a copy")
    events = {n: one for n, one in told.details.items() if one.get("run") == run}
    proofs = list(told_of(events))
    if not proofs:
        tip = "reports/ of the output folder names the runs; evidence.ots_calendars names calendars"
        raise UsageError(f"run {run} has no proofs of calendars here", tip)
    done = {(one.folder, one.target, one.head) for one in proofs if one.completed}
    files, waiting = [], 0
    for one in (one for one in proofs if (one.folder, one.target, one.head) not in done):
        place = places.run_folder(out, run) / places.STAMPS / one.folder
        data = _kept(place / one.name, one.ots_sha256)
        completed = _completed(data, one.sha256, settings, watcher, f"{one.target} ({one.folder})")
        if completed is None:
            waiting += 1
            continue
        files.append(place / places.proof_name(one.target, completed=True))
        keep(files[-1], completed)
        chain.append(custodian.COMPLETED, sync=True, **_event(events[one.n], completed))
    return Completed(tuple(files), waiting)


def _event(promise: Mapping[str, Any], completed: bytes) -> dict[str, Any]:
    judged = ots.check(completed, bytes.fromhex(promise["sha256"]))
    same = {key: promise[key] for key in ("run", "head", "calendar", "target", "sha256")}
    return {
        **same, "state": judged.state.value, "why": judged.why, "block": judged.height,
        "ots_sha256": hashlib.sha256(completed).hexdigest(),
    }  # fmt: skip


def _in_case(folder: Path, settings: Settings, watcher: Watcher) -> Completed:
    """Only of a case file that is whole: new sums over a changed file would hide the change."""
    digest = hashlib.sha256(_manifest(folder)).hexdigest()
    _mend(folder, digest)
    manifest, problems = casefile.read_manifest(folder)
    problems += casefile.file_problems(folder)
    if not manifest or problems:
        raise EvidenceError(f"{folder}: {problems[0]}", "not a whole case file: `noticescan verify` tells more")
    promises = sorted((folder / casefile.CASE_STAMPS).glob(f"*/{places.proof_name('manifest')}"))
    if not promises:
        raise UsageError(f"{folder}: no calendar has stamped this case file")
    files, waiting = [], 0
    for path in promises:
        target = path.with_name(places.proof_name("manifest", completed=True))
        if target.is_file():
            continue
        completed = _completed(path.read_bytes(), digest, settings, watcher, f"manifest ({path.parent.name})")
        if completed is None:
            waiting += 1
            continue
        keep(target, completed)
        _write_sums(folder)  # at once: the next calendar may keep us waiting until somebody ends it
        files.append(target)
    return Completed(tuple(files), waiting)


def _manifest(folder: Path) -> bytes:
    try:
        return (folder / casefile.MANIFEST).read_bytes()
    except OSError as error:
        raise EvidenceError(f"{folder / casefile.MANIFEST}: {error.strerror}", "not a whole case file") from None


def _write_sums(folder: Path) -> None:
    try:
        casefile.write_sums(folder)
    except OSError as error:
        raise ArchiveError(f"{folder / casefile.SUMS}: cannot be written: {error.strerror}") from None


def _mend(folder: Path, digest: str) -> None:
    """A kill may have come between a proof and the sums. Nothing but such a proof, whole and over this manifest, and
    what was half written, is taken for that."""
    sums = folder / casefile.SUMS
    litter = [sums.with_name(sums.name + PART), *(folder / casefile.CASE_STAMPS).glob(f"*/manifest.complete.ots{PART}")]
    for path in litter:
        path.unlink(missing_ok=True)
    new = [path for path in (folder / casefile.CASE_STAMPS).glob("*/manifest.complete.ots") if not path.is_symlink()]
    names = {path.relative_to(folder).as_posix(): path for path in new}
    unknown = {f"{name} is not part of the case file": path for name, path in names.items()}
    problems = casefile.file_problems(folder)
    if not problems or not set(problems) <= unknown.keys():
        return
    judged = [ots.check(unknown[problem].read_bytes(), bytes.fromhex(digest)) for problem in problems]
    if all(one.state is not StampState.BROKEN and one.height for one in judged):
        _write_sums(folder)


def _kept(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}", "the custody chain tells of this proof") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EvidenceError(f"{path} is not what the custody chain tells of", "keep the file as it is, and a copy")
    return data


def _completed(data: bytes, sha256: str, settings: Settings, watcher: Watcher, name: str) -> bytes | None:
    """The completed proof, or None where there is none yet; either is noted."""
    digest = bytes.fromhex(sha256)
    try:
        completed = ots.complete(data, digest, settings.evidence.ots_calendars)
    except StampError as error:
        watcher.note(f"{name}: not completed: {error}")
        return None
    watcher.note(f"{name}: in Bitcoin block {ots.check(completed, digest).height}")
    return completed
