"""The one place where text becomes part of a statement of the lake: names and literals quoted, types checked against a closed form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mesh_platform.errors import CheckFailed, Finding, UsageProblem

KEPT_TYPES = frozenset({
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE",
    "VARCHAR", "JSON", "UUID", "BLOB", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS",
    "TIMESTAMP WITH TIME ZONE",
})  # fmt: skip
"""Types that come back from a Parquet file as they went in. HUGEINT is not one: DuckDB writes it as DOUBLE, without a word."""
_SYNONYMS = {
    "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
    "INT": "INTEGER",
    "TEXT": "VARCHAR",
    "STRING": "VARCHAR",
    "BOOL": "BOOLEAN",
}
_DECIMAL = re.compile(r"DECIMAL\( ?(\d+) ?, ?(\d+) ?\)")


def quote_name(name: str) -> str:
    """`name` as a quoted identifier; any character may stand in it but NUL."""
    if not name or "\0" in name:
        raise UsageProblem(Finding("LAKE-20", "a name", "It is empty or holds a NUL character.", "Rename the column."))
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """`text` as a string literal; for what cannot be bound (ATTACH, LOAD, options), never for values of rows."""
    if "\0" in text:
        raise UsageProblem(Finding("LAKE-20", "a text", "It holds a NUL character.", "Remove it."))
    return "'" + text.replace("'", "''") + "'"


def names(columns: Iterable[str]) -> str:
    """Quoted names with commas between."""
    return ", ".join(quote_name(column) for column in columns)


def type_name(text: str) -> str:
    """A type that the lake keeps, under the one name that DuckDB reports for it: scalar, DECIMAL(p,s), or a list of such.

    Raises:
        CheckFailed: LAKE-21, for any other type or text.
    """
    word = " ".join(text.upper().split())
    if word.endswith("[]"):
        return type_name(word[:-2]) + "[]"
    if match := _DECIMAL.fullmatch(word):
        return f"DECIMAL({match[1]},{match[2]})"
    word = _SYNONYMS.get(word, word)
    if word not in KEPT_TYPES:
        why = f"The lake does not keep the type {word} as it is." if word.isalnum() else "It is no type that the lake keeps."
        raise CheckFailed(Finding("LAKE-21", "a column's type", why, "Cast it: whole numbers to BIGINT or DECIMAL(38,0)."))
    return word
