"""What tells a table's rows apart."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from mesh_platform.cli.propose.seen import TABLE, ColumnProfile, Profile
from mesh_platform.cli.propose.words import words

_KEYS = ("id", "uuid", "guid", "key", "number", "no", "code", "sku", "ref", "reference", "isbn", "ean")
_MOST_PAIRED = 6
_ENOUGH = 20  # rows below which a pair may be unique by chance


def is_key_like(column: ColumnProfile, name: str) -> bool:
    """Whether the column is called like a key, or looks like one: unique by accident is no promise."""
    said = words(name)
    if column.type == "uuid" or column.shows("email"):
        return True
    return column.type in ("string", "integer") and bool(said) and said[-1] in _KEYS


def primary_key(made: Profile, columns: Mapping[str, ColumnProfile], about: str) -> tuple[str, ...]:
    """The unique column that is called like a key of what the table is `about`; else the pair of such columns that is unique together."""
    full = {name: column for name, column in columns.items() if column.present == made.rows and not column.shows("email")}
    whole = [name for name, column in full.items() if column.unique and is_key_like(column, name)]
    own = {("id",), (about, "id"), ("uuid",), (about, "number")}
    best = sorted(whole, key=lambda name: (words(name) not in own, words(name)[-1:] not in (("id",), ("uuid",))))
    if best and made.rows > 1:
        return (best[0],)
    likely = [n for n, c in full.items() if is_key_like(c, n) or words(n)[-1:] in (("id",), ("line",), ("position",))]
    for first, second in combinations(likely[:_MOST_PAIRED], 2):
        cells = f"{made.cell(full[first])}, {made.cell(full[second])}"
        if made.rows >= _ENOUGH and made.one(f"SELECT count(*) FROM (SELECT DISTINCT {cells} FROM {TABLE})") == made.rows:
            return first, second
    return ()
