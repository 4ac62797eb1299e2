"""Bring the tables up to date. The migrations travel inside the package and run in one write transaction, whole or not at all.

Alembic costs half a second to import, so it is imported only where there is something to do.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from mesh_platform.errors import Unavailable
from mesh_platform.state.errors import WHERE

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
    "0027",
    "0028",
    "0029",
    "0030",
)
HEAD = REVISIONS[-1]
FOLDER = Path(__file__).parent / "migrations"

Transaction = Callable[[], AbstractContextManager[Connection]]


def migrate(read: Transaction, write: Transaction) -> None:
    """Upgrade to `HEAD`; where several come at once the first does it and the others find it done."""
    with read() as con:
        if version(con) == HEAD:
            return
    with write() as con:
        if version(con) != HEAD:
            _upgrade(con)


def version(con: Connection) -> str | None:
    """The revision that the database is at, None before the first.

    Raises:
        Unavailable: where this version of the platform does not know it.
    """
    if not inspect(con).has_table("alembic_version"):
        return None
    found = con.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in REVISIONS:
        raise Unavailable.because(
            "STATE-07",
            WHERE,
            "It was made by a newer version of the platform, whose tables this one does not know.",
            "Install the version that made it, or point MESH_HOME (or MESH_DATABASE_URL) at another database.",
        )
    return found


def _upgrade(con: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Alembic interpolates % in options, so one in the path is doubled.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = con
    command.upgrade(config, HEAD)
