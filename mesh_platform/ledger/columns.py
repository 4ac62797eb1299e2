"""What stands, in memory: one row per slot in numpy columns sorted by person, and the people who changed since in a dictionary.

Some 60 bytes per slot, so that a million people fit beside whatever else a process does. One person is found by bisection.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from mesh_platform.keys.tokens import TOKEN_BYTES, subject63_of
from mesh_platform.ledger.events import Decision, Kind
from mesh_platform.ledger.fold import Held, Slot
from mesh_platform.ledger.journal import highest, state_of
from mesh_platform.ledger.law import Row
from mesh_platform.state.tables import ledger_events, ledger_state

Ints = NDArray[np.int64]
NONE = int(np.iinfo(np.int64).min)
DECISIONS = tuple(Decision)
_AT_ONCE = 50_000
MOST_CHANGES = 50_000
"""People in the dictionary before the columns are made anew."""


@dataclass(frozen=True)
class Columns:
    """Slots, sorted by the person's token.

    `tokens` holds 16 bytes per row; `slot` and `source` are positions in `slots` and `sources`, `decision` in `DECISIONS`. `order`,
    `effective` and `expires` are `NONE` where there is none.
    """

    tokens: bytes
    slots: tuple[tuple[Kind, str], ...]
    sources: tuple[str, ...]
    slot: Ints
    source: Ints
    order: Ints
    sequence: Ints
    decision: Ints
    effective: Ints
    expires: Ints
    subject63: Ints = field(init=False)
    _found_by: memoryview = field(init=False)
    _views: tuple[memoryview, ...] = field(init=False)
    """The columns for one row at a time: numpy's own numbers take three times as long."""

    def __post_init__(self) -> None:
        words = np.frombuffer(self.tokens, dtype=">u8")[::2]
        object.__setattr__(self, "subject63", (words >> np.uint64(1)).astype(np.int64))
        object.__setattr__(self, "_found_by", self.subject63.data)
        columns = (self.slot, self.source, self.order, self.sequence, self.decision, self.effective, self.expires)
        object.__setattr__(self, "_views", tuple(column.data for column in columns))

    @classmethod
    def of(cls, rows: Iterable[tuple[Slot, Held]]) -> Columns:
        """Columns of rows that are sorted by their person's token."""
        tokens = bytearray()
        parts: list[list[int]] = [[] for _ in range(7)]
        slots: dict[tuple[Kind, str], int] = {}
        sources: dict[str, int] = {}
        for slot, held in rows:
            tokens += slot.subject
            values = (
                slots.setdefault((slot.kind, slot.purpose), len(slots)),
                sources.setdefault(slot.source, len(sources)),
                NONE if held.source_order is None else held.source_order,
                held.sequence,
                DECISIONS.index(held.decision),
                NONE if held.effective_us is None else held.effective_us,
                NONE if held.expires_us is None else held.expires_us,
            )
            for part, value in zip(parts, values, strict=True):
                part.append(value)
        columns = [np.array(part, dtype=np.int64) for part in parts]
        return cls(bytes(tokens), tuple(slots), tuple(sources), *columns)

    @classmethod
    def read(cls, con: Connection) -> Columns:
        """Columns of all that stands."""
        s = ledger_state.c
        asked = select(
            s.subject, s.kind, s.purpose, s.source, s.source_order, s.sequence, s.decision, s.effective_us, s.expires_us
        )
        tokens: list[bytes] = []
        parts: list[list[Ints]] = [[] for _ in range(7)]
        slots: dict[tuple[str, str], int] = {}
        sources: dict[str, int] = {}
        codes = {decision.value: number for number, decision in enumerate(DECISIONS)}
        for rows in con.execution_options(stream_results=True).execute(asked.order_by(s.subject)).partitions(_AT_ONCE):
            subject, kind, purpose, source, order, sequence, decision, effective, expires = zip(*rows, strict=True)
            tokens.append(b"".join(subject))
            found: tuple[Iterable[int], ...] = (
                [slots.setdefault(pair, len(slots)) for pair in zip(kind, purpose, strict=True)],
                [sources.setdefault(each, len(sources)) for each in source],
                _or_none(order),
                sequence,
                [codes[each] for each in decision],
                _or_none(effective),
                _or_none(expires),
            )
            for part, values in zip(parts, found, strict=True):
                part.append(np.array(values, dtype=np.int64))
        columns = [np.concatenate(part) if part else np.empty(0, np.int64) for part in parts]
        return cls(b"".join(tokens), tuple((Kind(kind), of) for kind, of in slots), tuple(sources), *columns)

    def __len__(self) -> int:
        return len(self.subject63)

    def rows(self, token: bytes) -> tuple[Row, ...]:
        """What stands of one person."""
        wanted, found_by = subject63_of(token), self._found_by
        at, end = bisect_left(found_by, wanted), len(found_by)
        found = []
        while at < end and found_by[at] == wanted:
            if self.tokens[at * TOKEN_BYTES : (at + 1) * TOKEN_BYTES] == token:
                found.append(self._row(at))
            at += 1
        return tuple(found)

    def each(self, without: Mapping[bytes, object]) -> Iterator[tuple[Slot, Held]]:
        """The rows of all but some."""
        for at in range(len(self)):
            token = self.tokens[at * TOKEN_BYTES : (at + 1) * TOKEN_BYTES]
            if token not in without:
                row = self._row(at)
                yield _slot(token, row), Held(*row[3:])

    def _row(self, at: int) -> Row:
        slot, source, order, sequence, decision, effective, expires = self._views
        kind, purpose = self.slots[slot[at]]
        return Row(
            kind,
            purpose,
            self.sources[source[at]],
            sequence[at],
            DECISIONS[decision[at]],
            None if (value := order[at]) == NONE else value,
            None if (value := effective[at]) == NONE else value,
            None if (value := expires[at]) == NONE else value,
        )


