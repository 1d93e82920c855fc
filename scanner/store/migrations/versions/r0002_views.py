"""Views for whoever opens the file in Datasette, sqlite-utils or DuckDB: the common joins, by name."""

# ruff: noqa: S608 - the pieces are constants of this file

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_FINDING_COLUMNS = """
    f.id, v.name AS vendor, r.name AS run, f.category, f.severity, f.stance, f.confidence, f.quote, f.prefix, f.suffix,
    f.heading, f.source AS url, f.captured_at, f.seen_at, f.rule, f.rule_version, f.cue_text, f.cue_scope, f.lang,
    f.block_kind, f.block_path, f.hidden, f.page_role, f.fragment_url, f.fingerprint, f.finding, o.name AS carried_from,
    c.record_id AS warc_record, c.warc_file, c.payload_sha256
"""
_FINDING_JOINS = """
    findings f
    JOIN urls u ON u.id = f.url_id
    JOIN vendors v ON v.id = u.vendor_id
    JOIN runs r ON r.id = f.run_id
    JOIN captures c ON c.id = f.capture_id
    LEFT JOIN runs o ON o.id = f.carried_from
"""

VIEWS = {
    # Every sighting of every finding.
    "finding_rows": f"SELECT {_FINDING_COLUMNS} FROM {_FINDING_JOINS}",
    # What became of every known URL of every run.
    "coverage_rows": """
        SELECT k.id, v.name AS vendor, r.name AS run, k.url, k.outcome, k.reason, k.detail, k.status, k.findings,
               k.robots_rule, k.depth, k.via, k.seen_at, c.captured_at, c.payload_sha256, c.warc_file
        FROM coverage k
        JOIN urls u ON u.id = k.url_id
        JOIN vendors v ON v.id = u.vendor_id
        JOIN runs r ON r.id = k.run_id
        LEFT JOIN captures c ON c.id = k.capture_id
    """,
    # The last successful run in which each URL was read.
    "last_looks": """
        SELECT k.url_id, MAX(k.run_id) AS run_id
        FROM coverage k JOIN runs r ON r.id = k.run_id
        WHERE r.ok = 1 AND k.outcome IN ('findings', 'clean', 'unchanged')
        GROUP BY k.url_id
    """,
    # What stood on each page when it was last read.
    "current_findings": f"""
        SELECT {_FINDING_COLUMNS} FROM {_FINDING_JOINS}
        JOIN last_looks l ON l.url_id = f.url_id AND l.run_id = f.run_id
    """,
    # Each claim over time, counting successful runs only.
    "finding_history": """
        SELECT f.fingerprint, MIN(f.captured_at) AS first_seen, MAX(f.seen_at) AS last_seen,
               MIN(f.run_id) AS first_run_id, MAX(f.run_id) AS last_run_id, COUNT(DISTINCT f.run_id) AS runs
        FROM findings f JOIN runs r ON r.id = f.run_id
        WHERE r.ok = 1
        GROUP BY f.fingerprint
    """,
}


def upgrade() -> None:
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")
