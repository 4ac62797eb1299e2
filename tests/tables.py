"""The tables of a new control database: made by the migrations once in a process, and from then on laid down as they came out.

The migrations take a tenth of a second, which most tests would spend on what none of them asks about. The tests of the room `state` do ask,
and run them. PostgreSQL and a file that has tables already are left to the migrations everywhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy import Connection, inspect

from mesh_platform.state import migrate

by_the_migrations = migrate._upgrade
_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
_statements: list[tuple[str, tuple[object, ...]]] = []


def laid_down(con: Connection) -> None:
    """In the place of `by_the_migrations`: the same tables, in the same transaction."""
    if con.dialect.name != "sqlite" or inspect(con).get_table_names():
        by_the_migrations(con)
    elif not _statements:
        by_the_migrations(con)
        _statements.extend(_as_they_came_out(con))
    else:
        for statement, values in _statements:
            con.exec_driver_sql(statement, values)


def _as_they_came_out(con: Connection) -> Iterator[tuple[str, tuple[object, ...]]]:
    made = con.connection.driver_connection
    assert isinstance(made, sqlite3.Connection)
    objects = made.execute(_OBJECTS).fetchall()
    virtual = tuple(f"{name}_" for _, name, _, sql in objects if sql.startswith("CREATE VIRTUAL"))
    own = [(kind, name, sql) for kind, name, table, sql in objects if not table.startswith(virtual)]
    yield from ((sql, ()) for _, name, sql in own if not name.startswith("sqlite_"))  # those the engine makes itself
    for kind, name, _ in own:
        for row in made.execute(f'SELECT * FROM "{name}"') if kind == "table" else ():
            yield f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', tuple(row)
