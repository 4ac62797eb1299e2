"""Sizes of the classes that columns make together, in people: the SQL that counts them, for staged rows and for served ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mesh_platform.lake.sql import quote_name
from mesh_platform.product import DataProduct


def people(descriptor: DataProduct, columns: Collection[str], holds_persons: bool) -> str:
    """How many people a class of rows holds, as an aggregate: one a row, unless a subject key or a count of people tells otherwise.

    Args:
        descriptor: of the product.
        columns: those that the rows have.
        holds_persons: whether its rows can be told apart by person.
    """
    if descriptor.aggregate and descriptor.aggregate.count in columns and not holds_persons:
        return f"coalesce(sum({quote_name(descriptor.aggregate.count)}), 0)"
    subjects = [name for name in descriptor.subject_columns if name in columns]
    counts = {_persons(name) if (name,) not in descriptor.unique_groups else "count(*)" for name in subjects}
    return f"least({', '.join(sorted(counts))})" if counts else "count(*)"


def class_sizes(relation: str, keys: Sequence[str], people: str) -> str:
    """One row: the people in the smallest class, how many classes there are, and how many of them hold one person.

    Args:
        relation: table, quoted.
        keys: expressions that make the classes.
        people: as `people` gives it.
    """
    classes = f"SELECT {people} AS people FROM {relation} GROUP BY {', '.join(keys)}"
    return f"SELECT min(people), count(*), count(*) FILTER (WHERE people = 1) FROM ({classes})"


def _persons(key: str) -> str:
    """Distinct persons by one key; the rows without it count as one person more."""
    column = quote_name(key)
    return f"count(DISTINCT {column}) + CAST(bool_or({column} IS NULL) AS INTEGER)"
