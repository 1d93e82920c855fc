"""Questions to the database; nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.model import (
    Capture,
    Document,
    Finding,
    FrontierItem,
    Outcome,
    RobotsDecision,
    RunFacts,
    Said,
    UnreadReason,
)

from . import crawl, rows
from .tables import captures, coverage, documents, findings, frontier, runs, urls, vendors

VALIDATED_STATUS = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A URL that was captured in this run and is not judged yet."""

    item: FrontierItem
    capture: Capture
    robots: RobotsDecision | None


@dataclass(frozen=True, slots=True)
class Look:
    """The last time that a URL was read: what a 304 Not Modified refers to, and what a rescan starts from."""

    item: FrontierItem
    capture: Capture
    document: Document | None
    findings: tuple[Finding, ...]
    run: str
    rules_digest: str
    """Of the run that made these findings."""
    robots: RobotsDecision | None = None
    said: Said | None = None
    """Who speaks on the page, as a person said when it was judged."""


@dataclass(frozen=True, slots=True)
class Known:
    """A page that a run accounted for; `judged`: one that a rescan takes up (no redirect, say)."""

    vendor: str
    url: str
    canonical: str
    judged: bool


@dataclass(frozen=True, slots=True)
class NeverRead:
    """A URL that was wanted and never read, as its newest coverage row has it."""

    item: FrontierItem
    capture: Capture | None
    """What was received all the same, if anything."""
    reason: UnreadReason
    detail: str
    status: int | None
    robots_rule: str
    at: datetime | None
    said: Said | None = None


_ITEMS = (
    sa.select(frontier, urls.c.canonical, vendors.c.name.label("vendor"))
    .join(urls, urls.c.id == frontier.c.url_id)
    .join(vendors, vendors.c.id == urls.c.vendor_id)
    .order_by(frontier.c.id)
)
FINDINGS = (
    sa.select(findings, vendors.c.name.label("vendor"), runs.c.name.label("run"))
    .join(urls, urls.c.id == findings.c.url_id)
    .join(vendors, vendors.c.id == urls.c.vendor_id)
    .join(runs, runs.c.id == findings.c.run_id)
    .order_by(findings.c.id)
)


def pending(connection: Connection, run: int) -> tuple[FrontierItem, ...]:
    query = _ITEMS.where(frontier.c.run_id == run, frontier.c.state != "done")
    return tuple(rows.item_of(row) for row in connection.execute(query).mappings())


def known(connection: Connection, run: int, via: tuple[str, ...] = ()) -> frozenset[tuple[str, str]]:
    query = (
        sa.select(vendors.c.name, urls.c.canonical)
        .join(urls, urls.c.vendor_id == vendors.c.id)
        .join(frontier, frontier.c.url_id == urls.c.id)
        .where(frontier.c.run_id == run)
    )
    if via:
        query = query.where(frontier.c.via.in_(via))
    return frozenset((row[0], row[1]) for row in connection.execute(query))


def progress(connection: Connection, run: int) -> dict[str, int]:
    query = sa.select(frontier.c.state, sa.func.count()).where(frontier.c.run_id == run).group_by(frontier.c.state)
    return dict.fromkeys(("pending", "captured", "done"), 0) | {row[0]: row[1] for row in connection.execute(query)}


def captured(connection: Connection, run: int) -> tuple[Waiting, ...]:
    query = _ITEMS.where(frontier.c.run_id == run, frontier.c.state == "captured")
    out = []
    for row in connection.execute(query).mappings().all():
        kept = _capture_row(connection, row["capture_id"])
        out.append(Waiting(rows.item_of(row), rows.capture_of(kept), rows.robots_of(kept)))
    return tuple(out)


def _capture_row(connection: Connection, capture: int) -> Any:
    return connection.execute(sa.select(captures).where(captures.c.id == capture)).mappings().one()


def run_captures(connection: Connection, run: int) -> tuple[Capture, ...]:
    query = sa.select(captures).where(captures.c.run_id == run).order_by(captures.c.id)
    return tuple(rows.capture_of(row) for row in connection.execute(query).mappings())


