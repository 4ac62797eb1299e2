"""Physical erasure: rows go, or are written anew without what tells of a person, and every older version and every file that could hold them with it.

All of it happens on a private copy, which is then written anew into a fresh file (an engine's free pages keep what was deleted) and
renamed into place. Old data files go after the rename; a kill in between leaves files that no catalog
names and whose keys are gone with the old one, and the next publication or clean-up removes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from mesh_platform.errors import Finding, NotFound, Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.keys import KeyProvider
from mesh_platform.lake import catalog_key, indexing, subject_index
from mesh_platform.lake.catalog import TABLE, Catalog, Version, attach, compact, forget_bounds
from mesh_platform.lake.engine import Engine, engine_errors
from mesh_platform.lake.files import FILE_MODE, close_and_sync, copy, on_disk, remove, sync
from mesh_platform.lake.place import Paths
from mesh_platform.lake.sql import names, quote_name, quote_text

DOOMED, FRESH, ROW = "mesh_doomed", "mesh_fresh", "mesh_row"
Mending = Callable[[pa.Table], pa.Table]
"""From rows, each with its number in `ROW`, those of them that read differently from now on, with that number."""


@dataclass(frozen=True, slots=True)
class Mended:
    """Rows that stay and are written anew: `where` tells which are looked at, `mend` gives those that change. Mending twice changes nothing."""

    where: str
    mend: Mending
    parameters: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Doomed:
    """Which rows go: those that satisfy `where` (with `parameters` for its `?`), or those whose `column` holds one of `values`.

    With `emptied` the rows stay and these columns of them are emptied; none satisfies `where` afterwards. Of the rows that stay, `mended` are
    written anew.
    """

    where: str = ""
    parameters: tuple[object, ...] = ()
    column: str = ""
    values: pa.Array | None = None
    emptied: tuple[str, ...] = ()
    mended: Mended | None = None

    def condition(self) -> str:
        if self.values is None:
            return f"({self.where})"
        return f"{quote_name(self.column)} IN (SELECT value FROM {DOOMED})"

    def statement(self, table: str) -> str:
        """What takes them out of a table."""
        if not self.emptied:
            return f"DELETE FROM {table} WHERE {self.condition()}"
        emptied = ", ".join(f"{quote_name(name)} = NULL" for name in self.emptied)
        return f"UPDATE {table} SET {emptied} WHERE {self.condition()}"


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did to one product. `rows` counts those that went or changed in the version that was served; older versions are dropped whole."""

    rows: int
    files_rewritten: int
    versions_expired: int
    files_removed: int
    version: Version


def purge(paths: Paths, keys: KeyProvider, engine: Engine, doomed: Doomed, author: str, message: str) -> Purged:
    """Erase under the product's lock; durable, and the old files gone, when it returns.

    Raises:
        NotFound: LAKE-11, where the product has no published version.
        Unavailable: LAKE-19, where rows are left after all; nothing is published then.
    """

    def check(own: Catalog) -> None:
        check_gone(own, doomed.condition(), doomed.parameters)
        if doomed.mended is not None and _to_be_mended(own, doomed.mended).num_rows:
            raise _left(own, "What was to go from rows is left in some.")

    return written_anew(paths, keys, engine, lambda own: _erase(own, doomed, author, message), check)


def written_anew(
    paths: Paths,
    keys: KeyProvider,
    engine: Engine,
    change: Callable[[Catalog], tuple[int, int]],
    check: Callable[[Catalog], None],
) -> Purged:
    """Change a copy under the product's lock, drop every older version, and serve it, compacted, where `check` raises nothing; `change` gives the rows
    and files that it wrote or removed.
    """
    catalog_key.settle_key(paths, keys, engine.con)
    key = catalog_key.read_key(paths, keys)
    work, fresh = paths.new_copy(), paths.new_copy()
    before = needed = None
    try:
        copy(paths.catalog, work)
        fp("purge.copied")
        own = attach(engine.con, "mesh_own", paths.place, work, paths.data, key, read_only=False)
        before = own.files()
        remove(paths.data, on_disk(paths.data) - before)  # left by a killed writer
        rows, rewritten = change(own)
        expired = own.expire(keep=1)
        fp("purge.expired")
        check(own)
        version, after = own.versions()[-1], own.files()
        index = indexing.made(own, paths.data, subject_index.opened(paths, looked_through=True))
        own.checkpoint()
        own.detach()
        forget_bounds(engine.con, paths.place, work, key)
        compact(engine.con, paths.place, work, fresh, key)
        fp("purge.compacted")
        subject_index.clear(paths)  # it knows who is erased
        _swap(paths, fresh, after - before)
        needed = after
        removed = _remove_old(paths, before, needed)
        subject_index.keep(paths, index)
        return Purged(rows, rewritten, expired, removed, version)
    finally:
        engine.close()
        for left in list(paths.copies()):
            left.unlink(missing_ok=True)
        if before is not None and needed is None:
            remove(paths.data, on_disk(paths.data) - before)


