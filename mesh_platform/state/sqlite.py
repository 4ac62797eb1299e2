"""SQLite as the control database: WAL, every commit flushed, one writer at a time with the write lock taken before anything is read.

`synchronous` belongs to the connection and not to the file, and NORMAL loses acknowledged commits when the power fails: each connection
sets and then reads back what it must have, and is refused otherwise.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from mesh_platform.state.errors import Kind, trouble
from mesh_platform.state.jsontext import dump_json
from mesh_platform.state.turnstile import enter, leave, turnstile

# secure_delete and temp_store keep what was deleted or sorted from lying about on the disk; fullfsync is what a flush means on macOS.
PRAGMAS = {
    "foreign_keys": 1,
    "synchronous": 2,
    "secure_delete": 1,
    "temp_store": 2,
    "trusted_schema": 0,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
}

CONNECTIONS = 100  # threads of one process that may read or wait to write at once

_KINDS = {
    sqlite3.SQLITE_BUSY: Kind.BUSY,
    sqlite3.SQLITE_LOCKED: Kind.BUSY,
    sqlite3.SQLITE_CANTOPEN: Kind.UNREACHABLE,
    sqlite3.SQLITE_PERM: Kind.UNREACHABLE,
    sqlite3.SQLITE_AUTH: Kind.UNREACHABLE,
    sqlite3.SQLITE_FULL: Kind.FULL,
    sqlite3.SQLITE_IOERR: Kind.IO,
    sqlite3.SQLITE_PROTOCOL: Kind.BUSY,
    sqlite3.SQLITE_CORRUPT: Kind.DAMAGED,
    sqlite3.SQLITE_NOTADB: Kind.DAMAGED,
    sqlite3.SQLITE_READONLY: Kind.READ_ONLY,
    sqlite3.SQLITE_CONSTRAINT: Kind.CONSTRAINT,
}


class SqliteDriver:
    """The control database in one file."""

    dialect = "sqlite"

    def __init__(self, path: Path, wait: float) -> None:
        self.path = path
        self._wait = wait
        self._turn = path.with_name(path.name + "-turn")
        self._marking = threading.Lock()
        self._marks: tuple[tuple[int, int], sqlite3.Connection] | None = None
        self._inherited: list[object] = []
        url = URL.create("sqlite+pysqlite", database=str(path))
        # isolation_level None: Python's driver begins no transaction by itself, the two methods below do.
        self.engine: Engine = create_engine(
            url,
            connect_args={"isolation_level": None, "timeout": wait},
            max_overflow=CONNECTIONS,
            pool_timeout=wait,
            hide_parameters=True,
            json_serializer=dump_json,
        )
        event.listen(self.engine, "connect", self._prepare)

    @property
    def file(self) -> Path:
        return self.path

    def create(self) -> None:
        """Make the file for its owner alone and turn WAL on, once, whoever comes first; where it stands, no writer is waited for."""
        try:
            if self.exists():
                return _close_to_others(self.path)
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with turnstile(self._turn, self._wait):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
                _flush_folder(self.path.parent)
                with self.engine.connect():
                    pass
        except TimeoutError:
            raise trouble(Kind.BUSY) from None
        except OSError as error:
            raise trouble(Kind.UNREACHABLE) from error

    def exists(self) -> bool:
        return self.path.is_file() and self.path.stat().st_size > 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        try:
            handle = enter(self._turn, self._wait)
        except TimeoutError:
            raise trouble(Kind.BUSY) from None
        except OSError as error:
            raise trouble(Kind.UNREACHABLE) from error
        try:
            yield
        finally:
            leave(handle)

    def begin_write(self, con: Connection) -> None:
        self._begin(con, "PRAGMA query_only = 0", "BEGIN IMMEDIATE")

    begin_append = begin_write

    def begin_read(self, con: Connection) -> None:
        self._begin(con, "PRAGMA query_only = 1", "BEGIN")

    def _begin(self, con: Connection, *statements: str) -> None:
        try:
            dbapi = _plain(con)
            for statement in statements:
                dbapi.execute(statement)
        except sqlite3.Error as error:
            raise trouble(kind_of(error)) from None

    def mark(self) -> tuple[int, ...] | None:
        """What SQLite tells one connection of the commits of all others, in this process and elsewhere; and which file it is."""
        return self.glance("PRAGMA data_version", ())

    def glance(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        try:
            stands = (os.getpid(), self.path.stat().st_ino)
            with self._marking:
                if self._marks is None or self._marks[0] != stands:
                    self._inherited.append(self._marks)  # a fork must not close what its parent goes on with
                    self._marks = stands, sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
                return *stands, *(self._marks[1].execute(statement, values).fetchone() or ())
        except sqlite3.Error as error:
            raise trouble(kind_of(error)) from None
        except OSError as error:
            raise trouble(Kind.UNREACHABLE) from error

    def close(self) -> None:
        with self._marking:
            if self._marks is not None and self._marks[0][0] == os.getpid():
                self._marks[1].close()
            self._marks = None

    def in_transaction(self, con: Connection) -> bool:
        dbapi: Any = con.connection.dbapi_connection
        return bool(dbapi.in_transaction)

    def scrub(self, con: Connection) -> None:
        con.exec_driver_sql("PRAGMA query_only = 0")
        con.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def kind(self, error: DBAPIError) -> Kind:
        return kind_of(error.orig)

    def commit_is_unknown(self, error: DBAPIError) -> bool:
        """Only a busy engine or a constraint leaves the transaction open, to be rolled back; after any other error nobody knows."""
        return self.kind(error) not in (Kind.BUSY, Kind.CONSTRAINT)

    def _prepare(self, dbapi: sqlite3.Connection, _record: object) -> None:
        dbapi.execute(f"PRAGMA busy_timeout = {int(self._wait * 1000)}")
        if dbapi.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            dbapi.execute("PRAGMA journal_mode = WAL")
        for name, value in PRAGMAS.items():
            dbapi.execute(f"PRAGMA {name} = {value}")
        wanted = {"journal_mode": "wal", **PRAGMAS}
        if any(dbapi.execute(f"PRAGMA {name}").fetchone()[0] != value for name, value in wanted.items()):
            raise trouble(Kind.UNREACHABLE)


def _close_to_others(path: Path) -> None:
    """A file that was copied here may have come with the rights of its copier."""
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _plain(con: Connection) -> sqlite3.Connection:
    """Python's own connection, once SQLAlchemy knows that a transaction begins."""
    con.begin()
    dbapi: Any = con.connection.dbapi_connection
    return cast(sqlite3.Connection, dbapi)


def kind_of(error: BaseException | None) -> Kind:
    code = getattr(error, "sqlite_errorcode", None)
    return Kind.OTHER if code is None else _KINDS.get(code & 0xFF, Kind.OTHER)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
