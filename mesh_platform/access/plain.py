"""Values as JSON has them, on every port alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import pyarrow as pa

SAFE = 1 << 53
"""Integers from here on are no longer told apart by readers of JSON that know doubles alone (RFC 8259, 6): they leave as text."""


def plain(value: Any) -> Any:
    """A value as JSON has it: moments and intervals as ISO 8601, numbers that a double does not hold and bytes as text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if -SAFE < value < SAFE else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        sign, length = (-1, -value) if value < timedelta(0) else (1, value)
        nanoseconds = (length.seconds * 1_000_000 + length.microseconds) * 1_000
        return f"P0M{sign * length.days}DT{_seconds(sign * nanoseconds)}S"
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if hasattr(value, "months") and isinstance(value, tuple):  # Arrow's MonthDayNano
        months, days, nanoseconds = value
        return f"P{months}M{days}DT{_seconds(nanoseconds)}S"
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value)


def _seconds(nanoseconds: int) -> str:
    whole, part = divmod(abs(nanoseconds), 1_000_000_000)
    return f"{'-' if nanoseconds < 0 else ''}{whole}{f'.{part:09d}'.rstrip('0') if part else ''}"


def cells(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """The column's values; a moment for which Python has none, such as an infinite one, as text, and a struct without names of its own as a list."""
    try:
        found: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):
        found = [_cell(each) for each in column]
    return found


def _cell(cell: Any) -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        pass
    inner = getattr(cell, "values", None)
    if callable(inner):  # a struct
        names, held = list(cell), [_cell(cell[i]) for i in range(len(cell))]
        return dict(zip(names, held, strict=True)) if len({*names}) == len(names) else held
    if inner is not None:  # a list
        return cells(inner)
    bits = cell.type.bit_width
    return {(1 << bits - 1) - 1: "infinity", 1 - (1 << bits - 1): "-infinity"}.get(cell.value, f"{cell.type} {cell.value}")
