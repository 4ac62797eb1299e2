"""What one SELECT reads and yields, told from its text: tables, output columns, and the input columns that each of them derives from.

Only the text is judged here, nothing runs. A query that cannot be traced is traced to all of its inputs, never to none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = 4
SOURCE = "source"
Schema = Mapping[str, tuple[str, ...]]
Origin = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SqlProblem:
    """What is wrong with the text, and on which line."""

    rule: str
    line: int
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class SqlShape:
    """What a query reads and yields. `columns` is None where a star hides them."""

    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None
    origins: Mapping[str, frozenset[Origin]] | None = None
    aggregated: frozenset[str] = frozenset()
    problems: tuple[SqlProblem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "tables": self.tables,
            "columns": self.columns,
            "origins": None if self.origins is None else {name: sorted(o) for name, o in self.origins.items()},
            "aggregated": sorted(self.aggregated),
            "problems": [[p.rule, p.line, p.why, p.fix] for p in self.problems],
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
        )


class ShapeCache:
    """Shapes kept as files by the hash of text and schema, since parsing SQL is the slow part of loading a domain."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def shape(self, sql: str, schema: Schema) -> SqlShape:
        """The shape of `sql` over inputs of that schema (input name → its columns, in order)."""
        key = hashlib.sha256(json.dumps([VERSION, sql, sorted(schema.items())]).encode()).hexdigest()
        found = self._read(key)
        if found is None:
            found = shape_of(sql, schema)
            self._write(key, found)
        return found

    def _read(self, key: str) -> SqlShape | None:
        if self.folder is None:
            return None
        try:
            return SqlShape.from_json(json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, key: str, shape: SqlShape) -> None:
        if self.folder is None:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self.folder / f"{key}.{id(shape):x}.part"
            part.write_text(json.dumps(shape.as_json()), encoding="utf-8")
            part.replace(self.folder / f"{key}.json")
        except OSError:
            return  # a cache that cannot be written costs time, nothing else


def shape_of(sql: str, schema: Schema) -> SqlShape:
    """The shape of `sql`, parsed anew."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = [s for s in sqlglot.parse(sql, dialect="duckdb") if s is not None]
    except SqlglotError as error:
        return SqlShape(problems=(SqlProblem("SQL-01", _line(error), "It is not SQL that can be read.", "Mend the statement."),))
    except RecursionError:
        return SqlShape(problems=(SqlProblem("SQL-01", 1, "It is nested too deeply.", "Simplify the statement."),))
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return SqlShape(
            problems=(SqlProblem("SQL-05", 1, "It is not exactly one SELECT.", "Write one SELECT over the input names."),)
        )
    query = statements[0]
    tables, problems = _tables(query, schema)
    if problems:
        return SqlShape(tables=tables, problems=problems)
    return _traced(query, schema, tables)


def _line(error: Any) -> int:
    return int(error.errors[0].get("line") or 1) if getattr(error, "errors", None) else 1


def _tables(query: Any, schema: Schema) -> tuple[tuple[str, ...], tuple[SqlProblem, ...]]:
    from sqlglot import exp

    named = [cte.alias_or_name for cte in query.find_all(exp.CTE)]
    names = {
        name.casefold() for name in named if _PLAIN.fullmatch(name)
    }  # any other could be read as a file outside of its scope
    known = {name.casefold(): name for name in schema}
    read: dict[str, None] = {}
    problems = []
    for table in query.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog:
            problems.append(SqlProblem("SQL-04", _line_of(table), "It reads something that is no declared input.", _INPUT_FIX))
        elif table.name.casefold() in known:
            read[known[table.name.casefold()]] = None
        elif table.name.casefold() not in names:
            why = f"It reads {table.name!r}, which is no declared input."
            problems.append(SqlProblem("SQL-04", _line_of(table), why, _INPUT_FIX))
    return tuple(read), tuple(problems)


_PLAIN = re.compile(r"[A-Za-z_]\w*")
_INPUT_FIX = "Declare it under inputs: and use its product name, or its `as:` name."


def _line_of(node: Any) -> int:
    for child in node.walk():
        line = child.meta.get("line")
        if line:
            return int(line)
    return 1


def _traced(query: Any, schema: Schema, tables: tuple[str, ...]) -> SqlShape:
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    columns: dict[str, object] = {name: dict.fromkeys(fields, "VARCHAR") for name, fields in schema.items() if fields}
    try:
        qualified = qualify(
            query.copy(), schema=columns, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False
        )
        scope = build_scope(qualified)
        if scope is None or qualified.is_star or qualified.find(exp.Columns, exp.TableColumn):
            return SqlShape(tables, None, None)
        trace = _Trace(schema)
        names = tuple(qualified.named_selects)
        unknown = tuple(_unknown_columns(scope, schema))
        origins = {name: frozenset(trace.column(scope, name)) for name in names}
    except SqlglotError as error:
        name = _UNKNOWN.search(str(error))
        return SqlShape(tables, problems=(_unknown(name[1], 1),)) if name else SqlShape(tables, None, None)
    except (RecursionError, KeyError, IndexError, ValueError):
        return SqlShape(tables, None, None)
    if unknown:
        return SqlShape(tables, problems=unknown)
    aggregated = frozenset(
        select.alias_or_name
        for select in qualified.selects
        if select.find(exp.AggFunc) and not select.find(exp.Window) and _only_aggregates(select)
    )
    original = {name.casefold(): name for name in query.named_selects}
    real = {name: original.get(name.casefold(), name) for name in names}
    return SqlShape(
        tables,
        tuple(real[name] for name in names),
        {real[name]: found for name, found in origins.items()},
        frozenset(real[name] for name in aggregated if name in real),
    )


_UNKNOWN = re.compile(r"(?:Unknown column:|Column) '?\"?([^'\"]+?)\"?'?(?: could not be resolved|$|\.)")


def _unknown(name: str, line: int) -> SqlProblem:
    why = f"It reads column {name!r}, which no input gives it."
    return SqlProblem(
        "SQL-06", line, why, "Add the field to the input's `fields:` (its contract must grant it), or leave it out."
    )


def _unknown_columns(scope: Any, schema: Schema) -> Iterator[SqlProblem]:
    """Columns that no source of their scope has, where all that the sources have is known."""
    from sqlglot import exp
    from sqlglot.optimizer.scope import Scope

    fields = {name.casefold(): {field.casefold() for field in given} for name, given in schema.items() if given}
    found: dict[str, SqlProblem] = {}
    for part in scope.traverse():
        have = {
            alias: fields.get(source.name.casefold())
            if isinstance(source, exp.Table)
            else {name.casefold() for name in source.expression.named_selects}
            if isinstance(source, Scope) and isinstance(source.expression, exp.Query)
            else None
            for alias, source in part.sources.items()
        }
        for column in part.columns:
            if column.table:
                gives = have.get(column.table)
                lacks = gives is not None and column.name.casefold() not in gives
            else:
                aliases = {name.casefold() for name in getattr(part.expression, "named_selects", ())}
                lacks = bool(have) and all(gives is not None and column.name.casefold() not in gives for gives in have.values())
                clause = column.find_ancestor(exp.Order, exp.Having, exp.Qualify, exp.Group, exp.Where)
                lacks = lacks and not (clause and column.name.casefold() in aliases)
            if lacks:
                found.setdefault(column.name, _unknown(column.name, _line_of(column)))
    return iter(found.values())


def _only_aggregates(select: Any) -> bool:
    """Whether every column in the expression stands inside an aggregate that yields no single row's value."""
    from sqlglot import exp

    plain = (
        exp.Count,
        exp.Sum,
        exp.Avg,
        exp.Stddev,
        exp.StddevPop,
        exp.StddevSamp,
        exp.Variance,
        exp.VariancePop,
        exp.CountIf,
        exp.ApproxDistinct,
    )
    return all(column.find_ancestor(*plain) is not None for column in select.find_all(exp.Column)) and not any(
        isinstance(node, exp.AggFunc) and not isinstance(node, plain) for node in select.find_all(exp.AggFunc)
    )


