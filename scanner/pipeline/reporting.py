"""Stored run -> Report -> files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..history import compare
from ..model import Change, Report
from ..report import FORMATS
from .crops import crops_of
from .secondlook import comparisons

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store

REPORTS = "reports"


def build_report(store: Store, rules: RuleSet, run: str | None, settings: Settings) -> Report:
    """The report of a run (None: the newest finished one), compared with the last successful looks before it.

    Raises StoreError where there is no such run.
    """
    parts = store.report(run)
    tracked = compare(
        parts.previous,
        parts.findings,
        read=parts.read,
        first_seen=parts.first_seen,
        last_seen=parts.last_seen,
        had_before=parts.had_before,
        run=parts.run.id,
        run_at=parts.run.started_at if parts.run.kind == "crawl" else None,
    )
    second_looks = comparisons(store, parts.run.id)
    shown = [one.finding for one in tracked if one.change is not Change.NOT_SEEN]
    shown += [one.finding for comparison in second_looks for one in comparison.differences]
    drawn = crops_of(shown, store, settings)
    return Report(
        run=parts.run,
        findings=tracked,
        coverage=parts.coverage,
        categories=rules.categories,
        contexts=store.contexts(shown),
        settings_note=parts.note,
        crops=drawn.crops,
        pictures=drawn.pictures,
        comparisons=second_looks,
        origins=store.origins(one.finding.warc_record for one in tracked),
    )


def stored_report(settings: Settings, rules: RuleSet, run: str) -> Report:
    """The report of a stored run; an empty name is the newest finished one."""
    from ..store import open_to_read

    with open_to_read(settings.database_url()) as store:
        return build_report(store, rules, run or None, settings)


def write_reports(report: Report, settings: Settings) -> dict[str, Path]:
    """Writes every wanted format into `reports/<run>/` of the output folder; format -> path."""
    folder = Path(settings.out_dir) / REPORTS / report.run.id
    folder.mkdir(parents=True, exist_ok=True)
    return {kind: FORMATS[kind](report, folder, settings.report.lang) for kind in settings.report.formats}
