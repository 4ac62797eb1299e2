"""Columns in the types that a form has: what Parquet cannot hold stands as text, in every door alike."""

from __future__ import annotations

import json

import pyarrow as pa

from mesh_platform.access.plain import cells, plain


def foreign(kind: pa.DataType) -> bool:
    """Whether it is, or holds, a type that Parquet has not: an interval or a union."""
    if pa.types.is_interval(kind) or pa.types.is_union(kind):
        return True
    return pa.types.is_nested(kind) and any(foreign(kind.field(i).type) for i in range(kind.num_fields))


def storable_schema(schema: pa.Schema) -> pa.Schema:
    """`schema` as Parquet can hold it."""
    return pa.schema([field.with_type(pa.string()) if foreign(field.type) else field for field in schema])


def storable(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The rows under `schema`, as `storable_schema` gives it."""
    columns = [as_text(column) if foreign(column.type) else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def as_text(column: pa.Array) -> pa.Array:
    """Its values as text: what has parts as JSON."""
    return pa.array([None if value is None else text(plain(value)) for value in cells(column)], pa.string())


def text(value: object) -> str:
    """A plain value as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
