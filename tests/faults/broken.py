"""Broken builds of the lake: each takes one precaution away, in a process that a test starts, and nowhere in the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType

from mesh_platform.keys import local
from mesh_platform.lake import catalog_key, domain_keys, files, purge, writer
from mesh_platform.lake.catalog import Version
from mesh_platform.lake.writer import Writer

_sync = files.sync


def swap(name: str, new: object, *modules: ModuleType) -> None:
    for module in modules:
        setattr(module, name, new)


def data_files_not_synced() -> None:
    def folders_only(root: Path, relative: Iterable[str]) -> None:
        swap("sync", lambda path: _sync(path) if path.is_dir() else None, files)
        files.close_and_sync(root, relative)

    swap("close_and_sync", folders_only, writer, purge)


def data_folders_not_synced() -> None:
    def files_only(root: Path, relative: Iterable[str]) -> None:
        for name in relative:
            _sync(root / name)

    swap("close_and_sync", files_only, writer, purge)


def catalog_not_synced() -> None:
    """The engine syncs the catalog itself at its checkpoint, so leaving our own sync out is not enough to lose it."""

    def written_anew(path: Path) -> None:
        if path.is_dir():
            return _sync(path)
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        return None

    swap("sync", written_anew, writer, purge)


def catalog_folder_not_synced() -> None:
    swap("sync", lambda path: None if path.is_dir() else _sync(path), writer, purge)
    swap("sync", lambda path: None, catalog_key)


def new_folders_not_synced() -> None:
    def unsynced(folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    swap("make_folder", unsynced, writer)


def catalog_key_not_synced() -> None:
    def unsynced(path: Path, content: bytes) -> None:
        path.write_bytes(content)

    swap("create", unsynced, catalog_key)


def domain_key_folder_not_synced() -> None:
    swap("_sync_folder", lambda folder: None, local)


def renamed_before_synced() -> None:
    durable = Writer._make_durable

    def early(self: Writer, new: set[str]) -> None:
        self._copy.replace(self._paths.catalog)
        _sync(self._paths.catalogs)
        self._copy = self._paths.catalog
        durable(self, new)

    Writer._make_durable = early  # type: ignore[method-assign]
    Writer._rename = lambda self, version: None  # type: ignore[method-assign]


def renamed_before_commit() -> None:
    commit = Writer._commit

    def early(self: Writer, staged: object, author: str, message: str, extra: Mapping[str, object]) -> Version:
        self._copy.replace(self._paths.catalog)
        self._copy = self._paths.catalog
        return commit(self, staged, author, message, extra)  # type: ignore[arg-type]

    Writer._commit = early  # type: ignore[method-assign]
    Writer._rename = lambda self, version: _sync(self._paths.catalogs)  # type: ignore[method-assign]


def old_files_removed_before_the_rename() -> None:
    rename = Writer._rename

    def early(self: Writer, version: Version) -> None:
        self._clean(self._own_needed)  # type: ignore[attr-defined]
        rename(self, version)

    expire = Writer._make_durable

    def remember(self: Writer, new: set[str]) -> None:
        self._own_needed = new  # type: ignore[attr-defined]
        expire(self, new)

    Writer._make_durable = remember  # type: ignore[method-assign]
    Writer._rename = early  # type: ignore[method-assign]


def purged_files_removed_before_the_rename() -> None:
    close_and_sync = files.close_and_sync

    def early(root: Path, relative: Iterable[str]) -> None:
        kept = set(relative)
        close_and_sync(root, kept)
        files.remove(root, files.on_disk(root) - kept)

    swap("close_and_sync", early, purge)


def old_key_destroyed_before_the_catalog_is_synced() -> None:
    swap("sync", lambda path: None, domain_keys)


BROKEN: dict[str, Callable[[], None]] = {
    build.__name__: build
    for build in (
        data_files_not_synced, data_folders_not_synced, catalog_not_synced, catalog_folder_not_synced, new_folders_not_synced,
        catalog_key_not_synced, domain_key_folder_not_synced, renamed_before_synced, renamed_before_commit,
        old_files_removed_before_the_rename, purged_files_removed_before_the_rename,
        old_key_destroyed_before_the_catalog_is_synced,
    )
}  # fmt: skip
