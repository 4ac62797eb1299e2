"""What the gate said: an append-only history, in the order of recording and never by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from mesh_platform.errors import Finding
from mesh_platform.product.key import ProductKey
from mesh_platform.registry.values import GateDecision, GatePlace
from mesh_platform.state.tables import gate_decisions

_T = gate_decisions.c


def record(con: Connection, decision: GateDecision) -> GateDecision:
    """Append it; give it with its id."""
    row: Any = con.execute(insert(gate_decisions).returning(_T.id), _row(decision)).scalar_one()
    return replace(decision, id=row)


def latest(con: Connection, place: GatePlace | None) -> dict[ProductKey, GateDecision]:
    """The last decision on each product, at `place` or anywhere."""
    newest = select(func.max(_T.id)).group_by(_T.product)
    rows = con.execute(select(gate_decisions).where(_T.id.in_(newest.where(_T.place == place) if place else newest)))
    return {decision.product: decision for decision in map(_value, rows.mappings())}


def between(con: Connection, since: datetime, until: datetime) -> tuple[GateDecision, ...]:
    """Every decision from one moment up to another, in the order of recording."""
    query = select(gate_decisions).where(_T.decided_at >= since, _T.decided_at < until).order_by(_T.id)
    return tuple(map(_value, con.execute(query).mappings()))


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
        "policy": decision.policy,
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
