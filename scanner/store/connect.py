"""Opening a database: engine, pragmas, migrations, and what a failure is called."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote as percent

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import StaticPool

from scanner.errors import MissingExtraError, StoreError, UsageError

from .tables import HEAD, VERSION_TABLE, metadata

BUSY_SECONDS = 15.0
"""How long a writer waits for another before it gives up."""
WRITES = "noticescan_writes"
_MIGRATION_LOCK = 0x6E6F7469
"""Any constant, the same in every process: PostgreSQL's advisory lock while tables are made."""

_LOCKED = ("is locked by another program", "wait until the other run or tool has finished, then try again")
# https://www.sqlite.org/rescode.html, primary code (low byte)
_SQLITE_SAYS = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: ("cannot be written: it is read-only", "check the permissions of the file and its folder"),
    sqlite3.SQLITE_IOERR: ("cannot be read or written (I/O error)", "check the disk; nothing was half written"),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "restore a copy, or move it away: the WARC files still hold the evidence"),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "free some space and run again: it resumes"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "check that the folder exists and may be written"),
    sqlite3.SQLITE_NOTADB: ("is not a database", "name another file, or move this one away"),
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES_SAYS = {
    "53100": ("has no disk space left", "free some space on the server and run again: it resumes"),
    "55P03": _LOCKED,
    "40P01": _LOCKED,
    "25006": ("cannot be written: it is read-only", "connect to the primary server"),
    "42501": ("refuses this user", "grant the user the right to create and write tables in this database"),
    "3D000": ("does not exist on the server", "create it first: createdb NAME"),
    "28P01": ("refuses the password", "check the user and password in the URL"),
}


def parse_url(text: str) -> URL:
    """Read a database URL or a plain file path; `postgresql://` means psycopg 3.

    Raises:
        UsageError: The URL names no database that we can use.
        MissingExtraError: PostgreSQL is asked for and psycopg is not installed.
    """
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        tip = "write sqlite:///file.db or postgresql://host/name"
        raise UsageError("the database URL cannot be read", tip) from None
    backend = url.get_backend_name()
    if backend == "sqlite" and url.drivername in ("sqlite", "sqlite+pysqlite"):
        return url
    if backend in ("postgresql", "postgres") and url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        if importlib.util.find_spec("psycopg") is None:
            raise MissingExtraError("PostgreSQL needs psycopg", "pip install 'noticescan[postgres]'")
        return url.set(drivername="postgresql+psycopg")
    raise UsageError(f"no support for a database of kind {url.drivername}", "use sqlite:/// or postgresql://")


def shown(url: URL) -> str:
    """The database as it may be printed: no password."""
    if url.get_backend_name() == "sqlite":
        return f"database {url.database or ':memory:'}"
    return f"database {url.render_as_string(hide_password=True)}"