@dataclass(frozen=True)
class Snapshot:
    """All that stood at `sequence`."""

    sequence: int
    columns: Columns
    changed: Mapping[bytes, tuple[Row, ...]]

    @classmethod
    def read(cls, con: Connection) -> Snapshot:
        return cls(highest(con), Columns.read(con), {})

    def rows(self, token: bytes) -> tuple[Row, ...]:
        """What stood of one person."""
        found = self.changed.get(token)
        return self.columns.rows(token) if found is None else found

    def after(self, con: Connection) -> Snapshot:
        """What stands now; itself where nothing was added."""
        newest = highest(con)
        if newest == self.sequence:
            return self
        if newest - self.sequence > MOST_CHANGES:
            return Snapshot.read(con)
        changed = {**self.changed, **rows_of(con, changed_since(con, self.sequence))}
        return Snapshot.read(con) if len(changed) > MOST_CHANGES else Snapshot(newest, self.columns, changed)

    def whole(self) -> Columns:
        """Columns of everybody, those who changed among them."""
        if not self.changed:
            return self.columns
        moved = [(_slot(token, row), Held(*row[3:])) for token, rows in self.changed.items() for row in rows]
        return Columns.of(sorted((*self.columns.each(self.changed), *moved), key=lambda pair: pair[0].subject))


def changed_since(con: Connection, sequence: int) -> list[bytes]:
    """The people of whom something was recorded after `sequence`."""
    asked = select(ledger_events.c.subject).where(ledger_events.c.sequence > sequence).distinct()
    subjects: Any = con.execute(asked).scalars()
    return [bytes(subject) for subject in subjects]


def rows_of(con: Connection, subjects: Iterable[bytes]) -> dict[bytes, tuple[Row, ...]]:
    """What stands of each of these people, the empty tuple where nothing does."""
    wanted = list(subjects)
    found: dict[bytes, list[Row]] = defaultdict(list)
    for slot, held in state_of(con, wanted):
        found[slot.subject].append(Row(slot.kind, slot.purpose, slot.source, *held))
    return {subject: tuple(found[subject]) for subject in wanted}


def _slot(token: bytes, row: Row) -> Slot:
    return Slot(token, row.kind, row.purpose, row.source, row.source_order is not None)


def _or_none(values: Iterable[int | None]) -> list[int]:
    return [NONE if value is None else value for value in values]
