"""The groups of a table in memory: what the view shows of it, and who stands in which group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from mesh_platform.access.aggregates.groups import Groups
from mesh_platform.access.aggregates.view import cut, grouped_view

TYPES = {"person": "VARCHAR", "region": "VARCHAR", "segment": "VARCHAR", "day": "DATE", "spent": "DOUBLE"}
Row = tuple[Any, ...]


class Table:
    """Rows of (person, region, segment, day, spent), read in groups by the first `by` of region, segment and day."""

    def __init__(self, by: int = 2, least: int = 5) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute(f"CREATE TABLE t ({', '.join(f'{name} {kind}' for name, kind in TYPES.items())})")
        self.groups = Groups(("region", "segment", "day")[:by], "month", least, ("person",))
        dims = {name: cut(name, self.groups) if name == "day" else name for name in self.groups.by}
        order = [*self.groups.by, "spent"]
        self.sql = grouped_view(dims, {"spent": "spent"}, {}, order, self.groups, TYPES, "t")
        self.con.execute(f"CREATE VIEW shown AS {self.sql}")

    def hold(self, rows: Sequence[Row]) -> Table:
        """Hold these rows and no others."""
        self.con.execute("DELETE FROM t")
        if rows:
            marks = ", ".join(["(?, ?, ?, ?, ?)"] * len(rows))
            self.con.execute(f"INSERT INTO t VALUES {marks}", [value for row in rows for value in row])
        return self

    def ask(self, sql: str) -> list[Row]:
        return self.con.execute(sql).fetchall()

    def inside(self, relation: str, columns: str = "*") -> list[Row]:
        """A step on the way to the view."""
        return self.ask(f"{self.sql[: self.sql.rindex(') SELECT ') + 1]} SELECT {columns} FROM {relation}")
