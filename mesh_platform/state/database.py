"""`Database`: one durable write at a time, reads of one consistent snapshot, the same on SQLite and PostgreSQL.

An error of the engine leaves the block as a `MeshError`. One on COMMIT is *unknown*, not failed (`CommitUnknown`): the connection that
met it is closed and never asked again, since after a failed flush the same handle may report success for pages that never reached the
disk. Whoever writes gives its rows an id, reads it back after such an error, and repeats the write only where it is missing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mesh_platform.errors import MeshError, UsageProblem
from mesh_platform.failpoints import fp
from mesh_platform.state.errors import WHERE, Kind, commit_unknown, ended_early, nested, trouble
from mesh_platform.state.migrate import migrate, version

WAIT_SECONDS = 60.0


class Driver(Protocol):
    """What differs between the engines."""

    dialect: str
    engine: Engine

    @property
    def file(self) -> Path | None: ...
    def create(self) -> None: ...
    def exists(self) -> bool: ...
    def turn(self) -> AbstractContextManager[None]: ...
    def mark(self) -> tuple[int, ...] | None: ...
    def glance(self, statement: str, values: tuple[object, ...]) -> tuple[object, ...] | None: ...
    def close(self) -> None: ...
    def begin_write(self, con: Connection) -> None: ...
    def begin_append(self, con: Connection) -> None: ...
    def begin_read(self, con: Connection) -> None: ...
    def in_transaction(self, con: Connection) -> bool: ...
    def scrub(self, con: Connection) -> None: ...
    def kind(self, error: DBAPIError) -> Kind: ...
    def commit_is_unknown(self, error: DBAPIError) -> bool: ...


class Database:
    """The control database at `url`: a path or `sqlite:///path`, or `postgresql://user@host/name`.

    Args:
        url: where it stands.
        wait: seconds that a writer waits for those before it.

    Raises:
        UsageProblem: where the URL names no engine that is known here.
    """

    def __init__(self, url: str | Path, *, wait: float = WAIT_SECONDS) -> None:
        self._driver = _driver(url, wait)
        self._writing = threading.local()
        self._process = os.getpid()

    def __repr__(self) -> str:
        return f"Database({self._driver.engine.url.render_as_string(hide_password=True)})"

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._driver.dialect

    @property
    def file(self) -> Path | None:
        """Its file; None where a server keeps it."""
        return self._driver.file

    def migrate(self) -> None:
        """Create the database where it is missing and bring its tables up to date; safe when many processes do so at once.

        Raises:
            Unavailable: where it cannot be opened, or was made by a newer version of the platform.
        """
        try:
            self._driver.create()
        except DBAPIError as error:
            raise trouble(self._driver.kind(error), error) from None
        migrate(self.read, self.write)

    def revision(self) -> str | None:
        """The version of its tables, None where there are none yet. Nothing is made or changed.

        Raises:
            Unavailable: where it cannot be read, or was made by a newer version of the platform.
        """
        if not self._driver.exists():
            return None
        with self.read() as con:
            return version(con)

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction, alone: it has the write lock before its first statement and is durable when the block is left.

        Raises:
            CommitUnknown: where COMMIT ended in an error; look the row up by its id before repeating.
            Conflict: where a constraint refused a row.
            Unavailable: where it waited too long, or the database is full, failing or gone.
        """
        return self._writes(self._driver.begin_write)

    def append(self) -> AbstractContextManager[Connection]:
        """As `write`, but on PostgreSQL not alone: for rows that nobody reads or changes before they stand. It waits for no other writer."""
        return self._writes(self._driver.begin_append)

    @contextmanager
    def _writes(self, begin: Callable[[Connection], None]) -> Iterator[Connection]:
        if getattr(self._writing, "now", False):
            raise nested()
        self._writing.now = True
        try:
            with self._connection() as con, self._driver.turn():
                begin(con)
                begun = con.get_transaction()
                fp("state.begun")
                yield con
                if con.get_transaction() is not begun or not self._driver.in_transaction(con):
                    # SQLite rolls back by itself after some errors, and PostgreSQL answers the COMMIT of a failed transaction with a
                    # silent rollback: a commit would then keep nothing and say nothing.
                    raise ended_early()
                self._commit(con)
        finally:
            self._writing.now = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot: all statements of the block see the same state, and none can write."""
        with self._connection() as con:
            self._driver.begin_read(con)
            yield con

    def mark(self) -> tuple[int, ...] | None:
        """What is another one after anybody's commit, at the price of a glance; None where the engine tells nothing of it.

        Raises:
            Unavailable: where the database cannot be read.
        """
        return self._driver.mark()

    def glance(self, statement: str, values: tuple[object, ...] = ()) -> tuple[object, ...] | None:
        """One row of a short SELECT, straight from the driver, to tell whether something changed; None where `mark` gives None."""
        return self._driver.glance(statement, values)

    def scrub(self) -> None:
        """Empty the write-ahead log of SQLite, in which what was just deleted may still stand; as far as readers let it be done now."""
        with self._connection() as con:
            self._driver.scrub(con)

    def close(self) -> None:
        """Close the pooled connections; the next use opens new ones."""
        self._driver.close()
        self._driver.engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection that is never left with an open transaction, and whose errors leave as ours."""
        try:
            with self._engine().connect() as con:
                try:
                    yield con
                except BaseException as error:
                    self._abandon(con, error)
                    raise
        except DBAPIError as error:
            raise trouble(self._driver.kind(error), error) from None
        except PoolTimeout:
            raise trouble(Kind.BUSY) from None

    def _engine(self) -> Engine:
        """The engine of this process: a connection that was inherited by a fork is left alone, not shared and not closed."""
        if self._process != os.getpid():
            self._driver.engine.dispose(close=False)
            self._process = os.getpid()
        return self._driver.engine

    def _commit(self, con: Connection) -> None:
        fp("state.commit")
        try:
            con.commit()
        except DBAPIError as error:
            if not self._driver.commit_is_unknown(error):
                raise
            con.invalidate()
            self.close()
            raise commit_unknown(error) from None
        fp("state.committed")

    def _abandon(self, con: Connection, error: BaseException) -> None:
        """Roll back, and close for good where the engine failed; a rollback that fails must not hide what led to it."""
        failing = isinstance(error, DBAPIError) and self._driver.kind(error) in (Kind.IO, Kind.FULL, Kind.DAMAGED)
        try:
            con.rollback()
        except SQLAlchemyError:
            failing = True
        if failing and not con.invalidated and not con.closed:
            con.invalidate()


def _driver(url: str | Path, wait: float) -> Driver:
    """The driver for `url`; only the one that is asked for is imported."""
    if isinstance(url, Path):
        return _sqlite(url, wait)
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        raise _unusable() from None
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:" and not parsed.query:
        return _sqlite(Path(parsed.database), wait)
    if backend in ("postgresql", "postgres"):
        return _postgres(parsed.set(drivername="postgresql+psycopg"), wait)
    raise _unusable()


def _sqlite(path: Path, wait: float) -> Driver:
    from mesh_platform.state.sqlite import SqliteDriver

    return SqliteDriver(path.absolute(), wait)


def _postgres(url: URL, wait: float) -> Driver:
    from mesh_platform.state.postgres import PostgresDriver

    return PostgresDriver(url, wait)


def _unusable() -> MeshError:
    return UsageProblem.because(
        "STATE-13",
        WHERE,
        "The URL of the control database names neither a SQLite file nor a PostgreSQL database.",
        "Leave MESH_DATABASE_URL unset for SQLite under MESH_HOME, or set it to postgresql://user:password@host/database.",
    )
