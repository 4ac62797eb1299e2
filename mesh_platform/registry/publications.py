"""Publications, as the lake made them: recorded once, rebuilt from the lake where the row is missing, withdrawn where the lake forgot.

The rename of the catalog is the publication and this row only follows it. A kill between the two leaves a version without a row, which
`reconcile` writes from the commit's own extras. A catalog that was restored or made anew counts its snapshots again: rows that contradict
it are withdrawn, not deleted, and stand again when their snapshot does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
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


def reconcile(con: Connection, product: ProductKey, versions: Iterable[LakeVersion], under_lock: bool, now: datetime) -> int:
    """Bring the rows of `product` into line with the lake's versions; gives how many were missing and have been rebuilt."""
    in_lake = sorted(versions, key=lambda version: version.snapshot_id)
    published = {str(v.extra["publication_id"]): v for v in reversed(in_lake) if v.extra and v.extra.get("publication_id")}
    known = {row.id: row for row in listed(con, product, withdrawn=True)}
    snapshot_of = {version.snapshot_id: id for id, version in published.items()}
    newest = in_lake[-1].snapshot_id if in_lake else -1
    stale = [
        row.id
        for row in known.values()
        if row.withdrawn_at is None
        and (snapshot_of.get(row.snapshot_id, row.id) != row.id or (under_lock and row.snapshot_id > newest))
    ]
    _withdraw(con, stale, now)
    back = [id for id in published if id in known and known[id].withdrawn_at and snapshot_of.get(known[id].snapshot_id) == id]
    if back:
        con.execute(update(publications).where(_T.id.in_(back)).values(withdrawn_at=None))
    missing = [_rebuilt(con, product, id, version) for id, version in published.items() if id not in known]
    if missing:
        con.execute(insert(publications), [_row(publication) for publication in missing])
    return len(missing)


def pending(con: Connection, product: ProductKey, versions: Iterable[LakeVersion], under_lock: bool) -> bool:
    """Whether `reconcile` might have something to do; a cheap look without the write lock."""
    rows = {(row.id, row.snapshot_id) for row in listed(con, product)}
    ids = {id for id, _ in rows}
    in_lake = list(versions)
    extras = [(str(v.extra["publication_id"]), v.snapshot_id) for v in in_lake if v.extra and v.extra.get("publication_id")]
    newest = max((version.snapshot_id for version in in_lake), default=-1)
    snapshots = {snapshot: id for id, snapshot in rows}
    return (
        any(id not in ids for id, _ in extras)
        or any(snapshots.get(snapshot, id) != id for id, snapshot in extras)
        or (under_lock and any(snapshot > newest for _, snapshot in rows))
    )


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


def latest_of(con: Connection, product: ProductKey) -> Publication | None:
    query = (
        select(publications).where(_T.product == str(product), _T.withdrawn_at.is_(None)).order_by(_T.snapshot_id.desc()).limit(1)
    )
    row = con.execute(query).mappings().one_or_none()
    return None if row is None else _value(row)


def _live_at(product: ProductKey, snapshot_id: int) -> Any:
    return (_T.product == str(product)) & (_T.snapshot_id == snapshot_id) & _T.withdrawn_at.is_(None)


def _found(con: Connection, where: Any) -> Publication | None:
    row = con.execute(select(publications).where(where)).mappings().one_or_none()
    return None if row is None else _value(row)


def _withdraw(con: Connection, ids: list[str], now: datetime) -> None:
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
            ledger_seq=_whole(extra["ledger_seq"]),
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
