"""`rescan`: everything kept, judged once more with the rules of today. Never meets the network."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StoreError
from ..model import CoverageRow, Report
from .crawl import begin_run, close_run, locked
from .keeping import Watcher
from .kept import judge_capture
from .reporting import build_report

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..model import Judgement
    from ..store.look import Look


def rescan(settings: Settings, rules: RuleSet, watcher: Watcher) -> Report:
    """Judges the last capture of every URL that was ever read, from its WARC, and reports it as a run of its own.

    What is new only because the rules learned to see it comes out as `learned`, dated by the capture.
    Raises EvidenceError where kept bytes do not match, StoreError where nothing was kept yet.
    """
    from ..store import open_store

    with locked(Path(settings.out_dir)), open_store(settings.database_url()) as store:
        looks = store.rescannable()
        first = next(looks, None)
        if first is None:
            raise StoreError("nothing is kept here yet", "crawl first, or name the folder with --out")
        run = begin_run(store, "rescan", settings, rules, datetime.now(UTC))
        for count, look in enumerate(chain((first,), looks), 1):
            judgement = judge_capture(look.capture, look.item, run.id, settings, rules)
            store.record_judgement(run.id, look.item, look.capture, judgement)
            watcher.done(_row(look, judgement), count, count)
        close_run(store, run.id)
        return build_report(store, rules, run.id)


def _row(look: Look, judgement: Judgement) -> CoverageRow:
    return CoverageRow(
        url=look.item.url, vendor=look.item.vendor, outcome=judgement.outcome, reason=judgement.unread,
        detail=judgement.detail, status=look.capture.status, captured_at=look.capture.captured_at,
        capture_sha256=look.capture.payload_sha256, findings=len(judgement.findings),
    )  # fmt: skip
