"""What the gate said: an append-only history of its changes, in the order of recording and never by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, insert, select

from mesh_platform.errors import Finding
from mesh_platform.product.key import ProductKey
from mesh_platform.registry.values import GateDecision, GatePlace
from mesh_platform.state import dump_json
from mesh_platform.state.tables import gate_decisions

_T = gate_decisions.c


def record(con: Connection, decisions: Iterable[GateDecision]) -> tuple[GateDecision, ...]:
    """Append each, except one that repeats the last of its product and place; give those that stand now, in the order given."""
    standing: dict[tuple[ProductKey, GatePlace], tuple[GateDecision, int | None]] = {
        (decision.product, decision.place): (decision, None) for decision in _newest(con, _T.product, _T.place)
    }
    new: list[GateDecision] = []
    stand: list[tuple[GateDecision, int | None]] = []
    for decision in decisions:
        at = (decision.product, decision.place)
        last, place_in_new = standing.get(at, (None, None))
        if last is None or not _repeats(decision, last):
            standing[at] = last, place_in_new = decision, len(new)
            new.append(decision)
        stand.append((last, place_in_new))
    ids = _insert(con, new)
    return tuple(last if at is None else replace(last, id=ids[at]) for last, at in stand)


def latest(con: Connection, place: GatePlace | None) -> dict[ProductKey, GateDecision]:
    """The last decision on each product, at `place` or anywhere."""
    return {decision.product: decision for decision in _newest(con, _T.product, place=place)}


def listed(con: Connection, product: ProductKey, place: GatePlace | None, limit: int) -> tuple[GateDecision, ...]:
    where = [_T.product == str(product)] + ([_T.place == place] if place else [])
    rows = con.execute(select(gate_decisions).where(*where).order_by(_T.id.desc()).limit(limit)).mappings()
    return tuple(_value(row) for row in rows)


def _insert(con: Connection, new: list[GateDecision]) -> Sequence[int]:
    """The ids of the new rows, in their order."""
    if not new:
        return ()
    rows = con.execute(
        insert(gate_decisions).returning(_T.id, sort_by_parameter_order=True), [_row(decision) for decision in new]
    )
    return list(rows.scalars())


def _newest(con: Connection, *by: Any, place: GatePlace | None = None) -> list[GateDecision]:
    newest = select(func.max(_T.id)).group_by(*by)
    rows = con.execute(select(gate_decisions).where(_T.id.in_(newest.where(_T.place == place) if place else newest)))
    return [_value(row) for row in rows.mappings()]


def _repeats(decision: GateDecision, last: GateDecision) -> bool:
    return decision.place != "publish" and _said(decision) == _said(last)


def _said(decision: GateDecision) -> str:
    row = _row(decision)
    del row["decided_at"]
    return dump_json(row)


def _row(decision: GateDecision) -> dict[str, Any]:
    return {
        "product": str(decision.product),
        "spec_hash": decision.spec_hash,
        "place": decision.place,
        "open": decision.open,
        "findings": [finding.as_json() for finding in decision.findings],
        "not_evaluated": list(decision.not_evaluated),
        "closed_consumers": list(decision.closed_consumers),
        "decided_at": decision.decided_at,
        "publication": decision.publication,
    }


def _value(row: Mapping[Any, Any]) -> GateDecision:
    return GateDecision(
        **{
            **row,
            "product": ProductKey.parse(row["product"]),
            "findings": tuple(Finding.from_json(finding) for finding in row["findings"]),
            "not_evaluated": tuple(row["not_evaluated"]),
            "closed_consumers": tuple(row["closed_consumers"] or ()),
        }
    )
