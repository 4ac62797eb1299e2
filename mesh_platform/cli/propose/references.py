"""Columns whose every value stands in a unique column of a sibling: a reference to propose, and with it whose identifier it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mesh_platform.cli.propose.seen import TABLE, ColumnProfile, Profile
from mesh_platform.cli.propose.words import head, singular, words
from mesh_platform.errors import MeshError
from mesh_platform.lake import quote_name, scan_source
from mesh_platform.product import Column, Mesh, Product, ProductKey, SqlTransform
from mesh_platform.product.sql import SOURCE, shape_of

_MOST_SIBLINGS = 20
_LARGEST = 200_000_000
_FEWEST = 3
_KEYS = "sibling_keys"


@dataclass(frozen=True, slots=True)
class Key:
    """A column of a sibling that tells its rows apart, and what its product says of it."""

    product: ProductKey
    name: str
    column: Column
    behind: str


def references(made: Profile, mesh: Mesh, key: ProductKey) -> tuple[dict[str, Key], tuple[ProductKey, ...]]:
    """Column of the file → the sibling's key that holds every value of it, only where that can hardly be chance; and the siblings whose
    files could not be read, so that nothing was compared with them."""
    found: dict[str, Key] = {}
    unread: list[ProductKey] = []
    for sibling in _siblings(mesh, key):
        for parent in _keys(sibling):
            asking = [c for c in made.columns if c.present and c.name not in found and _plausible(c, parent)]
            if asking and not _load(made.con, mesh, sibling, parent):
                unread.append(sibling.key)
                break
            found |= {column.name: parent for column in asking if _held(made, column)}
    return found, tuple(unread)


def _siblings(mesh: Mesh, key: ProductKey) -> list[Product]:
    """Ingest products of the same domain whose files are at hand and not too large to look into."""
    found = [p for k, p in sorted(mesh.products.items()) if k.domain == key.domain and k != key and p.descriptor.source]
    return [product for product in found if _small(mesh.root, product)][:_MOST_SIBLINGS]


def _small(root: Path, product: Product) -> bool:
    source = product.descriptor.source
    if source is None or source.path is None:
        return False
    try:
        sizes = [path.stat().st_size for path in root.glob(source.path)]
    except (OSError, ValueError):
        return False
    return bool(sizes) and sum(sizes) <= _LARGEST


def _keys(product: Product) -> Iterator[Key]:
    """The columns that tell the sibling's rows apart, each with the source's column behind it."""
    single = [group[0] for group in product.descriptor.unique_groups if len(group) == 1]
    for name, behind in _origins(product, single).items():
        yield Key(product.key, name, product.descriptor.columns[name], behind)


def _load(con: duckdb.DuckDBPyConnection, mesh: Mesh, product: Product, key: Key) -> bool:
    """Whether the key's values could be read into a temporary table."""
    assert product.descriptor.source is not None
    try:
        with scan_source(con, mesh.root, product.descriptor.source, {key.behind: "VARCHAR"}, strict=False) as select:
            cell = f"lower(CAST({quote_name(key.behind)} AS VARCHAR))"
            con.execute(f"CREATE OR REPLACE TEMP TABLE {_KEYS} AS SELECT {cell} AS k FROM ({select}) AS given")
    except (MeshError, duckdb.Error):
        return False
    return True


def _origins(product: Product, columns: list[str]) -> dict[str, str]:
    """Column → the column of the source that it is, where the transform hands on exactly one."""
    if product.transform is None:
        return {name: name for name in columns}
    if not isinstance(product.transform, SqlTransform):
        return {}
    shape = shape_of(product.transform.sql, {SOURCE: ()})
    found = {}
    for name in columns:
        origin = (shape.origins or {}).get(name, frozenset())
        if len(origin) == 1:
            found[name] = next(iter(origin))[1]
    return found


def _plausible(column: ColumnProfile, parent: Key) -> bool:
    """The same type; and as small numbers stand in every table of numbers, and codes in many, there the name must say so too."""
    if column.type != parent.column.type.text:
        return False
    if column.type == "uuid":
        return True
    said = set(map(singular, words(column.name)))
    return head(parent.product.name) in said or column.name.casefold() == parent.name.casefold() != "id"


def _held(made: Profile, column: ColumnProfile) -> bool:
    cell = made.cell(column)
    query = f"""
        SELECT count(*), count(k) FROM (SELECT DISTINCT lower(CAST({cell} AS VARCHAR)) AS v FROM {TABLE} WHERE {cell} IS NOT NULL)
        LEFT JOIN {_KEYS} ON v = k
    """
    mine, held = made.con.execute(query).fetchone() or (0, 0)
    return bool(mine >= _FEWEST and mine == held)
