"""What SQLite and PostgreSQL say differently, said once: moments in UTC, and an INSERT that knows ON CONFLICT."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Dialect, String, Table, types
from sqlalchemy.dialects import postgresql, sqlite


class UtcDateTime(types.TypeDecorator[datetime]):
    """A moment in UTC: TIMESTAMPTZ on PostgreSQL, ISO 8601 text of fixed width (so that it sorts) on SQLite. Refuses naive times."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return moment
        return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)


def insert(con: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """INSERT INTO `table` for the engine of `con`, with `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return postgresql.insert(table) if con.dialect.name == "postgresql" else sqlite.insert(table)
