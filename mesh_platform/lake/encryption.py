"""Whether a product is encrypted, seen by trying: its catalog opens with the domain's key alone, its data files are sealed and do not open without one.

Nothing is taken from a setting or a flag. What opens without the key is False; what does not open with it either shows nothing, and is None.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mesh_platform.errors import MeshError
from mesh_platform.keys import KeyProvider
from mesh_platform.lake.catalog import opens
from mesh_platform.lake.catalog_key import KEY_BYTES, attach_published, read_key
from mesh_platform.lake.engine import Engine
from mesh_platform.lake.place import Paths
from mesh_platform.lake.sql import quote_text

_SEALED = b"PARE"  # https://parquet.apache.org/docs/file-format/data-pages/encryption/


@dataclass(frozen=True, slots=True)
class Sealed:
    """A catalog's file, its key, and that key as it is kept."""

    paths: Paths
    catalog: Path
    key: bytes
    wrapped: bytes


def published_encrypted(paths: Paths, keys: KeyProvider, engine: Engine) -> bool | None:
    """Of the version that is served: its catalog, and the files that came with it."""
    try:
        catalog = attach_published(engine.con, "mesh_probed", paths, keys)
        try:
            catalog.rows(f"SELECT * FROM {catalog.table} LIMIT 1")
            newest = catalog.newest_files()
        finally:
            catalog.detach()
        sealed = Sealed(paths, paths.catalog, read_key(paths, keys), paths.key.read_bytes())
    except (MeshError, FileNotFoundError):
        return None
    return seen_encrypted(engine.con, sealed, newest, keys)


def seen_encrypted(con: duckdb.DuckDBPyConnection, sealed: Sealed, files: Iterable[str], keys: KeyProvider) -> bool | None:
    """The trial itself; `files` are relative to the product's data folder. `con` stands in no transaction."""
    if any(opens(con, sealed.catalog, key) for key in (None, os.urandom(KEY_BYTES))):
        return False
    paths = [sealed.paths.data / name for name in sorted(files)]
    if not all(path.exists() for path in paths):
        return None
    if any(not _is_sealed(path) or _reads(con, path) for path in paths) or _shows(sealed.wrapped, sealed.key):
        return False
    place = sealed.paths.place
    if keys.unwrap(place.domain, place.location, sealed.wrapped) != sealed.key:
        return None
    return True if opens(con, sealed.catalog, sealed.key) else None


def _is_sealed(file: Path) -> bool:
    """Whether it says of itself that it is Parquet with an encrypted footer; another file may fail to open for any reason."""
    with file.open("rb") as content:
        content.seek(max(file.stat().st_size - len(_SEALED), 0))
        return content.read() == _SEALED


def _reads(con: duckdb.DuckDBPyConnection, file: Path) -> bool:
    """Whether the rows or the statistics of a data file can be had without its key."""
    for function in ("read_parquet", "parquet_metadata"):
        try:
            con.execute(f"SELECT * FROM {function}({quote_text(str(file))}) LIMIT 1").fetchall()
        except duckdb.Error:
            continue
        return True
    return False


def _shows(wrapped: bytes, key: bytes) -> bool:
    """Whether the key stands in what is kept of it, as it is or written out."""
    return any(form in wrapped for form in (key, key.hex().encode(), base64.b64encode(key)))
