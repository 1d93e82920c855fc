"""The history of a claim is dated by captures that we made; an imported file can state any date, which stands apart."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

VIEWS = {
    "finding_history": """
        SELECT f.fingerprint,
               MIN(CASE WHEN k.kind <> 'import' THEN f.captured_at END) AS first_seen,
               MAX(CASE WHEN k.kind <> 'import' THEN f.seen_at END) AS last_seen,
               MIN(CASE WHEN k.kind = 'import' THEN f.captured_at END) AS imported_capture_at,
               MIN(f.run_id) AS first_run_id, MAX(f.run_id) AS last_run_id, COUNT(DISTINCT f.run_id) AS runs
        FROM findings f
        JOIN runs r ON r.id = f.run_id
        JOIN captures c ON c.id = f.capture_id
        JOIN runs k ON k.id = c.run_id
        WHERE r.ok = 1
        GROUP BY f.fingerprint
    """,
}


def upgrade() -> None:
    for name, query in VIEWS.items():
        op.execute(f"DROP VIEW {name}")
        op.execute(f"CREATE VIEW {name} AS {query}")
