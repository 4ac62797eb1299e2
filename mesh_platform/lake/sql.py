"""The one place where text becomes part of a statement of the lake: names and literals quoted, types checked against a closed form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mesh_platform.errors import Finding, UsageProblem

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_ ]*(\(\s*\d+\s*(,\s*\d+\s*)?\))?( ?\[\d*\])*")


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
    """A DuckDB type as it may stand in CREATE TABLE: scalar, DECIMAL(p,s), or a list of such."""
    if not _TYPE.fullmatch(text):
        raise UsageProblem(
            Finding("LAKE-21", "a column's type", "It is no scalar, decimal or list type.", "Declare a known type.")
        )
    return text
