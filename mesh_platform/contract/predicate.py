"""One pandera check → one ibis expression that is true where the check fails, or the reason why there is none.

Pandera's own check functions say what a check means; this module only calls them on an unbound table and looks at what they return. It
executes nothing, and it refuses whatever would need Python values, group-wise input or an unknown function: refused is an error, never a pass.

A present value satisfies a check only where the check is *true* of it. That closes the gaps that SQL's third truth value leaves in stock
pandera on ibis, where `x IN ('a', NULL)` is never false and so never fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pandera.backends.ibis.builtin_checks  # noqa: F401  (registers pandera's functions for ibis)
from pandera.api.checks import Check
from pandera.api.function_dispatch import Dispatcher
from pandera.api.hypotheses import Hypothesis
from pandera.api.ibis.types import IbisData

BUILTINS = frozenset(
    {
        "equal_to",
        "not_equal_to",
        "greater_than",
        "greater_than_or_equal_to",
        "less_than",
        "less_than_or_equal_to",
        "in_range",
        "isin",
        "notin",
        "str_matches",
        "str_contains",
        "str_startswith",
        "str_endswith",
        "str_length",
        "unique_values_eq",
    }
)
"""Pandera's checks that the conformance test holds against pandas; a check that a later pandera adds is refused until it is there."""


class NotCompiled(Exception):
    """This check has no expression; the message says why and holds no value."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """`failing`: a column that is true for rows that break the check, or a scalar that is true where the table does."""

    failing: Any
    per_row: bool


def compile_check(check: Check, table: Any, column: str | None) -> Predicate:
    """The expression of `check` on `column` of `table`, or on whole rows where `column` is None.

    Raises:
        NotCompiled: where it has none.
    """
    if isinstance(check, Hypothesis):
        raise NotCompiled("a statistical hypothesis needs the values in Python")
    if check.groupby is not None:
        raise NotCompiled("a check by group needs the groups in Python")
    function: Any = check._check_fn
    builtin = isinstance(function, Dispatcher)
    if builtin and Check.is_builtin_check(function.__name__):
        function = Check.get_builtin_check_fn(function.__name__)  # one made before this module was imported knows no ibis yet
    try:
        if builtin and function.__name__ == "unique_values_eq":
            return Predicate(~_has_exactly(table, column, check._check_kwargs["values"]), per_row=False)
        result = _builtin(function, check._check_kwargs, table, column) if builtin else _custom(check, table, column)
    except NotCompiled:
        raise
    except Exception as error:
        raise NotCompiled(f"its function raised {type(error).__name__} on a column expression") from error
    if isinstance(result, ir.BooleanScalar):
        return Predicate(~result.fill_null(False), per_row=False)
    return Predicate(_failing(check, table, column, result, exact=builtin), per_row=True)


def missing(column: Any) -> Any:
    """Where `column` holds no value: NULL, and NaN, as pandera on pandas counts it."""
    return column.isnull() | column.isnan() if column.type().is_floating() else column.isnull()


def _builtin(function: Dispatcher, arguments: Mapping[str, Any], table: Any, column: str | None) -> Any:
    name = function.__name__
    if name not in BUILTINS or IbisData not in function._function_registry:
        raise NotCompiled(f"the check {name} is not one that this platform has tested against pandas")
    return _parts(function(IbisData(table, column), **_arguments(name, arguments, _float_type(table, column))), table)


def _arguments(name: str, given: Mapping[str, Any], floating: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for key, value in given.items():
        if key in ("allowed_values", "forbidden_values"):
            arguments[key] = [_exact(entry, floating) for entry in value if not _is_missing(entry)]
        elif _is_missing(value) and name != "str_length":
            raise NotCompiled("it compares with a missing value, which is never true and never false")
        else:
            arguments[key] = _exact(value, floating)
    if name == "str_matches":  # pandera only prepends ^, so that `a|b` would find b anywhere
        pattern = given["pattern"]
        arguments["pattern"] = f"(?:{getattr(pattern, 'pattern', pattern)})"
    return arguments


def _is_missing(value: Any) -> bool:
    return value is None or bool(value != value)


def _float_type(table: Any, column: str | None) -> Any:
    """The type in which floats are compared: the column's own, as in pandas, or a double."""
    kind = table[column].type() if column else None
    return kind if kind is not None and kind.is_floating() else dt.float64


def _exact(value: Any, floating: Any) -> Any:
    """Numbers with all their digits: ibis casts a bare decimal to DECIMAL(18,3), and DuckDB reads 0.3 as a decimal and not as a double."""
    if isinstance(value, float):
        return ibis.literal(repr(float(value))).cast(floating)
    if not isinstance(value, Decimal):
        return value
    _, digits, exponent = value.as_tuple()
    scale = max(0, -int(exponent))
    return ibis.literal(value, type=dt.Decimal(max(len(digits) + max(0, int(exponent)), scale + 1), scale))


