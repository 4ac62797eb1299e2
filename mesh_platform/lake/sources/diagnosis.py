"""Why reading a source failed: the source is read once more, part by part and column by column, to name file, line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from mesh_platform.errors import CheckFailed, Finding, MeshError
from mesh_platform.lake.sources.convert import fits, needs_conversion
from mesh_platform.lake.sources.files import line_of
from mesh_platform.lake.sources.reading import Reading
from mesh_platform.lake.sql import quote_name

_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CSV_COLUMN = re.compile(r'Error when converting column "(.*?)"\.')
_CSV_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_JSON_LINE = re.compile(r"in (line|record/value) (\d+)")
_TYPE_COLUMN = re.compile(r'Invalid type in column "(.*?)":')
_OF_THE_ROWS = frozenset({"LAKE-32", "LAKE-31"})


def diagnosed(
    con: duckdb.DuckDBPyConnection, reading: Reading, declared: Mapping[str, str], product: str, error: Exception
) -> MeshError | None:
    """What is wrong with the source; None where it reads well, so that the error is another's."""
    if isinstance(error, MeshError) and error.finding.rule not in _OF_THE_ROWS:
        return None
    with con.cursor() as apart:  # the failed transaction stays the caller's
        for where, select in reading.one.items():
            if (found := _part(apart, reading, where, select, declared)) is not None:
                rule, at, why, fix = found
                return CheckFailed(Finding(rule, at, why, fix, product))
    return None


Found = tuple[str, str, str, str]


def _part(con: duckdb.DuckDBPyConnection, reading: Reading, where: str, select: str, declared: Mapping[str, str]) -> Found | None:
    try:
        con.execute(f"SELECT max(hash(COLUMNS(*))) FROM ({select})").fetchall()
    except duckdb.Error as error:
        return _told(str(error), where) or _by_column(con, reading, where, select)
    texts = {name: kind for name, kind in declared.items() if needs_conversion(reading.columns[name], kind)}
    if not texts:
        return None
    firsts = ", ".join(
        f"min(row_in_part) FILTER (WHERE {quote_name(name)} IS NOT NULL AND NOT {fits(name, kind)})"
        for name, kind in texts.items()
    )
    con.execute("SET preserve_insertion_order = true")  # staging turns it off, and rows are counted in the order of the file here
    found = con.execute(f"SELECT {firsts} FROM (SELECT *, row_number() OVER () AS row_in_part FROM ({select}))").fetchone() or ()
    bad = [(row, name) for row, name in zip(found, texts, strict=True) if row is not None]
    if not bad:
        return None
    row, name = min(bad)
    return _unconverted(f"{where}, {_place(reading, where, row)}, column {quote_name(name)}", texts[name])


def _place(reading: Reading, where: str, row: int) -> str:
    """The line of a CSV file on which that row begins; elsewhere the number of the row."""
    if where in reading.csv and (line := line_of(*reading.csv[where], row)) is not None:
        return f"line {line}"
    return f"{reading.unit} {row}"


def _told(said: str, where: str) -> Found | None:
    """What the engine's own text tells, without the values that it quotes."""
    at = f"{where}, line {line[1]}" if (line := _CSV_LINE.search(said)) else where
    if width := _CSV_WIDTH.search(said):
        why = f"The row has {width[2]} values and the header {width[1]}; the line is cut off, or a value needs quotes."
        return "RUN-02", at, why, "Correct the line, or deliver the file again."
    if "unterminated quote" in said:
        return "RUN-01", at, "A quote has no end; the file may be cut off.", "Correct the line, or deliver the file again."
    if "Invalid unicode" in said or "not utf-8" in said:
        return "RUN-03", at, "It is not UTF-8.", "Deliver the file as UTF-8."
    if column := _CSV_COLUMN.search(said) or _TYPE_COLUMN.search(said):
        return _unconverted(f"{at}, column {quote_name(column[1])}", "the column's type")
    if line := _JSON_LINE.search(said):
        at = f"{where}, {'line' if line[1] == 'line' else 'record'} {line[2]}"
        if "Malformed" in said:
            return "RUN-01", at, "The JSON has no proper end or form; the file may be cut off.", "Deliver the file again."
        return _unconverted(at, "its column's type")
    return None


def _by_column(con: duckdb.DuckDBPyConnection, reading: Reading, where: str, select: str) -> Found:
    for name in reading.columns:
        try:
            con.execute(f"SELECT max(hash({quote_name(name)})) FROM ({select})").fetchall()
        except duckdb.ConversionException:
            return _unconverted(f"{where}, column {quote_name(name)}", reading.columns[name])
        except duckdb.Error:
            break
    return "RUN-01", where, "It cannot be read to its end: it is damaged or cut off.", "Deliver it again."


def _unconverted(at: str, kind: str) -> Found:
    return (
        "RUN-03",
        at,
        f"A value is not of {kind}.",
        "Correct the value at its origin, or declare the column as it is delivered.",
    )
