"""Row checks: one expression over one row, judged by the same guard as a transform, and narrower than one.

It reads no input at all, so whatever reads is refused with it: no subquery, window, star, parameter or second statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_platform.product.sql_engine import parsed
from mesh_platform.product.sql_guard import Reads, judge

_REFUSED = {
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
    "STAR": "a star",
    "PARAMETER": "a parameter",
}
_CLAUSES = ("where_clause", "group_expressions", "having", "qualify", "sample", "modifiers")
_NO_EXPRESSION = "it is not one SQL expression"


def row_refusal(expression: str) -> str | None:
    """Why `expression` cannot be a row check, or None where it can."""
    sql = f"SELECT (\n{expression}\n)"
    tree = parsed(sql)
    nodes = [] if tree.get("error") else [statement["node"] for statement in tree["statements"]]
    if len(nodes) != 1 or not _one_expression(nodes[0]):
        return _NO_EXPRESSION
    node = nodes[0]
    if found := next((_REFUSED[kind] for kind in _classes(node["select_list"][0]) if kind in _REFUSED), None):
        return f"it holds {found}"
    reads = Reads()
    judge(node, sql, frozenset(), reads)
    why = next((problem.why for problem in reads.problems), None)
    return why and f"i{why[1:].rstrip('.')}"


def _one_expression(node: dict[str, Any]) -> bool:
    alone = len(node.get("select_list", ())) == 1 and node["from_table"]["type"] == "EMPTY" and not node["cte_map"]["map"]
    return alone and not any(node[clause] for clause in _CLAUSES)


def _classes(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree["class"]
        for child in tree.values():
            yield from _classes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _classes(child)
