"""Runs migrations on the connection that `connect.migrate` hands over; no ini file, no second connection."""

from __future__ import annotations

from alembic import context

from scanner.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
