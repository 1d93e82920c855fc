"""Whose duties a vendor has, as its target says: one that runs the service itself has those of an operator as well."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("vendors", sa.Column("roles", sa.Text(), nullable=False, server_default=""))
