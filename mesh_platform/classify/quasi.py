"""How well the quasi-identifiers of a table single out persons: the share of rows in classes of fewer than five."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from mesh_platform.classify.sketch import Sketch

SMALL = 5
AT_RISK = 0.05
CLASSES = 100_000
"""Classes that are counted one by one."""
NULL = "\x00"
"""What stands for null."""


class Risk(NamedTuple):
    """`share` of rows whose class over `columns` has fewer than five; `smallest` is k."""

    columns: tuple[str, ...]
    share: float
    smallest: int
    rows: int

    @property
    def high(self) -> bool:
        return self.share > AT_RISK


def risk(batches: Iterable[Any], columns: Sequence[str]) -> Risk:
    """The risk of a table's record batches over all of `columns`; texts are stripped, null is a value.

    With more classes than a sketch keeps, a uniform sample of the classes speaks for all of them.
    """
    classes = Sketch(most=CLASSES, rare=False)
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        if columns and batch.num_rows:
            classes.feed(joined([batch.column(batch.schema.get_all_field_indices(name)[0]) for name in columns]))
    sizes = list(classes.counts.values())
    if not sizes:
        return Risk(tuple(columns), 0.0, 0, rows)
    return Risk(tuple(columns), sum(size for size in sizes if size < SMALL) / sum(sizes), min(sizes), rows)


def joined(columns: Sequence[Any]) -> Any:
    """One text per row that stands for its class."""
    return pc.binary_join_element_wise(*map(_plain, columns), pa.scalar("\x1f", pa.large_string()))


def _plain(array: Any) -> Any:
    if pa.types.is_nested(array.type):
        array = pa.array([None if value is None else repr(value) for value in array.to_pylist()], pa.large_string())
    try:
        text = pc.utf8_trim_whitespace(pc.cast(array, pa.large_string()))
    except pa.ArrowException:
        text = pa.array([None if value is None else repr(value) for value in array.to_pylist()], pa.large_string())
    return pc.fill_null(text, NULL)
