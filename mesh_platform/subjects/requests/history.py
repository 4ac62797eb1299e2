"""What happened to a request, in order: who did what when, and what the clock told. Each occasion stands once, whoever comes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from mesh_platform.state import Database, insert
from mesh_platform.state.tables import subject_events

_E = subject_events.c


class Happened(StrEnum):
    """What is remembered of a request."""

    OPENED = "opened"
    CODE_SENT = "code sent"
    CODE_LOST = "code did not leave"
    CODE_WRONG = "wrong code"
    LOCKED = "locked"
    SHOWN = "identity shown"
    ATTESTED = "identity attested"
    APPROVED = "approved"
    RUN = "run by hand"
    EXTENDED = "extended"
    WARNED = "due soon"
    BREACHED = "overdue"
    PACKED = "package made"
    RELEASED = "package handed over"
    DELETED = "package deleted"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One entry."""

    event: Happened
    at: datetime
    by: str
    person: str
    note: str = ""

    def as_json(self) -> dict[str, object]:
        return {"event": self.event.value, "at": self.at.isoformat(), "by": self.by, "note": self.note}


def remember(
    con: Connection, request: str, event: Happened, now: datetime, by: str, person: str, occasion: str = "", note: str = ""
) -> bool:
    """Write it inside of the caller's transaction; False where that occasion stands already."""
    row = {
        "request": request,
        "event": event.value,
        "occasion": occasion,
        "at": now,
        "by": by,
        "person": person,
        "note": note,
    }
    written = insert(con, subject_events).values(row).on_conflict_do_nothing(index_elements=["request", "event", "occasion"])
    return con.execute(written.returning(_E.id)).scalar() is not None


def history(database: Database, request: str) -> tuple[Occurrence, ...]:
    """All of one request, the oldest first."""
    with database.read() as con:
        rows = con.execute(select(subject_events).where(_E.request == request).order_by(_E.id))
        return tuple(Occurrence(Happened(row.event), row.at, row.by, row.person, row.note) for row in rows)
