"""How each kind of source is read by the engine: CSV, JSON, Parquet, SQLite, PostgreSQL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from mesh_platform.errors import CheckFailed, Finding, Unavailable
from mesh_platform.lake.engine import load_extension
from mesh_platform.lake.sources.files import SourceFile, check_whole, find_files, format_of, header, inside
from mesh_platform.lake.sql import quote_name, quote_text

if TYPE_CHECKING:
    from mesh_platform.lake.sources.scan import SourceLike


@dataclass(frozen=True, slots=True)
class Reading:
    """A source ready to be read.

    `names` has the columns of each part as they stand there, `columns` their types, `one` reads one part alone (to find a bad line).
    `csv` has those parts that are CSV files, each with its delimiter.
    """

    select: str
    columns: dict[str, str]
    names: dict[str, list[str]]
    one: dict[str, str] = field(default_factory=dict)
    csv: dict[str, tuple[SourceFile, str]] = field(default_factory=dict)
    unit: str = "row"


def read_source(
    con: duckdb.DuckDBPyConnection, root: Path, source: SourceLike, declared: Mapping[str, str], strict: bool, product: str
) -> Reading:
    """The source, attached to `con` where that is needed."""
    if source.connection is None:
        return _files(con, root, source, declared, strict, product)
    return _table(con, root, source.connection, source.table or "", product)


def _files(
    con: duckdb.DuckDBPyConnection, root: Path, source: SourceLike, declared: Mapping[str, str], strict: bool, product: str
) -> Reading:
    files = find_files(root, source.path or "", product)
    kind = format_of(files, source.format, product)
    for file in files:
        check_whole(file, kind, product)
    reader = _READERS[kind]
    one, found = {}, {}
    for file in files:
        one[file.name], found[file.name] = reader(con, file, declared, strict, product)
    select = " UNION ALL BY NAME ".join(one.values())
    columns = dict(_described(con, select, files[0].name, product))
    csv = {file.name: (file, header(file, set(declared), product)[1]) for file in files} if kind == "csv" else {}
    return Reading(select, columns, found, one, csv, unit="line" if kind == "ndjson" else "row")


def _csv(
    con: duckdb.DuckDBPyConnection, file: SourceFile, declared: Mapping[str, str], strict: bool, product: str
) -> tuple[str, list[str]]:
    columns, delimiter = header(file, set(declared), product)
    options = (
        f"header = true, delim = {quote_text(delimiter)}, quote = '\"', escape = '\"', strict_mode = true, null_padding = false"
    )
    if strict:
        shape = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in columns)
        return (
            f"SELECT * FROM read_csv({quote_text(str(file.path))}, auto_detect = false, {options}, columns = {{{shape}}})",
            columns,
        )
    path, fixed = quote_text(str(file.path)), f"{options}, skip = 0, comment = ''"
    guessed = [kind for _, kind in _described(con, f"SELECT * FROM read_csv({path}, {fixed})", file.name, product)]
    kinds = guessed if len(guessed) == len(columns) else ["VARCHAR"] * len(columns)
    shape = ", ".join(
        f"{quote_text(name)}: {quote_text('VARCHAR' if declared.get(name) == 'VARCHAR' else kind)}"
        for name, kind in zip(columns, kinds, strict=True)
    )
    # detection may pass over lines that do not fit; reading with a fixed shape does not
    return f"SELECT * FROM read_csv({path}, auto_detect = false, {fixed}, columns = {{{shape}}})", columns


def _json(
    con: duckdb.DuckDBPyConnection, file: SourceFile, declared: Mapping[str, str], strict: bool, product: str, form: str = "auto"
) -> tuple[str, list[str]]:
    path = quote_text(str(file.path))
    whole = (
        f"SELECT * FROM read_json({path}, format = '{form}', maximum_depth = 1, sample_size = -1, map_inference_threshold = -1)"
    )
    columns = [name for name, _ in _described(con, whole, file.name, product)]
    if not strict:
        return f"SELECT * FROM read_json({path}, format = '{form}', sample_size = -1)", columns
    shape = ", ".join(f"{quote_text(name)}: {quote_text(_json_type(declared.get(name, 'JSON')))}" for name in columns)
    return f"SELECT * FROM read_json({path}, format = '{form}', columns = {{{shape}}})", columns


def _json_type(declared: str) -> str:
    """Documents and lists as such; scalars as text, from which they are converted without loss."""
    return declared if declared == "JSON" or declared.endswith("[]") else "VARCHAR"


def _ndjson(
    con: duckdb.DuckDBPyConnection, file: SourceFile, declared: Mapping[str, str], strict: bool, product: str
) -> tuple[str, list[str]]:
    return _json(con, file, declared, strict, product, form="newline_delimited")


def _parquet(
    con: duckdb.DuckDBPyConnection, file: SourceFile, declared: Mapping[str, str], strict: bool, product: str
) -> tuple[str, list[str]]:
    select = f"SELECT * FROM read_parquet({quote_text(str(file.path))})"
    return select, [name for name, _ in _described(con, select, file.name, product)]


_Reader = Callable[[duckdb.DuckDBPyConnection, SourceFile, Mapping[str, str], bool, str], tuple[str, list[str]]]
_READERS: dict[str, _Reader] = {"csv": _csv, "json": _json, "ndjson": _ndjson, "parquet": _parquet}


def _table(con: duckdb.DuckDBPyConnection, root: Path, connection: str, table: str, product: str) -> Reading:
    where, database = f"table {table}", f"mesh_source_{secrets.token_hex(4)}"
    if connection.startswith("env:"):
        _attach_postgres(con, database, connection.removeprefix("env:"), product)
    else:
        load_extension(con, "sqlite_scanner")
        file = inside(root, connection, product)
        con.execute(f"ATTACH {quote_text(str(file.path))} AS {database} (TYPE sqlite, READ_ONLY)")
        where = f"{file.name}, table {table}"
    select = f"SELECT * FROM {database}.{'.'.join(quote_name(part) for part in table.split('.'))}"
    columns = dict(_described(con, select, where, product))
    return Reading(select, columns, {where: list(columns)}, {where: select})


_IN_THE_SECRET = {"host": "HOST", "port": "PORT", "dbname": "DATABASE", "user": "USER", "password": "PASSWORD"}
_IN_THE_ATTACH = frozenset(
    {"application_name", "channel_binding", "connect_timeout", "gssencmode", "hostaddr", "sslcert", "sslcrl", "sslkey", "sslmode"}
    | {"sslrootcert", "ssl_min_protocol_version", "target_session_attrs"}
)
"""Parameters of libpq that hold no secret, how the connection is protected among them; dropping one would weaken it without a word."""


def _attach_postgres(con: duckdb.DuckDBPyConnection, database: str, variable: str, product: str) -> None:
    """Attach by a temporary secret: an ATTACH that holds the address would show it to everyone on the connection."""
    from psycopg import ProgrammingError  # takes long to load, and few meshes read a source of this kind
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    where = f"environment variable {variable}"
    if variable.upper().startswith("MESH_"):
        why, fix = "It is a setting of the platform's own.", "Name a variable that holds the source's URL."
        raise CheckFailed(Finding("RUN-01", where, why, fix, product))
    try:
        parts = conninfo_to_dict(os.environ[variable].replace("postgresql+psycopg://", "postgresql://"))
    except KeyError:
        raise Unavailable(Finding("RUN-01", where, "It is not set.", "Set it to the database's URL.", product)) from None
    except ProgrammingError:
        raise Unavailable(
            Finding("RUN-01", where, "It holds no PostgreSQL URL.", "Set it to the database's URL.", product)
        ) from None
    if unknown := sorted(set(parts) - _IN_THE_SECRET.keys() - _IN_THE_ATTACH):
        why = f"Its URL has parameters that are not passed on: {', '.join(unknown)}."
        fix = f"Leave them out; besides the address it may have {', '.join(sorted(_IN_THE_ATTACH))}."
        raise CheckFailed(Finding("RUN-01", where, why, fix, product))
    options = "".join(f", {_IN_THE_SECRET[key]} {quote_text(str(parts[key]))}" for key in _IN_THE_SECRET if parts.get(key))
    plain = make_conninfo(**{key: str(value) for key, value in parts.items() if key in _IN_THE_ATTACH})
    load_extension(con, "postgres_scanner")
    try:
        con.execute(f"CREATE TEMPORARY SECRET {database} (TYPE postgres{options})")
        con.execute(f"ATTACH {quote_text(plain)} AS {database} (TYPE postgres, READ_ONLY, SECRET {database})")
    except duckdb.Error:
        why = "The database that it names does not answer."
        raise Unavailable(Finding("RUN-01", where, why, "See that it runs and lets this user in.", product)) from None


def _described(con: duckdb.DuckDBPyConnection, select: str, where: str, product: str) -> list[tuple[str, str]]:
    try:
        return [(str(row[0]), str(row[1])) for row in con.execute(f"DESCRIBE {select}").fetchall()]
    except duckdb.Error:
        why = "It cannot be read: it is damaged, cut off, or not what its name or source.format says."
        raise CheckFailed(Finding("RUN-01", where, why, "Deliver it again, or correct the source.", product)) from None
