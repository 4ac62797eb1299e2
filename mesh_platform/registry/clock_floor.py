"""The latest moment that the platform has seen: it only rises, so that a clock set back is noticed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from mesh_platform.state import Database, insert
from mesh_platform.state.tables import clock_floor

_STEP = timedelta(seconds=30)
"""A rise below this is not written down: one row, written at each publication, would cost each a further commit."""


class ClockFloor:
    """The floor in a migrated control database. Every method may raise `Unavailable` where it cannot be used."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def seen(self) -> datetime | None:
        """The latest moment seen, None where none was."""
        with self._db.read() as con:
            found = con.execute(select(clock_floor.c.seen_at)).scalar()
        return found if isinstance(found, datetime) else None

    def raised(self, now: datetime) -> datetime:
        """The floor, raised to `now` where that is later; `now` itself where it was never below."""
        before = self.seen()
        if before is not None and now < before + _STEP:
            return max(before, now)
        row = {"id": 1, "seen_at": now}
        with self._db.write() as con:
            given = insert(con, clock_floor)
            later = func.max if con.dialect.name == "sqlite" else func.greatest
            con.execute(
                given.on_conflict_do_update(
                    index_elements=["id"], set_={"seen_at": later(clock_floor.c.seen_at, given.excluded.seen_at)}
                ),
                [row],
            )
        return now
