"""The mesh as its folders stand now: read anew where a file of it has changed, looked at twice a second at most.

Where what was written cannot be read there is no mesh: the error is raised at each call, since what was taken back might stand in the one that was
read before. A file that is changed is looked at like any other; the same files are tried again from time to time, since what reads them may
have been what failed. A product that is broken alone is one of the new mesh, and says so.
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
AFTER_AN_ERROR = 5.0
"""Seconds after which the same files are tried again."""
_FOLDERS = ("domains", "governance")
_READ = (".yaml", ".yml", ".py", ".sql")
Mark = tuple[tuple[str, int, int, int], ...]


class LiveMesh:
    """`load` is called at the first look and after each change; for any number of threads."""

    def __init__(self, root: Path, load: Callable[[], Mesh]) -> None:
        self._root, self._load, self._lock = root, load, threading.Lock()
        self._mark: Mark = _marked(root)
        self._found: Mesh | Exception = load()
        self._read = self._looked = time.monotonic()

    def __call__(self) -> Mesh:
        """The mesh.

        Raises:
            MeshError: what reading it raised last.
        """
        if time.monotonic() - self._looked >= EVERY:
            with self._lock:
                if time.monotonic() - self._looked >= EVERY:
                    self._look()
        found = self._found
        if isinstance(found, Exception):
            raise found.with_traceback(None)
        return found

    def _look(self) -> None:
        mark = _marked(self._root)
        if mark != self._mark or self._tried():
            try:
                self._found = self._load()
            except Exception as error:  # noqa: BLE001 - it is raised at each call
                self._found = error
            self._mark, self._read = mark, time.monotonic()
        self._looked = time.monotonic()

    def _tried(self) -> bool:
        """Whether reading these files failed long enough ago to try again."""
        return isinstance(self._found, Exception) and time.monotonic() - self._read >= AFTER_AN_ERROR


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
