"""PostgreSQL as the control database, for more than one machine; through psycopg 3.

Writers pass an advisory lock, one at a time as on SQLite: what a writer has read stays true until it commits, on both engines, so code
that is right on a laptop is right here. Readers never wait. A write is a few rows; long work has no place inside one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError

from mesh_platform.state.errors import Kind
from mesh_platform.state.jsontext import dump_json

WRITERS = 0x6D657368  # "mesh"
CONNECT_SECONDS = 10

_BY_STATE = {
    "55P03": Kind.BUSY,
    "57014": Kind.BUSY,
    "40P01": Kind.BUSY,
    "40001": Kind.BUSY,
    "25006": Kind.READ_ONLY,
    "53100": Kind.FULL,
    "58030": Kind.IO,
    "XX001": Kind.DAMAGED,
    "XX002": Kind.DAMAGED,
    "3D000": Kind.UNREACHABLE,
    "42501": Kind.UNREACHABLE,
}
_BY_CLASS = {"08": Kind.UNREACHABLE, "28": Kind.UNREACHABLE, "53": Kind.BUSY, "57": Kind.UNREACHABLE, "23": Kind.CONSTRAINT}


class PostgresDriver:
    """The control database on a server."""

    dialect = "postgresql"

    def __init__(self, url: URL, wait: float) -> None:
        self._wait = wait
        self.engine: Engine = create_engine(
            url.update_query_dict({"connect_timeout": str(CONNECT_SECONDS)}) if "connect_timeout" not in url.query else url,
            pool_pre_ping=True,
            pool_timeout=wait,
            hide_parameters=True,
            json_serializer=dump_json,
        )
        event.listen(self.engine, "connect", self._prepare)

    @property
    def file(self) -> None:
        """None: the server keeps its files."""
        return None

    def create(self) -> None:
        """Nothing to make: the database is the operator's."""

    def exists(self) -> bool:
        return True  # or it does not answer, which is told when it is asked

    def turn(self) -> AbstractContextManager[None]:
        return nullcontext()  # the advisory lock is a queue

    def mark(self) -> tuple[int, ...] | None:
        return None  # nothing tells cheaply: whoever wants to know asks

    def glance(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        return None

    def close(self) -> None:
        """Nothing is held beside the engine."""

    def begin_write(self, con: Connection) -> None:
        con.execute(text("SELECT pg_advisory_xact_lock(:writers)"), {"writers": WRITERS})

    def begin_append(self, con: Connection) -> None:
        con.execute(text("SELECT 1"))

    def begin_read(self, con: Connection) -> None:
        con.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def in_transaction(self, con: Connection) -> bool:
        dbapi: Any = con.connection.dbapi_connection
        return bool(dbapi.info.transaction_status.name == "INTRANS")

    def scrub(self, con: Connection) -> None:
        """Nothing: the server's own VACUUM and its archive of WAL decide (see docs/explanation/audit.md)."""

    def kind(self, error: DBAPIError) -> Kind:
        state = getattr(error.orig, "sqlstate", None)
        if state:
            return _BY_STATE.get(state) or _BY_CLASS.get(state[:2], Kind.OTHER)
        lost = isinstance(error, OperationalError | InterfaceError | DisconnectionError) or error.connection_invalidated
        return Kind.UNREACHABLE if lost else Kind.OTHER

    def commit_is_unknown(self, error: DBAPIError) -> bool:
        """The server's own refusal is a rollback; a connection that broke on the way tells nothing."""
        return self.kind(error) not in (Kind.BUSY, Kind.CONSTRAINT, Kind.READ_ONLY)

    def _prepare(self, dbapi: Any, _record: object) -> None:
        with dbapi.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(self._wait * 1000)}")
            cursor.execute("SET synchronous_commit = on")
            cursor.execute("SET timezone = 'UTC'")
            cursor.execute("SET application_name = 'mesh'")
            cursor.execute("SET jit = off")  # the queries are small; compiling them took ten times as long as running them
            # A writer whose machine vanished must not keep the writers' lock for the two hours that TCP would wait by itself.
            cursor.execute("SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3")
        dbapi.commit()
