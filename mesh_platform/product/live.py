"""The mesh as its folders stand now: read anew where a file of it has changed, looked at twice a second at most.

Where what was written cannot be read, the one that was read before goes on for products that stand; a broken product is one of the new mesh.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mesh_platform.product.mesh import Mesh

EVERY = 0.5
"""Seconds between two looks: for so long at most counts what was just taken out of a file."""
_FOLDERS = ("domains", "governance")
_READ = (".yaml", ".yml", ".py", ".sql")
Mark = tuple[tuple[str, int, int, int], ...]


class LiveMesh:
    """`load` is called at the first look and after each change; for any number of threads."""

    def __init__(self, root: Path, load: Callable[[], Mesh]) -> None:
        self._root, self._load, self._lock = root, load, threading.Lock()
        self._mark: Mark = _marked(root)
        self._mesh, self._looked = load(), time.monotonic()

    def __call__(self) -> Mesh:
        if time.monotonic() - self._looked < EVERY:
            return self._mesh
        with self._lock:
            if time.monotonic() - self._looked >= EVERY:
                mark = _marked(self._root)
                if mark != self._mark:
                    self._mesh, self._mark = self._load(), mark
                self._looked = time.monotonic()
            return self._mesh


def _marked(root: Path) -> Mark:
    return tuple(sorted(line for name in _FOLDERS for line in _below(root / name)))


def _below(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Path, time, size and inode of each file that a mesh is read from."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_dir():
            yield from _below(Path(entry.path))
        elif entry.name.endswith(_READ):
            try:
                found = entry.stat()
            except OSError:
                continue
            yield entry.path, found.st_mtime_ns, found.st_size, found.st_ino
