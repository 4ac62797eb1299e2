"""SQLite as it must be on every connection, on disk, and when the disk fails."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.settings import Settings
from mesh_platform.state import Database, open_state
from mesh_platform.state.tables import lineage_edges
from mesh_platform.state.turnstile import turnstile
from tests.state.test_database import EDGE, OTHER, edges, put
from tests.state.worker import Workers, fail_a_commit

WANTED = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 60_000,
    "secure_delete": 1,
    "temp_store": 2,
    "trusted_schema": 0,
}


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


def test_every_connection_has_the_pragmas_that_durability_needs(database: Database) -> None:
    """`synchronous` belongs to the connection: one that was opened without it would lose acknowledged commits in silence."""
    for _ in range(2):
        with ExitStack() as held:
            connections = [held.enter_context(database.write())] + [held.enter_context(database.read()) for _ in range(12)]
            for con in connections:
                assert {name: con.exec_driver_sql(f"PRAGMA {name}").scalar() for name in WANTED} == WANTED
        database.close()


def test_a_write_takes_the_lock_before_it_reads(database: Database) -> None:
    with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite3.connect(f"{database._driver.path}", timeout=0).execute("BEGIN IMMEDIATE")  # type: ignore[attr-defined]


def test_the_home_is_closed_to_others_and_so_is_every_file_in_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = tmp_path / "a b%c?d" / ".mesh"
        state = open_state(Settings(project=tmp_path, home=home))
        put(state, EDGE)
        assert home.stat().st_mode & 0o777 == 0o700
        files = {file.name: file.stat().st_mode & 0o777 for file in home.iterdir()}
        assert files == dict.fromkeys(["control.db", "control.db-wal", "control.db-shm", "control.db-turn"], 0o600)
        state.close()
    finally:
        os.umask(before)


def test_a_home_that_stood_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / ".mesh").mkdir(mode=0o755)
    open_state(Settings(project=tmp_path)).close()
    assert (tmp_path / ".mesh").stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / ".mesh").write_text("a file")
    with pytest.raises(Unavailable, match="STATE-14 MESH_HOME"):
        open_state(Settings(project=tmp_path))


def test_a_state_opened_twice_is_the_same(tmp_path: Path) -> None:
    settings = Settings(project=tmp_path)
    put(open_state(settings), EDGE)
    assert edges(open_state(settings)) == 1


def test_a_copied_home_opens_elsewhere(tmp_path: Path, database: Database) -> None:
    put(database, EDGE)
    database.close()
    copy = tmp_path / "copy.db"
    copy.write_bytes((tmp_path / "control.db").read_bytes())
    copied = Database(copy)
    copied.migrate()
    assert edges(copied) == 1


def test_a_file_that_came_with_wide_rights_is_closed_to_others(tmp_path: Path, database: Database) -> None:
    (tmp_path / "control.db").chmod(0o644)
    database.migrate()
    assert (tmp_path / "control.db").stat().st_mode & 0o777 == 0o600


def test_a_process_that_starts_and_reads_waits_for_no_writer(tmp_path: Path, database: Database) -> None:
    """One writes for long and another stands in line behind it; neither may hold up `mesh products`."""
    behind = threading.Thread(target=put, args=(database, EDGE))
    with database.write():
        behind.start()
        time.sleep(0.05)
        starting = Database(tmp_path / "control.db", wait=0)
        starting.migrate()
        assert edges(starting) == 0
    behind.join()


def test_more_threads_than_connections_wait_their_turn(database: Database) -> None:
    threads = [threading.Thread(target=put, args=(database, {**EDGE, "column": str(number)})) for number in range(120)]
    with database.write():
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert edges(database) == 120


@pytest.mark.parametrize(
    "content", [b"this is no database at all, not even nearly " * 200, b"SQLite format 3\0" + b"\xff" * 8000]
)
def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "control.db"
    path.write_bytes(content)
    with pytest.raises(Unavailable, match="STATE-05"):
        Database(path).migrate()
    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "control.db").mkdir()
    with pytest.raises(Unavailable, match="STATE-02"):
        Database(tmp_path / "control.db").migrate()


def test_a_full_database_keeps_nothing_of_the_write_and_goes_on_afterwards(database: Database) -> None:
    with pytest.raises(Unavailable, match="STATE-03"), database.write() as con:
        con.execute(lineage_edges.insert(), EDGE)
        con.exec_driver_sql(f"PRAGMA max_page_count = {con.exec_driver_sql('PRAGMA page_count').scalar()}")
        con.execute(lineage_edges.insert(), [{**EDGE, "column": "x" * 100_000}])
    assert edges(database) == 0
    put(database, OTHER)
    assert edges(database) == 1


def test_a_commit_that_ends_in_an_error_is_unknown_until_it_is_looked_up(tmp_path: Path, database: Database) -> None:
    """The file may not grow beyond what it is, so the write of the commit fails as it does on a broken disk."""
    workers = Workers(f"sqlite:///{tmp_path / 'control.db'}", tmp_path)
    try:
        said = workers.start(fail_a_commit, tmp_path / "control.db-wal").ended()
    finally:
        workers.stop()
    assert said == ["STATE-06", "1", "2"]
    assert edges(database) == 2


def test_an_error_before_the_commit_is_a_failure_and_no_doubt(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_FP", "state.commit=errno:EIO@1")
    with pytest.raises(OSError, match=r"\[Errno 5\]"):
        put(database, EDGE)
    monkeypatch.delenv("MESH_FP")
    assert edges(database) == 0
    put(database, EDGE)


def test_the_turnstile_lets_one_through_and_tells_who_waited_too_long(tmp_path: Path) -> None:
    path = tmp_path / "turn"
    with turnstile(path, 0), pytest.raises(TimeoutError), turnstile(path, 0.05):
        pass
    with turnstile(path, 0):
        pass


def test_deleted_rows_do_not_lie_about_in_the_file(tmp_path: Path, database: Database) -> None:
    marker = "who-was-erased-" * 5
    put(database, {**EDGE, "column": marker})
    with database.write() as con:
        con.execute(lineage_edges.delete())
    with database.read() as con:
        con.exec_driver_sql("PRAGMA query_only = 0")
    with sqlite3.connect(tmp_path / "control.db") as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in tmp_path.iterdir():
        assert marker.encode() not in file.read_bytes(), file.name
