"""The governed view of one product: its granted columns, raw or masked, below whatever a consumer writes over it."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_platform.access.aggregates.groups import GROUP_MEAN
from mesh_platform.access.aggregates.view import cut, grouped_view
from mesh_platform.access.decision import ColumnAccess, Decision, Treatment
from mesh_platform.access.masks import masked
from mesh_platform.product.sql_engine import quoted

TOKENS = "_mesh_token_"
"""What a column of the lake begins with that holds the tokens of another; no consumer sees it by that name."""


def view_columns(decision: Decision, types: Mapping[str, str]) -> dict[str, str]:
    """Each granted column of the served table, in its order, with the expression that stands for it.

    Args:
        decision: one that allows.
        types: columns of the served table, with their DuckDB types, those of the platform's own among them.
    """
    granted = {column.name: column for column in decision.granted}
    return {
        name: _expression(name, granted[name].mask if granted[name].treatment is Treatment.MASK else None, types)
        for name in types
        if name in granted
    }


def view(decision: Decision, types: Mapping[str, str], relation: str, conditions: tuple[str, ...] = ()) -> str:
    """The view's SELECT over `relation`, with the rows that all of `conditions` let through."""
    if decision.groups is not None:
        return _groups(decision, types, relation, conditions)
    columns = view_columns(decision, types)
    items = ", ".join(f"{expression} AS {quoted(name)}" for name, expression in columns.items())
    where = f" WHERE {' AND '.join(f'({condition})' for condition in conditions)}" if conditions else ""
    return f"SELECT {items} FROM {relation}{where}"


def _groups(decision: Decision, types: Mapping[str, str], relation: str, conditions: tuple[str, ...]) -> str:
    """Groups of people in place of the rows: grouping columns as they are granted, numbers for their means."""
    assert decision.groups is not None
    shown = [column for column in decision.granted if column.name in types]
    means = {column.name: quoted(column.name) for column in shown if column.mask == GROUP_MEAN}
    by, absent = {}, {}
    for column in shown:
        if column.name in decision.groups.by:
            by[column.name] = _grouping(column, decision, types)
        elif column.name not in means:
            absent[column.name] = f"CAST(NULL AS {types[column.name]})"
    order = [name for name in types if name in {column.name for column in shown}]
    return grouped_view(by, means, absent, order, decision.groups, types, relation, conditions)


def _grouping(column: ColumnAccess, decision: Decision, types: Mapping[str, str]) -> str:
    assert decision.groups is not None
    mask = column.mask if column.treatment is Treatment.MASK else None
    expression = _expression(column.name, mask, types)
    is_time = types[column.name].startswith(("DATE", "TIMESTAMP"))
    return cut(expression, decision.groups) if is_time and mask in (None, "year", "month") else expression


def _expression(name: str, mask: str | None, types: Mapping[str, str]) -> str:
    if mask is None:
        return quoted(name)
    token = TOKENS + name
    return masked(mask, quoted(name), types[name], quoted(token) if token in types else None)
