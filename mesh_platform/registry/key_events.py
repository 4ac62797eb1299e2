"""Who did what to which domain's key, and when: added to, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from mesh_platform.state import Database
from mesh_platform.state.tables import key_events


class KeyAct(StrEnum):
    """What was asked, before it is done; and what came of it."""

    ROTATION_ASKED = "rotation asked"
    ROTATED = "rotated"
    ROTATION_INCOMPLETE = "rotation incomplete"
    REVOCATION_ASKED = "revocation asked"
    REVOKED = "revoked"
    REVOCATION_INCOMPLETE = "revocation incomplete"
    START_ASKED = "start asked"
    STARTED = "started"
    START_INCOMPLETE = "start incomplete"


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """One act on one key. `person` stands behind `actor`; `version` and `catalogs` are known once it is done."""

    what: KeyAct
    domain: str
    region: str
    actor: str
    person: str
    at: datetime
    version: int | None = None
    catalogs: int | None = None


class KeyEvents:
    """The events in a migrated control database. Every method may raise `Unavailable` where it cannot be used."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, event: KeyEvent) -> None:
        row = {
            "what": event.what.value,
            "domain": event.domain,
            "region": event.region,
            "actor": event.actor,
            "person": event.person,
            "at": event.at,
            "version": event.version,
            "catalogs": event.catalogs,
        }
        with self._db.write() as con:
            con.execute(key_events.insert(), [row])

    def listed(self, domain: str | None = None, limit: int = 100) -> tuple[KeyEvent, ...]:
        """The last `limit` events of a domain or of all, newest first."""
        where = [] if domain is None else [key_events.c.domain == domain]
        with self._db.read() as con:
            rows = con.execute(select(key_events).where(*where).order_by(key_events.c.id.desc()).limit(limit)).all()
        return tuple(
            KeyEvent(KeyAct(row.what), row.domain, row.region, row.actor, row.person, row.at, row.version, row.catalogs)
            for row in rows
        )
