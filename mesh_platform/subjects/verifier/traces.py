"""Traces of a person in the home, beside the lake: what schedulers, logs, caches and databases keep.

Every file below the home is read, and its name with it, packed ones unpacked, databases row by row and page by page: what was deleted from a
page still stands there. The lake's own files and the backups' copies of them are encrypted and the verifier's; keys say nothing of anybody.
What is the platform's to clean is cleaned in place: a form is covered with stars, so that a log stays a log, and a database is written anew.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from mesh_platform.errors import MeshError
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Lake, quote_name, quote_text
from mesh_platform.product.governance import Namespace
from mesh_platform.product.models import served_descriptor
from mesh_platform.subjects.landing_kept import KEPT, kept_task
from mesh_platform.subjects.requests.values import Identifier, State, Task
from mesh_platform.subjects.verifier.apart import Apart
from mesh_platform.subjects.verifier.forms import wanted
from mesh_platform.subjects.verifier.in_bytes import Needles, pieces, unpacked

HOME, LANDING, CLEAN = "the home", "landing files", "clean"
MOST_TOLD = 6
_NOT_HERE = ("catalogs", "data", "keys", "locks", "revoked", "quarantined")
"""Folders of the home that the verifier reads itself, or that hold nothing of rows."""
_MAY_GO = ("cache",)
"""Whose files are made again where they are missing."""
_OURS = ("dagster",)
"""Whose files are cleaned in place."""
_SQLITE = b"SQLite format 3\x00"
_BYTE = re.compile(rb"\\x([0-9A-F]{2})")


@dataclass(frozen=True, slots=True)
class Trace:
    """The person in one file: where in it, in which forms and how often. `file` is below the home or the project, and never personal."""

    file: str
    where: str
    forms: Mapping[str, int]
    landing: bool = False


@dataclass(frozen=True, slots=True)
class Traces:
    """The files of one home, and those of the project's landing folder that no published product is read from: the verifier reads those."""

    lake: Lake
    root: Path
    tokens: SubjectTokens
    namespaces: Mapping[str, Namespace]

    def look(self, identifiers: Iterable[Identifier]) -> tuple[Trace, ...]:
        """Every file in which the person stands."""
        needles = Needles.of(wanted(identifiers, self.tokens, self.namespaces).forms)
        home, skip = self.lake.home, self._sources()
        landing = (path for path in (self.root / "landing").rglob("*") if path.is_file() and path.resolve() not in skip)
        with Apart() as apart:
            found = [trace for file in self._files() for trace in self._in_file(file, home, needles, apart)]
            for file in sorted(landing):
                found += [replace(one, landing=True) for one in self._in_file(file, self.root, needles, apart)]
        return tuple(found)

    def clean(self, identifiers: Iterable[Identifier]) -> int:
        """Clean what is the platform's own to clean; in how many files something was done. What cannot be cleaned now is found by `look`."""
        needles = Needles.of(wanted(identifiers, self.tokens, self.namespaces).forms)
        with Apart() as apart:
            return sum(self._cleaned(file, needles, apart) for file in self._files())

    def _cleaned(self, file: Path, needles: Needles, apart: Apart) -> int:
        """Whether something was done in it: 1 or 0."""
        top = file.relative_to(self.lake.home).parts[0]
        if top not in (*_MAY_GO, *_OURS) or not [*self._in_file(file, self.lake.home, needles, apart)]:
            return 0
        if top in _MAY_GO:
            file.unlink(missing_ok=True)
            return 1
        return _covered(file, needles, apart)

    def tasks(self, identifiers: Iterable[Identifier], kept: Mapping[str, State] | None = None) -> tuple[Task, ...]:
        """What a look came to: one task for the home, and one for landing files where somebody stands in them; apart for those that are `kept`."""
        found, stay = self.look(identifiers), kept or {}
        landing = [one for one in found if one.landing]
        stays = {state: [one for one in landing if stay.get(one.file) is state] for state in KEPT}
        return (
            _home([one for one in found if not one.landing]),
            *_landing([one for one in landing if one.file not in stay]),
            *(kept_task(state, _said(each)) for state, each in stays.items() if each),
        )

    def _sources(self) -> set[Path]:
        """The files that published products are read from."""
        found = set[Path]()
        for place in self.lake.places():
            try:
                versions = self.lake.versions(place)
            except MeshError:  # told by the verifier
                continue
            descriptor = served_descriptor(versions[-1].extra) if versions else None
            if descriptor is not None and descriptor.source is not None and descriptor.source.path is not None:
                found |= {path.resolve() for path in self.root.glob(descriptor.source.path)}
        return found

    def _files(self) -> Iterator[Path]:
        home = self.lake.home
        for file in sorted(home.rglob("*")):
            parts = file.relative_to(home).parts
            if parts[0] in _NOT_HERE or (parts[0] == "backups" and "home" in parts[2:3]):
                continue
            if file.is_file() and not file.is_symlink():
                yield file

    def _in_file(self, file: Path, base: Path, needles: Needles, apart: Apart) -> Iterator[Trace]:
        told = _shown(file.relative_to(base), needles)
        if forms := needles.hits(str(file.relative_to(base)).encode()):
            yield Trace(told, "its name", forms)
        try:
            yield from (Trace(told, where, forms) for where, forms in self._held(file, needles, apart))
        except FileNotFoundError:  # a temporary file that went meanwhile
            return
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, sqlite3.Error, duckdb.Error) as error:
            yield Trace(told, f"it cannot be read ({type(error).__name__})", {"unknown": 0})

    def _held(self, file: Path, needles: Needles, apart: Apart) -> Iterator[tuple[str, Counter[str]]]:
        begin = apart.begin(file)
        if begin == _SQLITE:
            yield from in_tables(file, needles)
        elif begin.startswith(b"PAR1"):
            with self.lake.engine() as con:
                yield from in_parquet(con, file, needles)
        whole: Counter[str] = Counter()
        for piece in pieces(file, apart):
            whole |= needles.hits(piece, raw=True)
        if whole:
            yield ("its pages" if begin == _SQLITE or file.name.endswith("-wal") else "its content"), whole


