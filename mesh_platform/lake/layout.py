"""How rows become a product's table: declared columns, casts that lose nothing, and a layout that fits the number of rows.

A cast that would change a value is refused with its column's name; nothing is rounded or cut off to make a type fit.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from mesh_platform.errors import CheckFailed, Finding
from mesh_platform.lake.sql import names, quote_name, quote_text, type_name

Columns = Sequence[tuple[str, str]]
SPLIT_FROM_ROWS = 100_000  # here erasing one person takes 28 ms from 16 files and 122 from one; at 20,000 rows it is 26 and 43
BUCKETS = 16
WIDE_SPLIT_FROM_ROWS, WIDE_BUCKETS = 50_000_000, 64
MOST_PLACES = 10
LOSSY_CAST = f"MESH-LOSSY-CAST-{secrets.token_hex(16)} "
"""Before the column's name in an error of ours; SQL of a domain, which may raise errors too, cannot know it."""
TYPE_OF_NULL = "INTEGER"  # what the engine says of a column that is NULL throughout

_SIGNED_BITS = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64, "HUGEINT": 128}
_UNSIGNED_BITS = {"UTINYINT": 8, "USMALLINT": 16, "UINTEGER": 32, "UBIGINT": 64, "UHUGEINT": 128}
_TEMPORAL = {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_TEXT = {"VARCHAR", "JSON", "UUID"}


def buckets_for(rows: int) -> int:
    """In how many files a table of so many rows is split by its subject key; 0 for not at all."""
    if rows < SPLIT_FROM_ROWS:
        return 0
    return BUCKETS if rows < WIDE_SPLIT_FROM_ROWS else WIDE_BUCKETS


def create_statements(table: str, columns: Columns, bucket_by: str | None, sort_by: Sequence[str], buckets: int) -> list[str]:
    """Replace the table in the running transaction. `CREATE OR REPLACE … AS` would drop the layout, so it comes step by step."""
    body = ", ".join(f"{quote_name(name)} {type_name(kind)}" for name, kind in columns)
    statements = [f"DROP TABLE IF EXISTS {table}", f"CREATE TABLE {table} ({body})"]
    if bucket_by is not None and buckets:
        statements.append(partition_statement(table, bucket_by, buckets))
    if sort_by:
        order = ", ".join(f"{quote_name(column)} ASC" for column in sort_by)
        statements.append(f"ALTER TABLE {table} SET SORTED BY ({order})")
    return statements


def partition_statement(table: str, bucket_by: str, buckets: int) -> str:
    return f"ALTER TABLE {table} SET PARTITIONED BY (bucket({buckets}, {quote_name(bucket_by)}))"


def check_columns(found: Columns, declared: Columns, product: str) -> None:
    """Refuse rows whose columns are not exactly the declared ones, in any order.

    Raises:
        CheckFailed: LAKE-01 for undeclared or missing columns, LAKE-02 for a name that stands there twice.
    """
    _refuse_doubles([name for name, _ in declared], product)
    _refuse_doubles([name for name, _ in found], product)
    parts = differences([name for name, _ in found], [name for name, _ in declared])
    if parts:
        fix = "Declare the columns in product.yaml, or change the transform to give exactly the declared ones."
        why = f"The rows do not have the declared columns ({'; '.join(parts)})."
        raise CheckFailed(Finding("LAKE-01", "columns", why, fix, product))


def differences(found: Sequence[str], declared: Sequence[str]) -> list[str]:
    """In what columns differ, in words. Undeclared ones are told by their place: a name that comes with the rows can be a value."""
    extra = [str(place) for place, name in enumerate(found, 1) if name not in declared]
    lacking = [name for name in declared if name not in found]
    parts = (
        [f"undeclared: {len(extra)}, in place {', '.join(extra[:MOST_PLACES])}{' …' if extra[MOST_PLACES:] else ''}"]
        if extra
        else []
    )
    return parts + ([f"missing: {names(lacking)}"] if lacking else [])


def spelled_as_declared(found: Columns, declared: Columns) -> list[tuple[str, str]]:
    """The found columns under their declared spelling, which the engine does not tell from another case."""
    spelling = {name.casefold(): name for name, _ in declared}
    return [(spelling.get(name.casefold(), name), kind) for name, kind in found]


def cast_select(select: str, found: Columns, declared: Columns, product: str) -> str:
    """The rows of `select` with every column under its declared type."""
    kinds = dict(found)
    cells = ", ".join(f"{_cast(name, kinds[name], kind, product)} AS {quote_name(name)}" for name, kind in declared)
    return f"SELECT {cells} FROM ({select}\n) AS staged_rows"


def unfitting(name: str, found: str, declared: str, product: str) -> Finding | None:
    """Why a column that comes as `found` could not be staged as `declared`, whatever its values; None where it could."""
    try:
        _cast(name, found, type_name(declared), product)
    except CheckFailed as error:
        return error.finding
    return None


def lossy_column(said: str) -> str | None:
    """The column that a failed insert's own error names."""
    match = re.search(re.escape(LOSSY_CAST) + r"(.*)", said)
    return match[1] if match else None


def _cast(name: str, found: str, declared: str, product: str) -> str:
    cell = quote_name(name)
    if found == declared:
        return cell
    if _widens(found, declared):
        return f"CAST({cell} AS {type_name(declared)})"
    if not _related(found, declared):
        if found == TYPE_OF_NULL:
            return f"CASE WHEN {cell} IS NULL THEN CAST(NULL AS {type_name(declared)}) ELSE {_refuse(name)} END"
        why = f"Column {cell} comes as {_kind(found)} and is declared {declared}."
        fix = "Cast it in the transform, or declare the type that it has."
        raise CheckFailed(Finding("LAKE-03", f"column {cell}", why, fix, product))
    return _guarded(cell, name, found, declared)


def _guarded(cell: str, name: str, found: str, declared: str) -> str:
    """A cast that must give the value back when it is reversed."""
    cast = f"TRY_CAST({cell} AS {type_name(declared)})"
    kept = (
        f"{cast} IS NOT NULL" if found in _TEXT or declared in _TEXT else f"CAST({cast} AS {found}) IS NOT DISTINCT FROM {cell}"
    )
    return f"CASE WHEN {cell} IS NULL THEN NULL WHEN {kept} THEN {cast} ELSE {_refuse(name)} END"


def _refuse(name: str) -> str:
    return f"error({quote_text(LOSSY_CAST + name)})"


def _widens(found: str, declared: str) -> bool:
    if declared == "VARCHAR":
        return found in _TEXT or found.startswith("ENUM(")
    if declared in _SIGNED_BITS:
        return _SIGNED_BITS[declared] > (_SIGNED_BITS.get(found) or _UNSIGNED_BITS.get(found, 128))
    if declared in _UNSIGNED_BITS:
        return _UNSIGNED_BITS[declared] > _UNSIGNED_BITS.get(found, 128)
    return (found, declared) in {
        ("FLOAT", "DOUBLE"),
        ("DATE", "TIMESTAMP"),
        ("TIMESTAMP_S", "TIMESTAMP"),
        ("TIMESTAMP_MS", "TIMESTAMP"),
    }


def _related(found: str, declared: str) -> bool:
    if found.endswith("[]") and declared.endswith("[]"):
        return _related(found[:-2], declared[:-2]) or found == declared
    return any(found in family and declared in family for family in (_TEXT, _TEMPORAL)) or (
        _numeric(found) and _numeric(declared)
    )


def _numeric(kind: str) -> bool:
    return kind in _SIGNED_BITS or kind in _UNSIGNED_BITS or kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL(")


def _kind(found: str) -> str:
    """The type without what stands in it, which for an ENUM or a STRUCT can be values."""
    return found if found.startswith("DECIMAL(") else found.partition("(")[0]


def _refuse_doubles(columns: Sequence[str], product: str) -> None:
    """Names are compared as the engine does, without regard to case."""
    seen: dict[str, int] = {}
    for place, column in enumerate(columns, 1):
        if (first := seen.setdefault(column.casefold(), place)) != place:
            why = f"The columns in place {first} and {place} have the same name, but for case."
            raise CheckFailed(Finding("LAKE-02", f"column {place}", why, "Rename one of them.", product))
