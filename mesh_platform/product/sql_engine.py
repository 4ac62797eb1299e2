"""The engine as far as this room uses it: it parses text and binds it over empty tables, in memory, and reaches nothing else.

One instance per process, made when it is first needed. Nothing of it is left behind by a call.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

OFFLINE: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "threads": "1",
}
"""Settings of an engine that may see nothing but what it is given."""

TOO_DEEP = "too deep"
"""The kind of error of a tree that is nested too deeply to be read."""
Columns = tuple[tuple[str, str], ...]
"""Name and DuckDB type of each column, in order."""

_lock = threading.RLock()
_instance: tuple[int, Any] = (0, None)
_functions: frozenset[str] = frozenset()
_aggregates: frozenset[str] = frozenset()
_relations: frozenset[str] = frozenset()
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def parsed(sql: str) -> dict[str, Any]:
    """The engine's parse tree of `sql`; under `error` whether it is none."""
    import duckdb

    with _connection() as con:
        try:
            found = con.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
        except (duckdb.Error, UnicodeError):  # half of a surrogate pair is no text
            return {"error": True}
    try:
        tree: dict[str, Any] = json.loads(found[0])
    except RecursionError:
        return {"error": True, "error_type": TOO_DEEP}
    return tree


def written(tree: Mapping[str, Any]) -> str | None:
    """The text of a parse tree; None where the engine cannot write it."""
    import duckdb

    with _connection() as con:
        try:
            found = con.execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]).fetchone()
        except (duckdb.Error, RecursionError):
            return None
    return None if found is None else str(found[0])


def functions() -> frozenset[str]:
    """The scalar and aggregate functions that the bare engine knows, macros among them; all in lower case."""
    global _functions
    if not _functions:
        _functions = _named("'scalar', 'aggregate', 'macro'")
    return _functions


def aggregates() -> frozenset[str]:
    """The aggregate functions among them."""
    global _aggregates
    if not _aggregates:
        _aggregates = _named("'aggregate'")
    return _aggregates


def _named(kinds: str) -> frozenset[str]:
    with _connection() as con:
        rows = con.execute(f"SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN ({kinds})")
        return frozenset(name for (name,) in rows.fetchall())


def relations() -> frozenset[str]:
    """The views that the bare engine brings along, which tell of the session and the catalogs; in lower case, without their schemas."""
    global _relations
    with _connection() as con:
        if not _relations:
            rows = con.execute("SELECT DISTINCT lower(view_name) FROM duckdb_views() WHERE internal")
            _relations = frozenset(name for (name,) in rows.fetchall())
    return _relations


def folded(name: str) -> str:
    """`name` as the engine compares names: letters of ASCII without regard to case, all others as they are (`ſ` is no `s` there)."""
    return name.translate(_LOWER)


def described(sql: str, tables: Mapping[str, Columns], parameters: Sequence[object] = ()) -> Columns:
    """What `sql`, one SELECT that the guard let through, yields over empty tables of these columns.

    Raises:
        duckdb.Error: where the engine refuses it. Its text quotes the statement.
    """
    import duckdb

    with _connection() as con:
        con.execute("BEGIN TRANSACTION")
        try:
            for name, columns in tables.items():
                con.execute(f"CREATE TABLE {quoted(name)} ({', '.join(f'{quoted(column)} {kind}' for column, kind in columns)})")
            return tuple((str(row[0]), str(row[1])) for row in con.execute(f"DESCRIBE {sql}", list(parameters)).fetchall())
        except (RuntimeError, UnicodeError, OverflowError) as error:  # half of a surrogate pair, among others
            raise duckdb.InvalidInputException(f"a value that the engine has no type for ({type(error).__name__})") from None
        finally:
            con.execute("ROLLBACK")


def quoted(name: str) -> str:
    """`name` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _connection() -> Iterator[Any]:
    import duckdb

    global _instance
    with _lock:
        if _instance[0] != os.getpid():  # a fork has no threads for its parent's engine
            _instance = (os.getpid(), duckdb.connect(config=OFFLINE))
        yield _instance[1]
