"""Values made coarser as a descriptor says (`coarsen:`), before they are staged.

Each transform is an expression of the engine over one value of its declared type, and keeps the type. Applied to its own result it changes
nothing, so that rows which are staged once more stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mesh_platform.lake import quote_name, quote_text
from mesh_platform.product import DataProduct
from mesh_platform.product.models import Coarsening
from mesh_platform.publish.forms import FEW_PEOPLE

_FEW = ", ".join(map(quote_text, FEW_PEOPLE))
_COARSE: Mapping[Coarsening, Callable[[str], str]] = {
    "month": lambda c: f"date_trunc('month', {c})",
    "year": lambda c: f"date_trunc('year', {c})",
    "tens": lambda c: f"({c}) - ({c}) % 10",
    "zip3": lambda c: f"CASE WHEN left(trim({c}), 3) IN ({_FEW}) THEN '000' ELSE left(trim({c}), 3) END",
}


def coarse(name: str, how: Coarsening, kind: str) -> str:
    """The expression that stands for a column's value.

    Args:
        name: the column.
        how: the transform.
        kind: its DuckDB type.
    """
    return f"CAST({_COARSE[how](f'CAST({quote_name(name)} AS {kind})')} AS {kind})"


def finer(select: str, descriptor: DataProduct) -> str:
    """Whether rows hold values that are finer than the descriptor says, as a statement of one row; empty where it says nothing."""
    tests = [
        f"{quote_name(name)} IS DISTINCT FROM {coarse(name, column.coarsen, column.type.duckdb)}"
        for name, column in descriptor.columns.items()
        if column.coarsen is not None
    ]
    return f"SELECT count(*) FROM (SELECT 1 FROM ({select}\n) AS fine WHERE {' OR '.join(tests)} LIMIT 1)" if tests else ""


def coarsened(select: str, columns: Mapping[str, str], descriptor: DataProduct) -> str:
    """`select` with those of its columns coarser that the descriptor names; `columns` are the names that it gives, by their lower case."""
    parts = [
        f"{coarse(columns[name.casefold()], column.coarsen, column.type.duckdb)} AS {quote_name(columns[name.casefold()])}"
        for name, column in descriptor.columns.items()
        if column.coarsen is not None and name.casefold() in columns
    ]
    return f"SELECT * REPLACE ({', '.join(parts)}) FROM ({select}\n) AS fine" if parts else select
