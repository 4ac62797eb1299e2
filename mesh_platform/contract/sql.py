"""The few pieces of SQL that this room writes itself: relations, keys, and the row checks of descriptors.

Values never pass through here. A row check is a domain team's own SQL; `product.sql_row` judges it before it comes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mesh_platform.product.sql_engine import quoted

ROWS = "__rows"
"""The checked rows, as a contract's queries name them."""
FAILING = "failing"
Relation = str
"""A FROM item: a quoted table name, or a SELECT in parentheses."""


def with_relations(relations: Mapping[str, Relation], query: str) -> str:
    """`query`, reading each relation under its name; never materialised, so columns that nobody reads stay unread."""
    parts = ", ".join(f"{quoted(name)} AS NOT MATERIALIZED (SELECT * FROM {relation})" for name, relation in relations.items())
    return f"WITH {parts} SELECT * FROM ({query})"


def key_expressions(columns: Iterable[str], floating: Iterable[str]) -> list[str]:
    """The columns of a key as compared: NaN counts as missing, as it does in pandas and in this room's other rules."""
    nan_is_null = set(floating)
    return [
        f"CASE WHEN isnan({quoted(name)}) THEN NULL ELSE {quoted(name)} END" if name in nan_is_null else quoted(name)
        for name in columns
    ]


def row_condition(expression: str) -> str:
    """A row check as it runs: a row passes only where it is true, and an error over one row fails that row alone."""
    return f"coalesce(try((\n{expression}\n)), false)"
