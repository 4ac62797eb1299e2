"""Temporary folders of this process, inside the home: spilled rows stay in the region and go with the process, or at the next start.

Each process holds a lock on its folder while it lives; a folder whose lock is free belongs to nobody and is removed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesh_platform.lake.files import FILE_MODE, FOLDER_MODE, make_folder

_LOCK = ".lock"


class TempFolder:
    """`<home>/tmp/<process>`, made at the first use."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root
        self._owner, self._held = 0, -1

    def new(self) -> Path:
        """A fresh folder for one engine; two engines may not share one."""
        if self._owner != os.getpid():  # a fork's parent keeps its own
            self._claim()
        folder = self._folder / secrets.token_hex(6)
        folder.mkdir(mode=FOLDER_MODE)
        return folder

    def sweep(self) -> int:
        """Remove the folders of processes that have ended. How many went."""
        if not self._root.is_dir():
            return 0
        with _locked(self._root / _LOCK):
            return self._sweep()

    def close(self) -> None:
        """Give this process's folder up and remove it."""
        if self._owner == os.getpid():
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._held)
            self._owner = 0

    def _sweep(self) -> int:
        return sum(_remove_if_free(folder) for folder in self._root.iterdir() if folder.is_dir())

    def _claim(self) -> None:
        make_folder(self._root)
        with _locked(self._root / _LOCK):
            self._sweep()
            self._folder = self._root / f"{os.getpid()}-{secrets.token_hex(4)}"
            self._folder.mkdir(mode=FOLDER_MODE)
            self._held = os.open(self._folder / _LOCK, os.O_CREAT | os.O_RDWR, FILE_MODE)
            fcntl.flock(self._held, fcntl.LOCK_EX)
        self._owner = os.getpid()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _remove_if_free(folder: Path) -> bool:
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        descriptor = -1
    try:
        if descriptor >= 0:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(folder)
        return True
    finally:
        if descriptor >= 0:
            os.close(descriptor)
