"""A plan tried on a scratch table, so that no rule fails over staged rows for a reason that has nothing to do with them.

What the engine refuses is taken out of the plan and becomes a blocking finding. In the usual case that is one query: the very one that will count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
import ibis

from mesh_platform.contract.counts import Counts
from mesh_platform.contract.plan import Plan
from mesh_platform.contract.rules import Rule
from mesh_platform.contract.scratch import Scratch
from mesh_platform.contract.sql import ROWS, row_condition, with_relations
from mesh_platform.product.sql_engine import quoted


def tried(plan: Plan, now: datetime) -> Counts:
    """The query that counts for `plan` as of `now`; rules that the engine refuses have left the plan."""
    with Scratch({ROWS: plan.shape, **plan.target_shapes}) as scratch:
        for rule, sql in list(plan.row_sql.items()):
            if why := _row_sql_refusal(scratch, sql):
                del plan.row_sql[rule]
                plan.without_expression(rule, why)
        _drop_refused_sql(plan, plan.around_sql, lambda sql: f"SELECT (\n{sql}\n) FROM {ROWS}", scratch)
        _drop_refused_sql(plan, plan.table_sql, lambda sql: sql, scratch)
        _drop_refused(plan, plan.tables, lambda failing: failing.as_table(), scratch)
        counts = Counts.of(plan, now)
        relations = {name: f"main.{quoted(name)}" for name in (ROWS, *plan.target_shapes)}
        if scratch.refusal(with_relations(counts.relations(relations), counts.sql)) is None:
            return counts
        _drop_refused(plan, plan.rows, lambda failing: plan.table.select(failing=failing), scratch)
    return Counts.of(plan, now)


def _drop_refused(plan: Plan, rules: dict[Rule, Any], query: Callable[[Any], Any], scratch: Scratch) -> None:
    for rule, failing in list(rules.items()):
        if why := scratch.refusal(str(ibis.to_sql(query(failing), dialect="duckdb", pretty=False))):
            del rules[rule]
            plan.without_expression(rule, why)


def _drop_refused_sql(plan: Plan, rules: dict[Rule, str], query: Callable[[str], str], scratch: Scratch) -> None:
    for rule, sql in list(rules.items()):
        if why := scratch.refusal(query(sql)):
            del rules[rule]
            plan.without_expression(rule, why)


def _row_sql_refusal(scratch: Scratch, sql: str) -> str | None:
    try:
        kind = scratch.type_of(f"(\n{sql}\n)", ROWS)
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    if kind != "BOOLEAN":
        return f"it gives {kind} and not a boolean"
    return scratch.refusal(f"SELECT (\n{sql}\n) FROM {ROWS}") or scratch.refusal(f"SELECT {row_condition(sql)} FROM {ROWS}")
