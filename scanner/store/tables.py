"""The tables as they are now. `migrations/` makes them; a test compares the two.

For Datasette: every reference is a real foreign key, and each table that is pointed at has a label column called
`name`. `runs.name` is `RunFacts.id`; `urls.name` is the URL as first found; `findings.finding` is `Finding.id`.
A finding id alone is not unique here: byte-identical pages of two runs, or at two URLs, give the same id, and each
sighting is a row of its own (run, url, finding).
"""

from __future__ import annotations

import sqlalchemy as sa

from .types import BigInt, Flag, Instant, Json, Prose, Real

HEAD = "0011"
"""The migration that this code needs; kept here so that opening a current database does not import alembic."""
VERSION_TABLE = "noticescan_schema"

metadata = sa.MetaData()


def _ref(column: str, target: str, *, null: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(column, sa.Integer, sa.ForeignKey(f"{target}.id"), nullable=null, index=index)


def _text(column: str, default: str | None = "", *, null: bool = False, index: bool = False) -> sa.Column[str]:
    return sa.Column(column, Prose, nullable=null, server_default=default, index=index)


vendors = sa.Table(
    "vendors",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", Prose, nullable=False, unique=True),
    _text("jurisdictions"),
    _text("audience"),
    _text("roles"),
    sqlite_strict=True,
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", Prose, nullable=False, unique=True),
    _text("kind", None),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Column("ok", Flag, nullable=False),
    _text("tool_version"),
    _text("rules_digest"),
    _text("config_digest"),
    _text("previous_run"),
    sa.Column("previous_finished_at", Instant),
    sa.Column("note", Json),
    sa.Column("told", Flag, nullable=False, server_default="0"),
    sqlite_strict=True,
)

urls = sa.Table(
    "urls",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("name", None),
    _ref("vendor_id", "vendors", index=True),
    _text("canonical", None),
    # sha256 over vendor and canonical URL: PostgreSQL cannot index a text longer than 2.7 kB, and URLs can be longer.
    sa.Column("key", sa.LargeBinary, nullable=False, unique=True),
    sqlite_strict=True,
)

captures = sa.Table(
    "captures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("name", None),
    sa.Column("record_id", Prose, nullable=False, unique=True),
    _ref("run_id", "runs", index=True),
    _ref("url_id", "urls", null=True, index=True),
    _text("url", None),
    sa.Column("status", sa.Integer, nullable=False),
    _text("content_type"),
    sa.Column("captured_at", Instant, nullable=False),
    _text("peer_ip"),
    _text("http_version"),
    _text("payload_sha256", None, index=True),
    _text("record_sha256", None),
    sa.Column("wire_bytes", BigInt, nullable=False),
    _text("warc_file", None),
    sa.Column("warc_offset", BigInt, nullable=False),
    sa.Column("warc_length", BigInt, nullable=False),
    _text("truncated"),
    _text("etag"),
    _text("last_modified"),
    _text("location"),
    sa.Column("robots_allowed", Flag),
    _text("robots_rule"),
    _text("robots_url"),
    _text("robots_sha256"),
    sa.Column("robots_crawl_delay", Real),
    _text("robots_overridden_because"),
    _text("origin"),
    sqlite_strict=True,
)

frontier = sa.Table(
    "frontier",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _ref("run_id", "runs"),
    _ref("url_id", "urls", index=True),
    _text("url", None),
    sa.Column("depth", sa.Integer, nullable=False),
    _text("via", None),
    _text("referrer"),
    _text("etag"),
    _text("last_modified"),
    _text("state", "pending"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    _ref("capture_id", "captures", null=True),
    sa.UniqueConstraint("run_id", "url_id", name="uq_frontier_run_url"),
    sa.CheckConstraint("state IN ('pending', 'captured', 'done')", name="ck_frontier_state"),
    sqlite_strict=True,
)

robots = sa.Table(
    "robots",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _ref("run_id", "runs"),
    _text("host", None),
    _text("sha256", None),
    _ref("capture_id", "captures"),
    sa.UniqueConstraint("run_id", "capture_id", name="uq_robots_run_capture"),
    sqlite_strict=True,
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _ref("capture_id", "captures"),
    _text("derivation", None),
    _text("name"),
    _text("url", None),
    _text("lang"),
    _text("role"),
    _text("encoding"),
    sa.Column("facts", Json, nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("blocks", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("capture_id", "derivation", name="uq_documents_capture_derivation"),
    sqlite_strict=True,
)

findings = sa.Table(
    "findings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("finding", None),
    _text("fingerprint", None, index=True),
    _ref("run_id", "runs"),
    _ref("url_id", "urls", index=True),
    _ref("capture_id", "captures", index=True),
    _ref("carried_from", "runs", null=True),
    sa.Column("seen_at", Instant),
    _text("source", None),
    sa.Column("captured_at", Instant),
    _text("rule", None),
    sa.Column("rule_version", sa.Integer, nullable=False),
    _text("category", None, index=True),
    _text("severity", None),
    _text("stance", None),
    _text("cue_stance", None),
    _text("cue_text"),
    _text("cue_scope"),
    sa.Column("confidence", Real, nullable=False),
    _text("lang"),
    _text("quote", None),
    _text("prefix"),
    _text("suffix"),
    sa.Column("start_offset", sa.Integer, nullable=False),
    sa.Column("end_offset", sa.Integer, nullable=False),
    _text("derivation", None),
    _text("block_kind", None),
    _text("block_path"),
    _text("heading"),
    sa.Column("hidden", Flag, nullable=False),
    _text("page_role", None),
    _text("page_role_by"),
    _text("capture_sha256", None),
    _text("warc_record"),
    _text("fragment_url"),
    sa.Column("provisions", Json, nullable=False),
    sa.Column("image_box", Json),
    _text("image_sha256"),
    sa.UniqueConstraint("run_id", "url_id", "finding", name="uq_findings_run_url_finding"),
    sqlite_strict=True,
)

pictures = sa.Table(
    "pictures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("sha256", None),
    _text("reader", None),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    _text("skipped"),
    _text("unread"),
    sa.Column("lines", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("sha256", "reader", name="uq_pictures_sha256_reader"),
    sqlite_strict=True,
)

coverage = sa.Table(
    "coverage",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _ref("run_id", "runs"),
    _ref("url_id", "urls", index=True),
    _text("url", None),
    _text("outcome", None),
    _text("reason"),
    _text("detail"),
    sa.Column("status", sa.Integer),
    _ref("capture_id", "captures", null=True),
    sa.Column("seen_at", Instant),
    sa.Column("findings", sa.Integer, nullable=False),
    _text("robots_rule"),
    sa.Column("depth", sa.Integer, nullable=False),
    _text("via"),
    _text("speaker"),
    _text("speaker_by"),
    sa.UniqueConstraint("run_id", "url_id", name="uq_coverage_run_url"),
    sqlite_strict=True,
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _ref("run_id", "runs"),
    _ref("url_id", "urls", index=True),
    _ref("capture_id", "captures", index=True),
    _text("source", None),
    _text("kind", None),
    _text("title"),
    _text("lang"),
    _text("effective"),
    _text("updated"),
    _text("version"),
    _text("detail"),
    _text("derivation", None),
    sa.Column("products", Json, nullable=False),
    sa.Column("items", Json, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("stated", Json, nullable=False, server_default="[]"),
    sa.UniqueConstraint("run_id", "url_id", name="uq_notices_run_url"),
    sqlite_strict=True,
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _ref("run_id", "runs"),
    _ref("url_id", "urls", index=True),
    sa.Column("number", sa.Integer, nullable=False),
    _text("finding", None, index=True),
    _text("verdict", None),
    _text("reason", None),
    _text("category", None),
    _text("topic"),
    _text("item"),
    _text("claim_quote", None),
    _text("notice_quote"),
    _text("notice_source"),
    sa.Column("claim_at", Json, nullable=False),
    sa.Column("notice_at", Json),
    sa.Column("provisions", Json, nullable=False),
    sa.UniqueConstraint("run_id", "number", name="uq_verdicts_run_number"),
    sqlite_strict=True,
)
