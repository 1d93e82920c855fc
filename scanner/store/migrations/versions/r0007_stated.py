"""On which of seven matters a notice speaks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("notices", sa.Column("stated", sa.Text(), nullable=False, server_default="[]"))
