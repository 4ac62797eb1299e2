"""What one SELECT reads and yields, told from its text: tables, output columns, and the input columns that each of them derives from.

Only the text is judged here, nothing runs; where the types of all that it reads are known, the engine binds it over empty tables. A query that
cannot be traced is traced to all of its inputs, never to none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mesh_platform.cache import JsonCache, key_of
from mesh_platform.product.sql_engine import Columns
from mesh_platform.product.sql_guard import SqlProblem, reads
from mesh_platform.product.sql_trace import Origin, Schema, trace
from mesh_platform.product.sql_trial import tried

VERSION = 9
MOST_BYTES = 200_000
SOURCE = "source"
Types = Mapping[str, Columns]
_GROWS = re.compile(r"\b(?:range|generate_series|repeat|[lr]pad|(?:list|array)_resize|bar)\b", re.IGNORECASE)
"""Functions whose constant calls the engine works out while it binds, for as long and as large as they ask for: such a text is not bound."""


@dataclass(frozen=True, slots=True)
class SqlShape:
    """What a query reads and yields. `columns` is None where a star hides them, `staged` where it could not be bound."""

    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None
    origins: Mapping[str, frozenset[Origin]] | None = None
    aggregated: frozenset[str] = frozenset()
    problems: tuple[SqlProblem, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    """Output column, in lower case → the line that gives it, where the text names it."""
    staged: Columns | None = None
    """Output columns with their DuckDB types, as the engine binds the query over the declared types of its inputs."""

    @property
    def yields(self) -> tuple[str, ...] | None:
        """The output columns, as far as text or engine tell them."""
        return self.columns if self.columns is not None or self.staged is None else tuple(name for name, _ in self.staged)

    def as_json(self) -> dict[str, Any]:
        return {
            "tables": self.tables,
            "columns": self.columns,
            "origins": None if self.origins is None else {name: sorted(o) for name, o in self.origins.items()},
            "aggregated": sorted(self.aggregated),
            "problems": [[p.rule, p.line, p.why, p.fix] for p in self.problems],
            "lines": dict(self.lines),
            "staged": self.staged,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SqlShape:
        origins = data["origins"]
        return cls(
            tuple(data["tables"]),
            None if data["columns"] is None else tuple(data["columns"]),
            None if origins is None else {name: frozenset((t, c) for t, c in o) for name, o in origins.items()},
            frozenset(data["aggregated"]),
            tuple(SqlProblem(*p) for p in data["problems"]),
            dict(data["lines"]),
            None if data["staged"] is None else tuple((str(name), str(kind)) for name, kind in data["staged"]),
        )


class ShapeCache:
    """Shapes kept as files by the hash of text and schema, since parsing SQL is the slow part of loading a domain."""

    def __init__(self, folder: Path | None) -> None:
        self._kept = JsonCache(folder)

    def shape(self, sql: str, schema: Schema, types: Types | None = None) -> SqlShape:
        """The shape of `sql`; see `shape_of`."""
        key = key_of(VERSION, _engine(), sql, sorted(schema.items()), sorted((types or {}).items()))
        found = self._read(key)
        if found is None:
            found = shape_of(sql, schema, types)
            self._kept.write(key, found.as_json())
        return found

    def _read(self, key: str) -> SqlShape | None:
        kept = self._kept.read(key)
        try:
            return SqlShape.from_json(kept) if isinstance(kept, dict) else None
        except (KeyError, TypeError, ValueError):
            return None


@cache
def _engine() -> str:
    return version("duckdb")


def shape_of(sql: str, schema: Schema, types: Types | None = None) -> SqlShape:
    """The shape of `sql`, parsed anew.

    Args:
        sql: the statement.
        schema: input name → its columns, in order; no columns where they are not known.
        types: input name → its columns with their DuckDB types, for inputs of which all types are known.
    """
    if len(sql.encode()) > MOST_BYTES:
        why = f"It is larger than {MOST_BYTES:,} bytes."
        return SqlShape(problems=(SqlProblem("SQL-07", 1, why, "Split it over several products."),))
    guarded = reads(sql, schema)
    tables = tuple(guarded.tables)
    if guarded.problems:
        return SqlShape(tables=tables, problems=tuple(guarded.problems))
    found = trace(sql, schema)
    if found is None:
        traced = SqlShape(tables, lines=guarded.lines)
    elif found.problems:
        return SqlShape(tables, problems=found.problems)
    else:
        traced = SqlShape(tables, tuple(found.origins), dict(found.origins), found.aggregated, lines=guarded.lines)
    if types is None or not types.keys() >= set(tables) or _GROWS.search(sql):
        return traced
    bound = tried(sql, {table: types[table] for table in tables})
    return replace(traced, problems=(bound,)) if isinstance(bound, SqlProblem) else replace(traced, staged=bound)
