"""Which runs the custody chain tells of: its absence cannot pass for a run that is older."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("runs", sa.Column("told", sa.Integer(), nullable=False, server_default="0"))
