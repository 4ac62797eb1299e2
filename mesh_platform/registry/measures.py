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
PEOPLE = "people"
"""How many people the rows were about: no measure of quality, and told only where it is asked for by name."""


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
    where = [_T.product == str(product), _T.metric == metric if metric is not None else _T.metric != PEOPLE]
    rows = con.execute(select(measures).where(*where).order_by(_T.id.desc()).limit(limit))
    return tuple(Measure(product, row.publication_id, row.metric, row.value, row.measured_at) for row in rows)


def people(con: Connection) -> dict[str, int]:
    """How many people the newest publication of each product was about that is about any."""
    newest = select(func.max(_T.id)).where(_T.metric == PEOPLE).group_by(_T.product)
    rows = con.execute(select(_T.product, _T.value).where(_T.id.in_(newest)))
    return {row.product: int(row.value) for row in rows if row.value is not None}
