"""A file's rows as they were seen: per column what holds for all of them, and where they lie for further questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

TABLE, SAMPLE = "profiled", "sampled"
TEXT_BYTES = "BLOB of text"


@dataclass(slots=True)
class ColumnProfile:
    """What one column shows. `values` only where they are few, short and often repeated."""

    name: str
    found: str
    position: int
    type: str = "string"
    present: int = 0
    unique: bool = False
    distinct: int | None = None
    values: tuple[str, ...] | None = None
    low: Any = None
    high: Any = None
    shortest: int = 0
    longest: int = 0
    scale: int = 0
    average: float = 0.0
    pattern: str | None = None
    shapes: dict[str, float] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        """Whether the file gives text, from which types are still to be told."""
        return self.found in ("VARCHAR", TEXT_BYTES) or self.found.startswith("ENUM")

    def shows(self, shape: str, share: float = 0.6) -> bool:
        return self.shapes.get(shape, 0.0) >= share


@dataclass(slots=True)
class Profile:
    """All columns, in the file's order, the number of rows, and the connection that still holds them."""

    con: duckdb.DuckDBPyConnection
    rows: int
    columns: list[ColumnProfile]

    def cell(self, column: ColumnProfile) -> str:
        """The column in the temporary table."""
        return f"c{column.position}"

    def one(self, query: str) -> Any:
        row = self.con.execute(query).fetchone()
        assert row is not None
        return row[0]
