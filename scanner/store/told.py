"""What a finished run says in each table, as digests for the custody chain.

Columns are listed here, not taken as they come: one that a later version adds must not change what an old chain tells.
Rows stand under vendor and address, not under numbers of this database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.model import RobotsDecision

from . import rows
from .tables import captures, coverage, notices, runs, urls, vendors, verdicts

_RUN = ("name", "kind", "started_at", "finished_at", "ok", "tool_version", "rules_digest", "config_digest", "note")
_CAPTURES = (
    "record_id", "url", "status", "content_type", "captured_at", "peer_ip", "http_version", "payload_sha256",
    "record_sha256", "wire_bytes", "warc_file", "warc_offset", "warc_length", "truncated", "etag", "last_modified",
    "location", "robots_allowed", "robots_rule", "robots_url", "robots_sha256", "robots_crawl_delay",
    "robots_overridden_because", "origin",
)  # fmt: skip
_COVERAGE = (
    "url", "outcome", "reason", "detail", "status", "seen_at", "findings", "robots_rule", "depth", "via",
)  # fmt: skip
_LATER = ("speaker", "speaker_by")
"""Columns of the coverage that count only where they say something: older digests were made without them."""
_NOTICES = (
    "source", "kind", "title", "lang", "effective", "updated", "version", "detail", "derivation", "products", "items",
    "facts", "stated",
)  # fmt: skip
_VERDICTS = (
    "number", "finding", "verdict", "reason", "category", "topic", "item", "claim_quote", "notice_quote",
    "notice_source", "claim_at", "notice_at", "provisions",
)  # fmt: skip


def digests(connection: Connection, run: int) -> dict[str, str]:
    """Table -> SHA-256 over its rows of a run, in one order.

    Those of notices and verdicts also take in the coverage: alone, a digest over no rows would tell whoever is given a
    case file that there were none.
    """
    lines = {
        "run": _lines(connection, sa.select(*(runs.c[name] for name in _RUN)).where(runs.c.id == run)),
        "captures": _lines(connection, _of(captures, _CAPTURES).where(captures.c.run_id == run)),
        "coverage": _lines(
            connection, _of(coverage, (*_COVERAGE, *_LATER), record=True).where(coverage.c.run_id == run)
        ),
        "notices": _lines(connection, _of(notices, _NOTICES, record=True).where(notices.c.run_id == run)),
        "verdicts": _lines(connection, _of(verdicts, _VERDICTS).where(verdicts.c.run_id == run)),
    }
    covered = ("notices", "verdicts")
    return {name: _sha256([*(lines["coverage"] if name in covered else ()), *found]) for name, found in lines.items()}


def _of(table: sa.Table, columns: Sequence[str], *, record: bool = False) -> sa.Select[Any]:
    """The rows with whose page each is, and (`record`) from which capture."""
    chosen = [table.c[name] for name in columns]
    query = (
        sa.select(*chosen, vendors.c.name.label("of_vendor"), urls.c.canonical.label("of_page"))
        .select_from(table)
        .outerjoin(urls, urls.c.id == table.c.url_id)
        .outerjoin(vendors, vendors.c.id == urls.c.vendor_id)
    )
    if not record:
        return query
    kept = captures.alias("kept")
    return query.add_columns(kept.c.record_id.label("of_record")).outerjoin(kept, kept.c.id == table.c.capture_id)


def _lines(connection: Connection, query: sa.Select[Any]) -> list[str]:
    found = connection.execute(query).mappings()
    told = ({key: value for key, value in row.items() if value or key not in _LATER} for row in found)
    return sorted(json.dumps(row, ensure_ascii=True, sort_keys=True, default=_plain) for row in told)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(type(value).__name__)


def _sha256(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def decisions(connection: Connection, run: int) -> dict[str, RobotsDecision]:
    """WARC-Record-ID -> what robots.txt had decided, for the captures of a run of which it is noted."""
    query = sa.select(captures).where(captures.c.run_id == run, captures.c.robots_allowed.is_not(None))
    found = ((row["record_id"], rows.robots_of(row)) for row in connection.execute(query).mappings())
    return {record: decision for record, decision in found if decision is not None}
