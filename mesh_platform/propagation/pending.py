"""Whether a domain has anything to absorb, asked of the control database alone: a sensor asks it twice a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from mesh_platform.ledger.fold import micros
from mesh_platform.ledger.journal import highest
from mesh_platform.state import Database
from mesh_platform.state.tables import consent_batches, consent_progress, ledger_state, publications

_B, _P, _L, _S = consent_batches.c, consent_progress.c, publications.c, ledger_state.c


@dataclass(frozen=True, slots=True)
class Pending:
    """What a domain has before it: the events after `since` up to `sequence`, publications nobody looked at, consents that began or ended."""

    domain: str
    since: int
    sequence: int
    publications: int
    lapsed: bool

    @property
    def nothing(self) -> bool:
        return self.since >= self.sequence and not self.publications and not self.lapsed


def pending(database: Database, domain: str, now: datetime) -> Pending:
    """What the domain has before it now.

    Raises:
        Unavailable: where the control database cannot be read.
    """
    with database.read() as con:
        since: Any = con.execute(select(func.max(_B.sequence)).where(_B.domain == domain)).scalar()
        rows: Any = con.execute(select(_P.product, _P.location, _P.publication, _P.at).where(_P.domain == domain))
        known = {(product, location): (publication, at) for product, location, publication, at in rows}
        served = _served(con, domain)
        unseen = sum(known.get(place, ("", None))[0] != publication for place, publication in served.items())
        oldest = min((at for place, (_, at) in known.items() if place in served), default=None)
        lapsed = oldest is not None and _lapsed(con, oldest, now)
        return Pending(domain, int(since or 0), highest(con), unseen, lapsed)


def _served(con: Connection, domain: str) -> dict[tuple[str, str], str]:
    """The newest publication of each of the domain's products, by product and location."""
    own = _L.product.startswith(f"{domain}/", autoescape=True) & _L.withdrawn_at.is_(None)
    rows: Any = con.execute(select(_L.product, _L.location, _L.id).where(own).order_by(_L.snapshot_id))
    newest: dict[str, tuple[str, str]] = {product: (location, id_) for product, location, id_ in rows}
    return {(product, location): id_ for product, (location, id_) in newest.items()}


def _lapsed(con: Connection, then: datetime, now: datetime) -> bool:
    early, late = micros(then) or 0, micros(now) or 0
    for moment in (_S.expires_us, _S.effective_us):
        if con.execute(select(moment).where(moment > early, moment <= late).limit(1)).scalar() is not None:
            return True
    return False
