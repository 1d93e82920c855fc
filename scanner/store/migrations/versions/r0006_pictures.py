"""What was read in pictures, the picture behind a finding, and where an imported capture comes from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False, server_default=""),
        sa.Column("unread", sa.Text(), nullable=False, server_default=""),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("sha256", "reader", name="uq_pictures_sha256_reader"),
        sqlite_strict=True,
    )
    op.add_column("findings", sa.Column("image_sha256", sa.Text(), nullable=False, server_default=""))
    op.add_column("captures", sa.Column("origin", sa.Text(), nullable=False, server_default=""))
