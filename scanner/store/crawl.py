"""The crawl's durable state: each function is the body of one transaction, and may be replayed without harm.

A URL of a run goes pending -> captured -> done, never back. The coverage row is written in the transaction that makes
it done, together with its document, its findings and the URLs that it led to; so whatever moment a process dies at,
the next one finds each URL either untouched or finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner import model
from scanner.model import Capture, Finding, FrontierItem, Judgement, Outcome, RobotsDecision, UnreadReason
from scanner.stated import host_of

from . import notices, rows
from .known import chunks, enqueue, move, state, url_id, url_ids
from .tables import captures, coverage, documents, findings, frontier, robots, runs, urls, vendors

Refused = tuple[FrontierItem, UnreadReason, str]
"""A known URL that will not be fetched: reason and detail."""


def keep(
    connection: Connection, run: int, url: int | None, capture: Capture, decision: RobotsDecision | None
) -> tuple[int, str]:
    """Insert a capture if it is not there; returns its id and the robots rule that it was made under."""
    query = sa.select(captures.c.id, captures.c.robots_rule).where(captures.c.record_id == capture.record_id)
    there = connection.execute(query).first()
    if there is None:
        row = rows.capture_row(capture, decision) | {"run_id": run, "url_id": url}
        rows.insert_new(connection, captures, [row])
        there = connection.execute(query).one()
    return there.id, there.robots_rule


def record_capture(
    connection: Connection,
    run: int,
    item: FrontierItem,
    capture: Capture,
    decision: RobotsDecision | None,
    retry: bool,
) -> None:
    url, _ = state(connection, run, item)
    kept, _ = keep(connection, run, url, capture, decision)
    values: dict[str, Any] = {"attempts": frontier.c.attempts + 1}
    if not retry:
        values |= {"state": "captured", "capture_id": kept}
    move(connection, run, url, **values)


def adopt(connection: Connection, run: int, capture: Capture) -> FrontierItem | None:
    """Take in a record that lies in the WARC but was never committed; returns the item that it answers, if any."""
    query = (
        sa.select(frontier, urls.c.canonical, vendors.c.name.label("vendor"))
        .join(urls, urls.c.id == frontier.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .where(frontier.c.run_id == run, frontier.c.state == "pending", frontier.c.url == capture.url)
        .order_by(frontier.c.id)
        .limit(1)
    )
    found = connection.execute(query).mappings().first()
    if found is None:
        keep(connection, run, None, capture, None)
        return None
    item = rows.item_of(found)
    record_capture(connection, run, item, capture, None, retry=False)
    return item


def record_judgement(
    connection: Connection,
    run: int,
    item: FrontierItem,
    capture: Capture,
    judgement: Judgement,
    new_items: Sequence[FrontierItem],
    refused: Sequence[Refused],
) -> tuple[FrontierItem, ...]:
    """Document, findings, coverage, new URLs and the step to done; nothing at all if it was done before."""
    url, now = state(connection, run, item)
    if now == "done":
        return ()
    kept, rule = keep(connection, run, url, capture, None)
    if judgement.document is not None:
        role = judgement.findings[0].page_role.value if judgement.findings else ""
        row = rows.document_row(judgement.document, role) | {"capture_id": kept}
        rows.insert_new(connection, documents, [row])
    _add_findings(connection, run, url, kept, capture.captured_at, judgement.findings)
    if judgement.notice is not None:
        notices.add_notice(connection, run, url, kept, judgement.notice)
    row = {
        "outcome": judgement.outcome.value,
        "reason": judgement.unread.value if judgement.unread else "",
        "detail": judgement.detail,
        "status": capture.status,
        "capture_id": kept,
        "seen_at": capture.captured_at,
        "findings": len({finding.id for finding in judgement.findings}),
        "robots_rule": rule,
        **rows.said_columns(judgement.said),
    }
    _finish(connection, run, url, item, row)
    fresh = enqueue(connection, run, new_items)
    refuse(connection, run, refused)
    return fresh


def _add_findings(
    connection: Connection, run: int, url: int, capture: int, seen_at: datetime, found: Sequence[Finding]
) -> None:
    """A finding belongs to the capture that it names; only where that is unknown to the capture just judged."""
    named = sorted({finding.warc_record for finding in found if finding.warc_record})
    ids: dict[str, int] = {}
    for part in chunks(named):
        query = sa.select(captures.c.record_id, captures.c.id).where(captures.c.record_id.in_(part))
        ids.update((row.record_id, row.id) for row in connection.execute(query))
    shared = {"run_id": run, "url_id": url, "seen_at": seen_at, "carried_from": None}
    rows.insert_new(
        connection,
        findings,
        [rows.finding_row(f) | shared | {"capture_id": ids.get(f.warc_record, capture)} for f in found],
    )


def _finish(connection: Connection, run: int, url: int, item: FrontierItem, row: dict[str, Any]) -> None:
    connection.execute(sa.delete(coverage).where(coverage.c.run_id == run, coverage.c.url_id == url))
    shared = {"run_id": run, "url_id": url, "url": item.url, "depth": item.depth, "via": item.via}
    connection.execute(sa.insert(coverage).values(**(row | shared)))
    move(connection, run, url, state="done")


def record_unchanged(
    connection: Connection, run: int, item: FrontierItem, capture: Capture, decision: RobotsDecision | None, detail: str
) -> bool:
    """Carry the findings of the last look into this run; False where there is no last look to stand on."""
    url, now = state(connection, run, item)
    if now == "done":
        return True
    last = last_look(connection, url, run, received=True)
    if last is None:
        return False
    _, rule = keep(connection, run, url, capture, decision)
    query = sa.select(findings).where(findings.c.run_id == last["run_id"], findings.c.url_id == url)
    carried = []
    for found in connection.execute(query).mappings():
        row = {name: value for name, value in found.items() if name != "id"}
        origin = row["carried_from"] if row["carried_from"] is not None else row["run_id"]
        carried.append(row | {"run_id": run, "carried_from": origin, "seen_at": capture.captured_at})
    rows.insert_new(connection, findings, carried)
    notices.carry(connection, run, url, last["run_id"])
    row = {
        "outcome": Outcome.UNCHANGED.value,
        "detail": detail,
        "status": capture.status,
        "capture_id": last["capture_id"],
        "seen_at": capture.captured_at,
        "findings": len(carried),
        "robots_rule": rule,
        "speaker": last["speaker"],
        "speaker_by": last["speaker_by"],
    }
    _finish(connection, run, url, item, row)
    return True


READ = tuple(sorted(outcome.value for outcome in model.READ))
"""Outcomes that say what the page's text holds, as they stand in the database."""


