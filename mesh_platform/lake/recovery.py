"""After a kill: what a dead writer left is removed, and directory and catalog are compared, file by file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mesh_platform.errors import MeshError
from mesh_platform.failpoints import fp
from mesh_platform.keys import KeyProvider
from mesh_platform.lake import catalog_key, subject_index
from mesh_platform.lake.catalog import Version
from mesh_platform.lake.engine import Engine
from mesh_platform.lake.files import FILE_MODE, make_folder, on_disk, remove, remove_empty_folders, sync
from mesh_platform.lake.place import Paths


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a clean-up of one product did."""

    busy: bool
    copies_removed: int = 0
    files_removed: int = 0
    retired: bool = False


@dataclass(frozen=True, slots=True)
class FileReport:
    """A product's folder beside its catalog's list; `clean` where they are equal and nothing else lies about."""

    files: int
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    copies: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.missing or self.unknown or self.copies)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a product's place holds: files and bytes of all kinds; rows and versions where its catalog opens, else None and none."""

    files: int
    bytes: int
    rows: int | None = None
    versions: tuple[Version, ...] = ()


def sweep(paths: Paths, keys: KeyProvider, engine: Engine) -> Recovery:
    """Remove copies and files that no version needs. Call it under the product's lock, with no stage open.

    Raises:
        Unavailable: LAKE-13, where catalog and key do not stand together; nothing is removed then.
    """
    if paths.retired.exists():
        return Recovery(busy=False, files_removed=finish_retirement(paths), retired=True)
    catalog_key.settle_key(paths, keys, engine.con)
    catalog_key.refuse_lost_catalog(paths)
    needed = needed_files(paths, keys, engine) if paths.catalog.exists() else set()
    copies = list(paths.copies())
    for left in copies:
        left.unlink()
    removed = remove(paths.data, on_disk(paths.data) - needed)
    if not paths.catalog.exists():
        remove_empty_folders(paths.data)
    subject_index.sweep(paths)
    return Recovery(busy=False, copies_removed=len(copies), files_removed=removed)


def needed_files(paths: Paths, keys: KeyProvider, engine: Engine) -> set[str]:
    """Every file that the published catalog's versions need."""
    catalog = catalog_key.attach_published(engine.con, "mesh_checked", paths, keys)
    try:
        return catalog.files()
    finally:
        catalog.detach()


def report(paths: Paths, keys: KeyProvider, engine: Engine) -> FileReport:
    """Compare once; a publication under way shows as unknown files, so hold the lock or look when it is quiet."""
    needed = needed_files(paths, keys, engine) if paths.catalog.exists() else set()
    found = on_disk(paths.data)
    return FileReport(
        files=len(needed),
        missing=tuple(sorted(needed - found)),
        unknown=tuple(sorted(found - needed)),
        copies=tuple(sorted(path.name for path in paths.copies())),
    )


def inventory(paths: Paths, keys: KeyProvider, engine: Engine) -> Inventory:
    """What stands at the place, counted under the lock. A catalog that does not open any more leaves rows and versions unknown."""
    own = [file for file in (paths.key, paths.key_new, paths.catalog, *paths.copies()) if file.is_file()]
    data = [paths.data / name for name in on_disk(paths.data)]
    files, size = len(own) + len(data), sum(file.lstat().st_size for file in (*own, *data))
    try:
        catalog = catalog_key.attach_published(engine.con, "mesh_counted", paths, keys)
    except MeshError:
        return Inventory(files, size)
    try:
        return Inventory(files, size, catalog.row_count(), tuple(catalog.versions()))
    finally:
        catalog.detach()


def retire(paths: Paths, count: Callable[[], Inventory], record: Callable[[Inventory], None] | None = None) -> int:
    """Remove a product's key, catalog and data, in this order, so that nothing opens from the first step on. Data files removed.

    Args:
        paths: the product's, under its lock.
        count: tells what the place holds.
        record: is handed that before anything is removed, unless an earlier call had begun to remove.
    """
    if not paths.catalogs.is_dir() and not paths.data.is_dir():
        return 0
    if record is not None and not paths.retired.exists():
        record(count())
        fp("retire.recorded")
    make_folder(paths.catalogs)
    paths.retired.touch(mode=FILE_MODE)
    sync(paths.catalogs)
    fp("retire.marked")
    return finish_retirement(paths)


def finish_retirement(paths: Paths) -> int:
    for file in (paths.key, paths.key_new, paths.catalog, *paths.copies()):
        file.unlink(missing_ok=True)
    sync(paths.catalogs)
    subject_index.clear(paths)
    fp("retire.closed")
    removed = remove(paths.data, on_disk(paths.data))
    remove_empty_folders(paths.data)
    fp("retire.emptied")
    paths.quarantined.unlink(missing_ok=True)
    paths.retired.unlink()
    sync(paths.catalogs)
    return removed
