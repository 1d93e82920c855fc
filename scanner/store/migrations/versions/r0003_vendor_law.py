"""Where a vendor is and whom its pages address, as the targets file last said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("vendors", sa.Column("jurisdictions", sa.Text(), nullable=False, server_default=""))
    op.add_column("vendors", sa.Column("audience", sa.Text(), nullable=False, server_default=""))
