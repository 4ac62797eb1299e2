"""The whole control database as one SQLite file, as of one moment; and such a file put into an empty database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, delete, func, insert, inspect, select, text

from mesh_platform.errors import Unavailable
from mesh_platform.state.database import Database
from mesh_platform.state.errors import WHERE, trouble
from mesh_platform.state.jsontext import dump_json
from mesh_platform.state.migrate import HEAD, version
from mesh_platform.state.sqlite import kind_of
from mesh_platform.state.tables import audit_head, metadata, product_search

_AT_ONCE = 1_000


def copy_state(database: Database, target: Path) -> None:
    """Write the database into the new file `target`, without a free page, closed to others and durable.

    Raises:
        Unavailable: where the database cannot be read.
        OSError: where the file cannot be written.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if database.file is not None:
        _copy_pages(database.file, target)
    else:
        _copy_rows(database, target)
    _sync(target)


def looked_into(file: Path) -> Engine:
    """An engine on such a file."""
    return create_engine(URL.create("sqlite", database=str(file)), hide_parameters=True, json_serializer=dump_json)


def opens_as_it_is(file: Path) -> bool:
    """Whether such a file is a control database by itself; one that was copied row by row lacks what only migrations make, and fills another."""
    engine = looked_into(file)
    try:
        return inspect(engine).has_table(product_search.name)
    finally:
        engine.dispose()


def fill_state(database: Database, source: Path) -> None:
    """Put what `source` holds into a database without any row; all of it or nothing. What is searched for is not in it: the registry makes that anew.

    Raises:
        Unavailable: STATE-16, where rows stand in it already, or the file was made by another version of the platform.
    """
    database.migrate()
    engine = looked_into(source)
    try:
        with engine.connect() as old, database.write() as con:
            con.execute(delete(audit_head).where(audit_head.c.size == 0))  # as the migrations leave it
            if version(old) != HEAD or any(
                con.execute(select(func.count()).select_from(one)).scalar() for one in metadata.tables.values()
            ):
                why = "Rows stand in it already, or what is to be put into it was made by another version of the platform."
                raise Unavailable.because(
                    "STATE-16", WHERE, why, "Name an empty database, and install the version that made the copy."
                )
            _rows(old, con)
            if con.dialect.name == "postgresql":
                _advance(con)
    finally:
        engine.dispose()


def _copy_pages(file: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None)) as con:
            con.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise trouble(kind_of(error)) from None


def _copy_rows(database: Database, target: Path) -> None:
    engine = looked_into(target)
    try:
        with database.read() as con, engine.begin() as new:
            metadata.create_all(new)
            new.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            new.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": version(con)})
            _rows(con, new)
    finally:
        engine.dispose()


def _rows(source: Connection, target: Connection) -> None:
    for table in metadata.sorted_tables:
        for rows in source.execute(select(table)).mappings().partitions(_AT_ONCE):
            target.execute(insert(table), [dict(row) for row in rows])


def _advance(con: Connection) -> None:
    """The sequences of PostgreSQL go on after the numbers that were put in."""
    for table in metadata.sorted_tables:
        for column in table.primary_key:
            if (
                name := con.execute(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name}).scalar()
            ) is not None:
                highest = con.execute(select(func.max(column))).scalar()
                if highest is not None:
                    con.execute(text("SELECT setval(CAST(:s AS regclass), :n)"), {"s": name, "n": highest})


def _sync(file: Path) -> None:
    for path in (file, file.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
