"""Files and folders that outlive a power failure: made closed to others, synced with their folders, copied and removed by name.

An engine syncs the one file that it calls its database; whatever else a publication relies on passes through here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600
FileId = tuple[int, int, int, int]


def sync(path: Path) -> None:
    """Make the content of a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """`folder` and those above it, closed to others, each new name durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir(mode=FOLDER_MODE)
        folder.chmod(FOLDER_MODE)
    except FileExistsError:
        if not folder.is_dir():
            raise
    sync(folder.parent)


def create(path: Path, content: bytes) -> None:
    """A new durable file, closed to others; its name becomes durable with its folder's sync."""
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE_MODE)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(descriptor)


def copy(source: Path, target: Path) -> None:
    """`source` as a new file at `target`, closed to others. Not synced: its writer does that when it is whole."""
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
    with os.fdopen(descriptor, "wb") as out, source.open("rb") as content:
        shutil.copyfileobj(content, out, 1 << 20)


def close_and_sync(root: Path, relative: Iterable[str]) -> None:
    """Close the files (paths below `root`) to others and make them durable, with every folder between them and `root`."""
    folders = {root}
    for name in relative:
        path = root / name
        path.chmod(FILE_MODE)
        sync(path)
        folders.update(parent for parent in path.parents if parent.is_relative_to(root))
    for folder in sorted(folders, reverse=True):
        folder.chmod(FOLDER_MODE)
        sync(folder)


def on_disk(root: Path) -> set[str]:
    """Every file below `root`, as a path relative to it."""
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


def file_id(path: Path) -> FileId | None:
    """Tells one file from another of the same name; its inode cannot be used again while it is open somewhere."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def remove(root: Path, relative: Iterable[str], *, durable: bool = True) -> int:
    """Remove files below `root`; a missing one is already removed. How many went.

    With `durable` they do not come back when the power fails: what held the rows of people who are gone has to stay away.
    """
    removed = set()
    for name in relative:
        try:
            (root / name).unlink()
            removed.add(root / name)
        except FileNotFoundError:
            continue
    for folder in {file.parent for file in removed} if durable else ():
        sync(folder)
    return len(removed)


def remove_empty_folders(root: Path) -> None:
    """Remove `root` and the folders below it as far as nothing stands in them."""
    if not root.is_dir():
        return
    for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
        _remove_if_empty(folder)
    _remove_if_empty(root)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
