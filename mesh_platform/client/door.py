"""What a door is: the project's own, or an address. Both give rows as they come, and the envelope that tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

Envelope = Mapping[str, Any]
Value = str | int | float | bool | None
MOST_ROWS = 1_000_000
"""Rows of one answer, unless the caller wants fewer."""


class Coming(Protocol):
    """Rows as they come. `count` and `cut` hold once all were taken."""

    schema: pa.Schema
    count: int
    cut: bool

    def __iter__(self) -> Iterator[pa.RecordBatch]: ...
    def close(self) -> None: ...


class Door(Protocol):
    """One way to the products of a mesh; for any number of threads."""

    where: str

    def query(self, sql: str, purpose: str | None, parameters: Sequence[Value], limit: int) -> tuple[Coming, Envelope]: ...
    def close(self) -> None: ...
