"""The tables.

Written out in full and not taken from `tables.py`: that file moves on, this one must not.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text()),
        sa.Column("ok", sa.Integer(), nullable=False),
        sa.Column("tool_version", sa.Text(), nullable=False, server_default=""),
        sa.Column("rules_digest", sa.Text(), nullable=False, server_default=""),
        sa.Column("config_digest", sa.Text(), nullable=False, server_default=""),
        sa.Column("previous_run", sa.Text(), nullable=False, server_default=""),
        sa.Column("previous_finished_at", sa.Text()),
        sa.Column("note", sa.Text()),
        sqlite_strict=True,
    )


def _vendors() -> None:
    op.create_table(
        "vendors",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sqlite_strict=True,
    )


def _urls() -> None:
    op.create_table(
        "urls",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), sa.ForeignKey("vendors.id"), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False, unique=True),
        sqlite_strict=True,
    )
    op.create_index("ix_urls_vendor_id", "urls", ["vendor_id"])


def _captures() -> None:
    op.create_table(
        "captures",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False, unique=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("url_id", sa.Integer(), sa.ForeignKey("urls.id")),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False, server_default=""),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.Column("peer_ip", sa.Text(), nullable=False, server_default=""),
        sa.Column("http_version", sa.Text(), nullable=False, server_default=""),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("record_sha256", sa.Text(), nullable=False),
        sa.Column("wire_bytes", _BIG, nullable=False),
        sa.Column("warc_file", sa.Text(), nullable=False),
        sa.Column("warc_offset", _BIG, nullable=False),
        sa.Column("warc_length", _BIG, nullable=False),
        sa.Column("truncated", sa.Text(), nullable=False, server_default=""),
        sa.Column("etag", sa.Text(), nullable=False, server_default=""),
        sa.Column("last_modified", sa.Text(), nullable=False, server_default=""),
        sa.Column("location", sa.Text(), nullable=False, server_default=""),
        sa.Column("robots_allowed", sa.Integer()),
        sa.Column("robots_rule", sa.Text(), nullable=False, server_default=""),
        sa.Column("robots_url", sa.Text(), nullable=False, server_default=""),
        sa.Column("robots_sha256", sa.Text(), nullable=False, server_default=""),
        sa.Column("robots_crawl_delay", _REAL),
        sa.Column("robots_overridden_because", sa.Text(), nullable=False, server_default=""),
        sqlite_strict=True,
    )
    op.create_index("ix_captures_payload_sha256", "captures", ["payload_sha256"])
    op.create_index("ix_captures_run_id", "captures", ["run_id"])
    op.create_index("ix_captures_url_id", "captures", ["url_id"])


def _coverage() -> None:
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("url_id", sa.Integer(), sa.ForeignKey("urls.id"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        sa.Column("status", sa.Integer()),
        sa.Column("capture_id", sa.Integer(), sa.ForeignKey("captures.id")),
        sa.Column("seen_at", sa.Text()),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("robots_rule", sa.Text(), nullable=False, server_default=""),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("run_id", "url_id", name="uq_coverage_run_url"),
        sqlite_strict=True,
    )
    op.create_index("ix_coverage_url_id", "coverage", ["url_id"])


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("capture_id", sa.Integer(), sa.ForeignKey("captures.id"), nullable=False),
        sa.Column("derivation", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False, server_default=""),
        sa.Column("role", sa.Text(), nullable=False, server_default=""),
        sa.Column("encoding", sa.Text(), nullable=False, server_default=""),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("blocks", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("capture_id", "derivation", name="uq_documents_capture_derivation"),
        sqlite_strict=True,
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("url_id", sa.Integer(), sa.ForeignKey("urls.id"), nullable=False),
        sa.Column("capture_id", sa.Integer(), sa.ForeignKey("captures.id"), nullable=False),
        sa.Column("carried_from", sa.Integer(), sa.ForeignKey("runs.id")),
        sa.Column("seen_at", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.Text()),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("cue_stance", sa.Text(), nullable=False),
        sa.Column("cue_text", sa.Text(), nullable=False, server_default=""),
        sa.Column("cue_scope", sa.Text(), nullable=False, server_default=""),
        sa.Column("confidence", _REAL, nullable=False),
        sa.Column("lang", sa.Text(), nullable=False, server_default=""),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False, server_default=""),
        sa.Column("suffix", sa.Text(), nullable=False, server_default=""),
        sa.Column("start_offset", sa.Integer(), nullable=False),
        sa.Column("end_offset", sa.Integer(), nullable=False),
        sa.Column("derivation", sa.Text(), nullable=False),
        sa.Column("block_kind", sa.Text(), nullable=False),
        sa.Column("block_path", sa.Text(), nullable=False, server_default=""),
        sa.Column("heading", sa.Text(), nullable=False, server_default=""),
        sa.Column("hidden", sa.Integer(), nullable=False),
        sa.Column("page_role", sa.Text(), nullable=False),
        sa.Column("capture_sha256", sa.Text(), nullable=False),
        sa.Column("warc_record", sa.Text(), nullable=False, server_default=""),
        sa.Column("fragment_url", sa.Text(), nullable=False, server_default=""),
        sa.Column("provisions", sa.Text(), nullable=False),
        sa.Column("image_box", sa.Text()),
        sa.UniqueConstraint("run_id", "url_id", "finding", name="uq_findings_run_url_finding"),
        sqlite_strict=True,
    )
    op.create_index("ix_findings_capture_id", "findings", ["capture_id"])
    op.create_index("ix_findings_category", "findings", ["category"])
    op.create_index("ix_findings_fingerprint", "findings", ["fingerprint"])
    op.create_index("ix_findings_url_id", "findings", ["url_id"])


def _frontier() -> None:
    op.create_table(
        "frontier",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("url_id", sa.Integer(), sa.ForeignKey("urls.id"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("referrer", sa.Text(), nullable=False, server_default=""),
        sa.Column("etag", sa.Text(), nullable=False, server_default=""),
        sa.Column("last_modified", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.Text(), nullable=False, server_default="pending"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("capture_id", sa.Integer(), sa.ForeignKey("captures.id")),
        sa.UniqueConstraint("run_id", "url_id", name="uq_frontier_run_url"),
        sa.CheckConstraint("state IN ('pending', 'captured', 'done')", name="ck_frontier_state"),
        sqlite_strict=True,
    )
    op.create_index("ix_frontier_url_id", "frontier", ["url_id"])


def _robots() -> None:
    op.create_table(
        "robots",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Integer(), sa.ForeignKey("captures.id"), nullable=False),
        sa.UniqueConstraint("run_id", "capture_id", name="uq_robots_run_capture"),
        sqlite_strict=True,
    )


def upgrade() -> None:
    _runs()
    _vendors()
    _urls()
    _captures()
    _coverage()
    _documents()
    _findings()
    _frontier()
    _robots()
