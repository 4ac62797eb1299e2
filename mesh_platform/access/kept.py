"""What a reader has worked out once, each for as long as all that it was made of stands: a short read is mostly the deciding.

A statement holds for its text and the widths of its products. What is served holds for one catalog file. A decision holds for one caller, purpose, served version, list of grants and day, and until one of the grants
ends. A rewritten statement holds for its decisions. The mesh's own files belong to the reader: whoever reads them anew makes another reader.
Whatever is refused is not kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.grants import Grant
from mesh_platform.access.statement import Statement, judged
from mesh_platform.product import ProductKey

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
MOST = 512
LONGEST_TEXT = 20_000


class Latest(OrderedDict[K, T], Generic[K, T]):
    """The `MOST` that were used last."""

    def put(self, key: K, value: T) -> T:
        self[key] = value
        self.move_to_end(key)
        while len(self) > MOST:
            self.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class _Decided:
    decision: Decision
    served: object
    grants: Sequence[Grant]
    since: datetime
    until: datetime | None

    def holds(self, served: object, grants: Sequence[Grant], now: datetime) -> bool:
        same_day = self.since <= now and self.since.date() == now.date()
        return self.served is served and same_day and (self.until is None or now < self.until) and self.grants == grants


class ReadCache:
    """For one reader, in one thread."""

    def __init__(self) -> None:
        self._served: Latest[ProductKey, tuple[Hashable, Any]] = Latest()
        self._statements: Latest[str, tuple[Statement, dict[ProductKey, int]]] = Latest()
        self._decisions: Latest[Hashable, _Decided] = Latest()
        self._bound: Latest[Hashable, tuple[tuple[object, ...], Any]] = Latest()

    def served(self, key: ProductKey, stands: Hashable, look: Callable[[], T]) -> T:
        """What is served of a product while `stands` (its catalog's file) is the same."""
        known = self._served.get(key)
        if known is None or known[0] != stands:
            known = self._served.put(key, (stands, look()))
        found: T = known[1]
        return found

    def statement(self, sql: str, columns: Callable[[ProductKey], int]) -> Statement:
        """As `judged`: what a statement reads is looked at each time, and judged once."""
        known = self._statements.get(sql)
        if known is not None and all(columns(key) == width for key, width in known[1].items()):
            return known[0]
        widths: dict[ProductKey, int] = {}

        def width(key: ProductKey) -> int:
            widths[key] = columns(key)
            return widths[key]

        found = judged(sql, width)
        if len(sql) <= LONGEST_TEXT:
            self._statements.put(sql, (found, widths))
        return found

    def decision(
        self,
        caller: Caller,
        purpose: str | None,
        key: ProductKey,
        served: object,
        grants: Sequence[Grant],
        now: datetime,
        decide: Callable[[], Decision],
    ) -> Decision:
        """The decision of `decide`, while nothing of what it looks at has changed."""
        known = self._decisions.get((caller, purpose, key))
        if known is None or not known.holds(served, grants, now):
            ends = [grant.until for grant in grants if grant.until is not None and grant.until > now]
            known = _Decided(decide(), served, grants, now, min(ends, default=None))
            self._decisions.put((caller, purpose, key), known)
        return known.decision

    def bound(self, parts: Sequence[object], parameters: Sequence[object], bind: Callable[[], T]) -> T:
        """What `bind` makes of a statement, its decisions and what is served, the very same ones."""
        kinds = tuple(map(_kind, parameters))
        if None in kinds:
            return bind()
        key = (tuple(map(id, parts)), kinds)
        known = self._bound.get(key)
        if known is None:
            known = self._bound.put(key, (tuple(parts), bind()))  # held, so that no other thing can have their addresses
        found: T = known[1]
        return found


def _kind(value: object) -> Hashable:
    """As what the engine binds a value; None for one whose kind lies within it."""
    if type(value) is int:
        return ("int", value.bit_length() // 8)
    return type(value).__name__ if value is None or type(value) in (str, bool, float) else None
