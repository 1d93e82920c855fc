"""Schema migrations, run by alembic when a database is opened. A revision once released is never edited."""
