"""A source as a SELECT, with what must be attached for it, and its diagnosis when reading fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import duckdb

from mesh_platform.errors import CheckFailed, Finding, MeshError
from mesh_platform.lake.layout import differences
from mesh_platform.lake.sources.convert import converted, needs_conversion
from mesh_platform.lake.sources.diagnosis import diagnosed
from mesh_platform.lake.sources.reading import Reading, read_source
from mesh_platform.lake.sql import quote_name, type_name


class SourceLike(Protocol):
    """What a source says: files of the project (`path`), or a `table` behind a `connection`."""

    @property
    def path(self) -> str | None: ...
    @property
    def connection(self) -> str | None: ...
    @property
    def table(self) -> str | None: ...
    @property
    def format(self) -> str | None: ...


@contextmanager
def scan_source(
    con: duckdb.DuckDBPyConnection,
    root: Path,
    source: SourceLike,
    declared: Mapping[str, str],
    strict: bool = True,
    product: str = "",
) -> Iterator[str]:
    """The SELECT that reads `source`, usable on `con` inside the `with`; a failure inside is traced to file, line and column.

    Args:
        con: the connection to read on; a database stays attached to it, read-only, until it is closed.
        root: the project's folder; no file outside it is read.
        source: the files or the table.
        declared: the product's columns and their DuckDB types.
        strict: the source has exactly the declared columns, in any order, with values of their types. Otherwise (a transform follows) it
            comes as it is, its types found out from the data, but for a column that is declared as text.
        product: whom findings are about.

    Raises:
        CheckFailed: RUN-01, where it is outside the project or cannot be read; RUN-02, where a column is missing or undeclared;
            RUN-03, where a value is not of its column's type.
        Unavailable: RUN-01, where it is not there, cut off or cannot be reached.
    """
    declared = {name: type_name(kind) for name, kind in declared.items()}
    reading = read_source(con, root, source, declared, strict, product)
    if strict:
        _check_names(reading, declared, product)
    try:
        yield _select(reading, declared) if strict else reading.select
    except (MeshError, duckdb.Error) as error:
        traced = diagnosed(con, reading, declared if strict else {}, product, error)
        if traced is None:
            raise
        raise traced from None


def describe_source(con: duckdb.DuckDBPyConnection, root: Path, source: SourceLike, product: str = "") -> list[tuple[str, str]]:
    """The source's columns with the DuckDB types that its data suggest."""
    return list(read_source(con, root, source, {}, False, product).columns.items())


def _check_names(reading: Reading, declared: Mapping[str, str], product: str) -> None:
    for where, columns in reading.names.items():
        parts = differences(columns, list(declared))
        if not parts:
            continue
        fix = "Declare the columns as the source has them, deliver it with the declared ones, or write a transform."
        raise CheckFailed(Finding("RUN-02", where, f"Its columns are not the declared ones ({'; '.join(parts)}).", fix, product))


def _select(reading: Reading, declared: Mapping[str, str]) -> str:
    cells: Sequence[str] = [
        f"{converted(name, kind)} AS {quote_name(name)}" if needs_conversion(reading.columns[name], kind) else quote_name(name)
        for name, kind in declared.items()
    ]
    return f"SELECT {', '.join(cells)} FROM ({reading.select}) AS source_rows"
