"""Text to the declared type, or an error: never rounded, cut off or shifted on the way.

DuckDB's own casts read '1.5' as the integer 2, '1.555' as the decimal 1.56, a time of day off a date, and an offset off a timestamp. What
is not exactly of the declared type is no value of it here. A timestamp without zone is in UTC, as one with an offset is brought to.
"""

from __future__ import annotations

import re

from mesh_platform.lake.sql import quote_name, type_name

TEXT = frozenset({"VARCHAR"})
_DIGITS = {"TINYINT": 3, "SMALLINT": 5, "INTEGER": 10, "BIGINT": 19, "UTINYINT": 3, "USMALLINT": 5, "UINTEGER": 10, "UBIGINT": 20}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_WIDEST = 38


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
    if declared in _DIGITS:
        return f"({cast} IS NOT NULL AND {_exact(cell, _DIGITS[declared])} = {cast})"
    if match := _DECIMAL.fullmatch(declared):
        width, scale = int(match[1]), int(match[2])
        if width < _WIDEST:
            return f"({cast} IS NOT NULL AND {_exact(cell, width - scale)} = {cast})"
        return f"({cast} IS NOT NULL AND NOT regexp_matches({cell}, '[eE]|\\.\\d{{{scale}}}\\d*[1-9]'))"
    if declared == "DATE":
        return f"({cast} IS NOT NULL AND TRY_CAST({cell} AS TIMESTAMP) = {cast})"
    if declared == "JSON":
        return f"json_valid({cell})"
    return f"{cast} IS NOT NULL"


def _exact(cell: str, digits: int) -> str:
    """The number with as many decimal places as the engine has beside `digits` digits before the point."""
    return f"TRY_CAST({cell} AS DECIMAL({_WIDEST},{_WIDEST - digits}))"


def _cast(cell: str, declared: str) -> str:
    if declared == "TIMESTAMP":
        return f"(TRY_CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
    return f"TRY_CAST({cell} AS {type_name(declared)})"