ASIDE = "compare"
"""Kind of a run that looks at pages of another run in another way: never what a page said when it was last read."""


IMPORT = "import"
"""Kind of a run over files that others made: what is in them was never sent to us."""


def last_look(connection: Connection, url: int, before: int | None, *, received: bool = False) -> Any:
    """The newest coverage row in which this URL was read, successful run or not, with that run's rule set.

    `received`: only where the server sent the bytes to us. A 304 of that server vouches for nothing else, and a rescan
    of an imported page is still a page out of somebody's file: what counts is the run that kept the capture.
    """
    query = (
        sa.select(coverage, runs.c.rules_digest)
        .join(runs, runs.c.id == coverage.c.run_id)
        .where(coverage.c.url_id == url, coverage.c.outcome.in_(READ), coverage.c.capture_id.is_not(None))
        .where(runs.c.kind != ASIDE)
        # Not by run alone: what is imported today was captured long ago.
        .order_by(coverage.c.seen_at.desc(), coverage.c.run_id.desc())
        .limit(1)
    )
    if before is not None:
        query = query.where(coverage.c.run_id < before)
    if received:
        query = query.where(~imported(coverage.c.capture_id))
    return connection.execute(query).mappings().first()


def imported(capture: sa.ColumnElement[int]) -> sa.Exists:
    """Is the capture with this id out of a file that others made?"""
    kept, by = captures.alias("kept"), runs.alias("kept_by")
    return sa.exists().where(kept.c.id == capture, by.c.id == kept.c.run_id, by.c.kind == IMPORT)


def record_unread(
    connection: Connection,
    run: int,
    item: FrontierItem,
    row: dict[str, Any],
    capture: Capture | None,
    decision: RobotsDecision | None,
) -> None:
    """A URL that ends without being judged, with the reason; nothing if it was done before."""
    url, now = state(connection, run, item)
    if now == "done":
        return
    if capture is not None:
        kept, rule = keep(connection, run, url, capture, decision)
        row = row | {"capture_id": kept, "seen_at": capture.captured_at, "robots_rule": row["robots_rule"] or rule}
    _finish(connection, run, url, item, row | {"outcome": Outcome.UNREAD.value, "findings": 0})