def titles(connection: Connection, run: int) -> dict[str, str]:
    """Record id of a capture of this run -> title of the page, where it has one."""
    query = (
        sa.select(captures.c.record_id, documents.c.name)
        .join(documents, documents.c.capture_id == captures.c.id)
        .where(captures.c.run_id == run, documents.c.name != "")
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def looked_at(connection: Connection, record: str, derivation: str = "") -> Look | None:
    """The capture in a WARC record, with the URL that it was taken for and its text; None where it is not known."""
    query = (
        sa.select(captures, urls.c.canonical, urls.c.name.label("first_url"), vendors.c.name.label("vendor"))
        .join(urls, urls.c.id == captures.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .where(captures.c.record_id == record)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    url = row["first_url"] if row["url"].startswith("urn:") else row["url"]
    item = FrontierItem(url, row["canonical"], row["vendor"], 0, "")
    run = connection.execute(sa.select(runs.c.name, runs.c.rules_digest).where(runs.c.id == row["run_id"])).one()
    text = document(connection, row["id"], derivation)
    return Look(item, rows.capture_of(row), text, (), run[0], run[1], rows.robots_of(row))


def same_payload(connection: Connection, run: int, item: FrontierItem, payload_sha256: str) -> str:
    """URL of another page of the same vendor in this run that was read and has the same bytes, or empty."""
    query = (
        sa.select(coverage.c.url)
        .join(captures, captures.c.id == coverage.c.capture_id)
        .join(urls, urls.c.id == coverage.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .where(coverage.c.run_id == run, captures.c.payload_sha256 == payload_sha256)
        .where(coverage.c.outcome.in_(crawl.READ), vendors.c.name == item.vendor)
        .where(urls.c.key != rows.url_key(item.vendor, item.canonical))
        .order_by(coverage.c.id)
        .limit(1)
    )
    return connection.execute(query).scalar() or ""


def _url(connection: Connection, item: FrontierItem) -> int | None:
    key = rows.url_key(item.vendor, item.canonical)
    return connection.execute(sa.select(urls.c.id).where(urls.c.key == key)).scalar()


def validators(connection: Connection, item: FrontierItem) -> tuple[str, str]:
    url = _url(connection, item)
    last = None if url is None else crawl.last_look(connection, url, None, received=True)
    if last is None:
        return "", ""
    kept = _capture_row(connection, last["capture_id"])
    if kept["status"] != VALIDATED_STATUS or kept["truncated"]:
        return "", ""
    return kept["etag"], kept["last_modified"]


def last_look(connection: Connection, item: FrontierItem, before: int | None) -> Look | None:
    url = _url(connection, item)
    last = None if url is None else crawl.last_look(connection, url, before, received=True)
    return None if url is None or last is None else _look(connection, item, url, last)


def _look(connection: Connection, item: FrontierItem, url: int, last: Any) -> Look:
    kept = _capture_row(connection, last["capture_id"])
    query = FINDINGS.where(findings.c.run_id == last["run_id"], findings.c.url_id == url)
    found = tuple(rows.finding_of(row) for row in connection.execute(query).mappings())
    name = connection.execute(sa.select(runs.c.name).where(runs.c.id == last["run_id"])).scalar_one()
    return Look(
        item,
        rows.capture_of(kept),
        document(connection, last["capture_id"]),
        found,
        name,
        last["rules_digest"],
        rows.robots_of(kept),
        rows.said_of(last),
    )


def document(connection: Connection, capture: int, derivation: str = "") -> Document | None:
    """The text that was made of a capture: the last one, or the one that is named."""
    query = sa.select(documents).where(documents.c.capture_id == capture)
    if derivation:
        query = query.where(documents.c.derivation == derivation)
    row = connection.execute(query.order_by(documents.c.id.desc()).limit(1)).mappings().first()
    return None if row is None else rows.document_of(row)


def rescannable_ids(connection: Connection) -> list[int]:
    """URLs that were ever read, in the order in which they became known."""
    query = (
        sa.select(coverage.c.url_id)
        .join(runs, runs.c.id == coverage.c.run_id)
        .where(coverage.c.outcome.in_(crawl.READ), coverage.c.capture_id.is_not(None), runs.c.kind != crawl.ASIDE)
        .distinct()
        .order_by(coverage.c.url_id)
    )
    return list(connection.execute(query).scalars())


def accounted_for(connection: Connection) -> tuple[Known, ...]:
    """Every page that a run accounted for, in the order in which they became known. Second looks are left out, and what
    is no page: robots.txt, sitemaps, pictures, addresses only tried."""
    judged = sa.func.max(sa.case((coverage.c.outcome.in_((*crawl.READ, "unread")), 1), else_=0))
    query = (
        sa.select(vendors.c.name.label("vendor"), urls.c.name, urls.c.canonical, judged.label("judged"))
        .join(urls, urls.c.vendor_id == vendors.c.id)
        .join(coverage, coverage.c.url_id == urls.c.id)
        .join(runs, runs.c.id == coverage.c.run_id)
        .where(runs.c.kind != crawl.ASIDE, coverage.c.outcome != Outcome.AUXILIARY.value)
        .group_by(urls.c.id, vendors.c.name, urls.c.name, urls.c.canonical)
        .order_by(urls.c.id)
    )
    return tuple(Known(row.vendor, row.name, row.canonical, bool(row.judged)) for row in connection.execute(query))


def rescannable(connection: Connection, url: int) -> Look | None:
    query = (
        sa.select(coverage, urls.c.canonical, vendors.c.name.label("vendor"))
        .join(urls, urls.c.id == coverage.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .join(runs, runs.c.id == coverage.c.run_id)
        .where(coverage.c.url_id == url, coverage.c.outcome.in_(crawl.READ), runs.c.kind != crawl.ASIDE)
        .order_by(coverage.c.run_id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    last = crawl.last_look(connection, url, None)
    if row is None or last is None:
        return None
    item = FrontierItem(row["url"], row["canonical"], row["vendor"], row["depth"], row["via"])
    look = _look(connection, item, url, last)
    return replace(look, said=_said_last(connection, url, last["capture_id"]))


def _said_last(connection: Connection, url: int, capture: int) -> Said | None:
    """Who speaks on a page, as it was said when this capture was last judged: a rescan is dated by the capture, so the
    newest answer of the server may be younger than the newest word."""
    query = (
        sa.select(coverage)
        .join(runs, runs.c.id == coverage.c.run_id)
        .where(coverage.c.url_id == url, coverage.c.capture_id == capture, coverage.c.outcome.in_(crawl.READ))
        .where(runs.c.kind != crawl.ASIDE)
        .order_by(coverage.c.run_id.desc())
        .limit(1)
    )
    return rows.said_of(connection.execute(query).mappings().one())


def never_read(connection: Connection) -> tuple[NeverRead, ...]:
    """Every URL whose coverage rows never say that it was read and whose newest one says why not. What a second look
    read counts for neither: it is never what a page said when it was last read (`crawl.ASIDE`)."""
    newest = (
        sa.select(sa.func.max(coverage.c.id))
        .join(runs, runs.c.id == coverage.c.run_id)
        .where(runs.c.kind != crawl.ASIDE)
        .group_by(coverage.c.url_id)
    )
    ever_read = (
        sa.select(coverage.c.url_id)
        .join(runs, runs.c.id == coverage.c.run_id)
        .where(coverage.c.outcome.in_(crawl.READ), runs.c.kind != crawl.ASIDE)
    )
    query = (
        sa.select(coverage, urls.c.canonical, vendors.c.name.label("vendor"))
        .join(urls, urls.c.id == coverage.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .where(coverage.c.id.in_(newest), coverage.c.url_id.not_in(ever_read), coverage.c.outcome == "unread")
        .order_by(coverage.c.url_id)
    )
    return tuple(_never_read(connection, row) for row in connection.execute(query).mappings().all())


def _never_read(connection: Connection, row: Any) -> NeverRead:
    item = FrontierItem(row["url"], row["canonical"], row["vendor"], row["depth"], row["via"])
    kept = row["capture_id"]
    capture = rows.capture_of(_capture_row(connection, kept)) if kept is not None else None
    reason = UnreadReason(row["reason"])
    told = (row["detail"], row["status"], row["robots_rule"], row["seen_at"], rows.said_of(row))
    return NeverRead(item, capture, reason, *told)


def last_success(connection: Connection) -> dict[str, datetime]:
    """URL (as found, and canonical) -> start of the last successful crawl in which it answered."""
    answered = (*crawl.READ, "redirect", "duplicate")
    query = (
        sa.select(coverage.c.url, urls.c.name, urls.c.canonical, runs.c.started_at)
        .join(runs, runs.c.id == coverage.c.run_id)
        .join(urls, urls.c.id == coverage.c.url_id)
        .where(runs.c.ok == 1, runs.c.kind == "crawl", coverage.c.outcome.in_(answered))
        .order_by(runs.c.id)
    )
    out: dict[str, datetime] = {}
    for as_found, name, canonical, at in connection.execute(query):
        out[as_found] = out[name] = out[canonical] = at
    return out


def run_facts(connection: Connection) -> tuple[RunFacts, ...]:
    query = sa.select(runs).order_by(runs.c.id.desc())
    return tuple(rows.facts_of(row) for row in connection.execute(query).mappings())
