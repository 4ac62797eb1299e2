"""The history of quality measures: per product and metric, one value per publication, `None` where it was not measured."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from mesh_platform.product.key import ProductKey
from mesh_platform.registry.values import Measure
from mesh_platform.state import insert
from mesh_platform.state.tables import measures

_T = measures.c
_KEY = ("publication_id", "product", "metric")
PEOPLE, CUT, HASHED = "people", "columns of cut cards", "columns of hashed cards"
"""What the rows were counted for beside their quality: how many people they are about, and columns of card numbers. Told only where it is asked for by name."""
_BESIDE = (PEOPLE, CUT, HASHED)


def record(con: Connection, found: Iterable[Measure]) -> None:
    """Record each; measured again for the same publication, the new value stands in the old one's place."""
    rows = [
        {
            "product": str(measure.product),
            "publication_id": measure.publication_id,
            "metric": measure.metric,
            "value": measure.value,
            "measured_at": measure.measured_at,
        }
        for measure in found
    ]
    if rows:
        row = insert(con, measures)
        kept = {"value": row.excluded.value, "measured_at": row.excluded.measured_at}
        con.execute(row.on_conflict_do_update(index_elements=_KEY, set_=kept), rows)


def listed(con: Connection, product: ProductKey, metric: str | None, limit: int) -> tuple[Measure, ...]:
    """The last `limit` measures, newest first."""
    where = [_T.product == str(product), _T.metric == metric if metric is not None else _T.metric.not_in(_BESIDE)]
    rows = con.execute(select(measures).where(*where).order_by(_T.id.desc()).limit(limit))
    return tuple(Measure(product, row.publication_id, row.metric, row.value, row.measured_at) for row in rows)


def counted(con: Connection, metric: str) -> dict[str, int]:
    """What the newest publication of each product was counted for that was counted for it at all."""
    newest = select(func.max(_T.id)).where(_T.metric == metric).group_by(_T.product)
    rows = con.execute(select(_T.product, _T.value).where(_T.id.in_(newest)))
    return {row.product: int(row.value) for row in rows if row.value is not None}