def make_engine(url: URL, busy_seconds: float) -> Engine:
    """An engine with our pragmas on every connection; nothing is opened yet."""
    if url.get_backend_name() != "sqlite":
        options = f"-c lock_timeout={int(busy_seconds * 1000)} -c client_encoding=UTF8"
        arguments = {"options": options, "connect_timeout": 10, "application_name": "noticescan"}
        return sa.create_engine(url, connect_args=arguments, pool_pre_ping=True)
    memory = url.database in (None, "", ":memory:")
    arguments = {"timeout": busy_seconds, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=arguments, **({"poolclass": StaticPool} if memory else {}))
    sa.event.listen(engine, "connect", partial(_set_pragmas, busy_seconds))
    sa.event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(busy_seconds: float, connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own is deferred and late
    connection.execute("PRAGMA foreign_keys = ON").close()
    _turn_to_wal(connection, busy_seconds)
    # A commit must survive a power cut: it says that evidence is accounted for.
    connection.execute("PRAGMA synchronous = FULL").close()


def _turn_to_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Change the journal, waiting for whoever else is at it: SQLite does not call the busy handler here.

    Two programs that open a new file at once get SQLITE_BUSY at once (seen in 11 of 150 tries by 4 processes).
    """
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(0.01)


def _begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a deferred transaction that turns into a write fails without waiting.
    immediate = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def named_failures(url: URL) -> Iterator[None]:
    """Turn what the database says into one StoreError with a tip."""
    try:
        yield
    except exc.DBAPIError as error:
        what, tip = _says(error.orig)
        raise StoreError(f"{shown(url)} {what}", tip) from error
    except sqlite3.Error as error:  # from our own listener, which SQLAlchemy does not wrap
        what, tip = _says(error)
        raise StoreError(f"{shown(url)} {what}", tip) from error


def _says(error: BaseException | None) -> tuple[str, str]:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and (code & 0xFF) in _SQLITE_SAYS:
            return _SQLITE_SAYS[code & 0xFF]
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state in _POSTGRES_SAYS:
        return _POSTGRES_SAYS[state]
    first = " ".join(str(error).split())[:300]
    return f"failed: {first}", "is the server running and the address right?" if state is None else ""


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One short write transaction; rolled back whole when anything fails."""
    with named_failures(engine.url), engine.connect() as connection:
        connection.execution_options(**{WRITES: True})
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: everything read in it is of one moment."""
    with named_failures(engine.url), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def migrate(engine: Engine) -> None:
    """Bring the database to `HEAD`, or say why not. All migrations are one transaction.

    Raises:
        StoreError: Not ours, newer than this tool, locked, read-only, not a database, or the disk is full.
    """
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
            if encoding != "UTF8":
                raise StoreError(f"{shown(engine.url)} has the encoding {encoding}", "createdb --encoding=UTF8 NAME")
        version = _version(connection, engine.url)
        if version != HEAD:
            upgrade(connection, version)


def _version(connection: Connection, url: URL) -> str | None:
    names = set(sa.inspect(connection).get_table_names())
    if VERSION_TABLE in names:
        return connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()  # noqa: S608
    # A PostgreSQL database may be shared with other programs; a SQLite file with other tables is somebody else's.
    strangers = names if connection.dialect.name == "sqlite" else names & set(metadata.tables)
    if strangers:
        raise StoreError(f"{shown(url)} belongs to another program", "name another file or database")
    return None


def upgrade(connection: Connection, version: str | None, to: str = "head") -> None:
    """Run the migrations from a version (None: an empty database) on this connection, in its transaction."""
    from alembic import command  # 0.2 s to import, and needed only here
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        what = f"{shown(connection.engine.url)} was written by a newer noticescan (schema {version})"
        raise StoreError(what, "upgrade noticescan")
    command.upgrade(config, to)


def connect_to_read(text: str, busy_seconds: float) -> Engine:
    """Open what is there, for reading: nothing is created, and a read-only medium will do.

    A database of an older version is migrated where it may be written.

    Raises:
        UsageError: There is no such SQLite file.
        StoreError: As `connect`; also where an older version lies on a read-only medium.
    """
    url = parse_url(text)
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith(("file:", ":memory:")):
        return connect(text, busy_seconds)
    path = Path(url.database)
    if not path.is_file():
        raise UsageError(f"no database at {path}", "name the folder of a crawl with --out, or its database with --db")
    if _may_write(path):
        return connect(text, busy_seconds)
    wal = path.with_name(path.name + "-wal")
    if wal.is_file() and wal.stat().st_size:  # `immutable` would leave out what stands there, without a word
        what = f"{shown(url)} was not closed: a part of it lies in {wal.name}, and it is read-only here"
        raise StoreError(what, "copy both files to a place that can be written, and name that one")
    # WAL needs a file beside the database even to read; `immutable` promises SQLite that nobody writes here.
    target = f"file:{percent(str(path.absolute()))}?mode=ro&immutable=1"
    engine = sa.create_engine(url, creator=lambda: sqlite3.connect(target, uri=True, check_same_thread=False))
    with named_failures(url), engine.connect() as connection:
        version = _version(connection, url)
    if version != HEAD:
        raise StoreError(
            f"{shown(url)} is of another version and read-only here", "copy it to a place that can be written"
        )
    return engine


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def connect(text: str, busy_seconds: float) -> Engine:
    """Open and migrate; the folder of a SQLite file is made if it is missing."""
    url = parse_url(text)
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith(("file:", ":memory:")):
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{shown(url)} cannot be opened: {error.strerror}", "name another folder") from error
    engine = make_engine(url, busy_seconds)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine
