"""A throw-away encrypted DuckDB file: for rows that are ready before the lock is held and do not belong into memory."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from mesh_platform.lake import Lake, quote_name, quote_text

ALIAS = "mesh_build"


@dataclass(frozen=True, slots=True)
class Built:
    """The throw-away database, its key, and the relation in it that holds the rows."""

    database: Path
    key: str
    relation: str

    @property
    def attach(self) -> str:
        """The statement that opens it, read only, under `ALIAS`."""
        return f"{attach(self.database, self.key)[:-1]}, READ_ONLY)"


def attach(database: Path, key: str) -> str:
    """The statement that opens, or makes, the database under `ALIAS`."""
    return f"ATTACH {quote_text(str(database))} AS {ALIAS} (ENCRYPTION_KEY {quote_text(key)})"


def new_key() -> str:
    return secrets.token_hex(16)


def write(lake: Lake, database: Path, key: str, tables: Mapping[tuple[str, str], pa.RecordBatchReader]) -> None:
    """Write rows into the database, as (schema, name) → rows."""
    with lake.engine() as con:
        con.execute(attach(database, key))
        try:
            for (schema, name), rows in tables.items():
                con.execute(f"CREATE SCHEMA IF NOT EXISTS {ALIAS}.{quote_name(schema)}")
                con.register("mesh_rows", rows)
                con.execute(f"CREATE TABLE {ALIAS}.{quote_name(schema)}.{quote_name(name)} AS SELECT * FROM mesh_rows")
                con.unregister("mesh_rows")
        finally:
            con.execute(f"DETACH {ALIAS}")


def keep(lake: Lake, folder: Path, rows: pa.RecordBatchReader) -> Built:
    """Rows as a database in `folder`, which goes when the publication is over."""
    database, key = folder / "result.db", new_key()
    write(lake, database, key, {("main", "result"): rows})
    return Built(database, key, f"{ALIAS}.main.result")