def _home(found: Sequence[Trace]) -> Task:
    if not found:
        return Task(HOME, CLEAN, State.VERIFIED, 0, "Nothing of the person stands in its logs, databases and caches.")
    why = f"The person stands in files beside the lake: {_said(found)}."
    return Task(HOME, CLEAN, State.BLOCKED, 0, why, "Run the request again; what is left then is to be removed by hand.")


def _landing(found: Sequence[Trace]) -> Iterator[Task]:
    if found:
        why = f"The person stands in files that no published product is read from: {_said(found)}."
        yield Task(LANDING, CLEAN, State.BLOCKED, 0, why, "Remove the person there, or the files; then run the request again.")


def _said(found: Sequence[Trace]) -> str:
    told = [f"{one.file}, {one.where} ({', '.join(sorted(one.forms))})" for one in found[:MOST_TOLD]]
    more = len(found) - len(told)
    return "; ".join(told) + (f"; and {more} more places" if more > 0 else "")


def _shown(path: Path, needles: Needles) -> str:
    """The path without what is personal in it."""
    return needles.masked(str(path))


def _columns(con: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    for (table,) in con.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall():
        columns = [row[1] for row in con.execute(f"PRAGMA table_info({quote_name(table)})").fetchall()]
        yield table, columns


def in_tables(file: Path, needles: Needles) -> Iterator[tuple[str, Counter[str]]]:
    """Each cell, put together from its pages."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=30)) as con:
        tables = list(_columns(con))
        con.text_factory = bytes
        for table, columns in tables:
            for column in columns:
                forms: Counter[str] = Counter()
                name = quote_name(column)
                for cell, kind in con.execute(f"SELECT {name}, typeof({name}) FROM {quote_name(table)} WHERE {name} IS NOT NULL"):
                    forms += needles.hits(_bytes(cell), raw=kind == b"blob")
                if forms:
                    yield f"table {table}, column {column}", forms


def in_parquet(con: duckdb.DuckDBPyConnection, file: Path, needles: Needles) -> Iterator[tuple[str, Counter[str]]]:
    """Each column by its values, whatever packs its pages."""
    relation = f"read_parquet({quote_text(str(file))})"
    for column, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall():
        values = con.execute(f"SELECT DISTINCT CAST({quote_name(column)} AS VARCHAR) FROM {relation}").fetchall()
        cells = [str(value).encode() for (value,) in values]
        forms = needles.hits(b"\n".join(cells))
        if not forms and "BLOB" in kind:  # a byte that is no letter is written with letters, which would stand before a form
            forms = needles.hits(b"\n".join(unpacked(_BYTE.sub(_byte, cell)) for cell in cells), raw=True)
        if forms:
            yield f"column {column}", forms


def _byte(written: re.Match[bytes]) -> bytes:
    return bytes([int(written[1], 16)])


def _bytes(cell: object) -> bytes:
    return unpacked(cell) if isinstance(cell, bytes) else str(cell).encode()


def _covered(file: Path, needles: Needles, apart: Apart) -> int:
    database = apart.begin(file) == _SQLITE
    if file.name.endswith(("-wal", "-shm", "-journal")):
        return 0  # goes with its database
    return _covered_rows(file, needles) if database else _covered_bytes(file, needles)


def _covered_rows(file: Path, needles: Needles) -> int:
    """Stars over every form in every cell, then the database written anew, so that no page keeps what a row held."""
    with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as con:
        con.execute("PRAGMA secure_delete = ON")
        con.execute("BEGIN IMMEDIATE")
        for table, columns in list(_columns(con)):
            for column in columns:
                _cover_column(con, quote_name(table), quote_name(column), needles)
        con.execute("COMMIT")
        con.execute("VACUUM")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return 1


def _cover_column(con: sqlite3.Connection, table: str, column: str, needles: Needles) -> None:
    for row, cell in con.execute(f"SELECT rowid, {column} FROM {table} WHERE typeof({column}) IN ('text', 'blob')").fetchall():
        held = unpacked(cell) if isinstance(cell, bytes) else cell.encode()
        if not needles.hits(held, raw=isinstance(cell, bytes)):
            continue
        text = needles.masked(held.decode("utf-8", "replace"))
        new: object = text if isinstance(cell, str) else _packed_like(cell, text.encode())
        con.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (new, row))


def _packed_like(old: bytes, new: bytes) -> bytes:
    return gzip.compress(new) if old[:2] == b"\x1f\x8b" else zlib.compress(new) if old[:1] == b"\x78" else new


def _covered_bytes(file: Path, needles: Needles) -> int:
    """Stars over every form in a text, in place: whoever writes on into the file goes on. What is packed or no text goes whole."""
    held = file.read_bytes()
    try:
        text = held.decode()
    except UnicodeDecodeError:
        file.unlink()
        return 1
    new = needles.masked(text).encode()
    if len(new) != len(held):  # a character of more than one byte was covered
        file.write_bytes(new)
    else:
        with file.open("r+b") as out:
            out.write(new)
    return 1
