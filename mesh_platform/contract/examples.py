"""Rows that break a rule, fetched when somebody asks and only then.

They are personal data as likely as not: they go to the caller, who may show them to a person entitled to see them, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesh_platform.contract.engine import Engine
from mesh_platform.contract.plan import Plan
from mesh_platform.contract.predicate import missing
from mesh_platform.contract.result import Example
from mesh_platform.contract.rules import Kind, Rule
from mesh_platform.contract.sql import ROWS, Relation, key_expressions, row_condition
from mesh_platform.product.sql_engine import quoted


def examples(engine: Engine, plan: Plan, relations: Mapping[str, Relation], rule_id: str, limit: int) -> list[Example]:
    """Up to `limit` rows that break the rule: the primary key and the rule's columns; for a repeated key the key and how often it stands."""
    rule = next(rule for rule in plan.rules if rule.id == rule_id)
    wanted = dict.fromkeys((*plan.contract.primary_key, *rule.columns)) if rule.columns else plan.shape
    shown = [name for name in wanted if name in plan.shape]
    if rule.kind is Kind.UNIQUE:
        return _repeated(engine, plan, relations[ROWS], rule, limit)
    if rule in plan.row_sql:
        return _rows(engine, relations[ROWS], shown, f"NOT {row_condition(plan.row_sql[rule])}", limit)
    failing = missing(plan.table[rule.columns[0]]) if rule in plan.required else plan.rows.get(rule)
    if failing is None:
        return []
    query = plan.table.filter(failing).select(*shown).limit(limit)
    return [dict(zip(shown, row, strict=True)) for row in engine.rows(relations, query)]


def _rows(engine: Engine, relation: Relation, shown: list[str], where: str, limit: int) -> list[Example]:
    query = f"SELECT {', '.join(map(quoted, shown))} FROM {relation} WHERE {where} LIMIT {int(limit)}"
    return [dict(zip(shown, row, strict=True)) for row in engine.fetch(query)]


def _repeated(engine: Engine, plan: Plan, relation: Relation, rule: Rule, limit: int) -> list[Example]:
    listed = ", ".join(key_expressions(rule.columns, plan.floating))
    query = f"SELECT count(*), {listed} FROM {relation} GROUP BY {listed} HAVING count(*) > 1 LIMIT {int(limit)}"
    return [dict(zip(("times", *rule.columns), row, strict=True)) for row in engine.fetch(query)]
