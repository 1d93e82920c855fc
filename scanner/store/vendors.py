"""What is known of a vendor besides its name: where it is, whom it addresses, what it does, as the targets file last
said."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.model import Finding, Target

from . import rows
from .known import chunks
from .tables import captures, vendors

Place = tuple[tuple[str, ...], str]
"""(jurisdictions, audience)"""


def describe(connection: Connection, targets: Sequence[Target]) -> None:
    """Writes what these targets say of their vendors. What they no longer say is forgotten: it may have been wrong."""
    rows.insert_new(connection, vendors, [{"name": target.vendor} for target in targets])
    for target in targets:
        connection.execute(
            sa.update(vendors)
            .where(vendors.c.name == target.vendor)
            .values(
                jurisdictions=" ".join(target.jurisdictions), audience=target.audience, roles=" ".join(target.roles)
            )
        )


def places(connection: Connection) -> dict[str, Place]:
    """Vendor -> jurisdictions and audience, for vendors of whom either is known."""
    query = sa.select(vendors.c.name, vendors.c.jurisdictions, vendors.c.audience)
    return {
        row.name: (tuple(row.jurisdictions.split()), row.audience)
        for row in connection.execute(query)
        if row.jurisdictions or row.audience
    }


def roles(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Vendor -> whose duties it has, for vendors of whom that is stated."""
    query = sa.select(vendors.c.name, vendors.c.roles).where(vendors.c.roles != "")
    return {row.name: tuple(row.roles.split()) for row in connection.execute(query)}


def warc_files(connection: Connection, found: Sequence[Finding]) -> dict[str, str]:
    """WARC record id -> file that holds it, relative to the output folder."""
    out: dict[str, str] = {}
    for part in chunks(sorted({finding.warc_record for finding in found if finding.warc_record})):
        query = sa.select(captures.c.record_id, captures.c.warc_file).where(captures.c.record_id.in_(part))
        out.update((row.record_id, row.warc_file) for row in connection.execute(query))
    return out
