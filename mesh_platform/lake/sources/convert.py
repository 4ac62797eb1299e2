"""Text to the declared type, or an error: never rounded, cut off or shifted on the way.

DuckDB's own casts read '1.5' as the integer 2, '1.555' as the decimal 1.56, a time of day off a date, and an offset off a timestamp. What
is not exactly of the declared type is no value of it here. A timestamp without zone is in UTC, as one with an offset is brought to.
"""

from __future__ import annotations

from mesh_platform.lake.sql import quote_name, type_name

TEXT = frozenset({"VARCHAR"})
_INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"})
_RELATIVE_ERROR = 1e-14  # of a double; a decimal that differs by more was rounded


def needs_conversion(found: str, declared: str) -> bool:
    """Whether the source gives text where the product declares another type."""
    return found in TEXT and declared not in TEXT


def converted(column: str, declared: str) -> str:
    """The column under its declared type; the statement fails where a value is not of it."""
    cell = quote_name(column)
    return f"CASE WHEN {cell} IS NULL THEN NULL WHEN {fits(column, declared)} THEN {_cast(cell, declared)} ELSE error('conversion') END"


def fits(column: str, declared: str) -> str:
    """Whether a text that is not NULL is exactly a value of the type."""
    cell = quote_name(column)
    cast = _cast(cell, declared)
    real = f"TRY_CAST({cell} AS DOUBLE)"
    if declared in _INTEGERS:
        return f"({cast} IS NOT NULL AND {real} = trunc({real}))"
    if declared.startswith("DECIMAL("):
        return f"({cast} IS NOT NULL AND abs({cast}::DOUBLE - {real}) <= abs({real}) * {_RELATIVE_ERROR})"
    if declared == "DATE":
        return f"({cast} IS NOT NULL AND TRY_CAST({cell} AS TIMESTAMP) = {cast})"
    if declared == "JSON":
        return f"json_valid({cell})"
    return f"{cast} IS NOT NULL"


def _cast(cell: str, declared: str) -> str:
    if declared == "TIMESTAMP":
        return f"(TRY_CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
    return f"TRY_CAST({cell} AS {type_name(declared)})"