def _swap(paths: Paths, fresh: Path, new_files: set[str]) -> None:
    """Make the erased state durable, then the one that is served."""
    close_and_sync(paths.data, new_files)
    fresh.chmod(FILE_MODE)
    sync(fresh)
    fp("purge.synced")
    fresh.replace(paths.catalog)


def _remove_old(paths: Paths, before: set[str], needed: set[str]) -> int:
    """Remove the files that held the rows, and make that durable too; how many."""
    fp("purge.renamed")
    sync(paths.catalogs)
    removed = remove(paths.data, on_disk(paths.data) - needed)
    for folder in {(paths.data / name).parent for name in before}:  # of what the engine removed itself, too
        if folder.is_dir():
            sync(folder)
    fp("purge.cleaned")
    return removed


def _erase(own: Catalog, doomed: Doomed, author: str, message: str) -> tuple[int, int]:
    """DELETE, then write the touched files anew; two commits, since a rewrite sees committed deletions only."""
    if doomed.values is not None:
        own.con.register(DOOMED, pa.table({"value": doomed.values}))
    versions = own.versions()
    if not versions:
        raise NotFound(
            Finding("LAKE-11", str(own.place), "The product has no published version.", "Publish it first.", own.place.key)
        )
    own.call("ducklake_flush_inlined_data")
    extra = versions[-1].extra
    [rows] = committed(own, [(doomed.statement(own.table), doomed.parameters)], author, message, extra)
    rows += _replaced(own, doomed.mended, author, message, extra) if doomed.mended is not None else 0
    fp("purge.deleted")
    return (rows, rewritten(own, author, message, extra)) if rows else (0, 0)


def _to_be_mended(own: Catalog, mended: Mended) -> pa.Table:
    with engine_errors(f"purge of {own.place}", own.place.key):
        looked = f"SELECT rowid AS {ROW}, * FROM {own.table} WHERE {mended.where}"
        return mended.mend(own.con.execute(looked, mended.parameters).to_arrow_table())


def _replaced(own: Catalog, mended: Mended, author: str, message: str, extra: Mapping[str, object]) -> int:
    """Put rows in the place of others; how many."""
    fresh = _to_be_mended(own, mended)
    if fresh.num_rows:
        columns = own.all_columns()
        cast = ", ".join(f"CAST({quote_name(name)} AS {kind}) AS {quote_name(name)}" for name, kind in columns)
        own.con.register(FRESH, fresh)
        gone = f"DELETE FROM {own.table} WHERE rowid IN (SELECT {ROW} FROM {FRESH})"
        instead = f"INSERT INTO {own.table} ({names(name for name, _ in columns)}) SELECT {cast} FROM {FRESH}"
        committed(own, [(gone, ()), (instead, ())], author, message, extra)
        own.con.unregister(FRESH)
    return int(fresh.num_rows)


def rewritten(own: Catalog, author: str, message: str, extra: Mapping[str, object]) -> int:
    """Write the files with deleted rows anew; how many new ones there are."""
    rewrite = f"CALL ducklake_rewrite_data_files({quote_text(own.alias)}, {quote_text(TABLE)}, delete_threshold => 0)"
    before = own.files()
    committed(own, [(rewrite, ())], author, message, extra)
    fp("purge.rewritten")
    return len(own.files() - before)


def committed(
    own: Catalog, statements: Sequence[tuple[str, Sequence[object]]], author: str, message: str, extra: Mapping[str, object]
) -> list[int]:
    """Run in one transaction that keeps telling the publication's own story; the first number of each statement."""
    with engine_errors(f"purge of {own.place}", own.place.key):
        own.con.execute("BEGIN TRANSACTION")
        found = [own.con.execute(statement, parameters).fetchone() for statement, parameters in statements]
        own.con.execute(
            f"CALL {quote_name(own.alias)}.set_commit_message(?, ?, extra_info => ?)",
            [author, message, json.dumps(extra, sort_keys=True)],
        )
        own.con.execute("COMMIT")
    return [int(row[0]) if row and isinstance(row[0], int) else 0 for row in found]


def check_gone(own: Catalog, condition: str, parameters: Sequence[object] = ()) -> None:
    """Raises `Unavailable` (LAKE-19) where such rows are left, or files of deleted rows."""
    [(left,)] = own.rows(f"SELECT count(*) FROM {own.table} WHERE {condition}", parameters)
    if left or own.delete_files():
        raise _left(own, "Rows or files of deleted rows are left after the rewrite.")


def _left(own: Catalog, why: str) -> Unavailable:
    return Unavailable(Finding("LAKE-19", f"purge of {own.place}", why, "Purge again; nothing was published.", own.place.key))
