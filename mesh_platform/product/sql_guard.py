"""What a domain's SQL may read and call, judged on the engine's own parse of it: its inputs, plain functions, and nothing else.

It serves transforms, dbt models and row checks alike. Denied by default: a table must be an input or a CTE that is visible at that place, without
schema or catalog; in FROM only `unnest`, `range` and `generate_series` are called; and a function must be one that the bare engine knows and
that does not tell of the session, the machine or the catalog.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.product.sql_engine import TOO_DEEP, folded, functions, parsed, relations
from mesh_platform.product.sql_size import MOST_PARTS, size_of

TABLE_FUNCTIONS = frozenset({"unnest", "generate_series", "range"})
DENIED_FUNCTIONS = frozenset(
    {"currval", "getvariable", "nextval", "query", "query_table", "read_blob", "read_text", "setseed", "sleep_ms", "stats"}
    | {"col_description", "format_pg_type", "get_block_size", "getenv", "in_search_path", "map_to_pg_oid", "obj_description"}
    | {"json_deserialize_sql", "json_serialize_plan", "json_serialize_sql", "session_user", "shobj_description", "txid_current"}
    | {"user", "vector_type", "version", "write_log"}
)
"""They tell of the session, the machine or the catalog, or do something to it."""
_DENIED_BEGINNINGS = ("__", "current_", "duckdb_", "has_", "inet_", "pg_")
_HARMLESS = frozenset({"current_date", "current_localtime", "current_localtimestamp", "pg_size_pretty", "pg_typeof"})
_DENIED_WORDS = frozenset({"current_catalog", "current_role", "current_schema", "current_user", "session_user"})
"""Functions of standard SQL that are called without brackets; the parser takes them for columns."""
_REFERENCES = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST", "TABLE_FUNCTION", "PIVOT"})
_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_FILE = re.compile(r"[./\\:*?]")
"""What a name holds that the engine may take for a file's."""
_NEAR = re.compile(r'at or near "([^"\n]{1,40})"')


@dataclass(frozen=True, slots=True)
class Words:
    """How the guard speaks to whoever wrote the text: what it may read is called, and how to name it."""

    thing: str
    fix: str
    one_select: str
    chained: bool = False
    """Whether a function may be called behind a dot, `name.trim()`: nothing traces the text then."""


TRANSFORM = Words(
    "declared input",
    "Declare it under inputs: and use its product name, or its `as:` name.",
    "Write one SELECT over the input names.",
)
QUERY = Words(
    "product", "Name products as domain.product; `mesh products` lists them.", "Write one SELECT over domain.product.", True
)


@dataclass(frozen=True, slots=True)
class SqlProblem:
    """What is wrong with the text, and on which line."""

    rule: str
    line: int
    why: str
    fix: str


@dataclass(slots=True)
class Reads:
    """The inputs that a statement reads, and what is wrong with it."""

    tables: dict[str, None] = field(default_factory=dict)
    problems: dict[SqlProblem, None] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """Output column, in lower case → the line that gives it, where the text names it."""


def reads(sql: str, inputs: Mapping[str, Sized]) -> Reads:
    """What `sql` reads of `inputs` (name as declared → its columns), and a problem for each thing that it may not do."""
    found = Reads()
    tree = parsed(sql)
    if tree.get("error"):
        found.problems[unparsed(sql, tree)] = None
    elif len(tree["statements"]) != 1:
        found.problems[SqlProblem("SQL-05", 1, "It is not exactly one SELECT.", TRANSFORM.one_select)] = None
    else:
        node = tree["statements"][0]["node"]
        judge(node, sql, frozenset(inputs), found)
        _weigh(node, inputs, found)
        found.lines = _lines(node, sql)
    return found


TOO_DEEP_PROBLEM = SqlProblem(
    "SQL-07", 1, "It is nested too deeply to be judged.", "Split it over several products, or write it flatter."
)


def _weigh(node: Any, inputs: Mapping[str, Sized], found: Reads) -> None:
    weigh(node, {name: len(columns) for name, columns in inputs.items()}, found)


def weigh(node: Any, columns: Mapping[str, int], found: Reads) -> None:
    """Put into `found` that the parsed `node`, written out, is larger than anybody means; `columns` says how many each input has."""
    try:
        size = size_of(node, {folded(name): count for name, count in columns.items()})
    except RecursionError:
        found.problems[TOO_DEEP_PROBLEM] = None
        return
    if size.parts > MOST_PARTS or size.columns > MOST_PARTS:
        why = f"Written out, its stars and aliases come to more than {MOST_PARTS:,} parts."
        found.problems[SqlProblem("SQL-07", 1, why, "Name the columns that are needed, or split it over several products.")] = (
            None
        )


def judge(tree: Any, sql: str, inputs: frozenset[str], found: Reads, words: Words = TRANSFORM) -> None:
    """Put into `found` what the parsed `tree` of `sql` reads, and what it may not do."""
    try:
        _Guard(sql, inputs, found, words).visit(tree, frozenset(folded(name) for name in inputs))
    except RecursionError:
        found.problems[TOO_DEEP_PROBLEM] = None


