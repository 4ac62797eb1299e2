"""How well the quasi-identifiers of a table single out persons: the share of rows in classes of fewer than five."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

SMALL = 5
AT_RISK = 0.05


class Risk(NamedTuple):
    """`share` of rows whose class over `columns` has fewer than five; `smallest` is k."""

    columns: tuple[str, ...]
    share: float
    smallest: int
    rows: int

    @property
    def high(self) -> bool:
        return self.share > AT_RISK


def risk(table: Any, columns: Sequence[str]) -> Risk:
    """The risk of an Arrow table over all of `columns`; texts are stripped, null is a value."""
    if not columns or not table.num_rows:
        return Risk(tuple(columns), 0.0, 0, table.num_rows)
    rows = zip(*(map(_plain, table.column(name).to_pylist()) for name in columns), strict=True)
    classes = Counter(rows)
    small = sum(count for count in classes.values() if count < SMALL)
    return Risk(tuple(columns), small / table.num_rows, min(classes.values()), table.num_rows)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    return repr(value) if isinstance(value, list | dict) else value
