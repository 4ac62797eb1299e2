"""Some of the staged rows, at hand for probes: in memory, on a connection of its own, and gone with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from mesh_platform.lake import Writer, quote_name
from mesh_platform.lake.engine import engine_errors
from mesh_platform.lake.hidden import is_hidden
from mesh_platform.lake.sql import names

MOST, FEW = 1_000, 20
"""Rows that are looked at; and those that are looked for, of a column that is empty in all of them."""
_SAMPLE = "_mesh_sample"


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows, and where they can be asked for: a statement that fails there ends no transaction of the publication.

    Attributes:
        con: the connection.
        relation: stands for them in FROM.
        types: columns of the staged table, those of the platform among them, with their DuckDB types.
        masked: the columns that are to be masked.
        table: the rows.
    """

    con: duckdb.DuckDBPyConnection
    relation: str
    types: Mapping[str, str]
    masked: tuple[str, ...]
    table: pa.Table

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def texts(self, select: str, names: Sequence[str]) -> dict[str, list[str | None]]:
        """These columns of a SELECT, each value as text, in the order of its rows."""
        items = ", ".join(f"CAST({quote_name(name)} AS VARCHAR) AS {quote_name(name)}" for name in names)
        found = self.con.execute(f"SELECT {items} FROM ({select}) AS asked").to_arrow_table()
        return {name: found.column(name).to_pylist() for name in names}


@contextmanager
def sampled(writer: Writer, masked: Sequence[str]) -> Iterator[Sample]:
    """Rows of what is staged, with these columns and the platform's own; of each of `masked` some values, wherever they stand."""
    types = dict(writer.all_columns())
    masked = tuple(name for name in masked if name in types)
    asked = (*masked, *(name for name in types if is_hidden(name)))
    table = _rows(writer, asked, MOST) if asked else pa.table({})
    for name in masked:
        if table.num_rows and table.column(name).null_count == table.num_rows:
            table = pa.concat_tables([table, _rows(writer, asked, FEW, f"{quote_name(name)} IS NOT NULL")])
    with writer.con.cursor() as con:
        con.register(_SAMPLE, table.combine_chunks())
        try:
            yield Sample(con, _SAMPLE, types, masked, table)
        finally:
            con.unregister(_SAMPLE)


def _rows(writer: Writer, columns: Sequence[str], most: int, where: str = "true") -> pa.Table:
    with engine_errors(f"rows of {writer.place}", writer.place.key):
        return writer.con.execute(f"SELECT {names(columns)} FROM {writer.whole} WHERE {where} LIMIT {most}").to_arrow_table()
