"""What the rows of each command's answer look like, as the protocol fixes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

_TEXT, _INT32, _UINT8, _YES_NO = pa.string(), pa.int32(), pa.uint8(), pa.bool_()


def _schema(**columns: pa.DataType) -> pa.Schema:
    """Columns by name; one whose name ends with `_` is never null."""
    return pa.schema([pa.field(name.rstrip("_"), kind, nullable=not name.endswith("_")) for name, kind in columns.items()])


_KEYS = _schema(
    pk_catalog_name=_TEXT,
    pk_db_schema_name=_TEXT,
    pk_table_name_=_TEXT,
    pk_column_name_=_TEXT,
    fk_catalog_name=_TEXT,
    fk_db_schema_name=_TEXT,
    fk_table_name_=_TEXT,
    fk_column_name_=_TEXT,
    key_sequence_=_INT32,
    fk_key_name=_TEXT,
    pk_key_name=_TEXT,
    update_rule_=_UINT8,
    delete_rule_=_UINT8,
)
_INFO = pa.dense_union(
    [
        pa.field("string_value", _TEXT),
        pa.field("bool_value", _YES_NO),
        pa.field("bigint_value", pa.int64()),
        pa.field("int32_bitmask", _INT32),
        pa.field("string_list", pa.list_(pa.field("string_data", _TEXT))),
        pa.field("int32_to_int32_list_map", pa.map_(_INT32, pa.list_(pa.field("$data$", _INT32)))),
    ]
)
SCHEMAS: Mapping[str, pa.Schema] = {
    "CommandGetCatalogs": _schema(catalog_name_=_TEXT),
    "CommandGetDbSchemas": _schema(catalog_name=_TEXT, db_schema_name_=_TEXT),
    "CommandGetTables": _schema(catalog_name=_TEXT, db_schema_name=_TEXT, table_name_=_TEXT, table_type_=_TEXT),
    "CommandGetTableTypes": _schema(table_type_=_TEXT),
    "CommandGetPrimaryKeys": _schema(
        catalog_name=_TEXT, db_schema_name=_TEXT, table_name_=_TEXT, column_name_=_TEXT, key_sequence_=_INT32, key_name=_TEXT
    ),
    "CommandGetExportedKeys": _KEYS,
    "CommandGetImportedKeys": _KEYS,
    "CommandGetCrossReference": _KEYS,
    "CommandGetSqlInfo": pa.schema(
        [pa.field("info_name", pa.uint32(), nullable=False), pa.field("value", _INFO, nullable=False)]
    ),
    "CommandGetXdbcTypeInfo": _schema(
        type_name_=_TEXT,
        data_type_=_INT32,
        column_size=_INT32,
        literal_prefix=_TEXT,
        literal_suffix=_TEXT,
        create_params=pa.list_(_TEXT),
        nullable_=_INT32,
        case_sensitive_=_YES_NO,
        searchable_=_INT32,
        unsigned_attribute=_YES_NO,
        fixed_prec_scale_=_YES_NO,
        auto_increment=_YES_NO,
        local_type_name=_TEXT,
        minimum_scale=_INT32,
        maximum_scale=_INT32,
        sql_data_type_=_INT32,
        datetime_subcode=_INT32,
        num_prec_radix=_INT32,
        interval_precision=_INT32,
    ),
}
"""Of keys between tables and of types nothing is told: those answers have no rows."""
_WITH_SCHEMA = SCHEMAS["CommandGetTables"].append(pa.field("table_schema", pa.binary(), nullable=False))


def schema_of(name: str, command: Any) -> pa.Schema:
    """The schema of a command's answer."""
    return _WITH_SCHEMA if name == "CommandGetTables" and command.include_schema else SCHEMAS[name]


def sql_info(wanted: frozenset[int], told: Mapping[int, str | bool | int]) -> pa.Table:
    """The answer to GetSqlInfo: of what is told, that which is wanted, or all where nothing is named."""
    rows = [(code, value) for code, value in sorted(told.items()) if not wanted or code in wanted]
    children: list[list[object]] = [[] for _ in range(_INFO.num_fields)]
    kinds, offsets = list[int](), list[int]()
    for _, value in rows:
        kind = 1 if isinstance(value, bool) else 0 if isinstance(value, str) else 2 if value >= 1 << 31 else 3
        kinds.append(kind)
        offsets.append(len(children[kind]))
        children[kind].append(value)
    fields = [_INFO.field(number) for number in range(_INFO.num_fields)]
    values = pa.UnionArray.from_dense(
        pa.array(kinds, pa.int8()),
        pa.array(offsets, pa.int32()),
        [pa.array(held, field.type) for held, field in zip(children, fields, strict=True)],
        [field.name for field in fields],
    )
    codes = pa.array([code for code, _ in rows], pa.uint32())
    return pa.Table.from_arrays([codes, values], schema=SCHEMAS["CommandGetSqlInfo"])
