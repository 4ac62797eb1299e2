"""The one query that counts for all rules about rows, and the quality measures, in a single scan.

Inside, every rule becomes a boolean column that is true where a row breaks it; outside, each is counted, and accuracy counts the rows where any
of its rules is true. Two levels keep each condition evaluated once (measured: 3.8 CPU seconds for 9 rules over 10 million rows, against 5.6
where the aggregates hold the conditions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import ibis

from mesh_platform.contract.contract import Freshness
from mesh_platform.contract.plan import Plan
from mesh_platform.contract.predicate import missing
from mesh_platform.contract.rules import ACCURACY, Rule
from mesh_platform.contract.shape import unbound
from mesh_platform.contract.sql import ROWS, Relation, row_condition
from mesh_platform.product.sql_engine import quoted

LATEST = timedelta(days=1)
"""How far ahead of now a moment may lie: zones differ by 14 hours, and dates have none."""


@dataclass(frozen=True)
class Counted:
    """What the query counted: rows, rows that break each rule, and the measures in percent."""

    rows: int
    failed: dict[Rule, int]
    measures: dict[str, float | None]


@dataclass(frozen=True)
class Counts:
    """The query, and how to read its one row."""

    plan: Plan
    flags: Mapping[Rule, str]
    columns: tuple[str, ...]
    sql: str

    @classmethod
    def of(cls, plan: Plan, now: datetime) -> Counts:
        """The query for `plan`, judging freshness as of `now`."""
        checks = {rule: f"__check_{number}" for number, rule in enumerate((*plan.row_sql, *plan.around_sql))}
        source = unbound({**plan.shape, **dict.fromkeys(checks.values(), ibis.dtype("boolean"))}, ROWS)
        failing = (
            {rule: _on(expression, plan.table, source) for rule, expression in plan.rows.items()} if checks else dict(plan.rows)
        )
        failing |= {rule: ~source[name] for rule, name in checks.items()}
        flags = {rule: f"broken_{number}" for number, rule in enumerate(failing)}
        inner = {flags[rule]: expression for rule, expression in failing.items()}
        inner |= {f"value_{name}": _present(source[name]) for name in plan.required.values()}
        if plan.fresh and (freshness := plan.contract.freshness):
            inner["in_time"] = _in_time(source[freshness.column], freshness, now)
        rows = source.select(**(inner or {"nothing": ibis.literal(0)}))
        query = rows.aggregate(**_aggregates(plan, flags, rows))
        return cls(plan, flags, tuple(query.columns), str(ibis.to_sql(query, dialect="duckdb", pretty=False)))

    def relations(self, relations: Mapping[str, Relation]) -> dict[str, Relation]:
        """The relations that the query reads: row checks are columns of the checked rows, written in the domain's own SQL."""
        columns = [quoted(name) for name in self.plan.shape]
        conditions = [row_condition(sql) for sql in self.plan.row_sql.values()]
        conditions += [f"coalesce((\n{sql}\n), false)" for sql in self.plan.around_sql.values()]  # TRY takes no window function
        columns += [f"{condition} AS __check_{number}" for number, condition in enumerate(conditions)]
        return {**relations, ROWS: f"(SELECT {', '.join(columns) or '0 AS nothing'} FROM {relations[ROWS]})"}

    def read(self, values: Sequence[Any]) -> Counted:
        """What the query's one row says."""
        row = dict(zip(self.columns, values, strict=True))
        rows, required = int(row["rows"]), self.plan.required
        failed = {rule: rows - int(row[f"value_{name}"]) for rule, name in required.items()}
        absent = sum(failed.values())
        failed |= {rule: int(row[flag]) for rule, flag in self.flags.items()}
        if self.plan.fresh:
            failed[self.plan.fresh] = int(rows > 0 and row["in_time"] == 0)
        measures = {
            "completeness": _percent(rows * len(required) - absent, rows * len(required)),
            "accuracy": _percent(rows - row["inaccurate"], rows) if "inaccurate" in row else None,
            "timeliness": _percent(row["in_time"], rows) if "in_time" in row else None,
        }
        return Counted(rows, failed, measures)


def _aggregates(plan: Plan, flags: Mapping[Rule, str], rows: Any) -> dict[str, Any]:
    aggregates = {"rows": rows.count()}
    aggregates |= {f"value_{name}": rows[f"value_{name}"].count() for name in plan.required.values()}
    aggregates |= {flag: rows.count(where=rows[flag]) for flag in flags.values()}
    if accuracy := [rows[flag] for rule, flag in flags.items() if rule.kind in ACCURACY]:
        aggregates["inaccurate"] = rows.count(where=reduce(or_, accuracy))
    if "in_time" in rows.columns:
        aggregates["in_time"] = rows.count(where=rows.in_time)
    return aggregates


def _on(expression: Any, table: Any, source: Any) -> Any:
    return expression.op().replace({table.op(): source.op()}).to_expr()


def _present(column: Any) -> Any:
    return ibis.ifelse(missing(column), ibis.null(column.type()), column) if column.type().is_floating() else column


def _in_time(column: Any, freshness: Freshness, now: datetime) -> Any:
    """Within the promise, and not later than a clock can honestly be: a moment in the future shows no freshness."""
    utc = now.astimezone(UTC)
    return (column >= _as(column, freshness.promise.before(utc))) & (column <= _as(column, utc + LATEST))


def _as(column: Any, moment: datetime) -> Any:
    """The moment in the column's own type; timestamps without a zone are UTC."""
    if column.type().is_date():
        return ibis.literal(moment.date())
    return ibis.literal(moment if column.type().timezone else moment.replace(tzinfo=None), type=column.type())


def _percent(part: Any, whole: int) -> float | None:
    return 100.0 * float(part) / whole if whole else None
