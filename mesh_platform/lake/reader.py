"""Reading published versions while others publish and purge: follow the catalog file, one statement at a time.

A reader looks at the catalog's file before each statement and attaches anew when another one stands there. A statement whose files went
while it ran is run again on the new catalog. It never holds a transaction open, and it writes nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import duckdb
import pyarrow as pa

from mesh_platform.errors import Finding, NotFound, UsageProblem
from mesh_platform.keys import KeyProvider
from mesh_platform.lake.catalog import Catalog, Version
from mesh_platform.lake.catalog_key import attach_published, refuse_revoked
from mesh_platform.lake.engine import Engine, as_engine_error, as_finding
from mesh_platform.lake.files import FileId, file_id
from mesh_platform.lake.hidden import PREFIX, shown
from mesh_platform.lake.pinned import refuse_moved
from mesh_platform.lake.place import Paths, Place
from mesh_platform.lake.quarantine import refuse_quarantined
from mesh_platform.lake.sql import quote_text

T = TypeVar("T")
MOST_ATTACHED = 64  # about 1 MB each
MOST_TRIES = 5  # a statement is run again only where the catalog was replaced under it
BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class _Attached:
    catalog: Catalog
    file: FileId | None
    marked: bool
    """Whether the platform wrote columns of its own beside the product's."""


