"""How diverse a special value is among people who share their quasi-identifiers: where all share one, knowing them is knowing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import polars as pl

from mesh_platform.classify.quasi import CLASSES, NULL, joined

ENOUGH = 20
"""Distinct values of one class that are told apart."""


class Diversity(NamedTuple):
    """`least` is l, the fewest distinct values of `special` in one class over `columns`; `bare` is the share of classes with one alone."""

    columns: tuple[str, ...]
    special: str
    least: int
    bare: float
    classes: int


class _Classes:
    """The values of one special column by class, of all classes or of a uniform sample of them."""

    def __init__(self) -> None:
        self.held: dict[int, set[str | None]] = {}
        self.end = 1 << 64

    def feed(self, classes: pl.Series, values: pl.Series) -> None:
        frame = pl.DataFrame({"c": classes, "v": values}).filter(pl.col("c") < self.end).unique()
        for hashed, text in frame.iter_rows():
            held = self.held.setdefault(hashed, set())
            if len(held) < ENOUGH:
                held.add(None if text in ("", NULL) else text)
        if len(self.held) > 2 * CLASSES:
            kept = sorted(self.held)[:CLASSES]
            self.end = kept[-1] + 1
            self.held = {hashed: self.held[hashed] for hashed in kept}


def diversity(batches: Iterable[Any], columns: Sequence[str], special: Sequence[str]) -> list[Diversity]:
    """The diversity of special columns in a table's record batches; null is a value more, and a class without any is left out.

    With more classes than are counted one by one, a uniform sample of whole classes speaks for all of them.
    """
    found = {name: _Classes() for name in special}
    for batch in batches:
        if batch.num_rows:
            classes = _texts(batch, columns).hash()
            for name, counted in found.items():
                counted.feed(classes, _texts(batch, [name]))
    return [_told(columns, name, counted) for name, counted in found.items()]


def _texts(batch: Any, names: Sequence[str]) -> pl.Series:
    return pl.Series(pl.from_arrow(joined([batch.column(batch.schema.get_all_field_indices(name)[0]) for name in names])))


def _told(columns: Sequence[str], name: str, counted: _Classes) -> Diversity:
    counts = [len(values) for values in counted.held.values() if values != {None}]
    bare = sum(count < 2 for count in counts) / len(counts) if counts else 0.0
    return Diversity(tuple(columns), name, min(counts, default=0), bare, len(counts))
