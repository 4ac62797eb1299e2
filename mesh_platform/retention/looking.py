"""The look from outside: how many rows that should be gone are still there, in every file of every held version.

It shares no arithmetic with what deletes: the engine adds the period to each row's own day. What it is told is the rule, which rows are held, and
who was erased.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.lake import Lake, Scan, quote_name, quote_text
from mesh_platform.product.durations import Span
from mesh_platform.product.models import Retention, served_descriptor
from mesh_platform.retention.clocks import zone_of
from mesh_platform.retention.holds import Hold, Holder, covered
from mesh_platform.retention.kept import KeptProduct


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look came to."""

    overdue: int
    files: int
    undated: int = 0


def look(
    lake: Lake, one: KeptProduct, holds: Collection[Hold], erased: Collection[int], now: datetime, grace: bool = False
) -> Looked:
    """Count them under the product's lock.

    Args:
        grace: count only what is past the grace that the rule gives too.

    Raises:
        NotFound, Unavailable: where it cannot be looked at.
    """
    with lake.scan(one.place) as scan:
        descriptor = served_descriptor(scan.versions[-1].extra)
        rule = descriptor.retention if descriptor else None
        if rule is None or descriptor is None or one.clock is None:
            return Looked(0, len(scan.files))
        overdue = undated = 0
        for file in scan.files:
            types = {name: kind for name, kind, *_ in scan.con.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()}
            held = covered(holds, Holder(one.key, descriptor, types))
            late, unknown = _conditions(rule, one, types, now, grace)
            gone = _erased(rule, one, types, erased, now)
            ended = f"(coalesce({late}, false) OR ({gone})) AND {_within(rule, one, types, now)}"
            if rule.action == "anonymise":
                ended += f" AND (({gone}) OR {_filled(one, types)})"
            counts = f"count(*) FILTER (WHERE {ended} AND NOT coalesce(({held}), true)), count(*) FILTER (WHERE {unknown})"
            [[late_rows, unknown_rows]] = _asked(scan, f"SELECT {counts} FROM {file}")
            overdue, undated = overdue + late_rows, undated + unknown_rows
        return Looked(overdue, len(scan.files), undated)


def _asked(scan: Scan, statement: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = scan.con.execute(statement).fetchall()
    return found


def _conditions(rule: Retention, one: KeptProduct, types: dict[str, str], now: datetime, grace: bool) -> tuple[str, str]:
    spans = [rule.period, *([rule.grace] if grace and rule.grace else [])]
    return _over(rule, one, types, now, spans), _undated(rule, types)


def _within(rule: Retention, one: KeptProduct, types: dict[str, str], now: datetime) -> str:
    """That the statutory minimum is over, where there is one."""
    return f"coalesce({_over(rule, one, types, now, [rule.minimum])}, false)" if rule.minimum else "true"


def _erased(rule: Retention, one: KeptProduct, types: dict[str, str], erased: Collection[int], now: datetime) -> str:
    if rule.minimum is None or not erased:
        return "false"
    who = ", ".join(map(str, sorted(erased)))
    return " OR ".join(f"coalesce({quote_name(mark)} IN ({who}), false)" for mark in one.marks if mark in types) or "false"


def _filled(one: KeptProduct, types: dict[str, str]) -> str:
    return f"({' OR '.join(f'{quote_name(name)} IS NOT NULL' for name in one.identifying if name in types) or 'false'})"


def _undated(rule: Retention, types: dict[str, str]) -> str:
    column = rule.clock_column
    return f"{quote_name(column)} IS NULL" if column in types and column else "false"


def _over(rule: Retention, one: KeptProduct, types: dict[str, str], now: datetime, spans: list[Span]) -> str:
    """That the spans together are over for a row: the engine's own calendar, not ours."""
    zone, column = zone_of(rule), rule.clock_column
    if column is not None and column in types:
        stamp = quote_name(column)
        if "ZONE" in types[column]:
            stamp = f"timezone({quote_text(str(zone))}, {stamp})"
    else:
        assert one.clock is not None
        latest = max(one.clock.taken_in.values()).astimezone(zone).replace(tzinfo=None)
        stamp = f"TIMESTAMP '{latest.isoformat(sep=' ')}'"
    whole = all(span.seconds % 86400 == 0 for span in spans)
    begun = f"CAST({stamp} AS DATE)" if whole else f"CAST({stamp} AS TIMESTAMP)"
    ends = " + ".join((begun, *(_interval(span) for span in spans)))
    local = now.astimezone(zone).replace(tzinfo=None)
    if whole:
        return f"(CAST({ends} AS DATE) < DATE '{local.date().isoformat()}')"
    if types.get(column or "") == "DATE":
        ends = f"{ends} + INTERVAL 1 DAY"
    return f"({ends} <= TIMESTAMP '{local.isoformat(sep=' ')}')"


def _interval(span: Span) -> str:
    return f"to_months({span.months}) + to_microseconds({round(span.seconds * 1e6)})"
