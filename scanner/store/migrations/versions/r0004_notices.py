"""Privacy notices as read, and the verdicts of claims set against them; with a view each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

VIEWS = {
    "notice_rows": """
        SELECT n.id, v.name AS vendor, r.name AS run, n.source AS url, n.kind, n.title, n.lang, n.effective, n.updated,
               n.version, n.items, n.facts, c.captured_at, c.payload_sha256, c.record_id AS warc_record, c.warc_file
        FROM notices n
        JOIN urls u ON u.id = n.url_id
        JOIN vendors v ON v.id = u.vendor_id
        JOIN runs r ON r.id = n.run_id
        JOIN captures c ON c.id = n.capture_id
    """,
    "verdict_rows": """
        SELECT d.id, v.name AS vendor, r.name AS run, d.verdict, d.reason, d.category, d.claim_quote, d.notice_quote,
               d.item, d.topic, u.name AS url, d.notice_source AS notice_url, d.finding, d.claim_at, d.notice_at
        FROM verdicts d
        JOIN urls u ON u.id = d.url_id
        JOIN vendors v ON v.id = u.vendor_id
        JOIN runs r ON r.id = d.run_id
    """,
}


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _needed(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _ref(name: str, table: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), primary_key=True),
        _ref("run_id", "runs"), _ref("url_id", "urls"), _ref("capture_id", "captures"),
        _needed("source"), _needed("kind"),
        _text("title"), _text("lang"), _text("effective"), _text("updated"), _text("version"), _text("detail"),
        _needed("derivation"), _needed("products"), _needed("items"), _needed("facts"),
        sa.UniqueConstraint("run_id", "url_id", name="uq_notices_run_url"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_notices_url_id", "notices", ["url_id"])
    op.create_index("ix_notices_capture_id", "notices", ["capture_id"])
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), primary_key=True),
        _ref("run_id", "runs"), _ref("url_id", "urls"),
        sa.Column("number", sa.Integer(), nullable=False),
        _needed("finding"), _needed("verdict"), _needed("reason"), _needed("category"),
        _text("topic"), _text("item"), _needed("claim_quote"), _text("notice_quote"), _text("notice_source"),
        _needed("claim_at"), sa.Column("notice_at", sa.Text()), _needed("provisions"),
        sa.UniqueConstraint("run_id", "number", name="uq_verdicts_run_number"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_verdicts_url_id", "verdicts", ["url_id"])
    op.create_index("ix_verdicts_finding", "verdicts", ["finding"])
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")