def _custom(check: Check, table: Any, column: str | None) -> Any:
    subject = table if column is None else table[column]
    given = subject if check.element_wise else IbisData(table, column)
    result = check._check_fn(given, **check._check_kwargs)
    if isinstance(result, bool) or not isinstance(result, ir.Expr | dict):
        raise NotCompiled("its function answers in Python, without looking at the column's values")
    if check.element_wise and isinstance(result, ir.Expr):
        result = _floor_modulus(result)
    parts = _parts(result, table)
    for part in parts.values() if isinstance(parts, dict) else (parts,):
        _check_reach(part, table)
    return {name: _tried(part) for name, part in parts.items()} if isinstance(parts, dict) else _tried(parts)


def _parts(result: Any, table: Any) -> Any:
    """A boolean scalar as it is; everything else as named boolean columns of `table`."""
    if isinstance(result, ir.BooleanScalar):
        return result
    if isinstance(result, ir.BooleanColumn):
        return {"": result}
    if isinstance(result, dict):
        columns = result
    elif isinstance(result, ir.Table) and isinstance(result.op(), ops.Project) and result.op().parent == table.op():
        columns = {name: value.to_expr() for name, value in result.op().values.items()}
    else:
        raise NotCompiled("its result is neither a boolean column of the table nor a boolean of the whole table")
    if not columns or not all(isinstance(part, ir.BooleanColumn) for part in columns.values()):
        raise NotCompiled("its result holds columns that are not boolean")
    return columns


def _failing(check: Check, table: Any, column: str | None, parts: Mapping[str, Any], exact: bool) -> Any:
    failing = [_part_failing(check, table, column or name, part, exact) for name, part in parts.items()]
    broken = failing[0]
    for other in failing[1:]:
        broken = broken | other
    if column is None and "" in parts and check.ignore_na:  # pandera ignores rows without any value
        broken = broken & ~_all_missing(table)
    return broken


def _part_failing(check: Check, table: Any, column: str, part: Any, exact: bool) -> Any:
    if column not in table.columns:
        return ~part.fill_null(False)
    subject = table[column]
    if not check.ignore_na:
        return ~part.fill_null(False) | missing(subject) if subject.type().is_floating() else ~part.fill_null(False)
    if exact and not subject.type().is_floating() and not _constant(part):
        return ~part  # NULL exactly where the value is, and a NULL is not counted
    return ~missing(subject) & ~part.fill_null(False)


def _all_missing(table: Any) -> Any:
    empty = ibis.literal(True)
    for name in table.columns:
        empty = empty & missing(table[name])
    return empty


def _has_exactly(table: Any, column: str | None, values: Any) -> Any:
    """Whether the distinct values of `column` are exactly `values`, counted in the engine."""
    if column is None:
        raise NotCompiled("it needs a column")
    wanted = [_exact(value, _float_type(table, column)) for value in set(values) if not _is_missing(value)]
    subject = table[column]
    present = ~missing(subject)
    distinct = subject.nunique(where=present)
    return (distinct == len(wanted)) & (subject.nunique(where=present & subject.isin(wanted)) == len(wanted))


def _constant(part: Any) -> bool:
    return not list(part.op().find(ops.Field))


def _check_reach(part: Any, table: Any) -> None:
    """Refuses an expression that calls Python, reads another table, or has no SQL."""
    for node in _nodes(part):
        if isinstance(node, ops.ScalarUDF | ops.AggUDF) and node.__input_type__ is not ops.udf.InputType.BUILTIN:
            raise NotCompiled("it calls a Python function on every value")
        if isinstance(node, ops.PhysicalTable) and node != table.op():
            raise NotCompiled("it reads another table than the one that it checks")
    query = part.as_table() if isinstance(part, ir.BooleanScalar) else table.select(part=part)
    ibis.to_sql(query, dialect="duckdb")


def _nodes(expression: Any) -> Iterator[Any]:
    yield from expression.op().find(ops.Node)


def _floor_modulus(expression: Any) -> Any:
    """An element-wise function is Python on one value, where `-3 % 10` is 7; SQL truncates and says -3."""

    def floor(node: Any, changed: dict[str, Any] | None) -> Any:
        node = node.__recreate__(changed) if changed else node
        if not isinstance(node, ops.Modulus):
            return node
        left, right = node.left.to_expr(), node.right.to_expr()
        return (((left % right) + right) % right).op()

    return expression.op().replace(floor).to_expr()


@ibis.udf.scalar.builtin(name="try")  # type: ignore[untyped-decorator]
def _try(value: bool) -> bool:  # type: ignore[empty-body]
    """DuckDB's TRY: NULL instead of an error, so that one value that cannot be cast fails its row and not the whole audit."""


def _tried(part: Any) -> Any:
    if isinstance(part, ir.BooleanScalar) or part.op().find((ops.Reduction, ops.Analytic, ops.WindowFunction, ops.Subquery)):
        return part
    return _try(part)
