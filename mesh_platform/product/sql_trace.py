"""From which columns of the inputs each output column of a SELECT derives: through subqueries, CTEs, joins and set operations.

What is not modelled is never traced to nothing: a column whose origin cannot be told derives from every field of every input. That holds for
expressions with a subquery in them, for `unnest`, LATERAL, PIVOT, `#1`, named windows, BY NAME and renamed table columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mesh_platform.product.sql_guard import SqlProblem

Schema = Mapping[str, tuple[str, ...]]
Origin = tuple[str, str]
MOST_NODES = 4_000


@dataclass(frozen=True, slots=True)
class Traced:
    """Output columns in order, with their origins; which are aggregates that show no single row; columns that no source has."""

    origins: Mapping[str, frozenset[Origin]]
    aggregated: frozenset[str]
    problems: tuple[SqlProblem, ...] = ()


def trace(sql: str, schema: Schema) -> Traced | None:
    """The columns of `sql`, None where its text does not tell them.

    Args:
        sql: one SELECT that the guard let through.
        schema: input name → its fields, in order; no fields where they are not known.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    try:
        query = sqlglot.parse_one(sql, dialect="duckdb")
        if sum(1 for _ in query.walk()) > MOST_NODES:
            why = f"It has more than {MOST_NODES:,} parts, too many to be traced."
            return Traced(
                {}, frozenset(), (SqlProblem("SQL-07", 1, why, "Split it over several products, or read long lists from one."),)
            )
        if not isinstance(query, exp.Query) or query.find(*_not_modelled()) or _by_name(query) or _renames(query):
            return None
        known: dict[str, object] = {name: dict.fromkeys(fields, "VARCHAR") for name, fields in schema.items() if fields}
        qualified = qualify(query.copy(), schema=known, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False)
        scope = build_scope(qualified)
        if scope is None or qualified.is_star or qualified.find(*_not_modelled()):
            return None
        problems = tuple(_unknown_columns(scope, schema))
        if problems:
            return Traced({}, frozenset(), problems)
        return _origins(query, qualified, scope, schema)
    except SqlglotError as error:
        name = _refused_column(error)
        return Traced({}, frozenset(), (_unknown(name, 1),)) if name else None
    except (RecursionError, KeyError, IndexError, ValueError, AttributeError):
        return None


def _not_modelled() -> tuple[type, ...]:
    from sqlglot import exp

    return exp.Columns, exp.TableColumn, exp.PositionalColumn, exp.Lateral, exp.Pivot


def _by_name(query: Any) -> bool:
    from sqlglot import exp

    return any(operation.args.get("by_name") for operation in query.find_all(exp.SetOperation))


def _renames(query: Any) -> bool:
    """Whether a table, a subquery or a CTE gets new names for its columns."""
    from sqlglot import exp

    return any(
        alias.args.get("columns")
        for alias in query.find_all(exp.TableAlias)
        if not isinstance(alias.parent, exp.Values | exp.Unnest)
    )


def _origins(query: Any, qualified: Any, scope: Any, schema: Schema) -> Traced:
    from sqlglot import exp

    steps = _Steps(schema)
    names = tuple(qualified.named_selects)
    found = {name: steps.column(scope, name) for name in names}
    aggregated = frozenset(
        select.alias_or_name
        for select in qualified.selects
        if select.find(exp.AggFunc) and not select.find(exp.Window) and _only_aggregates(select)
    )
    written = {name.casefold(): name for name in query.named_selects}
    spelled = {name: written.get(name.casefold()) or _spelling(found[name], name) for name in names}
    return Traced(
        {spelled[name]: found[name] for name in names}, frozenset(spelled[name] for name in aggregated if name in spelled)
    )


def _spelling(origins: frozenset[Origin], name: str) -> str:
    """A column that came through a star has the spelling of the field that it is."""
    return next((field for _, field in origins if field.casefold() == name.casefold()), name)


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


