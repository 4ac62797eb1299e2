"""A table of the contract's shape with one row without values, on which every rule is tried before it meets data.

Trying finds what compiling cannot: a regular expression that the engine does not know, an unknown function, a row check that names no column, a
constant that is no value of its column's type. Errors at this point speak of the rule alone, since there are no values; the same error
raised over staged rows could quote one, and would abort the writer's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import duckdb

from mesh_platform.contract.shape import Shape, duckdb_type
from mesh_platform.product.sql_engine import OFFLINE, quoted


class Scratch:
    """Tables by name and shape, in memory, with one row of NULLs each; use as a context manager."""

    def __init__(self, tables: Mapping[str, Shape]) -> None:
        self._con = duckdb.connect(config=OFFLINE)
        self._con.execute(
            "PRAGMA disable_optimizer"
        )  # it would skip a constant that cannot be cast, and fail over the first real row
        for name, shape in tables.items():
            columns = ", ".join(f"{quoted(column)} {duckdb_type(kind)}" for column, kind in shape.items())
            self._con.execute(f"CREATE TABLE {quoted(name)} ({columns or quoted('__none') + ' BOOLEAN'})")
            self._con.execute(f"INSERT INTO {quoted(name)} DEFAULT VALUES")

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._con.close()

    def refusal(self, query: str) -> str | None:
        """Why DuckDB does not run `query`, or None where it does."""
        try:
            self._con.execute(query).fetchall()
        except duckdb.Error as error:
            return str(error).splitlines()[0]
        return None

    def type_of(self, expression: str, table: str) -> Any:
        """The type of `expression` over `table`, as DuckDB names it; raises `duckdb.Error` where it has none."""
        row = self._con.execute(f"DESCRIBE SELECT {expression} FROM {quoted(table)}").fetchone()
        return row[1] if row else None
