"""Entries of products: written as a set, only where something changed, and marked as gone when their folder is."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from mesh_platform.errors import NotFound
from mesh_platform.product.key import ProductKey
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.registry import search
from mesh_platform.registry.values import ColumnEntry, ProductEntry, Registered
from mesh_platform.registry.words import storable
from mesh_platform.state import dump_json, insert
from mesh_platform.state.tables import product_columns, products

LAYOUT = 1  # raise it when what is written for an entry changes, so that all are written again


@dataclass(frozen=True, slots=True)
class Change:
    """What separates the entries given from those that stand."""

    new: tuple[ProductEntry, ...]
    changed: tuple[ProductEntry, ...]
    gone: tuple[ProductKey, ...]
    unchanged: int

    @property
    def nothing(self) -> bool:
        return not (self.new or self.changed or self.gone)

    def told(self) -> Registered:
        return Registered(tuple(e.key for e in self.new), tuple(e.key for e in self.changed), self.gone, self.unchanged)


def change(
    con: Connection, entries: Mapping[ProductKey, ProductEntry], broken: Collection[ProductKey], domains: Collection[str] | None
) -> Change:
    """Compare with what stands; a product outside of `domains`, or in `broken`, is never gone."""
    rows: Iterable[Any] = con.execute(select(products.c.key, products.c.entry_hash, products.c.gone_at))
    standing = {ProductKey.parse(key): (stored, gone_at is not None) for key, stored, gone_at in rows}
    new = [entry for key, entry in entries.items() if key not in standing]
    changed = [entry for key, entry in entries.items() if key in standing and standing[key] != (entry_hash(entry), False)]
    gone = sorted(
        key
        for key, (_, already) in standing.items()
        if not already and key not in entries and key not in broken and (domains is None or key.domain in domains)
    )
    return Change(tuple(new), tuple(changed), tuple(gone), len(entries) - len(new) - len(changed))


def write(con: Connection, found: Change, now: datetime) -> None:
    written = [*found.new, *found.changed]
    if written:
        row = insert(con, products)
        kept = {name: row.excluded[name] for name in products.c.keys() if name not in ("key", "registered_at")}  # noqa: SIM118
        con.execute(row.on_conflict_do_update(index_elements=["key"], set_=kept), [_row(entry, now) for entry in written])
        each = product_columns.c.product == bindparam("of")
        con.execute(delete(product_columns).where(each), [{"of": str(entry.key)} for entry in written])
        columns = [row for entry in written for row in _column_rows(entry)]
        if columns:
            con.execute(product_columns.insert(), columns)
        search.index(con, written)
    if found.gone:
        each = products.c.key == bindparam("of")
        con.execute(update(products).where(each).values(gone_at=now), [{"of": str(key)} for key in found.gone])


def listed(con: Connection, domain: str | None, gone: bool) -> tuple[ProductEntry, ...]:
    where: list[ColumnElement[bool]] = [] if gone else [products.c.gone_at.is_(None)]
    if domain is not None:
        where.append(products.c.domain == domain)
    columns = _columns(con, product_columns.c.product.in_(select(products.c.key).where(*where)) if where else None)
    rows = con.execute(select(products).where(*where)).mappings()
    return tuple(sorted((_entry(row, columns[row["key"]]) for row in rows), key=lambda entry: entry.key))


def one(con: Connection, key: ProductKey) -> ProductEntry:
    row = con.execute(select(products).where(products.c.key == str(key))).mappings().one_or_none()
    if row is None:
        raise NotFound.because(
            "REGISTRY-01", str(key), "The registry knows no such product.", "`mesh products` lists those that exist.", str(key)
        )
    return _entry(row, _columns(con, product_columns.c.product == str(key))[str(key)])


def entry_hash(entry: ProductEntry) -> str:
    """A hash of all that is stored of an entry."""
    row = {name: value for name, value in _stored(entry).items() if name not in ("registered_at", "gone_at")}
    text = dump_json([LAYOUT, sorted(row.items()), [sorted(column.items()) for column in _column_rows(entry)]])
    return hashlib.sha256(text.encode()).hexdigest()


def by_key(entries: Iterable[ProductEntry]) -> dict[ProductKey, ProductEntry]:
    found: dict[ProductKey, ProductEntry] = {}
    for entry in entries:
        if entry.key in found:
            raise ValueError(f"{entry.key} is given twice")
        found[entry.key] = entry
    return found


def _stored(entry: ProductEntry) -> dict[str, Any]:
    return {
        "key": str(entry.key),
        "domain": entry.key.domain,
        "name": entry.key.name,
        "title": storable(entry.title),
        "version": storable(entry.version),
        "status": str(entry.status),
        "owner": storable(entry.owner),
        "description": storable(entry.description),
        "sensitivity": entry.sensitivity.value,
        "region": storable(entry.region),
        "location": storable(entry.location),
        "spec_hash": entry.spec_hash,
        "document": dict(entry.document),
    }


def _row(entry: ProductEntry, now: datetime) -> dict[str, Any]:
    return {**_stored(entry), "entry_hash": entry_hash(entry), "registered_at": now, "gone_at": None}


def _column_rows(entry: ProductEntry) -> list[dict[str, Any]]:
    return [
        {
            "product": str(entry.key),
            "position": position,
            "name": storable(column.name),
            "type": storable(column.type),
            "sensitivity": column.sensitivity.value,
            "category": column.category and storable(column.category),
            "subject": column.subject and storable(column.subject),
            "description": storable(column.description),
        }
        for position, column in enumerate(entry.columns)
    ]


def _columns(con: Connection, where: Any) -> Mapping[str, tuple[ColumnEntry, ...]]:
    query = select(product_columns).order_by(product_columns.c.product, product_columns.c.position)
    found: dict[str, list[ColumnEntry]] = defaultdict(list)
    for row in con.execute(query if where is None else query.where(where)):
        found[row.product].append(
            ColumnEntry(row.name, row.type, Sensitivity(row.sensitivity), row.category, row.subject, row.description)
        )
    return defaultdict(tuple, {key: tuple(columns) for key, columns in found.items()})


def _entry(row: Mapping[Any, Any], columns: tuple[ColumnEntry, ...]) -> ProductEntry:
    return ProductEntry(
        key=ProductKey(row["domain"], row["name"]),
        version=row["version"],
        status=row["status"],
        sensitivity=Sensitivity(row["sensitivity"]),
        spec_hash=row["spec_hash"],
        title=row["title"],
        owner=row["owner"],
        description=row["description"],
        region=row["region"],
        location=row["location"],
        columns=columns,
        document=row["document"],
        registered_at=row["registered_at"],
        gone_at=row["gone_at"],
    )
