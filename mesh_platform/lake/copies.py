"""A product's files copied out of the home and brought back into it, as they are: encrypted, and only those that its versions need.

What is brought back replaces what stands there by the same rename as any publication, and is closed until the ledger was applied to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesh_platform.errors import Finding, Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.keys import KeyProvider
from mesh_platform.lake import catalog_key, recovery, subject_index
from mesh_platform.lake.catalog import Version
from mesh_platform.lake.engine import Engine
from mesh_platform.lake.files import FILE_MODE, copy, make_folder, on_disk, remove, sync
from mesh_platform.lake.place import Paths
from mesh_platform.lake.quarantine import quarantine


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied of a product: each file below the target with its hash and size, and the version that it serves."""

    files: Mapping[str, tuple[str, int]]
    version: Version


def copy_out(paths: Paths, keys: KeyProvider, engine: Engine, target: Path) -> Copied:
    """Copy the product's catalog, its wrapped key and the files that its versions need into the home-like folder `target`.

    Under the product's lock; durable when it returns.

    Raises:
        NotFound, Unavailable: where the product is not published, or does not open.
    """
    catalog_key.settle_key(paths, keys, engine.con)
    catalog = catalog_key.attach_published(engine.con, "mesh_copied", paths, keys)
    try:
        needed, version = catalog.files(), catalog.versions()[-1]
    finally:
        catalog.detach()
    out = Paths(target, paths.place)
    pairs = [(paths.catalog, out.catalog), (paths.key, out.key)]
    pairs += [(paths.data / name, out.data / name) for name in sorted(needed)]
    files = {}
    for source, copied in pairs:
        _copied(source, copied, paths)
        files[str(copied.relative_to(target))] = hash_of(copied)
        fp("copies.file")
    for folder in {copied.parent for _, copied in pairs}:
        sync(folder)
    return Copied(files, version)


def bring_back(paths: Paths, keys: KeyProvider, engine: Engine, source: Path, said: Mapping[str, Any]) -> None:
    """Make what `source` holds of the product the version that stands there, closed to every reader. Under the product's lock.

    What does not open is not brought: its key may have been rotated since, and what is served is not given up for it.

    Raises:
        Unavailable: KEY-04, where the domain's key was revoked; as `attach_published`, where what `source` holds does not open.
    """
    catalog_key.refuse_revoked(paths)
    if paths.retired.exists():
        recovery.finish_retirement(paths)
    kept = Paths(source, paths.place, behind=True)
    catalog_key.attach_published(engine.con, "mesh_kept", kept, keys).detach()
    make_folder(paths.catalogs)
    make_folder(paths.data)
    catalog_key.settle_key(paths, keys, engine.con)
    quarantine(paths, said)
    fp("copies.quarantined")
    for name in sorted(on_disk(kept.data)):
        aside = paths.data / f"{name}.new"
        aside.unlink(missing_ok=True)
        _copied(kept.data / name, aside, paths)
        aside.replace(paths.data / name)
        sync(aside.parent)
    catalog_key.store_key_aside(paths, kept.key.read_bytes())
    fresh = paths.new_copy()
    _copied(kept.catalog, fresh, paths)
    fp("copies.ready")
    fresh.replace(paths.catalog)
    sync(paths.catalogs)
    fp("copies.renamed")
    subject_index.clear(paths)
    seen = Paths(paths.home, paths.place, behind=True)
    catalog_key.settle_key(seen, keys, engine.con)
    remove(paths.data, on_disk(paths.data) - recovery.needed_files(seen, keys, engine))


def hash_of(file: Path) -> tuple[str, int]:
    """The SHA-256 and the size of a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest(), file.stat().st_size


def _copied(source: Path, target: Path, paths: Paths) -> None:
    make_folder(target.parent)
    try:
        copy(source, target)
    except FileNotFoundError:
        why, fix = "A file that its catalog names is not there.", "Restore the product from a backup, or publish it anew."
        raise Unavailable(Finding("LAKE-14", f"files of {paths.place}", why, fix, paths.place.key)) from None
    target.chmod(FILE_MODE)
    sync(target)
