"""Runs that a kill cut short: made whole again, and closed where no later command goes on with them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..collect.archive import Archive
from ..model import Capture, UnreadReason

if TYPE_CHECKING:
    from ..config import Settings
    from ..store import Store
    from .keeping import Watcher

RESUMED = "crawl"
"""The kind of run that the next command takes up."""


def make_whole(store: Store, archive: Archive, run: str) -> tuple[Capture, ...]:
    """The captures of an interrupted run as the database had them; torn record cut, whole ones adopted.

    Raises EvidenceError, ArchiveError, StoreError.
    """
    captures = store.captures(run)
    recovery = archive.recover([(capture.warc_file, capture.warc_offset) for capture in captures])
    for capture, _ in recovery.adopted:
        store.adopt(run, capture)
    return captures


def close_interrupted(store: Store, settings: Settings, watcher: Watcher) -> None:
    """Ends every import, rescan and second look that a kill cut short, as unsuccessful; the next sealing seals it.

    What it had judged stands. What it had not come to is counted as not read: nobody goes on with it.
    """
    for facts in store.runs():
        if facts.finished_at is not None or facts.kind == RESUMED:
            continue
        with Archive(Path(settings.out_dir), facts.id) as archive:
            make_whole(store, archive, facts.id)
        why = f"this {facts.kind} was interrupted"
        left = store.not_come_to(facts.id)
        store.record_refused(facts.id, [(item, UnreadReason.INTERRUPTED, why) for item in left])
        store.finish_run(facts.id, False, datetime.now(UTC))
        watcher.note(f"the interrupted {facts.kind} {facts.id} is closed; what it kept stands, the rest was not read")
