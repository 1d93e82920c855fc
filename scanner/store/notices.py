"""Notices as read in a run, and the verdicts that follow from them: both can be made again from the captures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.model import (
    NOTICE_LANGUAGES,
    Contradiction,
    Document,
    Finding,
    ItemStatus,
    Notice,
    NoticeFact,
    NoticeItem,
    NoticeKind,
    Place,
    Saying,
    Stated,
    UnreadReason,
    Verdict,
    VerdictReason,
)

from . import rows
from .tables import captures, coverage, documents, findings, notices, urls, vendors, verdicts

_PLAIN = ("source", "title", "lang", "effective", "updated", "version", "detail", "derivation")
_QUOTES = ("claim_quote", "notice_quote", "topic", "item", "category", "finding")


def add_notice(connection: Connection, run: int, url: int, capture: int, notice: Notice) -> None:
    """One row a URL of a run; what was there is replaced."""
    connection.execute(sa.delete(notices).where(notices.c.run_id == run, notices.c.url_id == url))
    row: dict[str, Any] = {name: getattr(notice, name) for name in _PLAIN}
    row |= {"run_id": run, "url_id": url, "capture_id": capture, "kind": notice.kind.value}
    row["products"] = list(notice.products)
    row["items"] = [dataclasses.asdict(item) for item in notice.items]
    row["facts"] = [dataclasses.asdict(fact) for fact in notice.facts]
    row["stated"] = [[name, answer.value] for name, answer in notice.stated]
    connection.execute(sa.insert(notices).values(**row))


def carry(connection: Connection, run: int, url: int, from_run: int) -> None:
    """304: the notice as read in an earlier run stands."""
    query = sa.select(notices).where(notices.c.run_id == from_run, notices.c.url_id == url)
    kept = [{k: v for k, v in row.items() if k != "id"} for row in connection.execute(query).mappings()]
    rows.insert_new(connection, notices, [row | {"run_id": run} for row in kept])


def of_run(connection: Connection, run: int) -> tuple[Notice, ...]:
    """The notices that were read in a run, by vendor and URL."""
    query = (
        sa.select(
            notices, vendors.c.name.label("vendor"), captures.c.captured_at, captures.c.payload_sha256,
            captures.c.record_id,
        )
        .join(urls, urls.c.id == notices.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .join(captures, captures.c.id == notices.c.capture_id)
        .where(notices.c.run_id == run)
        .order_by(vendors.c.name, notices.c.source)
    )  # fmt: skip
    return tuple(_notice(row) for row in connection.execute(query).mappings())


def _notice(row: Any) -> Notice:
    foreign = bool(row["lang"]) and row["lang"] not in NOTICE_LANGUAGES
    return Notice(
        **{name: row[name] for name in _PLAIN}, vendor=row["vendor"], kind=NoticeKind(row["kind"]),
        products=tuple(row["products"]), items=tuple(_item(item) for item in row["items"]),
        facts=tuple(_fact(fact) for fact in row["facts"]),
        stated=tuple((name, Stated(answer)) for name, answer in row["stated"]), captured_at=row["captured_at"],
        capture_sha256=row["payload_sha256"], warc_record=row["record_id"],
        unread=UnreadReason.LANGUAGE if foreign else None,
    )  # fmt: skip


def _item(data: dict[str, Any]) -> NoticeItem:
    return NoticeItem(**(data | {"status": ItemStatus(data["status"])}))


def _fact(data: dict[str, Any]) -> NoticeFact:
    return NoticeFact(**(data | {"saying": Saying(data["saying"]), "people": NoticeKind(data["people"])}))


def replace_verdicts(connection: Connection, run: int, found: Iterable[Contradiction]) -> None:
    """The verdicts of a run, whole: they belong together."""
    connection.execute(sa.delete(verdicts).where(verdicts.c.run_id == run))
    query = sa.select(findings.c.finding, findings.c.source, findings.c.url_id).where(findings.c.run_id == run)
    places = {(row.finding, row.source): row.url_id for row in connection.execute(query)}
    new = []
    for number, one in enumerate(found):
        url = places.get((one.finding, one.claim_at.source))
        if url is not None:
            new.append(_verdict_row(one) | {"run_id": run, "url_id": url, "number": number})
    rows.insert_new(connection, verdicts, new)


def _verdict_row(one: Contradiction) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(one, name) for name in _QUOTES}
    return row | {
        "verdict": one.verdict.value,
        "reason": one.reason.value,
        "claim_at": _place_row(one.claim_at),
        "notice_at": None if one.notice_at is None else _place_row(one.notice_at),
        "notice_source": one.notice_at.source if one.notice_at else "",
        "provisions": list(one.provisions),
    }


def _place_row(place: Place) -> dict[str, Any]:
    when = place.captured_at
    return dataclasses.asdict(place) | {"captured_at": when.astimezone(UTC).isoformat() if when else None}


def _place_of(data: dict[str, Any] | None) -> Place | None:
    if data is None:
        return None
    when = data["captured_at"]
    return Place(**(data | {"captured_at": datetime.fromisoformat(when) if when else None}))


def verdicts_of(connection: Connection, run: int) -> tuple[Contradiction, ...]:
    """The verdicts of a run, in the order in which they were made."""
    query = (
        sa.select(verdicts, vendors.c.name.label("vendor"))
        .join(urls, urls.c.id == verdicts.c.url_id)
        .join(vendors, vendors.c.id == urls.c.vendor_id)
        .where(verdicts.c.run_id == run)
        .order_by(verdicts.c.number)
    )
    out = []
    for row in connection.execute(query).mappings():
        claim_at = _place_of(row["claim_at"])
        assert claim_at is not None
        out.append(
            Contradiction(
                **{name: row[name] for name in _QUOTES}, verdict=Verdict(row["verdict"]),
                reason=VerdictReason(row["reason"]), vendor=row["vendor"], claim_at=claim_at,
                notice_at=_place_of(row["notice_at"]), provisions=tuple(row["provisions"]),
            )
        )  # fmt: skip
    return tuple(out)


def documents_of(connection: Connection, found: Sequence[Finding | Notice]) -> dict[str, Document]:
    """Source -> text of the pages on which these findings stand, and of these notices."""
    out: dict[str, Document] = {}
    for one in found:
        if one.source in out:
            continue
        query = (
            sa.select(documents)
            .join(captures, captures.c.id == documents.c.capture_id)
            .where(captures.c.record_id == one.warc_record, documents.c.derivation == one.derivation)
        )
        row = connection.execute(query).mappings().first()
        if row is not None:
            out[one.source] = rows.document_of(row)
    return out


def facts_seen(connection: Connection, run: int, key: str) -> dict[str, tuple[str, ...]]:
    """Vendor -> lines of one entry of `Document.facts`, over the pages of a run; each once."""
    query = (
        sa.select(vendors.c.name, documents.c.facts)
        .join(urls, urls.c.vendor_id == vendors.c.id)
        .join(coverage, coverage.c.url_id == urls.c.id)
        .join(documents, documents.c.capture_id == coverage.c.capture_id)
        .where(coverage.c.run_id == run)
        .order_by(vendors.c.name, coverage.c.id)
    )
    out: dict[str, dict[str, None]] = {}
    for vendor, facts in connection.execute(query):
        lines = str((facts or {}).get(key, "")).split("\n")
        out.setdefault(vendor, {}).update(dict.fromkeys(line for line in lines if line))
    return {vendor: tuple(lines) for vendor, lines in out.items() if lines}
