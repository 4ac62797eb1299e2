"""All that is held of one product, file by file, for whoever verifies that something is gone.

A version's rows are what its catalog lets through; here each data file is read as it lies on the disk, with the rows that a delete file
hides, whichever version needs it, and with what the catalog itself says of values. It shares nothing with what erases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from mesh_platform.keys import KeyProvider
from mesh_platform.lake import catalog_key, subject_index
from mesh_platform.lake.catalog import Catalog, Version
from mesh_platform.lake.engine import engine_errors
from mesh_platform.lake.files import on_disk
from mesh_platform.lake.place import Paths
from mesh_platform.lake.sql import quote_name

_TOLD = {
    "ducklake_file_column_stats": ("min_value", "max_value", "extra_stats"),
    "ducklake_table_column_stats": ("min_value", "max_value", "extra_stats"),
    "ducklake_file_partition_value": ("partition_value",),
    "ducklake_snapshot_changes": ("commit_message", "commit_extra_info"),
}
"""Where a catalog keeps what stood in rows."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What is held of a product.

    Attributes:
        con: where the relations can be read, until the `with` ends.
        files: a relation for each data file that a held version needs, of every row that lies in it.
        told: what the catalog says of values: a relation of one column for each place.
        versions: those held, oldest first.
        hidden: how many files tell of rows that are there and not shown.
        unknown: how many files lie on the disk that no held version needs, copies of the catalog and of the index of people included.
    """

    con: duckdb.DuckDBPyConnection
    files: tuple[str, ...]
    told: tuple[tuple[str, str], ...]
    versions: tuple[Version, ...]
    hidden: int
    unknown: int


@contextmanager
def scanned(paths: Paths, keys: KeyProvider, con: duckdb.DuckDBPyConnection) -> Iterator[Scan]:
    """Open everything, under the product's lock."""
    catalog = catalog_key.attach_published(con, "mesh_scanned", paths, keys)
    views, marks = list[str](), list[str]()
    try:
        with engine_errors(f"scan of {paths.place}", paths.place.key):
            for number, file in enumerate(catalog.data_files()):
                views.append(quote_name(f"mesh_scanned_{number}"))
                con.execute(f"CREATE OR REPLACE TEMP VIEW {views[-1]} AS SELECT * FROM {file.relation(paths.data)}")
        unknown = len(on_disk(paths.data) - catalog.files()) + len(list(paths.copies()))
        unknown += len([file for file in subject_index.found(paths) if file != paths.index])
        versions = tuple(catalog.versions())
        told = [*_told(catalog), *_index(paths, con, marks)]
        yield Scan(con, tuple(views), tuple(told), versions, catalog.delete_files(), unknown)
    finally:
        for view in views:  # each holds the key of its file
            con.execute(f"DROP VIEW IF EXISTS {view}")
        for name in marks:
            con.unregister(name)
        catalog.detach()


def _index(paths: Paths, con: duckdb.DuckDBPyConnection, marks: list[str]) -> Iterator[tuple[str, str]]:
    """Who stands in the index that lies beside the product, whichever catalog it was made for."""
    index = subject_index.opened(paths)
    for people, _ in index.people.values() if index is not None else ():
        marks.append(f"mesh_indexed_{len(marks)}")
        con.register(marks[-1], pa.table({"told": people}))
        yield "subject index", quote_name(marks[-1])


def _told(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for table, columns in _TOLD.items():
        parts = (f"SELECT CAST({quote_name(column)} AS VARCHAR) AS told FROM {catalog.meta(table)}" for column in columns)
        yield table, f"({' UNION ALL '.join(parts)})"
