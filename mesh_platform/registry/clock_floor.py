"""The latest moment that the platform has seen: it only rises, so that a clock set back is noticed; and a leap forward is kept until it is confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from mesh_platform.errors import Unavailable
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import clock_floor

_STEP = timedelta(seconds=30)
"""A rise below this is not written down: one row, written at each publication, would cost each a further commit."""
TOLERANCE = timedelta(minutes=5)
"""How far the clock may lie behind the latest moment seen."""


class ClockFloor:
    """The floor in a migrated control database. Every method may raise `Unavailable` where it cannot be used.

    A rise of more than `leap` at once is a leap: time may have passed unseen, or the clock may be wrong.
    """

    def __init__(self, db: Database, leap: timedelta = timedelta(days=7)) -> None:
        self._db, self._leap = db, leap

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
        leapt = before if before is not None and now > before + self._leap else None
        row = {"id": 1, "seen_at": now, "leapt_from": leapt}
        with self._db.write() as con:
            given = insert(con, clock_floor)
            later = func.max if con.dialect.name == "sqlite" else func.greatest
            con.execute(
                given.on_conflict_do_update(
                    index_elements=["id"],
                    set_={
                        "seen_at": later(clock_floor.c.seen_at, given.excluded.seen_at),
                        "leapt_from": func.coalesce(clock_floor.c.leapt_from, given.excluded.leapt_from),
                    },
                ),
                [row],
            )
        return now

    def believe(self, now: datetime) -> None:
        """Refuse a moment at which nothing may be deleted for its age: a clock that went back, or leapt.

        Raises:
            Unavailable: RETAIN-01, RETAIN-02.
        """
        latest = self.seen()
        if latest is not None and now < latest - TOLERANCE:
            why = f"The clock says {now:%Y-%m-%d %H:%M} UTC, and the mesh has already seen {latest:%Y-%m-%d %H:%M}."
            raise Unavailable.because("RETAIN-01", "the machine's clock", why, "Set it right. Nothing was deleted.")
        self.raised(now)
        if (before := self.leapt()) is not None:
            why = f"The clock went from {before:%Y-%m-%d} to {now:%Y-%m-%d} at once, and nobody has said that it is right."
            fix = f"Where it is, `mesh retention apply --today {now:%Y-%m-%d}` says so. Nothing was deleted."
            raise Unavailable.because("RETAIN-02", "the machine's clock", why, fix)

    def leapt(self) -> datetime | None:
        """The last moment seen before a leap that nobody has confirmed; None where there was none."""
        with self._db.read() as con:
            found = con.execute(select(clock_floor.c.leapt_from)).scalar()
        return found if isinstance(found, datetime) else None

    def confirmed(self) -> None:
        """Somebody says that the clock is right."""
        with self._db.write() as con:
            con.execute(update(clock_floor).values(leapt_from=None))
