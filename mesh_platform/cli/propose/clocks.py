"""Which column tells the age of a row, for retention; and which tells when the event was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mesh_platform.cli.propose.seen import ColumnProfile
from mesh_platform.cli.propose.words import words

_CHANGED = frozenset(["updated", "modified", "changed", "last"])
_BEGUN = frozenset(
    ["booked", "collected", "created", "event", "inserted", "occurred", "ordered", "placed", "recorded", "registered", "signed"]
)
_ENDED = frozenset(["birth", "cancelled", "canceled", "deleted", "due", "expired", "expires", "returned", "valid"])
_USUAL, _MOST = 3, 30


def retention(columns: Mapping[str, ColumnProfile], today: date) -> tuple[dict[str, Any], str]:
    """From the moment of the last change where there is one, else of the event; long enough for the oldest row. And why so."""
    clocks = {n: c for n, c in columns.items() if c.type in ("date", "timestamp", "timestamptz") and not _ENDED & {*words(n)}}
    if not clocks:
        return _for(_USUAL, "ingested"), "no column tells the age of a row"
    fullest = max(column.present for column in clocks.values())
    best = min(clocks, key=lambda name: (clocks[name].present < fullest, _rank(name)))
    years = _age(clocks[best].low, today)
    if _USUAL < years <= _MOST:
        return _for(years, best), "covers the oldest row; shorten it to what the purpose needs"
    return _for(_USUAL, best), "some rows are older" if years > _MOST else "how long does the purpose need it?"


def event_time(columns: Mapping[str, ColumnProfile]) -> str | None:
    """The column with the moment of the event that a row tells of."""
    times = [n for n, c in columns.items() if c.type in ("timestamp", "timestamptz") and not (_CHANGED | _ENDED) & {*words(n)}]
    begun = [name for name in times if _BEGUN & {*words(name)}] or (times if len(times) == 1 else [])
    return begun[0] if begun else None


def _for(years: int, start: str) -> dict[str, Any]:
    return {"period": f"{years} years", "from": start, "action": "delete"}


def _age(oldest: Any, today: date) -> int:
    return today.year - oldest.year + 1 if isinstance(oldest, date) else 0


def _rank(name: str) -> int:
    said = words(name)
    for i, group in enumerate((_CHANGED, _BEGUN)):
        if group & {*said}:
            return i
    return 2 if said[-1:] in (("at",), ("date",), ("time",), ("timestamp",)) else 3
