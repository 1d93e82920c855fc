"""Stored run -> its findings with what changed, and the law beside them. Loads no rules and no models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..history import compare
from ..law import load
from ..model import Report, Tracked
from .lawful import Counsel, with_law

if TYPE_CHECKING:
    from ..config import Settings
    from ..store.report import Parts


def tracked_of(parts: Parts) -> tuple[Tracked, ...]:
    """The findings of a run, each with what changed since the last successful look before it."""
    return compare(
        parts.previous,
        parts.findings,
        read=parts.read,
        first_seen=parts.first_seen,
        last_seen=parts.last_seen,
        had_before=parts.had_before,
        standing=parts.standing,
        seen_now=parts.seen_now,
        imported=parts.imported,
        foreign=parts.foreign,
        run=parts.run.id,
    )


def stored_findings(
    settings: Settings,
    patterns: Path,
    categories: Mapping[str, Mapping[str, Any]],
    run: str,
    jurisdictions: Sequence[str] = (),
) -> Report:
    """A stored run (an empty name: the newest finished one) with what a list of findings shows: no notices, pictures
    or passages.

    `patterns`: the folder that holds the law; `categories`: its `claims.toml`. Raises StoreError, RulesError.
    """
    from ..store import open_to_read

    with open_to_read(settings.database_url()) as store:
        parts = store.report(run or None)
        places, roles = store.vendor_places(), store.vendor_roles()
        advice = Counsel(load(patterns), settings.law, places, tuple(jurisdictions), roles=roles)
        report = Report(
            parts.run, tracked_of(parts), parts.coverage, categories, settings_note=parts.note, chosen=parts.chosen
        )
        return with_law(report, advice)
