"""The few pieces of SQL that this room writes itself: names, keys, and the row checks of descriptors.

Values never pass through here. A row check is a domain team's own SQL, so it is parsed by DuckDB's own parser first and must be one
expression over the row: no subquery, window, aggregate over a star, parameter or second statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb

Relation = str
"""A FROM item: a quoted table name, or a SELECT in parentheses."""

_REFUSED = {
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
    "STAR": "a star",
    "PARAMETER": "a parameter",
}


def quote(name: str) -> str:
    """`name` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def with_relations(relations: Mapping[str, Relation], query: str) -> str:
    """`query`, reading each relation under its name; never materialised, so columns that nobody reads stay unread."""
    parts = ", ".join(f"{quote(name)} AS NOT MATERIALIZED (SELECT * FROM {relation})" for name, relation in relations.items())
    return f"WITH {parts} SELECT * FROM ({query})"


def key_expressions(columns: Iterable[str], floating: Iterable[str]) -> list[str]:
    """The columns of a key as compared: NaN counts as missing, as it does in pandas and in this room's other rules."""
    nan_is_null = set(floating)
    return [
        f"CASE WHEN isnan({quote(name)}) THEN NULL ELSE {quote(name)} END" if name in nan_is_null else quote(name)
        for name in columns
    ]


def row_condition(expression: str) -> str:
    """A row check as it runs: a row passes only where it is true, and an error over one row fails that row alone."""
    return f"coalesce(try((\n{expression}\n)), false)"


def refusal(expression: str) -> str | None:
    """Why `expression` cannot be a row check, or None where it can."""
    with duckdb.connect() as scratch:
        row = scratch.execute("SELECT json_serialize_sql(?)", [f"SELECT (\n{expression}\n)"]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        return "it is not one SQL expression"
    statements = tree["statements"]
    if len(statements) != 1 or len(statements[0]["node"].get("select_list", ())) != 1:
        return "it is not one SQL expression"
    node = statements[0]["node"]
    clauses = ("where_clause", "group_expressions", "having", "qualify", "modifiers")
    if node["from_table"]["type"] != "EMPTY" or any(node[clause] for clause in clauses):
        return "it is not one SQL expression"
    found = next((_REFUSED[kind] for kind in _classes(node["select_list"][0]) if kind in _REFUSED), None)
    return f"it holds {found}" if found else None


def _classes(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree["class"]
        for child in tree.values():
            yield from _classes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _classes(child)
