"""Where the rows of a table come from: a schema, and batches that can be asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

BATCH = 65_536
"""Rows that are looked at together."""


class Source(NamedTuple):
    """One table: its Arrow schema and its record batches from the beginning, each time they are asked for."""

    schema: Any
    batches: Callable[[], Iterable[Any]]


def of_table(table: Any) -> Source:
    """An Arrow table that is at hand."""
    return Source(table.schema, lambda: table.to_batches(max_chunksize=BATCH))
