"""Words to products, over the mesh as its folders stand: found in a catalogue of this process's own, made anew where the mesh has changed.

The shared registry is written by publications alone: a server that only reads does not change what others find.
"""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from mesh_platform.product import Mesh, ProductKey
from mesh_platform.publish.catalog import register
from mesh_platform.registry import Registry
from mesh_platform.state import Database

MOST = 1_000


class Search:
    """For any number of threads. Close it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mesh-search-")
        self._lock = threading.Lock()
        self._of: Mesh | None = None
        self._database: Database | None = None

    def __call__(self, mesh: Mesh, text: str) -> list[ProductKey]:
        """The products that fit, the best first."""
        return [hit.product for hit in self._catalogue(mesh).search(text, MOST)]

    def close(self) -> None:
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._folder.cleanup()

    def _catalogue(self, mesh: Mesh) -> Registry:
        with self._lock:
            if self._database is None:
                self._database = Database(Path(self._folder.name) / "catalog.db")
                self._database.migrate()
            catalogue = Registry(self._database)
            if self._of is not mesh:
                register(mesh, catalogue)
                self._of = mesh
            return catalogue
