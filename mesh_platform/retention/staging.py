"""What a publication keeps of people who were erased: what a legal hold covers, and what the law needs for its minimum. No read shows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mesh_platform.lake import Spared
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.product import DataProduct
from mesh_platform.retention.calendar import cutoff
from mesh_platform.retention.holds import Hold, Holder, covered
from mesh_platform.retention.minimum import reducible


def spared(key: str, descriptor: DataProduct, holds: Iterable[Hold], now: datetime) -> Spared | None:
    """Which rows of erased people stay when they are delivered again; None where none do, whoever they are of."""
    types = {name: column.type.duckdb for name, column in descriptor.columns.items()}
    types = {name: "TIMESTAMP WITH TIME ZONE" if kind == "TIMESTAMPTZ" else kind for name, kind in types.items()}
    types |= {SUBJECTS + name: "BIGINT" for name in descriptor.subject_columns}
    held, minimum = covered(holds, Holder(key, descriptor, types)), _within_minimum(descriptor, types, now)
    if (held, minimum) == ("false", "false"):
        return None
    reduced = f"NOT coalesce(({held}), true) AND coalesce(({minimum}), true)"
    return Spared(f"coalesce(({held}), true) OR coalesce(({minimum}), true)", reduced, frozenset(reducible(descriptor)))


def _within_minimum(descriptor: DataProduct, types: dict[str, str], now: datetime) -> str:
    rule = descriptor.retention
    if rule is None or rule.minimum is None:
        return "false"
    column = rule.clock_column
    if column is None or column not in types:  # it is taken in now
        return "true"
    zone = ZoneInfo(rule.time_zone) if rule.time_zone else UTC
    return f"NOT ({cutoff(now, rule.minimum, zone).condition(column, types[column])})"
