"""Opening: migrations, and one clear line for whatever is wrong with a database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import scanner.store
from scanner.errors import StoreError, UsageError
from scanner.model import UnreadReason
from scanner.store import Store, connect, open_store, open_to_read
from scanner.store.tables import HEAD, VERSION_TABLE, metadata
from tests.store.values import T0, capture, facts, finding, item, judgement

RUN = "run-1"
ROOT = Path(__file__).resolve().parents[2]


def fill(store: Store) -> None:
    store.begin_run(facts())
    kept = capture(item())
    store.record_judgement(RUN, item(), kept, judgement(finding(item(), kept, RUN)))
    store.record_unread(RUN, item("/x"), UnreadReason.DNS)
    store.finish_run(RUN, True, T0)


def test_migrations_make_what_the_code_expects(empty_url: str) -> None:
    for _ in range(2):
        open_store(empty_url).close()
    engine = sa.create_engine(connect.parse_url(empty_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()
    folder = Path(scanner.store.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == HEAD


def test_from_the_first_revision_with_data(empty_url: str) -> None:
    engine = connect.make_engine(connect.parse_url(empty_url), 2.0)
    with connect.writing(engine) as connection:
        connect.upgrade(connection, None, "0001")
        connection.exec_driver_sql("INSERT INTO vendors (name) VALUES ('old')")
        connection.exec_driver_sql(
            "INSERT INTO runs (name, kind, started_at, ok) VALUES ('first', 'crawl', '2026-03-02T02:30:00.000000Z', 0)"
        )
    engine.dispose()
    with open_store(empty_url) as store:
        fill(store)
        assert [run.id for run in store.runs()] == [RUN, "first"]
        assert len(store.report().findings) == 1


def test_a_migration_that_dies_leaves_nothing(empty_url: str) -> None:
    engine = connect.make_engine(connect.parse_url(empty_url), 2.0)

    def die_midway() -> None:
        with connect.writing(engine) as connection:
            connect.upgrade(connection, None, "0001")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die_midway()
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    engine.dispose()
    open_store(empty_url).close()


def test_newer_than_the_tool(url: str) -> None:
    open_store(url).close()
    engine = sa.create_engine(connect.parse_url(url))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreError, match=r"newer noticescan \(schema 9999\)") as caught:
        open_store(url)
    assert caught.value.tip == "upgrade noticescan"


def test_two_open_an_empty_database_at_once(empty_url: str) -> None:
    failures: list[Exception] = []

    def opening() -> None:
        try:
            open_store(empty_url).close()
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=opening) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_new_file_that_another_holds_is_waited_for(tmp_path: Path) -> None:
    """SQLite refuses the change to WAL at once, whatever the timeout: the wait is ours."""
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    releasing = threading.Timer(0.4, other.rollback)
    releasing.start()
    open_store(str(path)).close()
    releasing.join()
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        open_store(str(tmp_path / "new.db"), busy_seconds=0.2)
    other.close()


def test_second_writer_waits_then_gives_up(url: str, tmp_path: Path) -> None:
    with open_store(url, busy_seconds=0.2) as store:
        fill(store)
        with lock(url), pytest.raises(StoreError, match="locked by another program") as caught:
            store.begin_run(facts("run-2"))
        assert "\n" not in caught.value.message
        assert caught.value.tip
        assert [run.id for run in store.runs()] == [RUN]
        store.begin_run(facts("run-2"))


class lock:
    """Holds the database as another program would."""

    def __init__(self, url: str) -> None:
        if url.startswith("sqlite"):
            self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self.connection.execute("BEGIN IMMEDIATE")
        else:
            self.connection = psycopg.connect(url)
            self.connection.execute("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE")

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self.connection.rollback()
        self.connection.close()


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with open_store(url, busy_seconds=0.2) as store:
        fill(store)
        with lock(url):
            assert len(store.report().findings) == 1


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_bytes(b"PK\x03\x04 certainly no database" * 100), "is not a database"),
        (lambda path: path.mkdir(), "cannot be opened"),
        (
            lambda path: sqlite3.connect(path).execute("CREATE TABLE bookmarks (x)").close(),
            "belongs to another program",
        ),
    ],
)
def test_not_our_file(tmp_path: Path, make, says: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "some.db"
    make(path)
    with pytest.raises(StoreError, match=says) as caught:
        open_store(str(path))
    assert "\n" not in str(caught.value)
    assert caught.value.tip


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(str(tmp_path / "file" / "a.db"))


def test_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with open_store(str(path)) as store:
        fill(store)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"), open_store(str(path)) as store:
        store.report()


def test_read_only_can_be_read_and_says_so_when_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with open_store(str(path)) as store:
        fill(store)
    with open_store(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        assert len(store.report().findings) == 1
        with pytest.raises(StoreError, match="read-only") as caught:
            store.begin_run(facts("run-2"))
    assert caught.value.tip


def test_read_only_and_in_need_of_migration(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    sqlite3.connect(path).execute("VACUUM").connection.close()
    with pytest.raises(StoreError, match="read-only"):
        open_store(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_odd_characters_in_a_path(tmp_path: Path) -> None:
    path = tmp_path / "50% 证据?#" / "a&b.db"
    with open_store(str(path)) as store:
        fill(store)
    assert path.is_file()


@pytest.mark.parametrize("url", ["mysql://h/x", "postgresql+asyncpg://h/x", "http://[", "sqlite+aiosqlite:///x"])
def test_databases_we_do_not_use(url: str) -> None:
    with pytest.raises(UsageError):
        open_store(url)


def test_no_server_there_and_no_password_shown() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://reporter:geheim@127.0.0.1:1/cases")
    assert "geheim" not in caught.value.message
    assert "\n" not in caught.value.message


def test_full_database_rolls_back_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "a.db")) as store:
        fill(store)
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 60")
        many = [item(f"/{n}/{'x' * 500}") for n in range(400)]
        store.begin_run(facts("run-2"))
        with pytest.raises(StoreError, match="the disk is full") as caught:
            store.enqueue("run-2", many)
        assert caught.value.tip
        assert store.pending("run-2") == ()
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        assert len(store.enqueue("run-2", many)) == 400


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte; needs the right to mount."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "x", folder], check=False).returncode:
        pytest.skip("cannot mount a small file system here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk(small_disk: Path) -> None:
    store = open_store(str(small_disk / "a.db"))
    store.begin_run(facts())
    with pytest.raises(StoreError, match="the disk is full"):
        store.enqueue(RUN, [item(f"/{n}/{'x' * 500}") for n in range(2000)])
    assert store.pending(RUN) == ()
    store.close()
    with pytest.raises(OSError, match="No space"):
        (small_disk / "ballast").write_bytes(b"x" * 2_000_000)
    with pytest.raises(StoreError, match=r"full|I/O|opened"):
        open_store(str(small_disk / "b.db"))


def test_opens_well_in_datasette(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with open_store(str(path)) as store:
        fill(store)
    plain = sqlite3.connect(path)
    plain.row_factory = sqlite3.Row
    tables = [row["name"] for row in plain.execute("PRAGMA table_list") if row["type"] == "table" and row["strict"]]
    assert set(tables) == set(metadata.tables)
    pointed_at = {row["table"] for table in tables for row in plain.execute(f"PRAGMA foreign_key_list({table})")}
    assert pointed_at == {"vendors", "runs", "urls", "captures"}
    for table in pointed_at:
        assert "name" in [row["name"] for row in plain.execute(f"PRAGMA table_info({table})")]
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    assert plain.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    row = plain.execute("SELECT * FROM finding_rows").fetchone()
    assert (row["vendor"], row["run"], row["url"], row["quote"]) == (item().vendor, RUN, item().url, "无感抓拍")
    assert [tuple(r) for r in plain.execute("SELECT outcome, reason FROM coverage_rows ORDER BY outcome")] == [
        ("findings", ""),
        ("unread", "dns"),
    ]
    assert len(plain.execute("SELECT * FROM current_findings").fetchall()) == 1
    assert plain.execute("SELECT first_seen, runs FROM finding_history").fetchone()["runs"] == 1
    plain.close()


def test_a_database_on_a_read_only_medium_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    open_store(str(file)).close()
    with tempfile.TemporaryDirectory() as outside:  # pytest's own folders are closed to other users
        copy = Path(outside, "kept.db")
        shutil.copy(file, copy)
        copy.chmod(0o444)
        Path(outside).chmod(0o555)
        # root may write anywhere, so the reader becomes somebody else
        drop = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
        program = "import sys; from scanner.store import open_to_read; print(open_to_read(sys.argv[1]).runs())"
        done = subprocess.run(
            [*drop, sys.executable, "-c", program, str(copy)], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        Path(outside).chmod(0o755)
        assert done.returncode == 0, done.stderr
        assert [file.name for file in Path(outside).iterdir()] == ["kept.db"]


def test_a_read_only_database_that_was_not_closed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies beside it in the WAL would be left out without a word."""
    with open_store(str(tmp_path / "live.db")) as live:
        live.begin_run(facts())
        for name in ("live.db", "live.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / name.replace("live", "copy"))
    assert (tmp_path / "copy.db-wal").stat().st_size
    monkeypatch.setattr(connect, "_may_write", lambda _: False)
    with pytest.raises(StoreError, match="was not closed"):
        open_to_read(str(tmp_path / "copy.db"))
    monkeypatch.undo()
    with open_to_read(str(tmp_path / "copy.db")) as whole:
        assert len(whole.runs()) == 1
    monkeypatch.setattr(connect, "_may_write", lambda _: False)
    with open_to_read(str(tmp_path / "copy.db")) as closed:
        assert len(closed.runs()) == 1
