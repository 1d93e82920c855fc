"""Asking timestamp authorities, and keeping what they answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArchiveError
from ..evidence import places, stamp
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


def stamp_all(
    settings: EvidenceSettings, targets: Iterable[Target], folder: Path, watcher: Watcher
) -> Iterator[dict[str, Any]]:
    """Asks every authority for a stamp over every target; keeps request and answer; gives an event for the chain each.

    An authority that does not answer is noted and left out for the rest: stamps never make a run fail.
    """
    roots = [Path(path) for path in settings.trusted_roots]
    targets = list(targets)
    for url in settings.timestamp_urls:
        for target in targets:
            request = stamp.query(bytes.fromhex(target.sha256))
            asked = datetime.now(UTC)
            try:
                answer = stamp.ask(url, request)
            except StampError as error:
                watcher.note(f"not stamped: {error}")
                yield {"event": custodian.NOT_STAMPED, "authority": url, "target": target.name, "why": str(error)}
                break
            answered = datetime.now(UTC)
            base = folder / places.authority_name(url) / target.name
            try:
                places.write(base.with_name(base.name + ".tsq"), request)
                places.write(base.with_name(base.name + ".tsr"), answer)
            except OSError as error:
                raise ArchiveError(f"{base}: the stamp cannot be kept: {error.strerror}") from None
            found = stamp.check(answer, request, bytes.fromhex(target.sha256), roots)
            offset = None
            if found.time is not None:
                offset = round((found.time - (asked + (answered - asked) / 2)).total_seconds(), 1)
            say = f"{target.name} {found.state} by {url}" + (
                f" at {found.time:%Y-%m-%d %H:%M:%S} UTC" if found.time else ""
            )
            if found.state is not StampState.VERIFIED or target is targets[0]:
                watcher.note(say + (f" ({found.why})" if found.why else ""))
            yield {
                "event": custodian.STAMPED, "authority": url, "target": target.name, "sha256": target.sha256,
                "state": found.state.value, "why": found.why,
                "time": found.time.isoformat() if found.time else "", "clock_offset_seconds": offset,
                "tsr_sha256": hashlib.sha256(answer).hexdigest(),
            }  # fmt: skip


def _said(target: Target, url: str, found: Stamp) -> str:
    at = f" at {found.time:%Y-%m-%d %H:%M:%S} UTC" if found.time else ""
    return f"{target.name} {found.state} by {url}{at}" + (f" ({found.why})" if found.why else "")
