"""Whether binding a statement may take the engine long, or much memory: it works out some calls over constants while it binds.

`FROM unnest(range(100000000))` takes ten gigabytes before the first row is asked for. Such a statement is bound where its rows are read, in a
worker that has bounds and can be ended, and not in the platform's own process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh_platform.product.sql_engine import folded

_ALWAYS = frozenset(
    {"range", "generate_series", "repeat", "list_resize", "array_resize", "list_reduce", "array_reduce", "reduce"}
)
_SMALL = frozenset(
    {
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "||",
        "~~",
        "!~~",
        "~~*",
        "!~~*",
        "abs",
        "between",
        "coalesce",
        "concat",
        "contains",
        "count_star",
    }
    | {
        "current_date",
        "current_localtime",
        "current_localtimestamp",
        "date_add",
        "date_diff",
        "date_part",
        "date_sub",
        "date_trunc",
    }
    | {"day", "dense_rank", "epoch", "first", "floor", "hour", "last_day", "left", "length", "list_value", "lower", "make_date"}
    | {"make_timestamp", "map", "max", "min", "minute", "month", "now", "nullif", "rank", "right", "round", "row", "row_number"}
    | {"second", "starts_with", "strlen", "strptime", "struct_extract", "struct_pack", "substring", "sum", "to_days", "to_hours"}
    | {
        "to_minutes",
        "to_months",
        "to_seconds",
        "to_timestamp",
        "to_weeks",
        "to_years",
        "today",
        "trim",
        "trunc",
        "unnest",
        "upper",
    }
    | {"year"}
)
"""Functions whose value over constants is about as large as those are."""


def grows(tree: Mapping[str, Any]) -> bool:
    """Whether a call in the parsed `tree` may be worked out while it is bound, and come to more than its text says."""
    try:
        return _judged(tree)[1]
    except RecursionError:
        return True


def _judged(node: Any) -> tuple[bool, bool]:
    """Whether it reads a column, and whether it grows."""
    if isinstance(node, list):
        parts = [_judged(item) for item in node]
    elif isinstance(node, dict):
        if node.get("class") in ("COLUMN_REF", "STAR"):
            return True, False
        parts = [_judged(child) for child in node.values()]
    else:
        return False, False
    reads, large = any(one for one, _ in parts), any(other for _, other in parts)
    if isinstance(node, dict):
        if "function_name" in node:
            name = folded(str(node["function_name"]))
            large = large or name in _ALWAYS or (not reads and name not in _SMALL)
        reads = reads and node.get("class") != "LAMBDA"  # what it reads is its own
    return reads, large
