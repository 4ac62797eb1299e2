"""Receipts of retirements: begun before anything is removed, so that a killed one is finished and tells what there was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from mesh_platform.product.key import ProductKey
from mesh_platform.registry import lineage
from mesh_platform.state import Database, dump_json
from mesh_platform.state.tables import publications, retirements

_T = retirements.c


@dataclass(frozen=True, slots=True)
class Removed:
    """What one place held before it was emptied; `rows` is None where the catalog did not open any more."""

    rows: int | None
    files: int
    bytes: int
    versions: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {"rows": self.rows, "files": self.files, "bytes": self.bytes, "versions": list(self.versions)}


@dataclass(frozen=True, slots=True)
class Retirement:
    """One product ended for good. `person` is who stands behind `actor`; until `finished_at` something may be left.

    `versions` are those that were ever published; `evidence` is the hash of all the rest, as `evidence_of` makes it.
    """

    id: str
    product: ProductKey
    actor: str
    person: str
    reason: str
    begun_at: datetime
    versions: tuple[str, ...]
    places: Mapping[str, Removed] = field(default_factory=dict)
    finished_at: datetime | None = None
    evidence: str | None = None

    @property
    def rows(self) -> int | None:
        """Rows that were removed; None where one place could not tell."""
        counts = [removed.rows for removed in self.places.values()]
        return None if None in counts else sum(count for count in counts if count is not None)

    @property
    def files(self) -> int:
        return sum(removed.files for removed in self.places.values())

    @property
    def bytes(self) -> int:
        return sum(removed.bytes for removed in self.places.values())

    @property
    def held(self) -> str:
        """What there was, in words."""
        if not self.places:
            return "nothing of it was held any more"
        rows = "an unknown number of rows" if self.rows is None else f"{self.rows:,} row{'' if self.rows == 1 else 's'}"
        files = f"{self.files:,} file{'' if self.files == 1 else 's'}"
        return f"{rows}, {files}, {self.bytes:,} bytes in {', '.join(sorted(self.places))}"

    def as_json(self) -> dict[str, object]:
        """The receipt, with its hash."""
        return self._said() | {"evidence": self.evidence}

    def _said(self) -> dict[str, object]:
        return {
            "id": self.id,
            "product": str(self.product),
            "actor": self.actor,
            "person": self.person,
            "reason": self.reason,
            "begun_at": self.begun_at.isoformat(),
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            "versions": list(self.versions),
            "rows": self.rows,
            "files": self.files,
            "bytes": self.bytes,
            "places": {place: removed.as_json() for place, removed in sorted(self.places.items())},
        }


def evidence_of(retirement: Retirement) -> str:
    """SHA-256 of the receipt's other fields, as JSON with sorted keys: whoever holds a receipt can tell whether it is this one."""
    return hashlib.sha256(dump_json(retirement._said()).encode()).hexdigest()


class Retirements:
    """The receipts in a migrated control database. Every method may raise `Unavailable` where it cannot be used."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, product: ProductKey, actor: str, person: str, reason: str, now: datetime) -> Retirement:
        """The retirement of that product that was begun and never finished, else a new one."""
        with self._db.write() as con:
            if (open_one := _open(con, product)) is not None:
                return open_one
            versions: tuple[str, ...] = tuple(dict.fromkeys(map(str, con.execute(_versions_of(product)).scalars())))
            new = Retirement(str(uuid4()), product, actor, person, reason, now, versions)
            con.execute(insert(retirements), [_row(new)])
            return new

    def record(self, id: str, place: str, removed: Removed) -> None:
        """Remember what a place holds, before the first of it goes.

        An empty place says nothing anew: another call may have emptied it since this one began. A finished receipt stays as it is.
        """
        with self._db.write() as con:
            found = _value(con.execute(select(retirements).where(_T.id == id)).mappings().one())
            if removed.files == 0 and place in found.places:
                return
            places = {name: one.as_json() for name, one in {**found.places, place: removed}.items()}
            con.execute(update(retirements).where(_T.id == id, _T.finished_at.is_(None)).values(places=places))

    def finish(self, id: str, now: datetime) -> Retirement:
        """Close the receipt: nothing is left. Its publications are withdrawn and what it derived from is forgotten, in one transaction.

        One that is finished already is given as it stands, since somebody holds it.
        """
        with self._db.write() as con:
            found = _value(con.execute(select(retirements).where(_T.id == id)).mappings().one())
            done = Retirement(
                found.id,
                found.product,
                found.actor,
                found.person,
                found.reason,
                found.begun_at,
                found.versions,
                found.places,
                now,
            )
            values = {"finished_at": now, "evidence_hash": evidence_of(done)}
            if not con.execute(update(retirements).where(_T.id == id, _T.finished_at.is_(None)).values(**values)).rowcount:
                return _value(con.execute(select(retirements).where(_T.id == id)).mappings().one())
            live = (publications.c.product == str(found.product)) & publications.c.withdrawn_at.is_(None)
            con.execute(update(publications).where(live).values(withdrawn_at=now))
            lineage.record(con, found.product, ())
            return _value(con.execute(select(retirements).where(_T.id == id)).mappings().one())

    def under_way(self, product: ProductKey) -> Retirement | None:
        """The retirement of that product that was begun and never finished."""
        with self._db.read() as con:
            return _open(con, product)

    def listed(self, product: ProductKey | None = None) -> tuple[Retirement, ...]:
        """Receipts of one product or of all, the newest first."""
        query = select(retirements).order_by(_T.begun_at.desc(), _T.id)
        with self._db.read() as con:
            rows = con.execute(query if product is None else query.where(_T.product == str(product))).mappings()
            return tuple(_value(row) for row in rows)


def _versions_of(product: ProductKey) -> Any:
    table = publications.c
    return select(table.version).where(table.product == str(product)).order_by(table.published_at)


def _open(con: Connection, product: ProductKey) -> Retirement | None:
    query = select(retirements).where(_T.product == str(product), _T.finished_at.is_(None)).order_by(_T.begun_at).limit(1)
    row = con.execute(query).mappings().one_or_none()
    return None if row is None else _value(row)


def _row(retirement: Retirement) -> dict[str, Any]:
    return {
        "id": retirement.id,
        "product": str(retirement.product),
        "actor": retirement.actor,
        "person": retirement.person,
        "reason": retirement.reason,
        "begun_at": retirement.begun_at,
        "places": {},
        "versions": list(retirement.versions),
    }


def _value(row: Mapping[Any, Any]) -> Retirement:
    places = {
        name: Removed(one["rows"], one["files"], one["bytes"], tuple(one["versions"])) for name, one in row["places"].items()
    }
    return Retirement(
        id=row["id"],
        product=ProductKey.parse(row["product"]),
        actor=row["actor"],
        person=row["person"],
        reason=row["reason"],
        begun_at=row["begun_at"],
        versions=tuple(row["versions"]),
        places=places,
        finished_at=row["finished_at"],
        evidence=row["evidence_hash"],
    )
