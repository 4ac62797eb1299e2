"""Columns that the engine described, as Arrow's schema: the one that their rows will have."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any

import pyarrow as pa

from mesh_platform.product.sql_engine import OFFLINE, Columns

TYPE_NAME, REMARKS, READ_ONLY = b"ARROW:FLIGHT:SQL:TYPE_NAME", b"ARROW:FLIGHT:SQL:REMARKS", b"ARROW:FLIGHT:SQL:IS_READ_ONLY"
_lock = Lock()


def arrow_schema(columns: Columns) -> pa.Schema:
    """The schema of rows with these columns."""
    return pa.schema([pa.field(name, arrow_type(kind)) for name, kind in columns])


@lru_cache(4_096)
def arrow_type(kind: str) -> pa.DataType:
    """What rows of a type of the engine's come as. `kind` is the engine's own text of a type, never a caller's."""
    with _lock:
        return in_utc(_engine().execute(f"SELECT CAST(NULL AS {kind})").to_arrow_table().schema.field(0).type)


def in_utc(kind: pa.DataType) -> pa.DataType:
    """The type as rows leave: moments told in UTC, since the zone that an engine names is its machine's; a closed set of words as text."""
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return pa.timestamp(kind.unit, "UTC")
    if pa.types.is_dictionary(kind):
        return in_utc(kind.value_type)
    if pa.types.is_struct(kind):
        return pa.struct([_field_in_utc(kind.field(number)) for number in range(kind.num_fields)])
    if pa.types.is_map(kind):
        return pa.map_(_field_in_utc(kind.key_field), _field_in_utc(kind.item_field))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_field_in_utc(kind.value_field), kind.list_size)
    return pa.list_(_field_in_utc(kind.value_field)) if pa.types.is_list(kind) else kind


def schema_in_utc(schema: pa.Schema) -> pa.Schema:
    """The schema with its moments told in UTC."""
    return pa.schema([_field_in_utc(field) for field in schema])


def _field_in_utc(field: pa.Field) -> pa.Field:
    return field.with_type(in_utc(field.type))


@lru_cache(1)
def _engine() -> Any:
    import duckdb

    return duckdb.connect(config=OFFLINE)
