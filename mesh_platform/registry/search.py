"""Full-text search over names, owners, descriptions, columns and categories: FTS5 on SQLite, a weighted tsvector on PostgreSQL.

What a person types is never a query: it is split into words, and only those reach the engine. A product that holds all words comes
first; where none does, one that holds any. A word also finds what it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text

from mesh_platform.product.key import ProductKey
from mesh_platform.registry.values import ProductEntry, SearchHit
from mesh_platform.registry.words import words
from mesh_platform.state.tables import product_columns, product_search

MOST_WORDS = 16
FIELDS = ("names", "columns", "prose", "details")

_INDEX = {
    "sqlite": "INSERT INTO product_search (key, names, columns, prose, details) VALUES (:key, :names, :columns, :prose, :details)",
    "postgresql": "INSERT INTO product_search (key, names, columns, prose, details) VALUES (:key, CAST(:names AS tsvector), "
    "CAST(:columns AS tsvector), CAST(:prose AS tsvector), CAST(:details AS tsvector))",
}
# bm25 is lower for better, and its weights stand in the order of the columns.
_FIND = {
    "sqlite": "SELECT p.key, p.title, p.description, -bm25(product_search, 0.0, 10.0, 4.0, 2.0, 1.0) AS rank "
    "FROM product_search JOIN products p ON p.key = product_search.key "
    "WHERE product_search MATCH :query AND p.gone_at IS NULL ORDER BY rank DESC, p.key LIMIT :limit",
    "postgresql": "SELECT p.key, p.title, p.description, ts_rank('{0.1, 0.2, 0.4, 1.0}', s.document, q) AS rank "
    "FROM CAST(:query AS tsquery) q, product_search s JOIN products p ON p.key = s.key "
    "WHERE s.document @@ q AND p.gone_at IS NULL ORDER BY rank DESC, p.key LIMIT :limit",
}
_JOINED = {"sqlite": (" AND ", " OR "), "postgresql": (" & ", " | ")}


def index(con: Connection, entries: Iterable[ProductEntry]) -> None:
    """Make `entries` findable, in place of what was found of them before."""
    rows = [_row(con.dialect.name, entry) for entry in entries]
    con.execute(delete(product_search).where(product_search.c.key == bindparam("of")), [{"of": row["key"]} for row in rows])
    con.execute(text(_INDEX[con.dialect.name]), rows)


def find(con: Connection, typed: str, limit: int) -> tuple[SearchHit, ...]:
    """At most `limit` products for what a person typed, best first."""
    wanted = words([typed])[:MOST_WORDS]
    if not wanted or limit < 1:
        return ()
    engine = con.dialect.name
    for joined in _JOINED[engine]:
        query = joined.join(_term(engine, word) for word in wanted)
        hits = con.execute(text(_FIND[engine]), {"query": query, "limit": limit}).all()
        if hits:
            columns = _matching_columns(con, [hit.key for hit in hits], wanted)
            return tuple(
                SearchHit(ProductKey.parse(hit.key), hit.title, hit.description, float(hit.rank), columns.get(hit.key, ()))
                for hit in hits
            )
    return ()


def _row(engine: str, entry: ProductEntry) -> dict[str, str]:
    columns = entry.columns
    fields = (
        words([str(entry.key), entry.title]),
        words([part for column in columns for part in (column.name, column.category or "")]),
        words([entry.description, entry.owner]),
        words([part for column in columns for part in (column.description, column.subject or "")]),
    )
    return {"key": str(entry.key), **{name: _stored(engine, field) for name, field in zip(FIELDS, fields, strict=True)}}


def _stored(engine: str, field: Sequence[str]) -> str:
    """Words hold letters and digits alone, so they need no escaping; a tsvector counts positions up to 16383."""
    if engine == "sqlite":
        return " ".join(field)
    return " ".join(f"'{word}':{min(position, 16383)}" for position, word in enumerate(field, 1))


def _term(engine: str, word: str) -> str:
    return f'"{word}"*' if engine == "sqlite" else f"'{word}':*"


def _matching_columns(con: Connection, keys: Sequence[str], wanted: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The columns of each product whose own words any of `wanted` begins."""
    found: dict[str, tuple[str, ...]] = {}
    of = product_columns.c
    rows = select(of.product, of.name, of.category, of.description).where(of.product.in_(keys)).order_by(of.product, of.position)
    each: Iterable[Any] = con.execute(rows)
    for product, name, category, description in each:
        if any(word.startswith(tuple(wanted)) for word in words([name, category or "", description])):
            found[product] = (*found.get(product, ()), name)
    return found
