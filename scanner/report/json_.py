"""report.json: the whole report for programs. Schema `noticescan/report/1`, keys sorted, exact vendor text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scanner.model import REPORT_SCHEMA, Comparison, CoverageRow, Report, RunFacts, Tracked
from scanner.report.files import write_text
from scanner.report.lawtext import law_json, provision_json, provisions_in
from scanner.report.notice_json import notice_json, verdict_json
from scanner.report.text import iso, json_text
from scanner.report.view import Coverage, View, view
from scanner.report.words import words


def as_json(report: Report) -> dict[str, Any]:
    """The JSON object. Findings are those of `noticescan/finding/1` with `history`, `context`, `law` (ids of
    `provisions`, in the parts in which they must be read) and `warc_file` added; coverage holds every URL known in the
    run and totals that add up."""
    derived = view(report)
    return {
        "schema": REPORT_SCHEMA,
        "run": _run(report.run),
        "summary": _summary(derived),
        "findings": [_finding(tracked, report) for tracked in derived.current],
        "earlier_findings": [_finding(tracked, report) for tracked in derived.past],
        "coverage": _coverage(derived.coverage, report.coverage),
        "provisions": _provisions(report),
        "notices": [notice_json(notice) for notice in report.notices],
        "verdicts": [verdict_json(one) for one in report.contradictions],
        "app_stores": {vendor: list(links) for vendor, links in report.app_stores.items()},
        "categories": {key: dict(value) for key, value in report.categories.items()},
        "settings": dict(report.settings_note),
        "comparisons": [_comparison(comparison) for comparison in report.comparisons],
    }


def write_json(report: Report, out: Path, lang: str) -> Path:
    """Write `report.json`, UTF-8. The same in every interface language; `lang` is only checked."""
    words(lang)
    text = json_text(as_json(report), sort_keys=True, indent=1, allow_nan=False, default=list)
    return write_text(out / "report.json", text + "\n")


def _run(run: RunFacts) -> dict[str, Any]:
    return {
        "id": run.id,
        "kind": run.kind,
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "ok": run.ok,
        "tool_version": run.tool_version,
        "rules_digest": run.rules_digest,
        "config_digest": run.config_digest,
        "previous_run": run.previous_run,
        "previous_finished_at": iso(run.previous_finished_at),
    }


def _summary(derived: View) -> dict[str, Any]:
    return {
        "findings": len(derived.current),
        "asserted_by_severity": {key.value: n for key, n in derived.by_severity.items()},
        "by_stance": {key.value: n for key, n in derived.by_stance.items()},
        "by_change": {key.value: n for key, n in derived.changes.items()},
        "vendors": len(derived.vendors),
        "vendors_with_asserted": sum(1 for vendor in derived.vendors if vendor.asserted),
    }


def _finding(tracked: Tracked, report: Report) -> dict[str, Any]:
    before, after = report.contexts.get(tracked.finding.id, (tracked.finding.prefix, tracked.finding.suffix))
    history = {
        "change": tracked.change.value,
        "first_seen": iso(tracked.first_seen),
        "last_seen": iso(tracked.last_seen),
        "imported_capture_at": iso(tracked.imported),
        "first_run": tracked.first_run,
        "last_run": tracked.last_run,
        "stance_before": tracked.was.value if tracked.was else None,
    }
    found = report.law_of(tracked.finding)
    return tracked.finding.as_json() | {
        "history": history,
        "context": {"before": before, "after": after},
        "law": law_json(found),
        "warc_file": report.warc_files.get(tracked.finding.warc_record, ""),
    }


def _provisions(report: Report) -> dict[str, Any]:
    """id -> provision, of every one that is named beside some finding."""
    return {one.id: provision_json(one) for law in report.law.values() for one in provisions_in(law)}


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "profile": comparison.profile,
        "run": comparison.run,
        "pages_compared": comparison.compared,
        "differences": [
            {
                "url": one.url,
                "vendor": one.vendor,
                "shown_to": one.shown_to,
                "new": one.new,
                "finding": one.finding.as_json(),
                "other_look_at": iso(one.other_at),
                "other_warc_record": one.other_record,
            }
            for one in comparison.differences
        ],
        "not_compared": [{"url": one.url, "vendor": one.vendor, "why": one.why} for one in comparison.not_compared],
    }


def _coverage(totals: Coverage, rows: tuple[CoverageRow, ...]) -> dict[str, Any]:
    return {
        "known": totals.known,
        "adds_up": totals.adds_up,
        "outcomes": {outcome.value: n for outcome, n in totals.outcomes.items()},
        "unread": {(reason.value if reason else "not_recorded"): n for reason, n in totals.unread.items()},
        "urls": [_row(row) for row in sorted(rows, key=lambda row: (row.vendor, row.url))],
    }


def _row(row: CoverageRow) -> dict[str, Any]:
    return {
        "url": row.url,
        "vendor": row.vendor,
        "outcome": row.outcome.value,
        "reason": row.reason.value if row.reason else None,
        "detail": row.detail,
        "status": row.status,
        "captured_at": iso(row.captured_at),
        "capture_sha256": row.capture_sha256,
        "findings": row.findings,
        "robots_rule": row.robots_rule,
        "depth": row.depth,
        "via": row.via,
        "speaker": row.said.role.value if row.said else None,
        "speaker_by": row.said.by.value if row.said else None,
    }
