"""A bounded picture of any number of values: a uniform sample of the distinct ones with exact counts, and the rare ones worth a look.

The sample keeps the distinct values with the smallest hashes, so each had the same chance however often it occurs, its count is exact, and
the number of all distinct values follows from where the sample ends. What is outside the sample passes one expression (`prefilter`); the
survivors are kept by kind until a kind is so frequent that the sample speaks for it. Memory is flat in rows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa

from mesh_platform.classify.prefilter import KINDS, expression

MOST = 20_000
"""Distinct values that are kept."""
ROOM = 8_000_000
"""Characters that are kept: long values shrink the sample."""
RARE = 1_000
"""Distinct survivors of one kind outside the sample; with more the kind is closed."""
_ALL = 1 << 64


class Rare(NamedTuple):
    """Survivors outside the sample: values with counts, and the kinds that were too frequent to keep all."""

    counts: dict[str, int]
    closed: frozenset[str]


class Sketch:
    """Feed it arrays of texts or of any other scalar; `counts` is the sample, `rare` what is worth a look outside of it."""

    def __init__(self, most: int = MOST, room: int = ROOM, rare: bool = True) -> None:
        self.most, self.room = most, room
        self.rows = 0
        self._held: pl.DataFrame | None = None
        self._end = _ALL
        self._rare: dict[str, dict[str, int]] = {}
        self._rare_size = 0
        self._open = dict(KINDS) if rare else {}

    @property
    def whole(self) -> bool:
        """Whether every distinct value is in the sample."""
        return self._end == _ALL

    @property
    def counts(self) -> dict[Any, int]:
        """The sample: distinct values with their exact counts."""
        return {} if self._held is None else dict(self._held.select("v", "n").iter_rows())

    @property
    def distinct(self) -> int:
        """The number of distinct values: exact where all are in the sample."""
        held = 0 if self._held is None else self._held.height
        return held if self.whole else round(held / self._end * _ALL)

    @property
    def rare(self) -> Rare:
        counts = {value: count for kind in self._rare.values() for value, count in kind.items()}
        return Rare(counts, frozenset(KINDS) - self._open.keys())

    def feed(self, array: pa.Array) -> None:
        """Take the values of `array` that are not null."""
        values = pl.Series(pl.from_arrow(array)).drop_nulls()
        step = self.most if self.rows < 8 * self.most else max(len(values), 1)
        self.rows += len(values)
        for start in range(0, len(values), step):
            self._part(values.slice(start, step))

    def _part(self, values: pl.Series) -> None:
        hashes = values.hash()
        if self.whole:
            self._take(values, hashes)
            return
        inside = hashes < self._end
        self._take(values.filter(inside), hashes.filter(inside))
        if values.dtype == pl.String:
            self._outside(values.filter(~inside))

    def _take(self, values: pl.Series, hashes: pl.Series) -> None:
        """Count `values`; past the room the larger hashes leave the sample."""
        if not len(values):
            return
        texts = values.dtype == pl.String
        if texts:
            values = _apart(values)
        fresh = (
            pl.DataFrame([hashes.alias("h"), values.alias("v")])
            .group_by("h", maintain_order=True)
            .agg(pl.col("v").first(), pl.len().alias("n"))
        )
        if self._held is not None:
            fresh = pl.concat([self._held, fresh]).group_by("h", maintain_order=True).agg(pl.col("v").first(), pl.col("n").sum())
        self._held = fresh
        if fresh.height > 1.5 * self.most or (texts and fresh["v"].str.len_bytes().sum() > 1.5 * self.room):
            self._shrink(fresh.sort("h"), texts)

    def _shrink(self, ordered: pl.DataFrame, texts: bool) -> None:
        fitting = int((ordered["v"].str.len_bytes().cum_sum() <= self.room).sum()) if texts else ordered.height
        kept = max(1, min(self.most, fitting))
        if kept >= ordered.height:
            return
        self._end = int(ordered["h"][kept])
        self._held = ordered.head(kept)
        if self._open and texts:
            self._survive(ordered.slice(kept).select("v", "n"))

    def _outside(self, values: pl.Series) -> None:
        if self._open and len(values):
            left = values.filter(values.str.contains(expression(self._open)))
            if len(left):
                self._survive(pl.DataFrame([left.alias("v")]).group_by("v", maintain_order=True).agg(pl.len().alias("n")))

    def _survive(self, frame: pl.DataFrame) -> None:
        """Keep the values of `frame` by the kinds they pass, up to `RARE` of each."""
        for kind, wanted in list(self._open.items()):
            held = self._rare.setdefault(kind, {})
            for value, count in frame.filter(frame["v"].str.contains(wanted)).iter_rows():
                if value not in held:
                    if len(held) >= RARE or self._rare_size > self.room:
                        del self._open[kind]
                        break
                    self._rare_size += len(value)
                held[value] = held.get(value, 0) + count


def _apart(values: pl.Series) -> pl.Series:
    """A copy that does not keep the batch alive which `values` are a part of."""
    return pl.Series(pl.from_arrow(values.to_arrow(compat_level=pl.CompatLevel.oldest())))
