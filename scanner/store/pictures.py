"""Pictures: which capture of one belongs to a page, what was read in it, and where its bytes lie."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.model import Capture, FrontierItem, PictureText

from . import crawl, known, rows
from .tables import captures, pictures, runs, urls

USABLE = (200, 301, 302, 303, 307, 308)


def text_of(connection: Connection, sha256: str, reader: str) -> PictureText | None:
    query = sa.select(pictures).where(pictures.c.sha256 == sha256)
    if reader:
        query = query.where(pictures.c.reader == reader)
    row = connection.execute(query.order_by(pictures.c.id.desc()).limit(1)).mappings().first()
    return None if row is None else rows.picture_of(row)


def keep_text(connection: Connection, read: PictureText) -> None:
    rows.insert_new(connection, pictures, [rows.picture_row(read)])


def capture_at(connection: Connection, item: FrontierItem, run: int) -> Capture | None:
    """The whole answer (200, or where it redirects) for a URL in this run; else the newest one of an earlier run."""
    url = sa.select(urls.c.id).where(urls.c.key == rows.url_key(item.vendor, item.canonical)).scalar_subquery()
    query = (
        sa.select(captures)
        .where(captures.c.url_id == url, captures.c.status.in_(USABLE), captures.c.truncated == "")
        .where(captures.c.run_id <= run, captures.c.url.not_like("urn:%"))
        .order_by(captures.c.run_id.desc(), captures.c.id.desc())
        .limit(1)
    )
    kind = connection.execute(sa.select(runs.c.kind).where(runs.c.id == run)).scalar()
    if kind != crawl.IMPORT:  # a page that a server sent us is not judged by a stranger's picture
        query = query.where(~crawl.imported(captures.c.id))
    row = connection.execute(query).mappings().first()
    return None if row is None else rows.capture_of(row)


def by_payload(connection: Connection, digests: Iterable[str]) -> dict[str, Capture]:
    """sha256 of a payload -> a capture that holds it."""
    out: dict[str, Capture] = {}
    for part in known.chunks(sorted(set(digests))):
        query = sa.select(captures).where(captures.c.payload_sha256.in_(part)).order_by(captures.c.id.desc())
        for row in connection.execute(query).mappings():
            out[row["payload_sha256"]] = rows.capture_of(row)
    return out


def by_record(connection: Connection, record: str) -> Capture | None:
    row = connection.execute(sa.select(captures).where(captures.c.record_id == record)).mappings().first()
    return None if row is None else rows.capture_of(row)


def companion(connection: Connection, item: FrontierItem, record: str, kind: str) -> Capture | None:
    url = sa.select(urls.c.id).where(urls.c.key == rows.url_key(item.vendor, item.canonical)).scalar_subquery()
    query = (
        sa.select(captures)
        .where(captures.c.url_id == url, captures.c.run_id == run_of(connection, record))
        .where(captures.c.url.startswith(kind, autoescape=True))
        .order_by(captures.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else rows.capture_of(row)


def origins(connection: Connection, records: Iterable[str]) -> dict[str, str]:
    """WARC-Record-ID -> `Capture.origin`, where it has one."""
    out: dict[str, str] = {}
    for part in known.chunks(sorted(set(records))):
        query = sa.select(captures.c.record_id, captures.c.origin).where(
            captures.c.record_id.in_(part), captures.c.origin != ""
        )
        out.update((row.record_id, row.origin) for row in connection.execute(query))
    return out


def run_of(connection: Connection, record: str) -> int:
    """The run in which a record was kept; 0 where there is none."""
    query = sa.select(captures.c.run_id).where(captures.c.record_id == record)
    return int(connection.execute(query).scalar() or 0)
