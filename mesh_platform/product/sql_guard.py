"""What a transform's SQL may read, judged on the engine's own parse of it: the names of its inputs, and nothing else.

Tables are denied by default: a name must be an input or a CTE that is visible at that place, without schema or catalog. Functions that
stand in FROM are denied but for `unnest`, `range` and `generate_series`; so are functions that tell of the session or the machine.
"""

from __future__ import annotations

import json
import os
import re
import threading
from dataclasses import dataclass, field
from typing import Any

TABLE_FUNCTIONS = frozenset({"unnest", "generate_series", "range"})
DENIED_FUNCTIONS = frozenset(
    [
        "current_setting",
        "getvariable",
        "getenv",
        "getenv_secret",
        "nextval",
        "currval",
        "txid_current",
        "current_database",
        "current_schema",
        "current_schemas",
        "current_query",
        "current_user",
        "session_user",
        "user",
        "pg_conf_load_time",
        "write_log",
        "query",
        "query_table",
        "read_text",
        "read_blob",
    ]
)
_REFERENCES = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST", "TABLE_FUNCTION", "PIVOT"})
_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_NEAR = re.compile(r'at or near "([^"\n]{1,40})"')
_INPUTS = "Declare it under inputs: and use its product name, or its `as:` name."
_ONE_SELECT = "Write one SELECT over the input names."


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


def reads(sql: str, inputs: frozenset[str]) -> Reads:
    """What `sql` reads of `inputs` (names as declared), and a problem for each thing that it may not do."""
    found = Reads()
    tree = _parsed(sql)
    if tree.get("error"):
        found.problems[_unparsed(sql, tree)] = None
    elif len(tree["statements"]) != 1:
        found.problems[SqlProblem("SQL-05", 1, "It is not exactly one SELECT.", _ONE_SELECT)] = None
    else:
        _Guard(sql, inputs, found).visit(tree["statements"][0]["node"], frozenset(name.casefold() for name in inputs))
    return found


def _unparsed(sql: str, tree: dict[str, Any]) -> SqlProblem:
    if tree.get("error_type") == "not implemented":
        why = "It is not exactly one SELECT, or a PIVOT whose columns depend on the data."
        return SqlProblem("SQL-05", 1, why, "Write one SELECT over the input names, and name a PIVOT's values with IN (…).")
    near = _NEAR.search(str(tree.get("error_message", "")))
    line = _line(sql, int(tree.get("position") or 0))
    told = f" near {near[1]!r}" if near else ""
    return SqlProblem("SQL-01", line, f"It is not SQL that the engine can read{told}.", "Mend the statement.")


def _line(sql: str, position: int) -> int:
    return sql.encode()[:position].count(b"\n") + 1 if position < len(sql.encode()) else 1


class _Guard:
    def __init__(self, sql: str, inputs: frozenset[str], found: Reads) -> None:
        self.sql, self.found = sql, found
        self.inputs = {name.casefold(): name for name in inputs}

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
            name, query = str(entry["key"]).casefold(), entry["value"]["query"]["node"]
            self.visit(query, scope | {name} if query.get("type") == "RECURSIVE_CTE_NODE" else scope)
            scope |= {name}
        return scope

    def _judge(self, node: dict[str, Any], scope: frozenset[str]) -> None:
        kind = node.get("type")
        if "sample" in node and "select_list" not in node and kind not in _REFERENCES:
            self._deny(
                node, "SQL-04", f"It reads through {str(kind).lower().replace('_', ' ')}, which no transform may.", _INPUTS
            )
        elif "cte_map" in node and kind not in _QUERIES:
            self._deny(node, "SQL-05", "It is not exactly one SELECT.", _ONE_SELECT)
        elif kind == "BASE_TABLE":
            self._table(node, scope)
        elif kind == "TABLE_FUNCTION":
            name = str((node.get("function") or {}).get("function_name"))
            if name.casefold() not in TABLE_FUNCTIONS:
                self._deny(node, "SQL-04", f"It reads through the function {name!r}.", _INPUTS)
        elif kind == "FUNCTION":
            self._function(node)

    def _table(self, node: dict[str, Any], scope: frozenset[str]) -> None:
        name = str(node["table_name"])
        if node.get("schema_name") or node.get("catalog_name") or node.get("at_clause"):
            self._deny(node, "SQL-04", "It reads something that is no declared input.", _INPUTS)
        elif name.casefold() not in scope:
            self._deny(node, "SQL-04", f"It reads {name!r}, which is no declared input.", _INPUTS)
        elif name.casefold() in self.inputs:
            self.found.tables[self.inputs[name.casefold()]] = None

    def _function(self, node: dict[str, Any]) -> None:
        name = str(node.get("function_name"))
        if name.casefold() in DENIED_FUNCTIONS or node.get("catalog") or node.get("schema") not in ("", "main", None):
            self._deny(node, "SQL-04", f"It calls {name!r}, which tells of more than its inputs.", "Do without it.")

    def _deny(self, node: dict[str, Any], rule: str, why: str, fix: str) -> None:
        self.found.problems[SqlProblem(rule, _line(self.sql, int(node.get("query_location") or 0)), why, fix)] = None


_lock = threading.Lock()
_parser: tuple[int, Any] = (0, None)


def _parsed(sql: str) -> dict[str, Any]:
    import duckdb

    global _parser
    with _lock:
        if _parser[0] != os.getpid():
            off: Any = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "1"}
            _parser = (os.getpid(), duckdb.connect(config=off))
        try:
            found = _parser[1].execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
        except duckdb.Error:
            return {"error": True}
    tree: dict[str, Any] = json.loads(found[0])
    return tree
