"""One publication into the lake: rows staged on a private copy of the catalog, looked at before anyone else can, published by a rename.

Until the rename nothing is visible and everything can be taken back; after it the new version is the one that readers get, whatever
happens next. The product's lock is held all the while.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from mesh_platform.errors import Finding, Unavailable, UsageProblem
from mesh_platform.failpoints import fp
from mesh_platform.keys import KeyProvider
from mesh_platform.lake import catalog_key, indexing, subject_index
from mesh_platform.lake.catalog import Catalog, Version, attach
from mesh_platform.lake.encryption import Sealed, seen_encrypted
from mesh_platform.lake.engine import Engine, engine_errors, is_missing_file
from mesh_platform.lake.files import (
    FILE_MODE,
    FileId,
    close_and_sync,
    copy,
    make_folder,
    on_disk,
    remove,
    remove_empty_folders,
    sync,
)
from mesh_platform.lake.hidden import SUBJECTS, Hidden, is_hidden, product_rows, shown
from mesh_platform.lake.inputs import Inputs
from mesh_platform.lake.layout import Columns
from mesh_platform.lake.place import Paths, Place
from mesh_platform.lake.quarantine import refuse_quarantined
from mesh_platform.lake.sql import names, quote_name, quote_text
from mesh_platform.lake.stage import Plan, Staged, refusal, stage

OWN, SOURCE, REMOVED, SERVED = "mesh_own", "mesh_rows", "mesh_removed", "mesh served rows"
_log = logging.getLogger(__name__)


class Writer:
    """What `Lake.writer` gives: attach inputs, stage once, look, publish.

    `con` is the engine's connection, on which inputs and staged rows can be asked; `table` stands for the staged rows.
    """

    def __init__(self, paths: Paths, keys: KeyProvider, engine: Engine, history: int, compression: str) -> None:
        self.con = engine.con
        self._paths, self._keys, self._engine, self._history, self._compression = paths, keys, engine, history, compression
        self._copy = paths.new_copy()
        self._inputs = Inputs(engine.con, paths, keys, SOURCE)
        self._before: set[str] | None = None
        self._staged: Staged | None = None
        self._ended = self._first = False
        self._wrapped: bytes | None = None
        self._function = ""
        self._written: Columns = ()
        self.uncounted: frozenset[int] = frozenset()
        """People, by their 63 bits, whose staged rows are in no relation that is looked at: they are nobody's."""
        self.published: Version | None = None
        """The version that this writer made, from the rename on: whatever fails later, it is the one that readers get."""
        try:
            self._own = self._open_copy()
        except BaseException:
            self.close()
            raise

    def _open_copy(self) -> Catalog:
        paths = self._paths
        catalog_key.refuse_revoked(paths)
        refuse_quarantined(paths)
        catalog_key.settle_key(paths, self._keys, self.con)
        catalog_key.refuse_lost_catalog(paths)
        make_folder(paths.catalogs)
        make_folder(paths.data)
        for left in list(paths.copies()):
            left.unlink()
        self._first = not paths.catalog.exists()
        self._key = catalog_key.new_key() if self._first else catalog_key.read_key(paths, self._keys)
        if not self._first:
            copy(paths.catalog, self._copy)
        fp("lake.copied")
        own = attach(self.con, OWN, paths.place, self._copy, paths.data, self._key, read_only=False)
        if self._first:
            own.rows(f"CALL {quote_name(OWN)}.set_option('parquet_compression', {quote_text(self._compression)})")
        self._before = own.files()
        remove(paths.data, on_disk(paths.data) - self._before)  # left by a killed writer
        fp("lake.opened")
        return own

    @property
    def place(self) -> Place:
        return self._paths.place

    @property
    def table(self) -> str:
        """A relation of the product's own columns: those of the staged rows once rows are staged; usable in FROM."""
        if self._staged is None:
            return self._own.rows_of_product
        if (counted := self._counted) == "true":
            return product_rows(self._own.table, self._written)
        return f"(SELECT {names(name for name, _ in shown(self._written))} FROM {self._own.table} WHERE {counted})"

    @property
    def _counted(self) -> str:
        """The condition of a row that it is looked at."""
        whose = [quote_name(name) for name, _ in self._written if name.startswith(SUBJECTS)] if self.uncounted else []
        nobody = ", ".join(map(str, sorted(self.uncounted)))
        return " AND ".join(f"NOT coalesce({name} IN ({nobody}), false)" for name in whose) or "true"

    @property
    def new_rows(self) -> str:
        """A relation of the rows staged here: the whole table, or the appended rows alone; usable in FROM."""
        if self._staged is None or not self._staged.appended:
            return self.table
        return self.rows_since(None)

    def rows_since(self, snapshot: int | None) -> str:
        """As `new_rows`, and with them what was appended from that snapshot on."""
        # snapshot_id is a virtual column of DuckLake, NULL for what the running transaction wrote; the filter skips every other file
        own = names(name for name, _ in shown(self._written))
        older = "" if snapshot is None else f" OR snapshot_id >= {int(snapshot)}"
        return f"(SELECT {own} FROM {self._own.table} WHERE (snapshot_id IS NULL{older}) AND {self._counted})"

    def rows_by_snapshot(self) -> list[tuple[int | None, int]]:
        """How many rows each snapshot brought; None stands for the running transaction."""
        with engine_errors(f"rows of {self.place}", self.place.key):
            return self.con.execute(f"SELECT snapshot_id, count(*) FROM {self._own.table} GROUP BY ALL").fetchall()

    @property
    def appended(self) -> bool:
        """Whether the staged rows were added to those that were there."""
        return self._staged is not None and self._staged.appended

    def columns(self) -> list[tuple[str, str]]:
        """Names and DuckDB types of the product's table: the staged one once rows are staged."""
        return self._own.columns()

    def all_columns(self) -> Columns:
        """`columns` of what is staged, and those of the platform."""
        return list(self._written)

    @property
    def whole(self) -> str:
        """A relation of the staged rows with all those columns, people whom nobody looks at among them; usable in FROM."""
        return self._own.table

    def versions(self) -> list[Version]:
        """Published versions still held, oldest first; the last is the one that is served now."""
        return self._own.versions()

    @property
    def previous(self) -> Version | None:
        """The version that is served now."""
        return next(reversed(self.versions()), None)

    def attach_input(
        self,
        place: Place,
        alias: str,
        columns: Sequence[str] | None = None,
        select: str | None = None,
        file: FileId | None = None,
    ) -> str:
        """Make another product's current version readable on `con` under the name `alias`, with these columns only (all where None).

        `select` says which rows, over the table with the platform's columns as `{t}`; all of them where None. With `file` it is that version
        or none.

        Gives the relation's quoted name. All that this writer reads of an input is one version, unless its files go (see `stage`).

        Raises:
            NotFound: LAKE-11, where that product has no published version.
            CheckFailed: LAKE-06, where it lacks one of the columns.
            UsageProblem: LAKE-23, where the name is taken.
            Unavailable: ACCESS-07, where another file than `file` stands there; `stage` may tell that, too.
        """
        return self._inputs.attach(place, alias, columns, select, file)

    def served_rows(self) -> str:
        """A SELECT of the product's own columns in the version that is served now, to be staged again beside others."""
        return f"SELECT * FROM {self._inputs.attach(self.place, SERVED, None)}"

    def holds(self, hidden: Hidden | None) -> bool:
        """Whether the table has exactly these columns of the platform beside the product's own."""
        have = [column for column in self._own.all_columns() if is_hidden(column[0])]
        return sorted(have) == sorted(hidden.columns if hidden is not None else ())

    def input_version(self, alias: str) -> Version:
        """The version of an input that this publication reads."""
        return self._inputs.version(alias)

    def stage(
        self,
        rows: str | pa.RecordBatchReader | pa.Table,
        columns: Columns | None = None,
        bucket_by: str | None = None,
        sort_by: Sequence[str] = (),
        append: bool = False,
        expected_rows: int | None = None,
        hidden: Hidden | None = None,
    ) -> int:
        """Put rows into the product's table, in a transaction that nobody else sees; how many.

        A SELECT whose input was published or purged meanwhile, so that files went under it, is run once more on the new version.

        Args:
            rows: a SELECT over attached inputs, or Arrow batches.
            columns: names and DuckDB types of the table; those of the rows where None.
            bucket_by: the subject key by which a large table is split into files, so that a person's rows lie in few of them.
            sort_by: the order within the files; by default `bucket_by`.
            append: add to the version that is served now instead of replacing it.
            hidden: columns that the platform writes beside them.
            expected_rows: about how many, where the caller knows; otherwise as many as the version that is served now has.

        Raises:
            CheckFailed: LAKE-01 to LAKE-05, where the rows do not fit the declared columns; LAKE-32, where the SELECT fails.
            Unavailable: LAKE-31, where disk or memory do not suffice.
        """
        if self._staged is not None or self._ended:
            raise UsageProblem(
                Finding("LAKE-24", str(self.place), "A writer stages once.", "Open another writer.", self.place.key)
            )
        replayable = isinstance(rows, str)
        order = tuple(sort_by) or ((bucket_by,) if bucket_by else ())
        select = rows if isinstance(rows, str) else self._registered(rows)
        self._function = hidden.register(self.con) if hidden is not None else ""
        plan = Plan(select, columns, bucket_by, order, append, expected_rows, replayable, hidden, self._function)
        self._staged = self._run(plan)
        self._written = self._own.all_columns()
        fp("lake.staged")
        return self._staged.rows

    def _run(self, plan: Plan) -> Staged:
        try:
            return stage(self._own, plan)
        except duckdb.Error as error:
            if not (is_missing_file(error) and plan.replayable and self._inputs):
                raise refusal(error, self._own) from None
        try:
            self._inputs.renew()
            return stage(self._own, plan)
        except duckdb.Error as error:
            raise refusal(error, self._own) from None

    def _registered(self, rows: pa.RecordBatchReader | pa.Table) -> str:
        self.con.register(SOURCE, rows)
        return f"SELECT * FROM {quote_name(SOURCE)}"

    def encrypted(self) -> bool | None:
        """Whether what is staged opens with the domain's key and not without it, seen by trying; None where the trial shows nothing.

        The product's files are written when they are staged; its catalog is tried as it stands before the commit, byte for byte.
        """
        if self._staged is None or self._before is None:
            return None
        new = on_disk(self._paths.data) - self._before
        tried = self._paths.new_copy()
        with self.con.cursor() as apart:  # a statement that is refused would end the transaction it stands in
            try:
                copy(self._copy, tried)
                sealed = Sealed(self._paths, tried, self._key, self._wrapped_key())
                return seen_encrypted(apart, sealed, new, self._keys)
            finally:
                tried.unlink(missing_ok=True)

    def new_files(self) -> set[Path]:
        """What a publication of the staged rows would add, and the folder that its catalog goes to."""
        new = on_disk(self._paths.data) - (self._before or set())
        return {self._paths.data / name for name in new} | {self._paths.catalogs}

    def _wrapped_key(self) -> bytes:
        """The catalog's key as it is, or will be, kept beside the catalog."""
        if self._wrapped is None:
            paths = self._paths
            self._wrapped = catalog_key.wrap(paths, self._keys, self._key) if self._first else paths.key.read_bytes()
        return self._wrapped

    def publish(self, author: str, message: str, extra: Mapping[str, object] | None = None) -> Version:
        """Make the staged rows the served version; durable when this returns.

        `extra` is kept in the catalog with the version, as JSON: ids, hashes and counts, no values of rows.

        Raises:
            MeshError, OSError: where it could not be made durable. Up to the rename the old version stays. If the rename's own sync
                fails, the new version is served and may be lost with the power: publishing again is safe.
        """
        if self._staged is None or self._ended:
            raise UsageProblem(Finding("LAKE-24", str(self.place), "Nothing is staged.", "Stage rows first.", self.place.key))
        self._ended = True
        version = self._commit(self._staged, author, message, extra or {})
        self._own.expire(self._history)
        needed = self._own.files()
        index = indexing.made(self._own, self._paths.data, subject_index.opened(self._paths, looked_through=True))
        fp("lake.expired")
        self._own.checkpoint()
        self._own.detach()
        fp("lake.detached")
        self._make_durable(needed - (self._before or set()))
        self._rename(version)
        self._clean(needed)
        subject_index.keep(self._paths, index)
        return version

    def _commit(self, staged: Staged, author: str, message: str, extra: Mapping[str, object]) -> Version:
        said = [author, message, json.dumps(extra, sort_keys=True)]
        with engine_errors(f"commit of {self.place}", self.place.key):
            self.con.execute(f"CALL {quote_name(OWN)}.set_commit_message(?, ?, extra_info => ?)", said)
            self.con.execute("COMMIT")
        fp("lake.committed")
        version = self._own.versions()[-1]
        if staged.split and self._own.unpartitioned_files(version.snapshot_id):
            why = "The engine wrote the rows without the split by subject key."
            raise Unavailable(
                Finding("LAKE-15", f"layout of {self.place}", why, "Use the pinned engine's version.", self.place.key)
            )
        return version

    def _make_durable(self, new: set[str]) -> None:
        if _log_of(self._copy).exists():
            why = "The catalog's copy is still open: a cursor or a result of this writer's connection holds it."
            raise Unavailable(Finding("LAKE-16", f"catalog of {self.place}", why, "Close it before publishing.", self.place.key))
        close_and_sync(self._paths.data, new)
        fp("lake.data_synced")
        self._copy.chmod(FILE_MODE)
        sync(self._copy)
        if self._first:
            catalog_key.store_key_aside(self._paths, self._wrapped_key())
        fp("lake.synced")

    def _rename(self, version: Version) -> None:
        self._copy.replace(self._paths.catalog)
        self.published = version
        fp("lake.renamed")
        sync(self._paths.catalogs)
        if self._first:
            catalog_key.settle_key(self._paths, self._keys, self.con)
        fp("lake.durable")

    def _clean(self, needed: set[str]) -> None:
        """Remove what no held version needs. The publication stands: what cannot be removed now goes with the next one."""
        try:
            remove(self._paths.data, on_disk(self._paths.data) - needed, durable=False)
            fp("lake.cleaned")
        except OSError as error:
            _log.warning("LAKE-17 %s: old files stay until the next publication (%s)", self.place, type(error).__name__)

    def rollback(self) -> None:
        """Take everything back: no row, file or name is left of this writer."""
        self.close()

    def close(self) -> None:
        """End the writer; what was not published is taken back."""
        self._forget_function()
        self._engine.close()
        self._ended = True
        if self.published is not None:
            return
        for left in (self._copy, _log_of(self._copy)):
            left.unlink(missing_ok=True)
        if self._before is not None:
            remove(self._paths.data, on_disk(self._paths.data) - self._before)
        if self._first:
            catalog_key.settle_key(self._paths, self._keys, self.con)
            remove_empty_folders(self._paths.data)

    def _forget_function(self) -> None:
        """Take the function of the hidden columns back, which holds keys; an open transaction would bring it back where it is rolled back."""
        if self._function:
            name, self._function = self._function, ""
            with suppress(duckdb.Error):
                self.con.execute("ROLLBACK")
            with suppress(duckdb.Error):
                self.con.remove_function(name)

    def remove(self, column: str, values: pa.Array) -> int:
        """Take rows back out of what is staged: those whose `column`, one of the platform's, holds one of `values`. How many.

        Raises:
            Unavailable: LAKE-31, where disk or memory do not suffice.
        """
        with engine_errors(f"staging of {self.place}", self.place.key):
            self.con.register(REMOVED, pa.table({"value": values}))
            condition = f"{quote_name(column)} IN (SELECT value FROM {REMOVED})"
            found = self.con.execute(f"DELETE FROM {self._own.table} WHERE {condition}").fetchone()
            self.con.unregister(REMOVED)
        return int(found[0]) if found else 0


def _log_of(catalog: Path) -> Path:
    """The write-ahead log that an engine keeps beside a file while it is open for writing."""
    return catalog.with_name(catalog.name + ".wal")