class _Trace:
    """Follows an output column through subqueries, CTEs, joins and unions to the inputs."""

    def __init__(self, schema: Schema) -> None:
        self.inputs = {name.casefold(): name for name in schema}
        self.fields = {name: {f.casefold(): f for f in fields} for name, fields in schema.items()}
        self.seen: set[tuple[int, str]] = set()

    def column(self, scope: Any, name: str) -> Iterator[Origin]:
        mark = (id(scope), name)
        if mark in self.seen:
            return
        self.seen.add(mark)
        try:
            yield from self._column(scope, name)
        finally:
            self.seen.discard(mark)

    def _column(self, scope: Any, name: str) -> Iterator[Origin]:
        if scope.set_operation_scopes:
            position = scope.expression.named_selects.index(name)
            for branch in scope.set_operation_scopes:
                yield from self.column(branch, branch.expression.named_selects[position])
            return
        select = next((s for s in scope.expression.selects if s.alias_or_name == name), None)
        if select is None:
            yield from self._everything(scope)
            return
        yield from self._expression(scope, select)

    def _expression(self, scope: Any, expression: Any) -> Iterator[Origin]:
        from sqlglot import exp
        from sqlglot.optimizer.scope import build_scope

        inner = {id(c) for q in expression.find_all(exp.Query) for c in q.find_all(exp.Column)}
        for column in expression.find_all(exp.Column):
            if id(column) not in inner:
                yield from self._reference(scope, column)
        for query in expression.find_all(exp.Query):
            found = next((s for s in scope.subquery_scopes if s.expression is query), None)
            below = found or build_scope(query)
            if below is not None:
                yield from self._everything(below)
                for column in query.find_all(exp.Column):
                    yield from self._reference(scope, column)

    def _reference(self, scope: Any, column: Any) -> Iterator[Origin]:
        source = scope.sources.get(column.table)
        if source is None:
            if not column.table:
                yield from self._everything(scope)
            return
        yield from self._from(source, column.name)

    def _from(self, source: Any, name: str) -> Iterator[Origin]:
        from sqlglot import exp

        if isinstance(source, exp.Table):
            table = self.inputs.get(source.name.casefold())
            fields = self.fields.get(table or "", {})
            if table is not None and fields and name.casefold() not in fields:  # the row as a whole, or a field that is not there
                yield from ((table, field) for field in fields.values())
            elif table is not None:
                yield table, fields.get(name.casefold(), name)
        elif name in source.expression.named_selects:
            yield from self.column(source, name)
        else:
            yield from self._everything(source)

    def _everything(self, scope: Any) -> Iterator[Origin]:
        """Every column that a scope can see: the answer where the exact one is unknown."""
        from sqlglot import exp

        for found in scope.expression.find_all(exp.Table):
            table = self.inputs.get(found.name.casefold())
            if table is not None:
                for field in self.fields[table].values():
                    yield table, field
