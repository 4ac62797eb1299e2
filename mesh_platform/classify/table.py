"""A table scanned as its batches come in: bounded in memory, every row looked at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mesh_platform.classify import mesh
from mesh_platform.classify.columns import Column, Reader, of_leaves
from mesh_platform.classify.leaves import Cells
from mesh_platform.classify.together import resolve

MANY, THREADS = 10_000, 2
"""Rows of a batch from which on its columns are taken side by side; what they wait for is outside of Python."""


class TableScan:
    """The scan of one table: `feed` it every batch, then ask `finish` what its columns hold."""

    def __init__(self, name: str, schema: Any, reader: Reader | None = None) -> None:
        """Args:
        name: The table; what stands before `__` is its domain.
        schema: The Arrow schema of its batches.
        reader: Reads free texts for spans; without one only patterns are found in them.
        """
        self.name = name
        self.rows = 0
        self._reader = reader
        self._cells = [Cells(column) for column in schema.names]

    def feed(self, batch: Any) -> None:
        """Take one record batch of the schema."""
        self.rows += batch.num_rows
        if batch.num_rows < MANY:
            for i, cells in enumerate(self._cells):
                cells.feed(batch.column(i))
            return
        with ThreadPoolExecutor(THREADS) as threads:
            for done in [threads.submit(cells.feed, batch.column(i)) for i, cells in enumerate(self._cells)]:
                done.result()

    def finish(self, known: mesh.Known | None = None) -> list[Column]:
        """The findings on all columns, in the order of the schema; `known` are identifiers that the rest of the mesh holds."""
        found = [
            of_leaves(self.name, cells.name, cells.leaves(), cells.rows, cells.filled, self._reader) for cells in self._cells
        ]
        if known is not None:
            resolve(found, known)
        return found
