"""How large a statement becomes once its stars and aliases are written out, told from its parse tree without writing them out.

A text of two lines may stand for a billion columns: `c1 AS (SELECT * FROM c0 p, c0 q)`, and so on; or `a + a AS b, b + b AS c`. Whoever binds or
traces such a text is busy for as long as its author likes, so it is weighed first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mesh_platform.product.sql_engine import folded

MOST_PARTS = 20_000
_UNKNOWN = 100
"""Columns of an input whose descriptor does not tell them."""
_SELECT = "select_list"


class Size(NamedTuple):
    """Columns that a query yields, and parts that it has in all, both written out; never too few."""

    columns: int = 0
    parts: int = 0


def size_of(tree: Any, inputs: Mapping[str, int]) -> Size:
    """The size of a parsed query.

    Args:
        tree: the node of the statement.
        inputs: name of each input, in lower case → how many columns it has; 0 where that is not known.
    """
    return _query(tree, {name: Size(columns or _UNKNOWN) for name, columns in inputs.items()})


def _query(node: Any, scope: Mapping[str, Size]) -> Size:
    parts = 0
    for entry in (node.get("cte_map") or {}).get("map", ()):
        found = _query(entry["value"]["query"]["node"], scope)
        scope = {**scope, folded(str(entry["key"])): Size(found.columns)}
        parts += found.parts
    if _SELECT in node:
        found = _select(node, scope)
        return Size(found.columns, parts + found.parts)
    each = [_query(node["left"], scope)] if isinstance(node.get("left"), dict) else []
    if each and (name := folded(str(node.get("cte_name") or ""))):
        scope = {**scope, name: Size(each[0].columns)}
    others = [node["right"]] if isinstance(node.get("right"), dict) else []
    each += [_query(child, scope) for child in (*others, *(node.get("children") or ())) if isinstance(child, dict)]
    return Size(max((one.columns for one in each), default=0), parts + sum(one.parts for one in each))


def _select(node: Any, scope: Mapping[str, Size]) -> Size:
    given = _from(node.get("from_table") or {}, scope)
    aliases: dict[str, int] = {}
    columns, parts = 0, given.parts
    for item in node[_SELECT]:
        weight = _expression(item, scope, aliases)
        times = max(given.columns, 1) if _has_star(item) else 1
        columns += times
        parts += times * weight
        if name := folded(str(item.get("alias") or "")):
            aliases[name] = weight
    rest = (child for key, child in node.items() if key not in (_SELECT, "from_table", "cte_map"))
    return Size(columns, parts + sum(_expression(child, scope, aliases) for child in rest))


def _from(node: Any, scope: Mapping[str, Size]) -> Size:
    if "table_name" in node:
        return scope.get(folded(str(node["table_name"])), Size(_UNKNOWN))
    if isinstance(node.get("subquery"), dict):
        return _query(node["subquery"]["node"], scope)
    inner = [_from(child, scope) for key in ("left", "right", "source") if isinstance(child := node.get(key), dict)]
    outside = {key: child for key, child in node.items() if key not in ("left", "right", "source")}
    own = _expression(outside, scope, {})
    return Size(sum(one.columns for one in inner) or own, own + sum(one.parts for one in inner))


def _expression(node: Any, scope: Mapping[str, Size], aliases: Mapping[str, int]) -> int:
    """The parts of an expression, an earlier alias of the same SELECT counted as what it stands for."""
    if isinstance(node, list):
        return sum(_expression(item, scope, aliases) for item in node)
    if not isinstance(node, dict):
        return 0
    if _SELECT in node or "cte_map" in node:
        return _query(node, scope).parts
    names = node.get("column_names")
    own = aliases.get(folded(str(names[0])), 1) if isinstance(names, list) and len(names) == 1 else int("class" in node)
    return own + sum(_expression(child, scope, aliases) for child in node.values())


def _has_star(node: Any) -> bool:
    if isinstance(node, list):
        return any(_has_star(item) for item in node)
    if not isinstance(node, dict) or _SELECT in node:
        return False
    return node.get("class") == "STAR" or any(_has_star(child) for child in node.values())
