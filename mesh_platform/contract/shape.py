"""Columns and types: of the table as DuckDB describes it, and of the contract as pandera declares it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import pandera.ibis as pa
from ibis.backends.sql.datatypes import DuckDBType

Shape = Mapping[str, Any]
"""Column name → ibis type."""


def shape_of(described: Collection[tuple[str, str]]) -> dict[str, Any]:
    """The shape of a table whose columns DuckDB describes as (name, type)."""
    return {name: DuckDBType.from_string(kind) for name, kind in described}


def duckdb_type(kind: Any) -> str:
    """The type as DuckDB itself names it."""
    return _SQLGLOT_NAMES.sub(_duckdb_name, str(DuckDBType.to_string(kind)))


_SQLGLOT_NAMES = re.compile(r"\b(TEXT|INT)\b")


def _duckdb_name(word: re.Match[str]) -> str:
    return "VARCHAR" if word.group() == "TEXT" else "INTEGER"


def declared_shape(schema: pa.DataFrameSchema) -> dict[str, Any]:
    """The shape that the schema declares; columns without a type are left out."""
    return {name: column.dtype.type for name, column in schema.columns.items() if column.dtype is not None}


def usable(schema: pa.DataFrameSchema, actual: Shape) -> dict[str, Any]:
    """The declared columns that are there with their declared type."""
    return {
        name: actual[name]
        for name, column in schema.columns.items()
        if name in actual
        and not actual[name].is_unknown()
        and (column.dtype is None or same_type(column.dtype.type, actual[name]))
    }


def same_type(declared: Any, actual: Any) -> bool:
    """Whether a column of type `actual` is one of type `declared`; a timestamp declared without precision takes any."""
    if isinstance(declared, dt.Timestamp) and isinstance(actual, dt.Timestamp) and declared.scale is None:
        return bool(declared.timezone == actual.timezone)
    return bool(declared.copy(nullable=True) == actual.copy(nullable=True))


def unbound(shape: Shape, name: str) -> Any:
    """A table of this shape that stands for rows still to be named."""
    return ibis.table(ibis.schema(dict(shape)), name=name)
