"""Who was closed for a purpose since a moment of the ledger: what a read leaves out beside the bits that its publication wrote.

The ledger is looked at again for every read, within a window; only those of whom something was recorded since are judged anew. An opening counts
with the next publication: nobody is shown whom the rows' own bits do not show.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from mesh_platform.clock import utc_now
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.ledger.columns import changed_since, rows_of
from mesh_platform.ledger.fold import micros
from mesh_platform.ledger.journal import highest
from mesh_platform.ledger.law import decide
from mesh_platform.ledger.ledger import WINDOW
from mesh_platform.ledger.purposes import Asked
from mesh_platform.state import Database, Told
from mesh_platform.state.tables import clock_floor, ledger_state

MOST_KEPT = 256
_CHANGES = "SELECT (SELECT max(sequence) FROM ledger_events), (SELECT seen_at FROM clock_floor)"


@dataclass(frozen=True, slots=True)
class Watermark:
    """What a publication had absorbed: the highest sequence, and the moment at which it asked, in microseconds since 1970."""

    sequence: int
    at_us: int


@dataclass(slots=True)
class _Followed:
    """Those closed since a watermark, as of `sequence` and `now_us`; good until somebody's consent ends."""

    sequence: int
    now_us: int
    until_us: int | None = None
    tokens: set[bytes] = field(default_factory=set)
    told: str = ""


class Closings:
    """Those closed, for any number of purposes and publications. Threads may share one.

    Args:
        database: the control database.
        window: seconds between two looks at the database.
    """

    def __init__(self, database: Database, window: float = WINDOW) -> None:
        self._database, self._window = database, window
        self._told = Told(database, _CHANGES)
        self._lock = threading.Lock()
        self._followed: OrderedDict[tuple[Watermark, Asked], _Followed] = OrderedDict()
        self._fresh_until, self._sequence, self._now_us = 0.0, -1, 0

    def since(self, watermark: Watermark, asked: Asked) -> str:
        """Their `subject63`, sorted, with commas between; empty where there is nobody.

        Raises:
            Unavailable: where the control database cannot be read.
        """
        with self._lock:
            self._look()
            known = self._followed.get((watermark, asked))
            if known is None:
                known = self._followed[watermark, asked] = _Followed(watermark.sequence, watermark.at_us, watermark.at_us)
                while len(self._followed) > MOST_KEPT:
                    self._followed.popitem(last=False)
            self._followed.move_to_end((watermark, asked))
            if known.sequence != self._sequence or (known.until_us is not None and known.until_us <= self._now_us):
                self._follow(known, asked)
            return known.told

    def _look(self) -> None:
        """The highest sequence and the time as they are now, or were within the window."""
        begun = time.monotonic()
        if begun < self._fresh_until:
            return
        self._sequence, floor = self._told.ask(self._stands)
        now = utc_now()
        self._now_us = max(self._now_us, micros(now if floor is None else max(now, floor)) or 0)
        self._fresh_until = begun + self._window

    def _stands(self) -> tuple[int, Any]:
        with self._database.read() as con:
            return highest(con), con.execute(select(clock_floor.c.seen_at)).scalar()

    def _follow(self, known: _Followed, asked: Asked) -> None:
        with self._database.read() as con:  # one snapshot: no event falls between who changed and what stands
            newest, now_us = highest(con), max(self._now_us, known.now_us)
            moved = {*changed_since(con, known.sequence), *_ended(con, known.now_us, now_us)}
            held, until = rows_of(con, moved), _next_end(con, now_us)
        closed = {token for token, rows in held.items() if decide(rows, asked, now_us).closes}
        known.tokens = (known.tokens - moved) | closed
        known.told = ",".join(map(str, sorted({*map(subject63_of, known.tokens)})))
        known.sequence, known.now_us, known.until_us = newest, now_us, until


def _ended(con: Connection, then_us: int, now_us: int) -> list[bytes]:
    """Those of whom a grant ended in between."""
    asked = select(ledger_state.c.subject).where(ledger_state.c.expires_us >= then_us, ledger_state.c.expires_us <= now_us)
    subjects: Any = con.execute(asked).scalars()
    return [bytes(subject) for subject in subjects]


def _next_end(con: Connection, now_us: int) -> int | None:
    found: Any = con.execute(select(func.min(ledger_state.c.expires_us)).where(ledger_state.c.expires_us > now_us)).scalar()
    return None if found is None else int(found)
