"""A consumer's SQL, judged on the engine's own parse of it, and rewritten so that it reads governed views and nothing else.

Products are named `domain.product`. Every node, function and reference is denied unless it is known; each product is replaced by the name of
its view; what comes out is parsed once more and must be what was judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mesh_platform.errors import Denied, Finding, UsageProblem
from mesh_platform.product import ProductKey, usable_name, usable_product
from mesh_platform.product.sql_engine import folded, parsed, written
from mesh_platform.product.sql_guard import QUERY, TOO_DEEP_PROBLEM, Reads, SqlProblem, judge, unparsed, weigh

OURS = "__mesh_"
"""What the names of governed views begin with; no name of a consumer's may."""
MOST_TEXT = 200_000
MOST_NAME = 500
"""Characters of a column's name that is the text of an expression."""
_SOURCES = frozenset({"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "PIVOT"})
"""What stands in a FROM and can have a name."""
_BY_PLACE = frozenset({"POSITIONAL_REFERENCE", "PIVOT", "SHOW_REF"})
_NO_DOMAINS = frozenset({"information_schema", "pg_catalog", "main", "temp", "system"})


@dataclass(frozen=True)
class Statement:
    """One SELECT, judged."""

    sql: str
    tree: Mapping[str, Any]
    products: tuple[ProductKey, ...]
    """The products that it reads, in the order in which it names them."""

    @cached_property
    def words(self) -> frozenset[str]:
        """Every name of a column that may stand in it, in lower case; too many rather than too few."""
        return frozenset(word.casefold() for node in _nodes(self.tree) for word in _spoken(node))

    @cached_property
    def unnamed(self) -> bool:
        """Whether it may take columns that it does not name: by a star or a number, as whole rows, under other names, or because two tables share them."""
        tables = frozenset(folded(name) for node in _nodes(self.tree) for name in _table_names(node))
        return any(_takes_unnamed(node, tables) for node in _nodes(self.tree))

    @property
    def parameters(self) -> int:
        """How many values it leaves open."""
        return len({node.get("identifier") for node in _nodes(self.tree) if node.get("type") == "VALUE_PARAMETER"})

    def over(self, views: Mapping[ProductKey, str]) -> str:
        """The statement over the governed views of its products.

        Raises:
            Denied: SQL-09, where the engine writes it in a way that reads as another statement.
        """
        tree = _copied(self.tree)
        _name_columns(tree)
        _replace(tree, {key: views[key] for key in self.products})
        text = written(tree)
        again = parsed(text) if text is not None else {"error": True}
        if text is None or again.get("error") or _reads(again) != _reads(tree):
            raise _refusal(
                SqlProblem("SQL-09", 1, "The engine does not read it back as it was written.", "Write it more plainly.")
            )
        found = Reads()
        judge(again["statements"], text, frozenset(views[key] for key in self.products), found, QUERY)
        if found.problems:
            raise _refusal(SqlProblem("SQL-09", 1, "Written out, it reads more than it did before.", "Write it more plainly."))
        return text


def named(sql: str) -> tuple[ProductKey, ...]:
    """The products that a text names, were it a statement; nothing of it is judged, and nothing may be read for it."""
    tree = parsed(sql) if len(sql) <= MOST_TEXT else {"error": True}
    return () if tree.get("error") else tuple(dict.fromkeys(key for node in _tables(tree) if (key := _key(node)) is not None))


def judged(sql: str, columns: Callable[[ProductKey], int]) -> Statement:
    """The statement that `sql` is.

    Args:
        sql: what the consumer wrote.
        columns: how many columns a product has.

    Raises:
        UsageProblem: SQL-01, where the engine cannot read it.
        Denied: where it is not one SELECT, or does anything else than read products by plain functions.
        NotFound: from `columns`, where there is no such product.
    """
    if len(sql) > MOST_TEXT:
        raise _refusal(
            SqlProblem("SQL-07", 1, f"It is longer than {MOST_TEXT:,} characters.", "Write it shorter, or join a list in.")
        )
    tree = parsed(sql)
    if tree.get("error"):
        raise _refusal(unparsed(sql, tree, QUERY))
    if len(tree["statements"]) != 1:
        raise _refusal(SqlProblem("SQL-05", 1, "It is not exactly one SELECT.", QUERY.one_select))
    products = tuple(dict.fromkeys(key for node in _tables(tree) if (key := _key(node)) is not None))
    names = {key: f"{OURS}{i}" for i, key in enumerate(products)}
    if any(name.casefold().startswith(OURS) for name in _names(tree)):
        raise _refusal(SqlProblem("SQL-04", 1, f"A name in it begins with {OURS!r}.", "Name it otherwise."))
    shadow = _copied(tree)
    _replace(shadow, names)
    found, node = Reads(), shadow["statements"][0]["node"]
    judge(node, sql, frozenset(names.values()), found, QUERY)
    if not found.problems:
        weigh(node, {name: columns(key) for key, name in names.items()}, found)
    if found.problems:
        raise _refusal(next(iter(found.problems)))
    return Statement(sql, tree, products)


def _refusal(problem: SqlProblem) -> Denied | UsageProblem:
    where = f"the statement, line {problem.line}"
    if problem.rule == "SQL-01":
        fix = f"{problem.fix} A product is named domain.product there, with a dot and no slash."
        return UsageProblem(Finding(problem.rule, where, problem.why, fix))
    return Denied(Finding(problem.rule, where, problem.why, problem.fix))


def _copied(tree: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return deepcopy(dict(tree))
    except RecursionError:  # it takes more of the stack than reading the tree does
        raise _refusal(TOO_DEEP_PROBLEM) from None


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += reversed(list(node.values()))
        elif isinstance(node, list):
            waiting += reversed(node)


def _spoken(node: Mapping[str, Any]) -> Iterator[str]:
    for value in (value for name, value in node.items() if name != "value"):
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, str))
        elif isinstance(value, dict):
            yield from value  # names that a star leaves out or replaces


def _table_names(node: Mapping[str, Any]) -> Iterator[str]:
    """Under which names whole rows of it can be written."""
    own = ("alias", "table_name", "key") if str(node.get("type")) in _SOURCES else ("key",)
    return (str(node[name]) for name in own if node.get(name))


def _takes_unnamed(node: Mapping[str, Any], tables: frozenset[str]) -> bool:
    if node.get("class") == "STAR" or str(node.get("type")) in _BY_PLACE or node.get("ref_type") == "NATURAL":
        return True
    if str(node.get("type")) == "COLUMN_REF":
        return folded(str(node["column_names"][-1])) in tables
    return bool(node.get("column_name_alias")) and str(node.get("type")) in _SOURCES


def _tables(tree: Any) -> Iterator[dict[str, Any]]:
    return (node for node in _nodes(tree) if node.get("type") == "BASE_TABLE")


def _key(node: Mapping[str, Any]) -> ProductKey | None:
    """The product that a reference names; None where it names none (a CTE, or something that the guard refuses)."""
    schema, table = str(node.get("schema_name") or ""), str(node["table_name"])
    if node.get("catalog_name") or node.get("at_clause"):
        return None
    domain, slash, name = (schema, "/", table) if schema else table.partition("/")
    domain, name = folded(domain), folded(name)
    if not slash or domain in _NO_DOMAINS or not usable_name(domain) or not usable_product(name):
        return None
    return ProductKey(domain, name)


def _reads(tree: Any) -> tuple[int, Counter[str]]:
    """How many statements it is, and what they read and call."""
    called = (str(node.get("table_name") or node.get("function_name")) for node in _nodes(tree))
    return len(tree["statements"]), Counter(name.casefold() for name in called if name != "None")


def _names(tree: Any) -> Iterator[str]:
    """Every alias, CTE and table name in the tree."""
    for node in _nodes(tree):
        for name in ("alias", "table_name", "key"):
            if isinstance(value := node.get(name), str):
                yield value


def _name_columns(tree: Mapping[str, Any]) -> None:
    """Give columns that have no name of their own the one that they have in the consumer's words: the engine's would hold the name of a view."""
    for node in _nodes(tree):
        for item in node.get("select_list") or ():
            if not item.get("alias") and any(_key(table) is not None for table in _tables(item)):
                skeleton = parsed("SELECT 1")
                skeleton["statements"][0]["node"]["select_list"] = [item]
                item["alias"] = (written(skeleton) or "").removeprefix("SELECT ")[:MOST_NAME]


def _replace(tree: Any, views: Mapping[ProductKey, str]) -> None:
    """Put the views' names in the place of the products', and let columns that were named through the schema be found."""
    aliases = {folded(name) for name in _names(tree)}
    through: set[tuple[str, str]] = set()
    for node in list(_tables(tree)):
        key = _key(node)
        if key is None:
            continue
        schema, table = str(node["schema_name"] or ""), str(node["table_name"])
        if schema and folded(schema) not in aliases:
            through.add((folded(schema), folded(table)))
        node["alias"] = node["alias"] or table
        node["schema_name"], node["table_name"] = "", views[key]
    for node in _nodes(tree):
        names: list[str] = node.get("column_names") or []
        if node.get("type") == "COLUMN_REF" and len(names) > 2 and (folded(names[0]), folded(names[1])) in through:
            node["column_names"] = names[1:]
