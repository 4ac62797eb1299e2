"""When retention last ran over each product, and how it ended: where nothing was due, too, so that nobody takes silence for work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from mesh_platform.state import Database, insert
from mesh_platform.state.tables import retention_runs

Ended = Literal["done", "failed", "blocked"]
"""Carried out, or nothing was due; begun and not proven; or nobody can tell how old its rows are."""


@dataclass(frozen=True, slots=True)
class Run:
    """The last run over one product."""

    at: datetime
    ended: Ended


def ran(database: Database, product: str, run: Run) -> None:
    """Remember a run; the one before is forgotten."""
    with database.write() as con:
        row = insert(con, retention_runs)
        con.execute(
            row.on_conflict_do_update(index_elements=("product",), set_={"at": row.excluded.at, "ended": row.excluded.ended}),
            {"product": product, "at": run.at, "ended": run.ended},
        )


def last_run(database: Database, product: str) -> Run | None:
    """The last run over the product; None where there was none."""
    asked = select(retention_runs.c.at, retention_runs.c.ended).where(retention_runs.c.product == product)
    with database.read() as con:
        found = con.execute(asked).first()
    return None if found is None else Run(found.at, found.ended)
