"""The table that a source is read from, as a store: the person's rows are deleted there by their keys, in one transaction."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Text,
    cast,
    column,
    create_engine,
    delete,
    func,
    make_url,
    or_,
    select,
    table,
)
from sqlalchemy.exc import ArgumentError

from mesh_platform.errors import CheckFailed
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake.sources.files import inside
from mesh_platform.product.models import Source
from mesh_platform.subjects.requests.values import Closure

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of a SQLite file in the project, or of PostgreSQL; `keys` tells which of its columns hold which identifier."""

    root: Path
    product: str
    source: Source
    keys: Mapping[str, str]

    def erase(self, closure: Closure, tokens: SubjectTokens, begin: Callable[[int], object]) -> int:
        """Delete the person's rows; how many. `begin` is told how many there are before, where there are any.

        Raises:
            CheckFailed: DSAR-11, where the connection is none that may be written to; RUN-01, where the file is not the project's.
            SQLAlchemyError: where the database refuses it.
        """
        rows = table(self._name, schema=self._schema)
        with self._connected() as con:
            theirs = or_(*(each for each in self._theirs(con, closure, tokens)))
            found = con.execute(select(func.count()).select_from(rows).where(theirs)).scalar_one()
            if found:
                begin(found)
                con.execute(delete(rows).where(theirs))
            return int(found)

    @property
    def _name(self) -> str:
        return str(self.source.table).rpartition(".")[2]

    @property
    def _schema(self) -> str | None:
        return str(self.source.table).rpartition(".")[0] or None

    def _theirs(self, con: Connection, closure: Closure, tokens: SubjectTokens) -> Iterator[ColumnElement[bool]]:
        """Which rows are the person's: each value of a key is brought to its normal form here, and they go by the values as they stand there."""
        for name, namespace in self.keys.items():
            key, make, held = cast(column(name), Text), tokens.maker(namespace), closure.tokens(namespace)
            values = con.execute(select(key).distinct().select_from(table(self._name, schema=self._schema))).scalars()
            own = [value for value in values if value is not None and make(value) in held]
            yield from (key.in_(own[at : at + _AT_ONCE]) for at in range(0, len(own) or 1, _AT_ONCE))

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        engine = create_engine(self._url)
        try:
            with engine.begin() as con:
                if engine.dialect.name == "sqlite":
                    con.exec_driver_sql("PRAGMA secure_delete = ON")  # else the rows stand in free pages
                yield con
        finally:
            engine.dispose()

    @property
    def _url(self) -> URL:
        given = str(self.source.connection)
        if not given.startswith("env:"):
            return URL.create("sqlite", database=str(inside(self.root, given, self.product).path))
        variable = given.removeprefix("env:")
        if variable.upper().startswith("MESH_"):
            raise self._refused("It is a setting of the platform's own.")
        try:
            return make_url(os.environ[variable]).set(drivername="postgresql+psycopg")
        except (KeyError, ArgumentError):
            raise self._refused("The variable holds no PostgreSQL URL.") from None

    def _refused(self, why: str) -> CheckFailed:
        fix = "Name a variable that holds the source's URL, of a user who may delete there."
        return CheckFailed.because("DSAR-11", f"the table {self.source.table}", why, fix, self.product)
