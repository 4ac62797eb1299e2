"""What stands, in memory: one row per slot in numpy columns sorted by person, and the people who changed since in a dictionary.

Some 60 bytes per slot, so that a million people fit beside whatever else a process does. One person is found by bisection.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from mesh_platform.keys.tokens import TOKEN_BYTES, subject63_of
from mesh_platform.ledger.events import Decision, Kind
from mesh_platform.ledger.fold import Held, Slot
from mesh_platform.ledger.journal import highest, state_of
from mesh_platform.ledger.law import Row
from mesh_platform.state.tables import ledger_events

Ints = NDArray[np.int64]
NONE = int(np.iinfo(np.int64).min)
DECISIONS = tuple(Decision)
_NUMBERS = ("order", "sequence", "decision", "effective", "expires")
_ALL = """SELECT subject, kind, purpose, source, source_order, sequence, decision, effective_us, expires_us FROM ledger_state"""
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
        tokens: list[bytes] = []
        parts: list[list[Ints]] = [[] for _ in range(7)]
        slots: dict[tuple[str, str], int] = {}
        sources: dict[str, int] = {}
        codes = {decision.value: number for number, decision in enumerate(DECISIONS)}
        # As the driver gives them: SQLAlchemy's types would take most of the time, and these columns need none.
        for rows in con.execution_options(stream_results=True).exec_driver_sql(_ALL).partitions(_AT_ONCE):
            subject, kind, purpose, source, source_order, sequence, decision, effective, expires = zip(*rows, strict=True)
            tokens.append(b"".join(subject))
            found: tuple[Iterable[int], ...] = (
                [slots.setdefault(pair, len(slots)) for pair in zip(kind, purpose, strict=True)],
                [sources.setdefault(each, len(sources)) for each in source],
                _or_none(source_order),
                sequence,
                [codes[each] for each in decision],
                _or_none(effective),
                _or_none(expires),
            )
            for part, values in zip(parts, found, strict=True):
                part.append(np.array(values, dtype=np.int64))
        order = _sorted(b"".join(tokens))  # here and not by the engine, which would fetch each row by its place in an index
        columns = [np.concatenate(part)[order] if part else np.empty(0, np.int64) for part in parts]
        slot_names = tuple((Kind(kind), of) for kind, of in slots)
        return cls(_words(b"".join(tokens))[order].tobytes(), slot_names, tuple(sources), *columns)

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

    def with_others(self, others: Columns, instead_of: Collection[bytes]) -> Columns:
        """These columns and `others`, without the people whose tokens are `instead_of`; nobody stands in both then."""
        gone = np.isin(self.subject63, np.fromiter(map(subject63_of, instead_of), np.int64, len(instead_of)))
        for at in np.flatnonzero(gone):
            gone[at] = self.tokens[at * TOKEN_BYTES : (at + 1) * TOKEN_BYTES] in instead_of
        slots, sources = dict(zip(self.slots, count(), strict=False)), dict(zip(self.sources, count(), strict=False))
        slot = np.array([slots.setdefault(each, len(slots)) for each in others.slots], np.int64)[others.slot]
        source = np.array([sources.setdefault(each, len(sources)) for each in others.sources], np.int64)[others.source]
        places = np.searchsorted(self.subject63[~gone], others.subject63)

        def merged(ours: Ints, theirs: Ints) -> Ints:
            return np.insert(ours[~gone], places, theirs, axis=0)

        return Columns(
            merged(_words(self.tokens), _words(others.tokens)).tobytes(),
            tuple(slots),
            tuple(sources),
            merged(self.slot, slot),
            merged(self.source, source),
            *(merged(getattr(self, name), getattr(others, name)) for name in _NUMBERS),
        )

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
        found = Snapshot(newest, self.columns, changed)
        return found.whole() if len(changed) > MOST_CHANGES else found

    def whole(self) -> Snapshot:
        """The same, with everybody in the columns."""
        if not self.changed:
            return self
        moved = sorted((_slot(token, row), Held(*row[3:])) for token, rows in self.changed.items() for row in rows)
        return Snapshot(self.sequence, self.columns.with_others(Columns.of(moved), self.changed), {})


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


def _words(tokens: bytes) -> Ints:
    """Two numbers per token."""
    return np.frombuffer(tokens, dtype=np.int64).reshape(-1, 2)


def _sorted(tokens: bytes) -> Ints:
    """In which order the rows are sorted by their token."""
    halves = np.frombuffer(tokens, dtype=">u8").astype(np.uint64).reshape(-1, 2)
    return np.lexsort((halves[:, 1], halves[:, 0]))


def _slot(token: bytes, row: Row) -> Slot:
    return Slot(token, row.kind, row.purpose, row.source, row.source_order is not None)


def _or_none(values: Iterable[int | None]) -> list[int]:
    return [NONE if value is None else value for value in values]
