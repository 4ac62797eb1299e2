"""Other products' published versions, attached for reading beside the table that is being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from mesh_platform.errors import CheckFailed, Finding, UsageProblem
from mesh_platform.keys import KeyProvider
from mesh_platform.lake.catalog import Catalog, Version
from mesh_platform.lake.catalog_key import attach_published
from mesh_platform.lake.engine import engine_errors
from mesh_platform.lake.files import FileId, file_id
from mesh_platform.lake.pinned import refuse_moved
from mesh_platform.lake.place import Paths, Place
from mesh_platform.lake.sql import names, quote_name


class Inputs:
    """The inputs of one writer, each a view of its contracted columns."""

    def __init__(self, con: duckdb.DuckDBPyConnection, own: Paths, keys: KeyProvider, taken: str) -> None:
        self._con, self._own, self._keys, self._taken, self._product = con, own, keys, taken, own.place.key
        self._attached: dict[str, Catalog] = {}
        self._held_to: dict[str, FileId | None] = {}

    def attach(
        self, place: Place, alias: str, columns: Sequence[str] | None, select: str | None = None, file: FileId | None = None
    ) -> str:
        if alias == self._taken or alias in self._attached:
            raise UsageProblem(
                Finding("LAKE-23", "an input's name", "It is taken.", "Give each input another name.", self._product)
            )
        catalog = self._open(place, f"mesh_input_{len(self._attached)}", file)
        have = [column for column, _ in catalog.columns()]
        if lacking := [column for column in columns or () if column not in have]:
            why = f"The published version lacks {names(lacking)}."
            fix = f"Take the columns out of the input's fields, or publish {place.key} with them."
            raise CheckFailed(Finding("LAKE-06", f"input {place.key}", why, fix, self._product))
        with engine_errors(f"input {place.key}", self._product):
            chosen = "{t}" if select is None else f"({select})"
            rows = f"SELECT {names(columns or have)} FROM {chosen}".replace("{t}", catalog.table)
            self._con.execute(f"CREATE TEMP VIEW {quote_name(alias)} AS {rows}")
        self._attached[alias], self._held_to[alias] = catalog, file
        return quote_name(alias)

    def version(self, alias: str) -> Version:
        return self._attached[alias].versions()[-1]

    def __bool__(self) -> bool:
        return bool(self._attached)

    def renew(self) -> None:
        """Attach every input anew, on the version that is published now.

        Raises:
            Unavailable: ACCESS-07, where an input that is held to one version has another one by now.
        """
        for alias, catalog in self._attached.items():
            catalog.detach()
            self._attached[alias] = self._open(catalog.place, catalog.alias, self._held_to[alias])

    def _open(self, place: Place, name: str, file: FileId | None) -> Catalog:
        paths = replace(self._own, place=place)
        catalog = attach_published(self._con, name, paths, self._keys)
        refuse_moved(place, file, file_id(paths.catalog))  # after the attach: what stands still is what was opened
        return catalog