def refuse(connection: Connection, run: int, refused: Sequence[Refused]) -> None:
    """Known URLs that are not fetched: counted, unless they are in the frontier or counted already."""
    if not refused:
        return
    items = [item for item, _, _ in refused]
    ids = url_ids(connection, items)
    waiting: set[int] = set()
    for part in chunks(sorted(set(ids.values()))):
        query = sa.select(frontier.c.url_id).where(frontier.c.run_id == run, frontier.c.url_id.in_(part))
        waiting.update(connection.execute(query).scalars())
    new = []
    for item, reason, detail in refused:
        url = ids[rows.url_key(item.vendor, item.canonical)]
        if url not in waiting:
            new.append(
                {"run_id": run, "url_id": url, "url": item.url, "outcome": Outcome.UNREAD.value}
                | {"reason": reason.value, "detail": detail, "findings": 0, "depth": item.depth, "via": item.via}
            )
    rows.insert_new(connection, coverage, new)


def record_auxiliary(
    connection: Connection, run: int, item: FrontierItem, capture: Capture, is_robots: bool, detail: str
) -> None:
    """robots.txt or a sitemap: kept and counted, never judged. A page that was judged stays what it was."""
    url = url_id(connection, item)
    kept, _ = keep(connection, run, url, capture, None)
    if is_robots:
        row: dict[str, Any] = {
            "run_id": run,
            "host": host_of(capture.url),
            "sha256": capture.payload_sha256,
            "capture_id": kept,
        }
        rows.insert_new(connection, robots, [row])
    query = sa.select(coverage.c.outcome).where(coverage.c.run_id == run, coverage.c.url_id == url)
    outcome = connection.execute(query).scalar()
    if outcome is not None and outcome != Outcome.UNREAD.value:
        return
    row = {"outcome": Outcome.AUXILIARY.value, "detail": detail, "status": capture.status, "capture_id": kept}
    _finish(connection, run, url, item, row | {"seen_at": capture.captured_at, "findings": 0})


def not_come_to(connection: Connection, run: Any) -> tuple[FrontierItem, ...]:
    """Rescan: URLs of earlier runs; import: pages that were kept, and the files; as far as the run has no row of them.

    Files stand under their names, as those do that could not be read: which of them were taken in is not known.
    """
    there = sa.select(coverage.c.url_id).where(coverage.c.run_id == run["id"])
    query = sa.select(urls.c.name, urls.c.canonical, vendors.c.name.label("vendor")).join_from(urls, vendors)
    query = query.where(urls.c.id.not_in(there)).order_by(urls.c.id)
    if run["kind"] == IMPORT:
        kept = sa.select(captures.c.url_id).where(captures.c.run_id == run["id"], captures.c.url_id.is_not(None))
        query = query.where(urls.c.id.in_(kept.where(captures.c.content_type.not_like("image/%"))))
    elif run["kind"] == "rescan":
        outcomes = (*READ, Outcome.UNREAD.value)
        looked = sa.select(coverage.c.url_id).join(runs, runs.c.id == coverage.c.run_id)
        looked = looked.where(coverage.c.run_id < run["id"], runs.c.kind != ASIDE, coverage.c.outcome.in_(outcomes))
        query = query.where(urls.c.id.in_(looked))
    else:
        return ()
    items = [FrontierItem(row.name, row.canonical, row.vendor, 0, run["kind"]) for row in connection.execute(query)]
    files = (run["note"] or {}).get("files", "")
    return (*items, FrontierItem(files, files, "", 0, IMPORT)) if files else tuple(items)


def finish_run(connection: Connection, run: int, ok: bool, at: datetime) -> None:
    """Close a run; what is still waiting is counted as interrupted, so that the coverage adds up."""
    query = sa.select(frontier).where(frontier.c.run_id == run, frontier.c.state != "done").order_by(frontier.c.id)
    left = connection.execute(query).mappings().all()
    rows.insert_new(
        connection,
        coverage,
        [
            {name: row[name] for name in ("run_id", "url_id", "url", "depth", "via", "capture_id")}
            | {"outcome": Outcome.UNREAD.value, "reason": UnreadReason.INTERRUPTED.value, "findings": 0}
            for row in left
        ],
    )
    connection.execute(sa.update(frontier).where(frontier.c.run_id == run).values(state="done"))
    connection.execute(sa.update(runs).where(runs.c.id == run).values(finished_at=at, ok=ok))
