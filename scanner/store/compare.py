"""What each page of a run came to, for setting two runs against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.model import Finding, FrontierItem, Outcome, UnreadReason

from . import crawl, known, look, rows
from .tables import captures, coverage, findings, runs, urls, vendors

COMPARED_WITH, PROFILE = "compared_with", "profile"
"""Keys of a comparing run's note."""
_NO_PAGES = ("robots", "sitemap_file", "picture")


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page as one run found it. `text` is empty where it was not read."""

    item: FrontierItem
    outcome: Outcome
    reason: UnreadReason | None
    detail: str
    location: str
    """Where it redirects, as sent."""
    at: datetime | None
    record: str
    text: str
    findings: tuple[Finding, ...]


def comparing(connection: Connection, run: str) -> list[tuple[str, str]]:
    """(name, profile) of the finished runs that looked at the pages of this run a second time."""
    query = sa.select(runs.c.name, runs.c.note).where(runs.c.kind == crawl.ASIDE, runs.c.finished_at.is_not(None))
    return [
        (row.name, str(row.note.get(PROFILE, "")))
        for row in connection.execute(query.order_by(runs.c.id))
        if row.note and row.note.get(COMPARED_WITH) == run
    ]


def told_before(connection: Connection, run: int, fingerprints: Iterable[str]) -> set[str]:
    """Which of these claims an earlier successful run had, second looks included."""
    query = (
        sa.select(findings.c.fingerprint)
        .join(runs, runs.c.id == findings.c.run_id)
        .where(runs.c.ok == 1, findings.c.run_id < run)
        .distinct()
    )
    return {
        fingerprint
        for part in known.chunks(sorted(fingerprints))
        for (fingerprint,) in connection.execute(query.where(findings.c.fingerprint.in_(part)))
    }


def pages(connection: Connection, run: int) -> dict[tuple[str, str], SeenPage]:
    """(vendor, canonical URL) -> page, for everything that is a page of its own."""
    found: dict[int, list[Finding]] = defaultdict(list)
    query = look.FINDINGS.where(findings.c.run_id == run)
    for row in connection.execute(query).mappings():
        found[row["url_id"]].append(rows.finding_of(row))
    listed = (
        sa.select(
            coverage, urls.c.canonical, vendors.c.name.label("vendor"), captures.c.location, captures.c.record_id,
            captures.c.captured_at,
        )
        .join(urls, urls.c.id == coverage.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .outerjoin(captures, captures.c.id == coverage.c.capture_id)
        .where(coverage.c.run_id == run, coverage.c.via.not_in(_NO_PAGES), coverage.c.outcome != "auxiliary")
        .order_by(coverage.c.id)
    )  # fmt: skip
    out: dict[tuple[str, str], SeenPage] = {}
    for row in connection.execute(listed).mappings().all():
        read = row["outcome"] in crawl.READ
        document = look.document(connection, row["capture_id"]) if read else None
        out[(row["vendor"], row["canonical"])] = SeenPage(
            item=FrontierItem(row["url"], row["canonical"], row["vendor"], row["depth"], row["via"]),
            outcome=Outcome(row["outcome"]),
            reason=UnreadReason(row["reason"]) if row["reason"] else None,
            detail=row["detail"],
            location=row["location"] or "",
            at=row["captured_at"],
            record=row["record_id"] or "",
            text=document.text if document else "",
            findings=tuple(found[row["url_id"]]) if read else (),
        )
    return out
