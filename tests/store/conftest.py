"""A database for each test: SQLite always, PostgreSQL where its programs (or a server) are at hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scanner.store import Store, open_store

_numbers = count()


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    beside = shutil.which("initdb")
    return None if beside is None or shutil.which("pg_ctl") is None else Path(beside).resolve().parent


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "nobody", "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Connection URL of a server; a private one in a temporary folder unless NOTICESCAN_TEST_PG names one."""
    given = os.environ.get("NOTICESCAN_TEST_PG")
    if given:
        yield given
        return
    programs = _programs()
    if programs is None or (os.geteuid() == 0 and shutil.which("runuser") is None):
        pytest.skip("no PostgreSQL programs here, and NOTICESCAN_TEST_PG is not set")
    folder = Path(tempfile.mkdtemp(prefix="nspg", dir="/tmp"))  # short: a socket path may have 107 bytes
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    data, control = folder / "data", str(programs / "pg_ctl")
    make = [str(programs / "initdb"), "-D", str(data), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
    flags = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    start = [control, "-D", str(data), "-o", flags, "-l", str(folder / "log"), "-w", "start"]
    try:
        for command in (make, start):
            subprocess.run(_as_owner(command), check=True, capture_output=True, cwd="/", timeout=60)
        yield f"postgresql://tester@/postgres?host={folder}"
    finally:
        if data.exists():
            stop = [control, "-D", str(data), "-m", "immediate", "-w", "stop"]
            subprocess.run(_as_owner(stop), capture_output=True, cwd="/", timeout=60, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _database(server: str, template: str) -> Iterator[str]:
    name = f"noticescan_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
    # Only the last path part is the database: postgresql://user@host/NAME?options
    head, mark, options = server.partition("?")
    yield f"{head.rpartition('/')[0]}/{name}{mark}{options}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database."""
    yield from _database(postgres_server, "template0")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """Name of a PostgreSQL database with our tables, to copy: faster than migrating for each test."""
    for url in _database(postgres_server, "template0"):
        open_store(url).close()
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def postgres_ready(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database with our tables and nothing in them."""
    yield from _database(postgres_server, postgres_template)


KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without tables, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'noticescan.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database to use, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'noticescan.db'}"
    return str(request.getfixturevalue("postgres_ready"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url, busy_seconds=2.0) as opened:
        yield opened
