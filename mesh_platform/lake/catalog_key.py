"""The key of one product's catalog: random, wrapped by the domain's key, beside the catalog it opens.

A first publication writes it as `.key.new`, renames the catalog into place, and then gives the key its name. So a key under its own name
without a catalog means that the catalog was lost, and no new one is begun over it.
"""

from __future__ import annotations

import os

from mesh_platform.errors import Finding, NotFound, Unavailable
from mesh_platform.keys import KeyProvider
from mesh_platform.lake.files import create, sync
from mesh_platform.lake.place import Paths

KEY_BYTES = 32


def read_key(paths: Paths, keys: KeyProvider) -> bytes:
    """The key of a published catalog.

    Raises:
        NotFound: LAKE-11, where the product was never published.
        Unavailable: LAKE-13, where the catalog stands there without its key, or the key without its catalog.
    """
    place = paths.place
    if not paths.catalog.exists():
        if paths.key.exists():
            raise _parted(paths, "The catalog's key is there and the catalog is gone.")
        raise NotFound(Finding("LAKE-11", str(place), "The product has no published version.", "Publish it first.", place.key))
    for file in (paths.key, paths.key_new):
        try:
            return keys.unwrap(place.domain, place.location, file.read_bytes())
        except FileNotFoundError:
            continue
    raise _parted(paths, "The catalog is there and its key is gone.")


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def refuse_lost_catalog(paths: Paths) -> None:
    """Raise LAKE-13 where a key tells that a catalog stood here and is gone."""
    if paths.key.exists() and not paths.catalog.exists():
        raise _parted(paths, "The catalog's key is there and the catalog is gone.")


def store_key_aside(paths: Paths, keys: KeyProvider, key: bytes) -> None:
    """Durable as `.key.new`, before the catalog gets its name."""
    create(paths.key_new, keys.wrap(paths.place.domain, paths.place.location, key))
    sync(paths.catalogs)


def settle_key(paths: Paths) -> None:
    """After a first publication, finished or killed: name the key of a catalog that is there, remove one of a catalog that never came."""
    if not paths.key_new.exists():
        return
    if not paths.catalog.exists():
        paths.key_new.unlink()
    elif not paths.key.exists():
        paths.key_new.replace(paths.key)
    sync(paths.catalogs)


def _parted(paths: Paths, why: str) -> Unavailable:
    fix = "Restore both from one backup; or retire the product's place and publish it anew."
    return Unavailable(Finding("LAKE-13", f"catalog of {paths.place}", why, fix, paths.place.key))
