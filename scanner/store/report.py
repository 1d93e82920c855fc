"""What a report, and the comparison with earlier runs, is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.errors import StoreError
from scanner.model import CoverageRow, Finding, RunFacts, Severity, Stance, UnreadReason

from . import crawl, known, look, rows, standing
from .tables import captures, coverage, findings, runs, urls, vendors

_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a report and `history.compare` are made of."""

    run: RunFacts
    findings: tuple[Finding, ...]
    """Of this run, ordered: asserted first, then by severity and confidence."""
    coverage: tuple[CoverageRow, ...]
    previous: tuple[Finding, ...]
    """Per URL of the vendors looked at in this run: what stood there when it was last read in an earlier successful
    run. Not simply the run before, which may have been due for other vendors only."""
    read: frozenset[tuple[str, str]]
    """(vendor, source) of the `previous` findings whose page was read in this run."""
    first_seen: Mapping[str, tuple[datetime | None, str]]
    """fingerprint -> (capture time, run id) of the first earlier successful run that saw it. No time: in files that
    others made only, which may state any."""
    last_seen: Mapping[str, tuple[datetime | None, str]]
    """fingerprint -> (time last read, run id) of the latest earlier successful run that saw it; times likewise."""
    seen_now: Mapping[str, datetime]
    """fingerprint -> when its page was last looked at in this run: its capture, or that of a 304 Not Modified."""
    imported: Mapping[str, datetime]
    """fingerprint -> the earliest date that an imported capture states in which it stands, this run's included."""
    foreign: frozenset[str]
    """Records of imported captures on which findings of this run, or `previous` ones, stand."""
    had_before: frozenset[str]
    """Fingerprints whose words already stood in bytes or text kept earlier, and were not flagged there."""
    standing: frozenset[str]
    """Fingerprints of `previous` findings, not found in this run, whose words stand in the text that it read."""
    note: Mapping[str, str]
    chosen: str
    """Why this run, where none was named."""


def ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Asserted first, then the gravest, then the surest; then by vendor, page and place."""

    def key(f: Finding) -> tuple[Any, ...]:
        return (f.stance is not Stance.ASSERTED, -_WEIGHT[f.severity], -f.confidence, f.vendor, f.source, f.start, f.id)

    return tuple(sorted(found, key=key))


def begin_run(connection: Connection, facts: RunFacts, note: Mapping[str, str], *, told: bool = False) -> RunFacts:
    there = connection.execute(sa.select(runs).where(runs.c.name == facts.id)).mappings().first()
    if there is None:
        last = connection.execute(
            sa.select(runs.c.name, runs.c.finished_at)
            .where(runs.c.ok == 1, runs.c.kind.not_in((crawl.ASIDE, crawl.IMPORT)))
            .order_by(runs.c.id.desc())
            .limit(1)
        ).first()
        row: dict[str, Any] = {name: getattr(facts, name) for name in rows.FACT_FIELDS}
        row |= {"name": facts.id, "note": dict(note), "told": told}
        if last is not None:
            row |= {"previous_run": last.name, "previous_finished_at": last.finished_at}
        connection.execute(sa.insert(runs).values(**row))
        there = known.run_row(connection, facts.id)
    return rows.facts_of(there)


def _chosen(connection: Connection, run: str | None) -> tuple[Any, str]:
    """(row of the run, why this one). Without a name the newest finished run that was not cut short, if there is one:
    a rescan that a kill ended holds less than the crawl before it."""
    if run is not None:
        return known.run_row(connection, run), ""
    query = sa.select(runs, _cut_short().label("cut_short"))
    query = query.where(runs.c.finished_at.is_not(None), runs.c.kind != crawl.ASIDE).order_by(runs.c.id.desc())
    finished = connection.execute(query).mappings().all()
    if not finished:
        raise StoreError("no run has finished in this database", "crawl first: noticescan crawl URL")
    newest, whole = finished[0], next((row for row in finished if not row["cut_short"]), None)
    if whole is None:
        return newest, "the newest finished run; it was interrupted, and so was every other"
    if whole is newest:
        return whole, "the newest finished run"
    why = f"the newest that was not interrupted, as the {newest['kind']} {newest['name']} was"
    return whole, f"{why}; --run {newest['name']} shows that one"


def _cut_short() -> sa.ColumnElement[bool]:
    """Was a run closed by a later command? It is no success, although pages were read in it, or left unread by this."""
    left = coverage.c.reason == UnreadReason.INTERRUPTED.value
    rows_of = sa.exists().where(coverage.c.run_id == runs.c.id, left | coverage.c.outcome.in_(crawl.READ))
    return sa.and_(runs.c.ok == 0, rows_of)


def parts(connection: Connection, run: str | None) -> Parts:
    row, why = _chosen(connection, run)
    number = row["id"]
    sightings = connection.execute(_SIGHTINGS.where(findings.c.run_id == number)).mappings().all()
    found = tuple(rows.finding_of(one) for one in sightings)
    # What others captured, perhaps years ago, says nothing about what is no longer there.
    looks = () if row["kind"] == crawl.IMPORT else _previous(connection, number)
    previous = tuple(rows.finding_of(one) for one in looks)
    read = {(one["vendor"], one["source"]): one["url_id"] for one in looks if one["read_now"]}
    seen = _seen(connection, number, {f.fingerprint for f in (*found, *previous)})
    _seen_elsewhere(connection, number, [f for f in found if f.fingerprint not in seen.first], seen)
    fresh = [f for f in found if f.fingerprint not in seen.first]
    for one in sightings:
        seen.date(one["fingerprint"], one["captured_at"] if one["imported"] else None)
    now = {f.fingerprint for f in found}
    gone = [f for f in previous if f.fingerprint not in now]
    return Parts(
        run=rows.facts_of(row),
        findings=ordered(found),
        coverage=_coverage(connection, number),
        previous=previous,
        read=frozenset(read),
        first_seen=seen.first,
        last_seen=seen.last,
        seen_now={
            one["fingerprint"]: one["seen_at"]
            for one in sightings
            if one["seen_at"] is not None and not one["imported"]
        },
        imported=seen.imported,
        foreign=frozenset(one["warc_record"] for one in (*sightings, *looks) if one["imported"]),
        had_before=standing.had_before(connection, number, row["rules_digest"], fresh),
        standing=standing.standing(connection, number, gone, read),
        note=row["note"] or {},
        chosen=why,
    )


def _coverage(connection: Connection, run: int) -> tuple[CoverageRow, ...]:
    query = (
        sa.select(coverage, vendors.c.name.label("vendor"), captures.c.captured_at, captures.c.payload_sha256)
        .join(urls, urls.c.id == coverage.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .outerjoin(captures, captures.c.id == coverage.c.capture_id)
        .where(coverage.c.run_id == run)
        .order_by(vendors.c.name, coverage.c.depth, coverage.c.id)
    )
    return tuple(rows.coverage_of(row) for row in connection.execute(query).mappings())


def _last_looks(before: int) -> sa.Subquery:
    """Per URL, the last successful run before one in which it was read; second looks and imports left out."""
    query = (
        sa.select(coverage.c.url_id, sa.func.max(coverage.c.run_id).label("run_id"))
        .join(runs, runs.c.id == coverage.c.run_id)
        .where(runs.c.ok == 1, coverage.c.outcome.in_(crawl.READ), runs.c.kind.not_in((crawl.ASIDE, crawl.IMPORT)))
        .where(coverage.c.run_id < before)
        .group_by(coverage.c.url_id)
    )
    return query.subquery("looks")


def _previous(connection: Connection, run: int) -> Sequence[Any]:
    """Findings of the last looks at the vendors of this run, each with whether its page was read again in it."""
    looks = _last_looks(run)
    of_run = sa.select(urls.c.vendor_id).join(coverage, coverage.c.url_id == urls.c.id).where(coverage.c.run_id == run)
    now = sa.select(coverage.c.url_id).where(coverage.c.run_id == run, coverage.c.outcome.in_(crawl.READ))
    query = (
        _SIGHTINGS.add_columns(findings.c.url_id.in_(now).label("read_now"))
        .join(looks, sa.and_(looks.c.url_id == findings.c.url_id, looks.c.run_id == findings.c.run_id))
        .where(urls.c.vendor_id.in_(of_run))
    )
    return connection.execute(query).mappings().all()


_SIGHTINGS = look.FINDINGS.add_columns(crawl.imported(findings.c.capture_id).label("imported"))
"""Findings with whether the capture on which each stands is out of a file that others made."""
_Sight = tuple[datetime | None, str]
"""When, and in which run."""


@dataclass(slots=True)
class _Seen:
    """First and last sightings by fingerprint; what imported captures state of the day is kept apart."""

    first: dict[str, _Sight] = field(default_factory=dict)
    last: dict[str, _Sight] = field(default_factory=dict)
    imported: dict[str, datetime] = field(default_factory=dict)

    def add(self, known_as: str, sighting: Any) -> None:
        """One more sighting, told in the order of runs: a moment and the run that it was of stay together."""
        if sighting.imported:
            began: datetime | None = None
            seen: datetime | None = None
            self.date(known_as, sighting.captured_at)
        else:
            began, seen = sighting.captured_at, sighting.seen_at
        first, last = self.first.get(known_as), self.last.get(known_as)
        if first is None or (began is not None and (first[0] is None or began < first[0])):
            self.first[known_as] = (began, sighting.name)
        if last is None or last[0] is None or (seen is not None and seen >= last[0]):
            self.last[known_as] = (seen, sighting.name)

    def date(self, known_as: str, stated: datetime | None) -> None:
        """What an imported capture states, if it is the earliest."""
        if stated is not None:
            self.imported[known_as] = min(stated, self.imported.get(known_as, stated))


def _earlier(run: int, by: sa.Column[str]) -> sa.Select[Any]:
    """Sightings in successful runs before one, in their order; a rescan of old bytes is dated by their capture."""
    imported = crawl.imported(findings.c.capture_id).label("imported")
    return (
        sa.select(by.label("known_as"), findings.c.captured_at, findings.c.seen_at, runs.c.name, imported)
        .join(runs, runs.c.id == findings.c.run_id)
        .where(runs.c.ok == 1, runs.c.kind != crawl.ASIDE, findings.c.run_id < run)
        .order_by(findings.c.run_id, findings.c.id)
    )


def _seen(connection: Connection, run: int, wanted: set[str]) -> _Seen:
    """First and last sighting in earlier successful runs."""
    found, query = _Seen(), _earlier(run, findings.c.fingerprint)
    for part in known.chunks(sorted(wanted)):
        for sighting in connection.execute(query.where(findings.c.fingerprint.in_(part))):
            found.add(sighting.known_as, sighting)
    return found


def _seen_elsewhere(connection: Connection, run: int, fresh: Sequence[Finding], seen: _Seen) -> None:
    """The same words in the same bytes (same finding id) seen earlier at another URL are not new: of two byte-identical
    pages only one is judged in a run, and not always the same one."""
    by_id, query = {finding.id: finding.fingerprint for finding in fresh}, _earlier(run, findings.c.finding)
    for part in known.chunks(sorted(by_id)):
        for sighting in connection.execute(query.where(findings.c.finding.in_(part))):
            seen.add(by_id[sighting.known_as], sighting)
