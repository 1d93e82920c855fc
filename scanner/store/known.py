"""What is known: runs, vendors, URLs, and which of them are in a run's frontier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.errors import UsageError
from scanner.model import FrontierItem

from . import rows
from .tables import coverage, frontier, runs, urls, vendors

_T = TypeVar("_T")
CHUNK = 400
"""Values in one IN list: SQLite allows 32,766 parameters, older builds 999."""


def run_row(connection: Connection, run: str) -> Any:
    """The row of a run, by its name.

    Raises:
        UsageError: There is no such run.
    """
    found = connection.execute(sa.select(runs).where(runs.c.name == run)).mappings().first()
    if found is None:
        raise UsageError(f"there is no run {run!r} in this database", "leave the run out to take the newest")
    return found


def run_id(connection: Connection, run: str) -> int:
    return int(run_row(connection, run)["id"])


def url_ids(connection: Connection, items: Sequence[FrontierItem]) -> dict[bytes, int]:
    """Make vendors and URLs known; returns the key of each item -> id."""
    names = sorted({item.vendor for item in items})
    rows.insert_new(connection, vendors, [{"name": name} for name in names])
    known: dict[str, int] = {}
    for part in chunks(names):
        query = sa.select(vendors.c.name, vendors.c.id).where(vendors.c.name.in_(part))
        known.update((row.name, row.id) for row in connection.execute(query))
    fresh: dict[bytes, dict[str, Any]] = {}
    for item in items:
        key = rows.url_key(item.vendor, item.canonical)
        row = {"key": key, "name": item.url, "canonical": item.canonical, "vendor_id": known[item.vendor]}
        fresh.setdefault(key, row)
    found: dict[bytes, int] = {}
    for keys in chunks(sorted(fresh)):
        found.update(_ids_by_key(connection, keys))
    missing = [key for key in fresh if key not in found]
    rows.insert_new(connection, urls, [fresh[key] for key in missing])
    for keys in chunks(missing):
        found.update(_ids_by_key(connection, keys))
    return found


def _ids_by_key(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, int]:
    query = sa.select(urls.c.key, urls.c.id).where(urls.c.key.in_(keys))
    return {bytes(row.key): row.id for row in connection.execute(query)}


def chunks(values: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (values[i : i + CHUNK] for i in range(0, len(values), CHUNK))


def url_id(connection: Connection, item: FrontierItem) -> int:
    return url_ids(connection, [item])[rows.url_key(item.vendor, item.canonical)]


def enqueue(connection: Connection, run: int, items: Sequence[FrontierItem]) -> tuple[FrontierItem, ...]:
    """Add what is not yet in the frontier; returns the items that were new, in order."""
    if not items:
        return ()
    ids = url_ids(connection, items)
    by_id: dict[int, FrontierItem] = {}
    for item in items:
        by_id.setdefault(ids[rows.url_key(item.vendor, item.canonical)], item)
    there: set[int] = set()
    for part in chunks(list(by_id)):
        query = sa.select(frontier.c.url_id).where(frontier.c.run_id == run, frontier.c.url_id.in_(part))
        there.update(connection.execute(query).scalars())
    new = {number: item for number, item in by_id.items() if number not in there}
    rows.insert_new(connection, frontier, [_frontier_row(run, number, item) for number, item in new.items()])
    for part in chunks(list(new)):  # refused before, wanted now: its own coverage row will follow
        connection.execute(sa.delete(coverage).where(coverage.c.run_id == run, coverage.c.url_id.in_(part)))
    return tuple(new.values())


def _frontier_row(run: int, url: int, item: FrontierItem) -> dict[str, Any]:
    names = ("url", "depth", "via", "referrer", "etag", "last_modified")
    return {"run_id": run, "url_id": url} | {name: getattr(item, name) for name in names}


def state(connection: Connection, run: int, item: FrontierItem) -> tuple[int, str]:
    """URL id and frontier state; an item that nobody announced is announced here, so that it is not lost."""
    here = sa.and_(frontier.c.url_id == urls.c.id, frontier.c.run_id == run)
    key = rows.url_key(item.vendor, item.canonical)
    query = sa.select(urls.c.id, frontier.c.state).outerjoin(frontier, here).where(urls.c.key == key)
    found = connection.execute(query).first()
    if found is not None and found.state is not None:
        return found.id, found.state
    enqueue(connection, run, [item])
    return url_id(connection, item), "pending"


def move(connection: Connection, run: int, url: int, **values: Any) -> None:
    connection.execute(
        sa.update(frontier)
        .where(frontier.c.run_id == run, frontier.c.url_id == url, frontier.c.state != "done")
        .values(**values)
    )
