"""Asking timestamp authorities and calendars, and keeping what they answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArchiveError
from ..evidence import ots, places, stamp
from ..evidence.asking import StampError
from ..evidence.stamp import Stamp, StampState
from . import custodian

if TYPE_CHECKING:
    from ..config import EvidenceSettings
    from .keeping import Watcher


@dataclass(frozen=True, slots=True)
class Target:
    """Something that is to be stamped: its name (also that of the files) and its SHA-256."""

    name: str
    sha256: str


def can_stamp(settings: EvidenceSettings) -> None:
    """Before anything is done: is what the settings ask for installed? Raises MissingExtraError."""
    if settings.ots_calendars:
        ots.need()


def stamp_all(
    settings: EvidenceSettings, targets: Iterable[Target], folder: Path, watcher: Watcher
) -> Iterator[dict[str, Any]]:
    """Asks every authority and every calendar for a stamp over every target; keeps request and answer; gives an event
    for the chain each.

    One that does not answer is noted and left out for the rest: stamps never make a run fail.
    """
    targets = list(targets)
    yield from _by_authorities(settings, targets, folder, watcher)
    yield from _by_calendars(settings.ots_calendars, targets, folder, watcher)


def _by_authorities(
    settings: EvidenceSettings, targets: Sequence[Target], folder: Path, watcher: Watcher
) -> Iterator[dict[str, Any]]:
    roots = [Path(path) for path in settings.trusted_roots]
    for url in settings.timestamp_urls:
        for target in targets:
            request = stamp.query(bytes.fromhex(target.sha256))
            asked = datetime.now(UTC)
            try:
                answer = stamp.ask(url, request)
            except StampError as error:
                yield _not_stamped(target, url, error, watcher)
                break
            answered = datetime.now(UTC)
            base = folder / places.authority_name(url) / target.name
            keep(base.with_name(base.name + ".tsq"), request)
            keep(base.with_name(base.name + ".tsr"), answer)
            found = stamp.check(answer, request, bytes.fromhex(target.sha256), roots)
            offset = None
            if found.time is not None:
                offset = round((found.time - (asked + (answered - asked) / 2)).total_seconds(), 1)
            if found.state is not StampState.VERIFIED or target is targets[0]:
                watcher.note(_said(target, url, found))
            yield {
                "event": custodian.STAMPED, "authority": url, "target": target.name, "sha256": target.sha256,
                "state": found.state.value, "why": found.why,
                "time": found.time.isoformat() if found.time else "", "clock_offset_seconds": offset,
                "tsr_sha256": hashlib.sha256(answer).hexdigest(),
            }  # fmt: skip


def _by_calendars(
    urls: Iterable[str], targets: Sequence[Target], folder: Path, watcher: Watcher
) -> Iterator[dict[str, Any]]:
    for url in urls:
        for target in targets:
            digest = bytes.fromhex(target.sha256)
            try:
                proof = ots.submit(url, digest)
            except StampError as error:
                yield _not_stamped(target, url, error, watcher)
                break
            keep(folder / places.authority_name(url) / places.proof_name(target.name), proof)
            found = ots.check(proof, digest)
            if target is targets[0]:
                watcher.note(_said(target, url, found))
            yield {
                "event": custodian.PROMISED, "calendar": url, "target": target.name, "sha256": target.sha256,
                "state": found.state.value, "why": found.why, "ots_sha256": hashlib.sha256(proof).hexdigest(),
            }  # fmt: skip


def keep(path: Path, data: bytes) -> None:
    """Write a stamp. Raises ArchiveError."""
    try:
        places.write(path, data)
    except OSError as error:
        raise ArchiveError(f"{path}: the stamp cannot be kept: {error.strerror}") from None


def _not_stamped(target: Target, url: str, error: StampError, watcher: Watcher) -> dict[str, Any]:
    watcher.note(f"not stamped: {error}")
    return {"event": custodian.NOT_STAMPED, "authority": url, "target": target.name, "why": str(error)}


def _said(target: Target, url: str, found: Stamp) -> str:
    at = f" at {found.time:%Y-%m-%d %H:%M:%S} UTC" if found.time else ""
    return f"{target.name} {found.state} by {url}{at}" + (f" ({found.why})" if found.why else "")