class Reader:
    """A long-lived reader, bound to the thread that made it; close it, or use it in a `with`."""

    def __init__(self, home: Path, keys: KeyProvider, engine: Engine, behind: bool = False) -> None:
        self._home, self._keys, self._engine, self._behind = home, keys, engine, behind
        self._attached: OrderedDict[Place, _Attached] = OrderedDict()
        self._known: dict[Place, Paths] = {}
        self._thread = threading.get_ident()

    def fetch(
        self, places: Place | Mapping[str, Place], sql: str, parameters: Sequence[object] = (), version: int | None = None
    ) -> pa.Table:
        """The rows of one statement over the version that is published now.

        Args:
            places: the product whose own columns stand in `sql` as `{t}`; or several, each standing as `{name}`.
            sql: one SELECT.
            parameters: values for its `?`.
            version: read an older held version of the one product instead, by its snapshot id; for verifiers.

        Raises:
            NotFound: LAKE-11, where a product has no published version; LAKE-18, where `version` is not held any more.
            CheckFailed: LAKE-32, where the engine refuses the statement.
        """
        return self._followed(
            _named(places),
            lambda con, over: con.execute(_over(sql, self._own(places, over)), parameters).to_arrow_table(),
            version,
        )

    def stream(
        self,
        places: Place | Mapping[str, Place],
        sql: str,
        parameters: Sequence[object] = (),
        version: int | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> pa.RecordBatchReader:
        """As `fetch`, in batches, for results larger than memory.

        Rows already handed out cannot be called back, so a purge in the middle of a stream ends it with an error (LAKE-31).
        """

        def begin(con: duckdb.DuckDBPyConnection, over: Mapping[str, str]) -> tuple[pa.RecordBatchReader, pa.RecordBatch | None]:
            return _begun(con, _over(sql, self._own(places, over)), parameters, batch_rows)

        batches, first = self._followed(_named(places), begin, version)
        return pa.RecordBatchReader.from_batches(batches.schema, _safely(first, batches))

    def stream_marked(
        self, place: Place, sql: str, file: FileId | None = None, batch_rows: int = BATCH_ROWS
    ) -> pa.RecordBatchReader:
        """As `stream`, over the table with the platform's columns in it; for governed reads, which are held to the version in `file`.

        Raises:
            Unavailable: ACCESS-07, where another one stands there.
        """

        def begin(con: duckdb.DuckDBPyConnection, over: Mapping[str, str]) -> tuple[pa.RecordBatchReader, pa.RecordBatch | None]:
            refuse_moved(place, file, self.opened(place))
            return _begun(con, _over(sql, over), (), batch_rows)

        batches, first = self._followed({"t": place}, begin, None)
        return pa.RecordBatchReader.from_batches(batches.schema, _safely(first, batches))

    def follow(self, places: Mapping[str, Place], read: Callable[[duckdb.DuckDBPyConnection, Mapping[str, str]], T]) -> T:
        """What `read` gives, handed the connection and each product's table, qualified and quoted, with the platform's columns in it; run again
        where one was replaced under it.

        Raises:
            CheckFailed: LAKE-32, where the engine refuses the statement; as `fetch` else.
        """
        return self._followed(places, read, None)

    def relation(self, place: Place, version: int | None = None) -> str:
        """The product's table as it may stand in a statement on `con` right now, qualified and quoted."""
        relation = _at(self._catalog(place).table, version)
        self._keep_to_limit(1)
        return relation

    def stands(self, place: Place) -> FileId | None:
        """The file that stands under the product's name, without opening it; None where none does.

        Raises:
            Unavailable: KEY-04, where the domain's key was revoked; LAKE-36, where the product waits after a restore.
        """
        paths = self._paths(place)
        refuse_revoked(paths)
        refuse_quarantined(paths)
        return file_id(paths.catalog)

    def standing(self, place: Place) -> object:
        """What is attached for the product, unlike what is there once it was replaced; None where nothing is."""
        return self._attached.get(place)

    def opened(self, place: Place) -> FileId | None:
        """The file that is attached for the product; None where none is."""
        known = self._attached.get(place)
        return known.file if known else None

    def close_to(self, folders: Sequence[Path]) -> None:
        """Let the engine open files below these folders and no others, and keep its settings as they are from here on."""
        allowed = ", ".join(quote_text(f"{folder}/") for folder in folders)
        self._engine.con.execute(f"SET allowed_directories = [{allowed}]")
        self._engine.con.execute("SET enable_external_access = false")
        self._engine.con.execute("SET lock_configuration = true")

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The engine's connection, for statements that the caller composes over `relation`."""
        return self._engine.con

    def versions(self, place: Place) -> list[Version]:
        """Published versions still held, oldest first."""
        return self._followed({"t": place}, lambda con, over: self._attached[place].catalog.versions(), None)

    def columns(self, place: Place, hidden: bool = False) -> list[tuple[str, str]]:
        """Names and DuckDB types of the published table's own columns; with `hidden` those of the platform too, for governed views."""
        found = self._followed({"t": place}, lambda con, over: self._attached[place].catalog.all_columns(), None)
        return found if hidden else shown(found)

    def close(self) -> None:
        self._attached.clear()
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _own(self, places: Place | Mapping[str, Place], relations: Mapping[str, str]) -> dict[str, str]:
        """The relations without what the platform wrote beside the rows."""
        own = f"(SELECT COLUMNS(lambda name: NOT starts_with(name, {quote_text(PREFIX)})) FROM "
        marked = {name for name, place in _named(places).items() if self._attached[place].marked}
        return {name: f"{own}{relation})" if name in marked else relation for name, relation in relations.items()}

    def _followed(
        self, places: Mapping[str, Place], read: Callable[[duckdb.DuckDBPyConnection, Mapping[str, str]], T], version: int | None
    ) -> T:
        for attempt in range(1, MOST_TRIES + 1):
            over = {name: _at(self._catalog(place).table, version) for name, place in places.items()}
            self._keep_to_limit(len(places))
            try:
                return read(self._engine.con, over)
            except duckdb.Error as error:
                if attempt == MOST_TRIES or not any(self._replaced(place) for place in places.values()):
                    raise self._refusal(error, places, version) from None
        raise AssertionError("unreachable")

    def _catalog(self, place: Place) -> Catalog:
        """The catalog that stands under the product's name now."""
        if threading.get_ident() != self._thread:
            why = "A reader belongs to the thread that made it."
            raise UsageProblem(Finding("LAKE-25", "lake reader", why, "Make a reader in each thread.", place.key))
        known, paths = self._attached.get(place), self._paths(place)
        if paths.revoked.exists():  # what is attached would go on opening
            self._drop(place)
            refuse_revoked(paths)
        if not self._behind and paths.quarantined.exists():
            self._drop(place)
            refuse_quarantined(paths)
        if known is not None and known.file == file_id(paths.catalog):
            self._attached.move_to_end(place)
            return known.catalog
        self._drop(place)
        return self._attach(place)

    def _attach(self, place: Place) -> Catalog:
        paths = self._paths(place)
        seen = file_id(paths.catalog)
        catalog = attach_published(self._engine.con, _alias(place), paths, self._keys)
        while seen != (now := file_id(paths.catalog)):  # swapped in between: nobody knows which of them was opened
            seen = now
            catalog.detach()
            catalog = attach_published(self._engine.con, _alias(place), paths, self._keys)
        self._attached[place] = _Attached(catalog, seen, catalog.marked())
        return catalog

    def _drop(self, place: Place) -> None:
        known = self._attached.pop(place, None)
        if known is not None:
            known.catalog.detach()

    def _keep_to_limit(self, in_use: int) -> None:
        """Detach what was not asked for the longest time, but nothing that the statement at hand reads."""
        while len(self._attached) > max(MOST_ATTACHED, in_use):
            self._drop(next(iter(self._attached)))

    def _replaced(self, place: Place) -> bool:
        known = self._attached.get(place)
        return known is None or known.file != file_id(self._paths(place).catalog)

    def _refusal(self, error: duckdb.Error, places: Mapping[str, Place], version: int | None) -> Exception:
        key = next((place.key for place in places.values()), "")
        if version is not None and "No snapshot found" in str(error):
            why = f"Version {version} is not held any more, or never was."
            return NotFound(Finding("LAKE-18", f"versions of {key}", why, "Ask for one that `versions` lists.", key))
        return as_finding(error, f"reading {key}".rstrip(), key)

    def _paths(self, place: Place) -> Paths:
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = Paths(self._home, place, self._behind)
        return known


def _named(places: Place | Mapping[str, Place]) -> Mapping[str, Place]:
    return {"t": places} if isinstance(places, Place) else places


def _over(sql: str, relations: Mapping[str, str]) -> str:
    for name, relation in relations.items():
        sql = sql.replace("{" + name + "}", relation)
    return sql


def _begun(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object], batch_rows: int
) -> tuple[pa.RecordBatchReader, pa.RecordBatch | None]:
    batches = con.cursor().execute(sql, parameters).to_arrow_reader(batch_rows)
    return batches, next(iter(batches), None)


def _at(table: str, version: int | None) -> str:
    return table if version is None else f"(SELECT * FROM {table} AT (VERSION => {int(version)}))"


def _alias(place: Place) -> str:
    """A name that no schema, table or column of a domain can have by chance."""
    return "mesh_" + sha256(str(place).encode()).hexdigest()[:16]


def _safely(first: pa.RecordBatch | None, rest: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    if first is None:
        return
    yield first
    try:
        yield from rest
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise as_finding(as_engine_error(error), "reading a stream") from None
