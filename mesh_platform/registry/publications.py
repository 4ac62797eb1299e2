"""Publications, as the lake made them: recorded once, rebuilt from the lake where the row is missing, withdrawn where the lake forgot.

The rename of the catalog is the publication and this row only follows it. A kill between the two leaves a version without a row, which
`reconcile` writes from the commit's own extras. A catalog that was restored or made anew counts its snapshots again: rows that contradict
it are withdrawn, not deleted, and stand again when their snapshot does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from mesh_platform.errors import CheckFailed
from mesh_platform.product.key import ProductKey
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.registry.values import LakeVersion, Publication
from mesh_platform.state.tables import products, publications

_T = publications.c


def record(con: Connection, publication: Publication, now: datetime) -> Publication:
    """Record it unless it stands already, by its id or as the same facts under its snapshot; give what stands."""
    same_id = _found(con, _T.id == publication.id)
    if same_id is not None:
        if _facts(same_id) != _facts(publication):
            raise CheckFailed.because(
                "REGISTRY-02",
                f"publication {publication.id}",
                "Another publication is recorded under this id.",
                "Give each publication an id of its own (UUID).",
                str(publication.product),
            )
        return same_id
    same_snapshot = _found(con, _live_at(publication.product, publication.snapshot_id))
    if same_snapshot is not None:
        if _facts(same_snapshot) == _facts(publication):
            return same_snapshot
        _withdraw(con, [same_snapshot.id], now)
    con.execute(insert(publications), _row(publication))
    return replace(publication, withdrawn_at=None)


@dataclass(frozen=True, slots=True)
class Difference:
    """What separates the rows of a product from what the lake says of it."""

    missing: Mapping[str, LakeVersion]
    back: Mapping[str, int]
    stale: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        return not (self.missing or self.back or self.stale)


def difference(rows: Iterable[Publication], versions: Iterable[LakeVersion], under_lock: bool) -> Difference:
    """Compare them. A row is stale where the lake holds something else under its snapshot.

    Under the lock nothing is missing from `versions`, and the newest one that names a publication names the latest: later rows are stale
    too. Maintenance repeats the id of the publication whose rows it keeps, so an id counts from its first snapshot on.
    """
    in_lake = sorted(versions, key=lambda version: version.snapshot_id)
    named = {version.snapshot_id: str(version.extra.get("publication_id") or "") for version in in_lake}
    first = {id: version for version in reversed(in_lake) if (id := named[version.snapshot_id])}
    known = {row.id: row for row in rows}
    back = {id: version.snapshot_id for id, version in first.items() if id in known and known[id].withdrawn_at}
    top = in_lake[-1].snapshot_id if in_lake else -1
    if newest := next((named[version.snapshot_id] for version in reversed(in_lake) if named[version.snapshot_id]), ""):
        top = known[newest].snapshot_id if newest in known and newest not in back else first[newest].snapshot_id
    stale = tuple(
        row.id
        for row in known.values()
        if row.withdrawn_at is None and (named.get(row.snapshot_id, row.id) != row.id or (under_lock and row.snapshot_id > top))
    )
    return Difference({id: version for id, version in first.items() if id not in known}, back, stale)


def reconcile(con: Connection, product: ProductKey, found: Difference, now: datetime) -> int:
    """Bring the rows of `product` into line with the lake; gives how many were missing and have been rebuilt."""
    _withdraw(con, found.stale, now)
    for id, snapshot_id in found.back.items():
        con.execute(update(publications).where(_T.id == id).values(withdrawn_at=None, snapshot_id=snapshot_id))
    missing = [_rebuilt(con, product, id, version) for id, version in found.missing.items()]
    if missing:
        con.execute(insert(publications), [_row(publication) for publication in missing])
    return len(missing)


def listed(con: Connection, product: ProductKey, withdrawn: bool = False) -> tuple[Publication, ...]:
    query = select(publications).where(_T.product == str(product)).order_by(_T.snapshot_id.desc(), _T.published_at.desc())
    return tuple(_value(row) for row in con.execute(query if withdrawn else query.where(_T.withdrawn_at.is_(None))).mappings())


def latest(con: Connection) -> dict[ProductKey, Publication]:
    newest = (
        select(_T.product, func.max(_T.snapshot_id).label("snapshot_id"))
        .where(_T.withdrawn_at.is_(None))
        .group_by(_T.product)
        .subquery()
    )
    query = select(publications).join(newest, (newest.c.product == _T.product) & (newest.c.snapshot_id == _T.snapshot_id))
    rows = con.execute(query.where(_T.withdrawn_at.is_(None))).mappings()
    return {publication.product: publication for publication in map(_value, rows)}


LATEST = "SELECT id FROM publications WHERE product = ? AND withdrawn_at IS NULL ORDER BY snapshot_id DESC LIMIT 1"
"""Which publication is served: what it tells never changes while it stands."""


def latest_of(con: Connection, product: ProductKey) -> Publication | None:
    query = (
        select(publications).where(_T.product == str(product), _T.withdrawn_at.is_(None)).order_by(_T.snapshot_id.desc()).limit(1)
    )
    row = con.execute(query).mappings().one_or_none()
    return None if row is None else _value(row)


def withdraw_all(con: Connection, domain: str, location: str, now: datetime) -> int:
    """Withdraw what a domain published in one place, since nothing of it is there any more; gives how many publications."""
    there = _T.product.startswith(f"{domain}/", autoescape=True) & (_T.location == location) & _T.withdrawn_at.is_(None)
    return con.execute(update(publications).where(there).values(withdrawn_at=now)).rowcount


def _live_at(product: ProductKey, snapshot_id: int) -> Any:
    return (_T.product == str(product)) & (_T.snapshot_id == snapshot_id) & _T.withdrawn_at.is_(None)


def _found(con: Connection, where: Any) -> Publication | None:
    row = con.execute(select(publications).where(where)).mappings().one_or_none()
    return None if row is None else _value(row)


def _withdraw(con: Connection, ids: Sequence[str], now: datetime) -> None:
    if ids:
        con.execute(update(publications).where(_T.id.in_(ids)).values(withdrawn_at=now))


def _facts(publication: Publication) -> tuple[object, ...]:
    """What must agree for two records to be of one publication; the moment may differ by a rounding."""
    p = publication
    return (p.product, p.version, p.snapshot_id, p.spec_hash, p.rows, p.ledger_seq, p.sensitivity)


def _rebuilt(con: Connection, product: ProductKey, id: str, version: LakeVersion) -> Publication:
    extra = version.extra
    location = extra.get("location") or con.execute(select(products.c.location).where(products.c.key == str(product))).scalar()
    try:
        return Publication(
            id=id,
            product=product,
            version=str(extra["version"]),
            snapshot_id=version.snapshot_id,
            spec_hash=str(extra["spec_hash"]),
            rows=_whole(extra["rows"]),
            ledger_seq=None if extra.get("ledger_seq") is None else _whole(extra["ledger_seq"]),
            sensitivity=Sensitivity(str(extra["sensitivity"])),
            location=str(location or ""),
            published_at=version.committed_at,
        )
    except (KeyError, ValueError) as error:
        raise CheckFailed.because(
            "REGISTRY-03",
            f"snapshot {version.snapshot_id}",
            f"Its commit says that it is a publication, but not all of what one must say ({type(error).__name__}).",
            "Publish the product again; if it returns, the lake was written by something else than this platform.",
            str(product),
        ) from None


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("not a whole number")
    return value


def _row(publication: Publication) -> dict[str, Any]:
    p = publication
    return {
        "id": p.id,
        "product": str(p.product),
        "version": p.version,
        "snapshot_id": p.snapshot_id,
        "spec_hash": p.spec_hash,
        "rows": p.rows,
        "ledger_seq": p.ledger_seq,
        "sensitivity": p.sensitivity.value,
        "location": p.location,
        "published_at": p.published_at,
    }


def _value(row: Mapping[Any, Any]) -> Publication:
    return Publication(**{**row, "product": ProductKey.parse(row["product"]), "sensitivity": Sensitivity(row["sensitivity"])})
