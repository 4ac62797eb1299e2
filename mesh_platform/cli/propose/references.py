"""Columns whose every value stands in a unique column of a sibling: a reference to propose, and with it whose identifier it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mesh_platform.cli.propose.profile import TABLE, ColumnProfile, Profile
from mesh_platform.cli.propose.words import head, singular, words
from mesh_platform.errors import MeshError
from mesh_platform.lake import quote_name, scan_source
from mesh_platform.product import Column, Mesh, Product, ProductKey, SqlTransform
from mesh_platform.product.sql import SOURCE, shape_of

_MOST_SIBLINGS = 20
_LARGEST = 200_000_000
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Key:
    """A column of a sibling that tells its rows apart, and what its product says of it."""

    product: ProductKey
    name: str
    column: Column
    relation: str
    cell: str


def references(made: Profile, mesh: Mesh, key: ProductKey) -> dict[str, Key]:
    """Column of the file → the sibling's key that holds every value of it; only where that can hardly be chance."""
    candidates = [
        c for c in made.columns if (c.type in ("uuid", "integer", "string") and c.present and c.values is None) or c.pattern
    ]
    found: dict[str, Key] = {}
    for sibling in _siblings(mesh, key):
        for parent in _keys(made.con, mesh, sibling):
            for column in candidates:
                if column.name not in found and _plausible(column, parent) and _held(made, column, parent):
                    found[column.name] = parent
            made.con.execute(f"DROP TABLE IF EXISTS {parent.relation}")
    return found


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


def _keys(con: duckdb.DuckDBPyConnection, mesh: Mesh, product: Product) -> Iterator[Key]:
    """The keys of one sibling, each with its values in a passing table. A sibling that cannot be read has none."""
    single = [group[0] for group in product.descriptor.unique_groups if len(group) == 1]
    origins = _origins(con, mesh, product, single)
    for i, (name, source_column) in enumerate(origins.items()):
        relation = f"key_{product.key.name}_{i}"
        assert product.descriptor.source is not None
        try:
            declared = {source_column: "VARCHAR"}
            with scan_source(con, mesh.root, product.descriptor.source, declared, strict=False) as select:
                cell = f"lower(CAST({quote_name(source_column)} AS VARCHAR))"
                con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT {cell} AS k FROM ({select}) AS given")
        except (MeshError, duckdb.Error):
            return
        yield Key(product.key, name, product.descriptor.columns[name], relation, "k")


def _origins(con: duckdb.DuckDBPyConnection, mesh: Mesh, product: Product, columns: list[str]) -> dict[str, str]:
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
    """Small numbers stand in every table of numbers: there the name must say so too."""
    if column.type == "uuid":
        return True
    said = set(map(singular, words(column.name)))
    return head(parent.product.name) in said or column.name.casefold() == parent.name.casefold() != "id"


def _held(made: Profile, column: ColumnProfile, parent: Key) -> bool:
    cell = f"lower(CAST({made.cell(column)} AS VARCHAR))"
    query = f"""
        SELECT count(*), count(k) FROM (SELECT DISTINCT {cell} AS v FROM {TABLE} WHERE {made.cell(column)} IS NOT NULL) AS mine
        LEFT JOIN {parent.relation} AS theirs ON mine.v = theirs.k
    """
    mine, held = made.con.execute(query).fetchone() or (0, 0)
    return bool(mine >= _FEWEST and mine == held)
