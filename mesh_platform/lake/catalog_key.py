"""The key of one product's catalog: random, wrapped by the domain's key, beside the catalog it opens.

A first publication writes it as `.key.new`, renames the catalog into place, and then gives the key its name. So a key under its own name
without a catalog means that the catalog was lost, and no new one is begun over it. A rotation does the same with a catalog written anew
under a new key: for a moment both keys stand there, and the one that opens the catalog is the right one.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from mesh_platform.errors import Finding, NotFound, Unavailable
from mesh_platform.keys import KeyProvider, closed_elsewhere, revoked
from mesh_platform.lake.catalog import Catalog, attach, opens
from mesh_platform.lake.files import create, file_id, sync
from mesh_platform.lake.place import Paths
from mesh_platform.lake.quarantine import refuse_quarantined

KEY_BYTES = 32
MOST_TRIES = 5  # a rotation passes a product once
_WRONG_KEY = {"KEY-01", "KEY-02", "KEY-03"}


def read_key(paths: Paths, keys: KeyProvider) -> bytes:
    """The key of a published catalog, once it is settled: under the product's lock there is one.

    Raises:
        NotFound: LAKE-11, where the product was never published.
        Unavailable: LAKE-13, where the catalog stands there without its key, or the key without its catalog; KEY-04, where the domain's key
            was revoked.
    """
    refuse_revoked(paths)
    refuse_quarantined(paths)
    _refuse_unpublished(paths)
    for file in (paths.key, paths.key_new):
        try:
            return _unwrapped(paths, keys, file)
        except FileNotFoundError:
            continue
    raise _parted(paths, "The catalog is there and its key is gone.")


def attach_published(con: duckdb.DuckDBPyConnection, alias: str, paths: Paths, keys: KeyProvider) -> Catalog:
    """The published catalog, attached read-only, without the product's lock: a rotation or publication may replace it meanwhile.

    Raises:
        NotFound, Unavailable: as `read_key`; LAKE-12, where the catalog does not open with its key.
    """
    for attempt in range(1, MOST_TRIES + 1):
        seen = _files(paths)
        try:
            return _attach_with_either(con, alias, paths, keys)
        except Unavailable:
            if attempt == MOST_TRIES or _files(paths) == seen:
                raise
    raise AssertionError("unreachable")


def _attach_with_either(con: duckdb.DuckDBPyConnection, alias: str, paths: Paths, keys: KeyProvider) -> Catalog:
    refuse_revoked(paths)
    refuse_quarantined(paths)
    _refuse_unpublished(paths)
    failure: Unavailable | None = None
    for file in (paths.key, paths.key_new):
        try:
            key = _unwrapped(paths, keys, file)
            return attach(con, alias, paths.place, paths.catalog, paths.data, key, read_only=True)
        except FileNotFoundError:
            continue
        except Unavailable as error:
            failure = failure or error
    raise failure or _parted(paths, "The catalog is there and its key is gone.")


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def refuse_revoked(paths: Paths) -> None:
    """Raise KEY-04 where the domain's key in this location was revoked."""
    if paths.revoked.exists():
        raise Unavailable(revoked(paths.place.domain, paths.place.location, paths.place.key))


def refuse_revoked_elsewhere(paths: Paths) -> None:
    """Raise KEY-04 where the domain's key was revoked in another location: a domain that is closed does not begin anew by moving."""
    if elsewhere := paths.revoked_elsewhere():
        raise Unavailable(closed_elsewhere(paths.place.domain, paths.place.location, elsewhere, paths.place.key))


def refuse_lost_catalog(paths: Paths) -> None:
    """Raise LAKE-13 where a key tells that a catalog stood here and is gone."""
    if paths.key.exists() and not paths.catalog.exists():
        raise _parted(paths, "The catalog's key is there and the catalog is gone.")


def wrap(paths: Paths, keys: KeyProvider, key: bytes) -> bytes:
    """The catalog's key, wrapped by the domain's."""
    refuse_revoked(paths)
    return keys.wrap(paths.place.domain, paths.place.location, key)


def store_key_aside(paths: Paths, wrapped: bytes) -> None:
    """Durable as `.key.new`, before the catalog gets its name."""
    refuse_revoked(paths)
    create(paths.key_new, wrapped)
    sync(paths.catalogs)


def settle_key(paths: Paths, keys: KeyProvider, con: duckdb.DuckDBPyConnection) -> None:
    """After a first publication or a rotation, finished or killed: name the key that opens the catalog, and remove the other.

    Raises:
        Unavailable: LAKE-12, where neither opens it; both stay then.
    """
    if not paths.key_new.exists():
        return
    if not paths.catalog.exists():
        paths.key_new.unlink()
    elif not paths.key.exists() or _fits(paths, keys, con, paths.key_new):
        paths.key_new.replace(paths.key)
    elif _fits(paths, keys, con, paths.key):
        paths.key_new.unlink()
    else:
        why, fix = "It opens with neither of its two keys.", "Restore the catalog with its key from one backup."
        raise Unavailable(Finding("LAKE-12", f"catalog of {paths.place}", why, fix, paths.place.key))
    sync(paths.catalogs)


def _fits(paths: Paths, keys: KeyProvider, con: duckdb.DuckDBPyConnection, file: Path) -> bool:
    try:
        return opens(con, paths.catalog, _unwrapped(paths, keys, file))
    except Unavailable as error:
        if error.finding.rule not in _WRONG_KEY:
            raise
        return False


def _unwrapped(paths: Paths, keys: KeyProvider, file: Path) -> bytes:
    return keys.unwrap(paths.place.domain, paths.place.location, file.read_bytes())


def _refuse_unpublished(paths: Paths) -> None:
    if not paths.catalog.exists():
        if paths.key.exists():
            raise _parted(paths, "The catalog's key is there and the catalog is gone.")
        place = paths.place
        raise NotFound(Finding("LAKE-11", str(place), "The product has no published version.", "Publish it first.", place.key))


def _files(paths: Paths) -> tuple[object, ...]:
    return tuple(file_id(path) for path in (paths.catalog, paths.key, paths.key_new))


def _parted(paths: Paths, why: str) -> Unavailable:
    fix = "Restore both from one backup; or retire the product's place and publish it anew."
    return Unavailable(Finding("LAKE-13", f"catalog of {paths.place}", why, fix, paths.place.key))
