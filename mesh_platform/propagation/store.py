"""Progress, receipts and batches as rows of the control database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from mesh_platform.propagation.values import Outcome, Progress, Receipt, Verdict
from mesh_platform.state import Database
from mesh_platform.state import insert as upsert
from mesh_platform.state.tables import consent_batches, consent_progress, consent_receipts

_P, _R, _B = consent_progress.c, consent_receipts.c, consent_batches.c
_SAID = ("domain", "sequence", "at", "publication", "verified", "updated_at")
AGAIN = "again"
"""In place of a publication: nothing that was said of the product counts, and all of the ledger is applied to it."""
Also = Callable[[Connection], object]


class Receipts:
    """What was done and how far it reaches; every method may raise `Unavailable` where the control database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def progress(self, domain: str | None = None) -> dict[tuple[str, str], Progress]:
        """By product and location: of one domain, or of all."""
        query = select(consent_progress) if domain is None else select(consent_progress).where(_P.domain == domain)
        with self._database.read() as con:
            rows = con.execute(query).mappings().all()
        return {(row["product"], row["location"]): _progress(row) for row in rows}

    def put(self, receipt: Receipt, progress: Progress | None, also: Also) -> None:
        """The receipt, with how far the product has come where it has, in one transaction with what `also` writes."""
        row = {name: getattr(receipt, name) for name in Receipt.__slots__}
        row |= {"outcome": receipt.outcome.value, "verdict": receipt.verdict.value}
        with self._database.write() as con:
            con.execute(insert(consent_receipts), row)
            if progress is not None:
                _advance(con, progress, receipt.at)
            also(con)

    def reached(self, progress: Iterable[Progress], now: datetime) -> None:
        """How far products have come in which nothing had to be done."""
        with self._database.write() as con:
            for one in progress:
                _advance(con, one, now)

    def forget(self, gone: Iterable[Progress]) -> None:
        """Products of which nothing is published any more."""
        with self._database.write() as con:
            for one in gone:
                con.execute(consent_progress.delete().where(_P.product == one.product, _P.location == one.location))

    def judged(self, receipt: Receipt, verdict: Verdict, also: Also) -> None:
        """What the second look found; a false receipt puts its product back to where it stood before."""
        with self._database.write() as con:
            con.execute(update(consent_receipts).where(_R.id == receipt.id).values(verdict=verdict.value))
            if verdict is Verdict.FALSE:
                theirs = (_P.product == receipt.product) & (_P.location == receipt.location)
                back = {"sequence": receipt.since, "verified": receipt.since, "publication": AGAIN}
                con.execute(update(consent_progress).where(theirs).values(back))
            also(con)

    def verified(self, product: str, location: str, sequence: int) -> None:
        with self._database.write() as con:
            theirs = (_P.product == product) & (_P.location == location) & (_P.sequence >= sequence)
            con.execute(update(consent_progress).where(theirs).values(verified=sequence))

    def batch(self, domain: str, since: int, sequence: int, by: str, now: datetime) -> None:
        """All of the domain's products have absorbed the events after `since` up to `sequence`."""
        with self._database.write() as con:
            said = {"domain": domain, "since": since, "sequence": sequence, "by": by, "at": now}
            con.execute(insert(consent_batches), said)

    def absorbed(self, domain: str) -> int:
        """Up to where all of the domain's products had absorbed the ledger when the last batch ended; 0 before the first."""
        with self._database.read() as con:
            found: Any = con.execute(select(func.max(_B.sequence)).where(_B.domain == domain)).scalar()
        return int(found or 0)

    def changed(self, product: str, since: int) -> bool:
        """Whether rows of the product went, or say another thing about their people, by a receipt for what is after `since`."""
        touched = (_R.rows > 0) | (_R.marked > 0) | (_R.outcome == Outcome.FAILED.value)
        query = select(_R.id).where(_R.product == product, _R.sequence > since, touched).limit(1)
        with self._database.read() as con:
            return con.execute(query).scalar() is not None

    def receipts(self, domain: str | None = None, limit: int = 100) -> tuple[Receipt, ...]:
        """The newest receipts first."""
        query = select(consent_receipts).order_by(_R.at.desc(), _R.id).limit(limit)
        with self._database.read() as con:
            rows = con.execute(query if domain is None else query.where(_R.domain == domain)).mappings().all()
        return tuple(_receipt(row) for row in rows)


def _advance(con: Connection, one: Progress, now: datetime) -> None:
    row = {name: getattr(one, name) for name in Progress.__slots__} | {"updated_at": now}
    given = upsert(con, consent_progress).values(row)
    changes = {name: given.excluded[name] for name in _SAID}
    con.execute(given.on_conflict_do_update(index_elements=["product", "location"], set_=changes))


def _progress(row: Any) -> Progress:
    return Progress(**{name: row[name] for name in Progress.__slots__})


def _receipt(row: Any) -> Receipt:
    values = {name: row[name] for name in Receipt.__slots__}
    return Receipt(**values | {"outcome": Outcome(row["outcome"]), "verdict": Verdict(row["verdict"])})
