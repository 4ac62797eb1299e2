"""Whether a statement asks for aggregates. One that wants rows would get groups in the form of rows, which nobody should take for people.

This keeps readers from a mistake; nobody's privacy rests on it, since rows of groups tell of groups alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mesh_platform.errors import Denied
from mesh_platform.product import ProductKey
from mesh_platform.product.sql_engine import aggregates, parsed


def rows_refused(text: str, views: Mapping[ProductKey, str], grouped: Collection[ProductKey]) -> None:
    """Refuse a statement over governed views that hands out rows of products that are read in groups.

    Raises:
        Denied: ACCESS-30.
    """
    for key in grouped:
        if any(_gives_rows(one["node"], frozenset({views[key]})) for one in parsed(text).get("statements", ())):
            why = "It asks for rows, and this read is of groups of people alone."
            fix = "Ask for counts, sums and means, with GROUP BY where they are to be told apart."
            raise Denied.because("ACCESS-30", str(key), why, fix, str(key))


def _gives_rows(node: Any, scope: frozenset[str]) -> bool:
    """Whether a query hands on rows of what `scope` names, unsummed."""
    for entry in (node.get("cte_map") or {}).get("map", ()):
        name = str(entry["key"]).casefold()
        given = _gives_rows(entry["value"]["query"]["node"], scope)
        scope = scope | {name} if given else scope - {name}
    if "select_list" not in node:
        sides = (node.get("left"), node.get("right"), *(node.get("children") or ()))
        return any(_gives_rows(side, scope) for side in sides if isinstance(side, dict))
    inner = any(_gives_rows(query, scope) for query in _subqueries(node["select_list"]))
    return inner or (_from_gives_rows(node.get("from_table") or {}, scope) and not _sums(node))


def _from_gives_rows(node: Any, scope: frozenset[str]) -> bool:
    if node.get("type") == "BASE_TABLE":
        return str(node["table_name"]).casefold() in scope
    if node.get("type") == "PIVOT":
        return False
    if isinstance(node.get("subquery"), dict):
        return _gives_rows(node["subquery"]["node"], scope)
    return any(_from_gives_rows(node[side], scope) for side in ("left", "right") if isinstance(node.get(side), dict))


def _sums(node: Any) -> bool:
    """Whether what a SELECT hands on is summed, grouped or made distinct."""
    distinct = any(modifier.get("type") == "DISTINCT_MODIFIER" for modifier in node.get("modifiers") or ())
    return distinct or bool(node.get("group_expressions")) or any(_calls(node["select_list"]))


def _calls(node: Any) -> Iterator[bool]:
    """An aggregate call in an expression, those of windows and subqueries left out."""
    for child in _children(node):
        if child.get("class") in ("WINDOW", "SUBQUERY"):
            continue
        if str(child.get("function_name", "")).casefold() in aggregates():
            yield True
        yield from _calls(list(child.values()))


def _subqueries(node: Any) -> Iterator[Any]:
    for child in _children(node):
        if child.get("class") == "SUBQUERY":
            yield child["subquery"]["node"]
        else:
            yield from _subqueries(list(child.values()))


def _children(node: Any) -> Iterator[dict[str, Any]]:
    for item in node if isinstance(node, list) else [node]:
        if isinstance(item, dict):
            yield item
        elif isinstance(item, list):
            yield from _children(item)
