"""A bounded picture of any number of values: a uniform sample of the distinct ones with exact counts, and the rare ones worth a look.

The sample keeps the distinct values with the smallest hashes, so each had the same chance however often it occurs, its count is exact, and
the number of all distinct values follows from where the sample ends. What is outside the sample passes one expression (`prefilter`); the
survivors are kept by kind until a kind is so frequent that the sample speaks for it. Memory is flat in rows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa

from mesh_platform.classify.prefilter import KINDS, expressions

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
        self._fresh: list[pl.DataFrame] = []
        self._waiting = 0
        self._end = _ALL
        self._rare: dict[str, dict[str, int]] = {}
        self._rare_size = dict.fromkeys(KINDS, 0)
        self._open = dict(KINDS) if rare else {}

    @property
    def whole(self) -> bool:
        """Whether every distinct value is in the sample."""
        self._settle()
        return self._end == _ALL

    @property
    def counts(self) -> dict[Any, int]:
        """The sample: distinct values with their exact counts."""
        self._settle()
        return {} if self._held is None else dict(zip(self._held["v"].to_list(), self._held["n"].to_list(), strict=True))

    @property
    def distinct(self) -> int:
        """The number of distinct values: exact where all are in the sample."""
        self._settle()
        held = 0 if self._held is None else self._held.height
        return held if self.whole else round(held / self._end * _ALL)

    @property
    def rare(self) -> Rare:
        self._settle()
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
        if self._end == _ALL:
            self._take(values, hashes)
            return
        inside = hashes < self._end
        self._take(values.filter(inside), hashes.filter(inside))
        if values.dtype == pl.String:
            self._outside(pl.DataFrame([values.filter(~inside).alias("v")]).with_columns(n=pl.lit(1, pl.UInt32)))

    def _take(self, values: pl.Series, hashes: pl.Series) -> None:
        """Keep `values` for the sample; a few at a time wait until they are worth being counted."""
        if not len(values):
            return
        texts = values.dtype == pl.String
        self._fresh.append(pl.DataFrame([hashes.alias("h"), (_apart(values) if texts else values).alias("v")]))
        self._waiting += int(values.str.len_bytes().sum()) * self.most // self.room + len(values) if texts else len(values)
        if self._waiting >= self.most // 2:
            self._settle()

    def _settle(self) -> None:
        """Count what waits; past the room the larger hashes leave the sample."""
        if not self._fresh:
            return
        fresh = pl.concat(self._fresh).group_by("h", maintain_order=True).agg(pl.col("v").first(), pl.len().alias("n"))
        self._fresh, self._waiting = [], 0
        if self._held is not None:
            fresh = pl.concat([self._held, fresh]).group_by("h", maintain_order=True).agg(pl.col("v").first(), pl.col("n").sum())
        self._held = fresh
        texts = fresh["v"].dtype == pl.String
        if fresh.height > 1.5 * self.most or (texts and fresh["v"].str.len_bytes().sum() > 1.5 * self.room):
            self._shrink(fresh.sort("h"), texts)

    def _shrink(self, ordered: pl.DataFrame, texts: bool) -> None:
        fitting = int((ordered["v"].str.len_bytes().cum_sum() <= self.room).sum()) if texts else ordered.height
        kept = max(1, min(self.most, fitting))
        if kept >= ordered.height:
            return
        self._end = int(ordered["h"][kept])
        self._held = ordered.head(kept)
        if texts:
            self._outside(ordered.slice(kept).select("v", "n"))

    def _outside(self, frame: pl.DataFrame) -> None:
        """Keep what may be rare of values outside the sample, with their counts."""
        if not self._open or not frame.height:
            return
        left = frame.filter(pl.any_horizontal(pl.col("v").str.contains(one) for one in expressions(self._open)))
        if left.height:
            self._survive(left.group_by("v", maintain_order=True).agg(pl.col("n").sum()))

    def _survive(self, frame: pl.DataFrame) -> None:
        """Keep the values of `frame` by the kinds they pass, up to `RARE` of each."""
        for kind, wanted in list(self._open.items()):
            held = self._rare.setdefault(kind, {})
            for value, count in frame.filter(frame["v"].str.contains(wanted)).iter_rows():
                if value not in held:
                    if len(held) >= RARE or self._rare_size[kind] > self.room // len(KINDS):
                        del self._open[kind]
                        break
                    self._rare_size[kind] += len(value)
                held[value] = held.get(value, 0) + count


def _apart(values: pl.Series) -> pl.Series:
    """A copy that does not keep the batch alive which `values` are a part of."""
    return pl.Series(pl.from_arrow(values.to_arrow(compat_level=pl.CompatLevel.oldest())))