class _Steps:
    """Follows a column from scope to scope, each step once."""

    def __init__(self, schema: Schema) -> None:
        self.inputs = {name.casefold(): name for name in schema}
        self.fields = {name: {f.casefold(): f for f in fields} for name, fields in schema.items()}
        self.everything = frozenset((name, field) for name, fields in schema.items() for field in fields)
        self.known: dict[tuple[int, str], frozenset[Origin]] = {}

    def column(self, scope: Any, name: str) -> frozenset[Origin]:
        mark = (id(scope), name)
        if mark not in self.known:
            self.known[mark] = frozenset()  # a recursive CTE adds nothing to itself
            self.known[mark] = self._column(scope, name)
        return self.known[mark]

    def _column(self, scope: Any, name: str) -> frozenset[Origin]:
        if scope.set_operation_scopes:
            position = scope.expression.named_selects.index(name)
            parts = (self.column(branch, branch.expression.named_selects[position]) for branch in scope.set_operation_scopes)
            return frozenset().union(*parts)
        select = next((s for s in scope.expression.selects if s.alias_or_name == name), None)
        return self.everything if select is None else self._expression(scope, select)

    def _expression(self, scope: Any, expression: Any) -> frozenset[Origin]:
        from sqlglot import exp

        if expression.find(exp.Query) or any(window.alias for window in expression.find_all(exp.Window)):
            return self.everything
        columns = list(expression.find_all(exp.Column))
        return frozenset().union(*(self._reference(scope, column) for column in columns)) if columns else frozenset()

    def _reference(self, scope: Any, column: Any) -> frozenset[Origin]:
        from sqlglot import exp

        source = scope.sources.get(column.table)
        if isinstance(source, exp.Table):
            return self._field(source, column.name)
        if source is None or not isinstance(source.expression, exp.Query):
            return frozenset() if source is not None and _holds_constants(source.expression) else self.everything
        return self.column(source, column.name) if column.name in source.expression.named_selects else self.everything

    def _field(self, source: Any, name: str) -> frozenset[Origin]:
        table = self.inputs.get(source.name.casefold())
        if table is None:
            return self.everything
        fields = self.fields[table]
        if fields and name.casefold() not in fields:  # the row as a whole, or a field that is not there
            return frozenset((table, field) for field in fields.values())
        return frozenset({(table, fields.get(name.casefold(), name))})


def _holds_constants(expression: Any) -> bool:
    """A list of values that reads nothing."""
    from sqlglot import exp

    return isinstance(expression, exp.Values) and not expression.find(exp.Column, exp.Query, exp.Anonymous)


def _refused_column(error: Exception) -> str | None:
    text = str(error)
    for head in ("Unknown column: ", "Column '", 'Column "'):
        if head in text:
            return text.split(head, 1)[1].strip("'\"").split("'")[0].split('"')[0].split()[0].rstrip(".,'\"")
    return None


def _unknown(name: str, line: int) -> SqlProblem:
    why = f"It reads column {name!r}, which no input gives it."
    return SqlProblem(
        "SQL-06", line, why, "Add the field to the input's `fields:` (its contract must grant it), or leave it out."
    )


def _unknown_columns(scope: Any, schema: Schema) -> Iterator[SqlProblem]:
    """Columns that no source of their scope has, where all that the sources have is known."""
    from sqlglot import exp

    fields = {name.casefold(): {field.casefold() for field in given} for name, given in schema.items() if given}
    found: dict[str, SqlProblem] = {}
    for part in scope.traverse():
        have = {alias: _gives(source, fields) for alias, source in part.sources.items()}
        for column in part.columns:
            name = column.name.casefold()
            if column.table:
                gives = have.get(column.table)
                lacks = gives is not None and name not in gives
            else:
                aliases = {alias.casefold() for alias in getattr(part.expression, "named_selects", ())}
                clause = column.find_ancestor(exp.Order, exp.Having, exp.Qualify, exp.Group, exp.Where)
                lacks = bool(have) and all(gives is not None and name not in gives for gives in have.values())
                lacks = lacks and not (clause and name in aliases)
            if lacks:
                found.setdefault(column.name, _unknown(column.name, _line_of(column)))
    return iter(found.values())


def _gives(source: Any, fields: Mapping[str, set[str]]) -> set[str] | None:
    from sqlglot import exp

    if isinstance(source, exp.Table):
        return fields.get(source.name.casefold())
    if isinstance(source.expression, exp.Query):
        return {name.casefold() for name in source.expression.named_selects}
    return None


def _line_of(node: Any) -> int:
    return next((int(child.meta["line"]) for child in node.walk() if child.meta.get("line")), 1)
