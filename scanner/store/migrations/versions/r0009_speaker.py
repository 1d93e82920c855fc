"""Who speaks on a page, where a person said so: a page judged once more is judged by the same word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("coverage", sa.Column("speaker", sa.Text(), nullable=False, server_default=""))
    op.add_column("coverage", sa.Column("speaker_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("findings", sa.Column("page_role_by", sa.Text(), nullable=False, server_default=""))