def unparsed(sql: str, tree: dict[str, Any], words: Words = TRANSFORM) -> SqlProblem:
    """Why the engine's parser made no tree of `sql`."""
    if tree.get("error_type") == TOO_DEEP:
        return TOO_DEEP_PROBLEM
    if tree.get("error_type") == "not implemented":
        why = "It is not exactly one SELECT, or a PIVOT whose columns depend on the data."
        return SqlProblem("SQL-05", 1, why, f"{words.one_select} Name a PIVOT's values with IN (…).")
    near = _NEAR.search(str(tree.get("error_message", "")))
    line = _line(sql, int(tree.get("position") or 0))
    told = f" near {near[1]!r}" if near else ""
    return SqlProblem("SQL-01", line, f"It is not SQL that the engine can read{told}.", "Mend the statement.")


def _lines(node: dict[str, Any], sql: str) -> dict[str, int]:
    while node.get("type") == "SET_OPERATION_NODE":
        node = node.get("left") or (node.get("children") or [{}])[0]
    found: dict[str, int] = {}
    for item in node.get("select_list", ()):
        name = item.get("alias") or next(reversed(item.get("column_names") or ()), "")
        if name:
            found.setdefault(str(name).casefold(), _line(sql, int(item.get("query_location") or 0)))
    return found


def _line(sql: str, position: int) -> int:
    return sql.encode()[:position].count(b"\n") + 1 if position < len(sql.encode()) else 1


def _denied(function: str) -> bool:
    return function in DENIED_FUNCTIONS or (function.startswith(_DENIED_BEGINNINGS) and function not in _HARMLESS)


class _Guard:
    def __init__(self, sql: str, inputs: frozenset[str], found: Reads, words: Words) -> None:
        self.sql, self.found, self.words = sql, found, words
        self.inputs = {folded(name): name for name in inputs}
        self.in_from: Any = None

    def visit(self, node: Any, scope: frozenset[str]) -> None:
        if isinstance(node, list):
            for item in node:
                self.visit(item, scope)
        elif isinstance(node, dict):
            self._judge(node, scope)
            inner = self._with_ctes(node, scope)
            for key, child in node.items():
                if key != "cte_map":
                    self.visit(child, inner)

    def _with_ctes(self, node: dict[str, Any], scope: frozenset[str]) -> frozenset[str]:
        """The scope after the node's CTEs, each of which sees those before it, and itself only where it is recursive."""
        for entry in (node.get("cte_map") or {}).get("map", ()):
            name, query = folded(str(entry["key"])), entry["value"]["query"]["node"]
            self.visit(query, scope | {name} if query.get("type") == "RECURSIVE_CTE_NODE" else scope)
            scope |= {name}
        return scope

    def _judge(self, node: dict[str, Any], scope: frozenset[str]) -> None:
        kind = node.get("type")
        # every kind of reference in FROM carries a sample, and no expression does: what is none of the known ones reads in some other way
        if "sample" in node and "select_list" not in node and kind not in _REFERENCES:
            self._deny(node, "SQL-04", f"It reads through {str(kind).lower().replace('_', ' ')}.", self.words.fix)
        elif "cte_map" in node and kind not in _QUERIES:
            self._deny(node, "SQL-05", "It is not exactly one SELECT.", self.words.one_select)
        elif kind == "BASE_TABLE":
            self._table(node, scope)
        elif kind == "TABLE_FUNCTION":
            self.in_from = node.get("function") or {}
            name = str(self.in_from.get("function_name"))
            if name.casefold() not in TABLE_FUNCTIONS:
                self._deny(node, "SQL-04", f"It reads through the function {name!r}.", self.words.fix)
        elif "function_name" in node and node is not self.in_from:
            self._function(node)
        elif kind == "COLUMN_REF" and len(names := node.get("column_names", ())) == 1 and names[0].casefold() in _DENIED_WORDS:
            self._deny(node, "SQL-04", f"It asks for {names[0]!r}, which tells of more than its inputs.", "Do without it.")

    def _table(self, node: dict[str, Any], scope: frozenset[str]) -> None:
        name = str(node["table_name"])
        if node.get("schema_name") or node.get("catalog_name") or node.get("at_clause"):
            self._deny(node, "SQL-04", f"It reads something that is no {self.words.thing}.", self.words.fix)
        elif folded(name) not in scope:
            self._deny(node, "SQL-04", f"It reads {name!r}, which is no {self.words.thing}.", self.words.fix)
        elif folded(name) in self.inputs:
            self.found.tables[self.inputs[folded(name)]] = None
        elif folded(name) in relations() or _FILE.search(name):  # should the engine ever see less of the WITH than we do
            self._deny(
                node, "SQL-04", f"It reads {name!r}, a name that the engine has for something of its own.", "Name it otherwise."
            )

    def _function(self, node: dict[str, Any]) -> None:
        name, known = str(node["function_name"]).casefold(), functions() | TABLE_FUNCTIONS
        if _denied(name):
            self._deny(node, "SQL-04", f"It calls {name!r}, which tells of more than its inputs.", "Do without it.")
        elif not self.words.chained and (node.get("catalog") or node.get("schema") not in ("", "main", None)):
            self._deny(node, "SQL-04", f"It calls {name!r} behind a dot, so it may be another function.", f"Write {name}(…).")
        elif name not in known:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            fix = f"Did you mean {close[0]!r}?" if close else "Call one of the functions that DuckDB documents."
            self._deny(node, "SQL-08", f"It calls {name!r}, which is no function that the engine knows.", fix)

    def _deny(self, node: dict[str, Any], rule: str, why: str, fix: str) -> None:
        self.found.problems[SqlProblem(rule, _line(self.sql, int(node.get("query_location") or 0)), why, fix)] = None
