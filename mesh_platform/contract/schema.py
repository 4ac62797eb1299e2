"""A descriptor's columns and rules as a pandera schema for ibis tables.

The schema is an ordinary one: pandera can validate with it, and documentation can print it.
What pandera has no word for, references to other products and the freshness promise, stands beside it in `Contract`. A bound that is no value
of its column's type becomes a finding here and never a rule that happens to hold.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import ibis
import pandera.ibis as pa
from pandera.api.ibis.types import IbisData
from pandera.engines import ibis_engine

from mesh_platform.contract.bounds import read_bound
from mesh_platform.contract.contract import Problem
from mesh_platform.product import Column, DataProduct
from mesh_platform.product.models import RowCheck
from mesh_platform.product.sql_engine import quoted
from mesh_platform.product.sql_row import row_refusal


@dataclass(frozen=True, slots=True)
class RowSql:
    """The function of a row check: a boolean DuckDB expression over the row."""

    sql: str

    def __call__(self, data: IbisData) -> Any:
        query = f"SELECT coalesce((\n{self.sql}\n), false) AS holds FROM ({ibis.to_sql(data.table, dialect='duckdb')})"
        return data.table.get_backend().sql(query)


@dataclass(frozen=True, slots=True)
class RowCount:
    """The function of the row-count check."""

    least: int | None
    most: int | None

    def __call__(self, data: IbisData) -> Any:
        count = data.table.count()
        return (count >= (self.least or 0)) & (count <= self.most if self.most is not None else True)

    def holds(self, rows: int) -> bool:
        return (self.least is None or rows >= self.least) and (self.most is None or rows <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least} rows"
        return f"{self.least} to {self.most} rows" if self.least else f"at most {self.most} rows"


def build_schema(descriptor: DataProduct) -> tuple[pa.DataFrameSchema, tuple[Problem, ...]]:
    """The pandera schema of `descriptor`, and what of the descriptor could not go into it."""
    problems: list[Problem] = []
    key = set(descriptor.primary_key)
    columns = {
        name: pa.Column(
            data_type(column.type.ibis),
            _collected(_column_checks(name, column), problems),
            nullable=column.nullable and name not in key,
            unique=(name,) in descriptor.unique_groups,
            description=column.description or None,
        )
        for name, column in descriptor.columns.items()
    }
    checks = _collected(_table_checks(descriptor), problems)
    groups = [list(group) for group in descriptor.unique_groups]
    unique: Any = groups or None  # pandera takes several groups; its annotation knows of one
    return pa.DataFrameSchema(columns, checks=checks, strict=True, unique=unique), tuple(problems)


def data_type(ibis_type: str) -> Any:
    """The pandera type of an ibis type, those included that pandera has no class for."""
    kind = ibis.dtype(ibis_type)
    if kind.is_uuid() or kind.is_json() or kind.is_nested():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ibis_engine.DataType(kind)
    return kind


_Step = tuple[str, tuple[str | int, ...], Callable[[], pa.Check]]


def _column_checks(name: str, column: Column) -> Iterator[_Step]:
    at = ("columns", name)
    if column.min is not None or column.max is not None:
        yield f"column {name}, min and max", (*at, "min"), lambda: _range(column)
    if column.values is not None:
        yield f"column {name}, values", (*at, "values"), lambda: _values(column)
    if column.min_length is not None or column.max_length is not None:
        yield f"column {name}, minLength and maxLength", (*at, "maxLength"), lambda: _length(column)
    if column.pattern is not None:
        yield f"column {name}, pattern", (*at, "pattern"), lambda: _pattern(column)


def _table_checks(descriptor: DataProduct) -> Iterator[_Step]:
    for number, check in enumerate(descriptor.checks):
        yield f"check {check.name}", ("checks", number), partial(_row_sql, check)
    if (smallest := descriptor.aggregate) is not None:
        name, sql = f"groups of at least {smallest.min_group}", f"{quoted(smallest.count)} >= {smallest.min_group}"
        yield "aggregate.minGroup", ("aggregate", "minGroup"), lambda: _row_sql(RowCheck(name=name, sql=sql))
    rows = descriptor.rows
    if rows.min is not None or rows.max is not None:
        count = RowCount(rows.min, rows.max)
        yield "rows", ("rows",), lambda: pa.Check(count, name="rows", error=str(count))


def _collected(steps: Iterator[_Step], problems: list[Problem]) -> list[pa.Check]:
    checks: list[pa.Check] = []
    for what, key, step in steps:
        try:
            checks.append(step())
        except ValueError as error:
            problems.append(Problem(what, str(error), key))
    return checks


def _range(column: Column) -> pa.Check:
    least = None if column.min is None else read_bound(column.min, column.type)
    most = None if column.max is None else read_bound(column.max, column.type)
    if least is None:
        return pa.Check.less_than_or_equal_to(most, error=f"at most {column.max}")
    if most is None:
        return pa.Check.greater_than_or_equal_to(least, error=f"at least {column.min}")
    if least > most:  # type: ignore[operator]
        raise ValueError("min is above max")
    return pa.Check.in_range(least, most, error=f"from {column.min} to {column.max}")


def _values(column: Column) -> pa.Check:
    if not column.values:
        raise ValueError("the list of values is empty")
    return pa.Check.isin([read_bound(value, column.type) for value in column.values], error=f"one of {len(column.values)} values")


def _length(column: Column) -> pa.Check:
    if column.type.text != "string":
        raise ValueError(f"a column of type {column.type.text} has no length")
    words = f"{column.min_length or 0} to {'any' if column.max_length is None else column.max_length} characters"
    return pa.Check.str_length(column.min_length, column.max_length, error=words)


def _pattern(column: Column) -> pa.Check:
    if column.type.text != "string":
        raise ValueError(f"a column of type {column.type.text} takes no pattern")
    return pa.Check.str_matches(f"(?:{column.pattern})$", error=f"the pattern {column.pattern}")


def _row_sql(check: RowCheck) -> pa.Check:
    if why := row_refusal(check.sql):
        raise ValueError(why)
    return pa.Check(RowSql(check.sql), name=check.name, error=check.name, ignore_na=False)
