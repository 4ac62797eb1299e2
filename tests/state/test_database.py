"""The control database: what a write promises, what a read sees, and what an error says; on both engines."""

from __future__ import annotations

from sqlalchemy import func, select

from mesh_platform.state import Database
from mesh_platform.state.tables import lineage_edges

EDGE = {"product": "sales/orders", "column": "id", "upstream_product": "crm/accounts", "upstream_column": "id"}


def edges(database: Database) -> int:
    with database.read() as con:
        return con.execute(select(func.count()).select_from(lineage_edges)).scalar_one()


def test_a_write_stands_once_its_block_is_left(database: Database) -> None:
    with database.write() as con:
        con.execute(lineage_edges.insert(), EDGE)
    assert edges(database) == 1
