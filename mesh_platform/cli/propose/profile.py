"""What a file's rows show: types that every value has, what is unique, what takes few values. Looked at in full, not in part.

The rows are copied into a temporary engine. Only counts, bounds and short lists of codes leave it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from mesh_platform.classify.written import personal
from mesh_platform.cli.propose.looking import look_at
from mesh_platform.cli.propose.recognise import Given, odd_line
from mesh_platform.cli.propose.seen import SAMPLE, TABLE, TEXT_BYTES, ColumnProfile, Profile
from mesh_platform.errors import CheckFailed, Finding, UsageProblem
from mesh_platform.lake import describe_source, quote_name, scan_source
from mesh_platform.product.models import MOST_COLUMNS

_SAMPLED = 5_000
_BATCH = 60


@contextmanager
def engine(memory_limit: str, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A temporary engine; what it spills is encrypted and goes with it."""
    with tempfile.TemporaryDirectory(prefix="mesh-profile-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit,
            "threads": str(threads),
            "temp_directory": str(Path(folder) / "spill"),
            "temp_file_encryption": "true",
        }
        con = duckdb.connect(config=config)
        try:
            con.execute("SET TimeZone = 'UTC'")
            con.execute("SET enable_progress_bar = false")
            yield con
        finally:
            con.close()


def profile(con: duckdb.DuckDBPyConnection, given: Given, product: str) -> Profile:
    """The profile of a file.

    Raises:
        MeshError: where it cannot be read, has too many columns or no rows; with file and line, and never a value.
    """
    described = _described(con, given, product)
    if len(described) > MOST_COLUMNS:
        why = f"It has {len(described):,} columns; a product has {MOST_COLUMNS:,} at most."
        raise UsageProblem(
            Finding("NEW-12", given.file.name, why, "Split the file by subject, or hand over the columns that matter.")
        )
    if any(personal(name) for name, _ in described):
        fix = "Write a line with the columns' names above it."
        raise UsageProblem(
            Finding("NEW-14", f"{given.file.name}, line 1", "It holds values in place of the columns' names.", fix)
        )
    columns = [ColumnProfile(name, found, i) for i, (name, found) in enumerate(described)]
    _copy(con, given, columns, product)
    made = Profile(con, 0, columns)
    made.rows = made.one(f"SELECT count(*) FROM {TABLE}")
    if not made.rows:
        fix = "Hand over a file with rows; nothing can be proposed from a header alone."
        raise UsageProblem(Finding("NEW-12", given.file.name, "It holds a header and no rows.", fix))
    con.execute(f"CREATE TEMP TABLE {SAMPLE} AS SELECT * FROM {TABLE} USING SAMPLE reservoir({_SAMPLED} ROWS) REPEATABLE (1)")
    for some in _batches(columns):
        look_at(made, some)
    return made


def _described(con: duckdb.DuckDBPyConnection, given: Given, product: str) -> list[tuple[str, str]]:
    try:
        return describe_source(con, given.file.parent, given, product)
    except CheckFailed:
        if given.format == "csv" and (line := odd_line(given.file)):
            raise _uneven(given, line) from None
        raise


def _copy(con: duckdb.DuckDBPyConnection, given: Given, columns: list[ColumnProfile], product: str) -> None:
    text = given.format == "csv"
    declared = {column.name: "VARCHAR" for column in columns} if text else {}
    if text:
        for column in columns:
            column.found = "VARCHAR"
    try:
        with scan_source(con, given.file.parent, given, declared, strict=text, product=product) as select:
            _tell_text_from_bytes(con, columns, select)
            cells = ", ".join(f"{_as_scalar(column)} AS c{i}" for i, column in enumerate(columns))
            con.execute(f"CREATE TEMP TABLE {TABLE} AS SELECT {cells} FROM ({select}) AS given")
    except CheckFailed as error:
        if error.finding.rule != "RUN-02":
            raise
        raise _uneven(given, odd_line(given.file)) from None


def _tell_text_from_bytes(con: duckdb.DuckDBPyConnection, columns: list[ColumnProfile], select: str) -> None:
    """SQLite gives the cells of a column without a type as bytes, which most often are text."""
    blobs = [column for column in columns if column.found == "BLOB"]
    if not blobs:
        return
    parts = ", ".join(f"count({quote_name(c.name)}) = count(TRY(decode({quote_name(c.name)})))" for c in blobs)
    row = con.execute(f"SELECT {parts} FROM ({select}) AS given").fetchone() or ()
    for column, is_text in zip(blobs, row, strict=True):
        column.found = TEXT_BYTES if is_text else column.found


def _uneven(given: Given, line: int | None) -> UsageProblem:
    where = f"{given.file.name}, line {line}" if line else given.file.name
    why = "It does not have as many fields as the header." if line else "Its lines do not all have the header's number of fields."
    return UsageProblem(Finding("NEW-12", where, why, "Mend the file, or its separator and quotes."))


def _as_scalar(column: ColumnProfile) -> str:
    """The cell as text, number, time or boolean; documents as text."""
    name = quote_name(column.name)
    if column.found == TEXT_BYTES:
        return f"decode({name})"
    if column.found.startswith(("STRUCT", "MAP", "UNION", "JSON")) or column.found.endswith("[]"):
        return f"CAST(to_json({name}) AS VARCHAR)"
    if column.found in ("BIT", "INTERVAL") or column.found.startswith("ENUM"):
        return f"CAST({name} AS VARCHAR)"
    return name


def _batches(columns: Sequence[ColumnProfile]) -> Iterator[Sequence[ColumnProfile]]:
    for start in range(0, len(columns), _BATCH):
        yield columns[start : start + _BATCH]
