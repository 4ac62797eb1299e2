"""The events in the control database: appended in one transaction with the state that they make, numbered without a gap, never changed.

The write lock of the control database is taken before the highest sequence is read, so numbers are given in the order of commits: whoever has read
up to N has missed nothing below it. An event that is there already is not written again; one with its id and another content is refused.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed
from mesh_platform.failpoints import fp
from mesh_platform.ledger.events import PARTS, Decision, Event, Kind
from mesh_platform.ledger.fold import Held, Slot, State, fold, held_of, overrides, slot_of
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import ledger_events, ledger_state

T = TypeVar("T")
E, S = ledger_events.c, ledger_state.c
_AT_ONCE = 500  # bound values of one statement; SQLite's least limit is 999


class Outcome(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    LATE = "late"
    """Recorded, without effect: the same source has said something newer already."""
    WITHOUT_EVIDENCE = "without_evidence"
    """Recorded, without effect: a grant without its notice's version or the time at which it was captured."""
    KNOWN = "known"
    """Not recorded again: it is on record."""
    REPEATED = "repeated"
    """Not recorded: the signal is on record and stands."""
    OTHER_CONTENT = "other_content"
    """Not recorded: its source and id are on record with another content."""


class OtherContent(CheckFailed):
    """LEDGER-04: ids are on record with another content; `numbers` count the events of the call from 0."""

    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where an event stands, and what became of it."""

    sequence: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on record; `content` is the hash of what was said when it was recorded."""

    sequence: int
    event: Event
    content: bytes
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Appended:
    """What one transaction added: from the first sequence to the last, with one hash over what was said."""

    first: int
    last: int
    digest: str
    events: tuple[Event, ...]


AlsoRecord = Callable[[Connection, Appended], object]
"""What else is written in the same transaction; an error in it undoes the append."""


def append(
    database: Database,
    events: Sequence[Event],
    by: Actor,
    now: datetime,
    also: AlsoRecord | None = None,
    *,
    leave_others: bool = False,
) -> tuple[Recorded, ...]:
    """Append what is new of `events`, in their order, whole or not at all; with `leave_others` all but those with other content.

    Raises:
        UsageProblem: LEDGER-03, where an event has not its form.
        OtherContent: LEDGER-04, where an id is on record with another content.
        Unavailable: where the control database cannot be used; after `CommitUnknown`, append the same events again.
    """
    checked = [event.validated() for event in events]
    with database.write() as con:
        done = _Batch(con, checked)
        fp("ledger.read")
        recorded = tuple(map(done.take, checked))
        others = tuple(number for number, each in enumerate(recorded) if each.outcome is Outcome.OTHER_CONTENT)
        if others and not leave_others:
            raise _other_content(others, recorded[others[0]].sequence)
        done.write(by, now)
        if also is not None and (added := done.added()) is not None:
            also(con, added)
        fp("ledger.written")
    fp("ledger.committed")
    return recorded


def highest(con: Connection) -> int:
    """The sequence of the newest event, 0 before the first."""
    found: Any = con.execute(select(func.max(E.sequence))).scalar()
    return int(found or 0)


def digest_of(contents: Iterable[bytes]) -> str:
    """One hash over the contents of consecutive events."""
    whole = hashlib.sha256(b"mesh ledger v1\0")
    for content in contents:
        whole.update(content)
    return whole.hexdigest()


def rebuild(database: Database) -> int:
    """Make the state anew from the events alone; how many slots stand."""
    with database.write() as con:
        state = fold((entry.sequence, entry.event) for entry in entries(con))
        con.execute(ledger_state.delete())
        for part in _parts(state.items(), 5_000):
            con.execute(ledger_state.insert(), [_state_row(slot, held) for slot, held in part])
    return len(state)


def entries(con: Connection, subject: bytes | None = None) -> Iterator[Entry]:
    """Every event, or those about one person, in their sequence."""
    asked = select(ledger_events).order_by(E.sequence)
    rows: Any = con.execute(asked if subject is None else asked.where(E.subject == subject)).mappings()
    for row in rows:
        parts = {name: row[name] for name in PARTS}
        event = Event(
            **{**parts, "kind": Kind(row["kind"]), "decision": Decision(row["decision"]), "subject": bytes(row["subject"])}
        )
        yield Entry(row["sequence"], event, bytes(row["content"]), row["actor"], row["recorded_at"])


def state_of(con: Connection, subjects: Iterable[bytes] | None = None) -> Iterator[tuple[Slot, Held]]:
    """What stands, of all or of some."""
    columns = select(
        S.subject, S.kind, S.purpose, S.source, S.ordered, S.sequence, S.decision, S.source_order, S.effective_us, S.expires_us
    )
    asked = [columns] if subjects is None else [columns.where(S.subject.in_(part)) for part in _parts(subjects, _AT_ONCE)]
    for statement in asked:
        rows: Any = con.execute(statement)
        for subject, kind, purpose, source, ordered, sequence, decision, order, effective, expires in rows:
            slot = Slot(bytes(subject), Kind(kind), purpose, source, bool(ordered))
            yield slot, Held(sequence, Decision(decision), order, effective, expires)


class _Batch:
    """Some events between being read and being written."""

    def __init__(self, con: Connection, events: Sequence[Event]) -> None:
        self._con = con
        self._known = _known(con, events)
        self._state: State = dict(state_of(con, {event.subject for event in events}))
        self._last = highest(con)
        self._new: list[tuple[int, Event, bytes]] = []
        self._changed: set[Slot] = set()

    def take(self, event: Event) -> Recorded:
        content, name = event.content(), (event.source, event.event_id)
        if name in self._known:
            sequence, before = self._known[name]
            return Recorded(sequence, Outcome.KNOWN if before == content else Outcome.OTHER_CONTENT)
        slot = slot_of(event)
        standing = self._state.get(slot)
        if event.signal and event.decision is Decision.OBJECTED and standing and standing.decision is Decision.OBJECTED:
            return Recorded(standing.sequence, Outcome.REPEATED)
        self._last += 1
        self._new.append((self._last, event, content))
        self._known[name] = self._last, content
        return Recorded(self._last, self._effect(slot, standing, event))

    def _effect(self, slot: Slot, standing: Held | None, event: Event) -> Outcome:
        if not event.evidenced:
            return Outcome.WITHOUT_EVIDENCE
        held = held_of(event, self._last)
        if not overrides(held, standing):
            return Outcome.LATE
        self._state[slot] = held
        self._changed.add(slot)
        return Outcome.APPLIED

    def added(self) -> Appended | None:
        if not self._new:
            return None
        digest = digest_of(content for _, _, content in self._new)
        return Appended(self._new[0][0], self._new[-1][0], digest, tuple(event for _, event, _ in self._new))

    def write(self, by: Actor, now: datetime) -> None:
        if self._new:
            rows = [_event_row(*new, by, now) for new in self._new]
            self._con.execute(ledger_events.insert(), rows)
            fp("ledger.events")
        if self._changed:
            given = insert(self._con, ledger_state)
            changes = {name: given.excluded[name] for name in _HELD}
            self._con.execute(
                given.on_conflict_do_update(index_elements=list(_SLOT), set_=changes),
                [_state_row(slot, self._state[slot]) for slot in self._changed],
            )
            fp("ledger.state")


_SLOT = ("subject", "kind", "purpose", "source", "ordered")
_HELD = ("sequence", "decision", "source_order", "effective_us", "expires_us")


def _known(con: Connection, events: Sequence[Event]) -> dict[tuple[str, str], tuple[int, bytes]]:
    ids: Mapping[str, set[str]] = defaultdict(set)
    for event in events:
        ids[event.source].add(event.event_id)
    found: dict[tuple[str, str], tuple[int, bytes]] = {}
    for source, wanted in ids.items():
        for part in _parts(wanted, _AT_ONCE):
            asked = select(E.event_id, E.sequence, E.content).where(E.source == source, E.event_id.in_(part))
            rows: Any = con.execute(asked)
            found.update({(source, name): (sequence, bytes(content)) for name, sequence, content in rows})
    return found


def _event_row(sequence: int, event: Event, content: bytes, by: Actor, now: datetime) -> dict[str, Any]:
    said = {name: getattr(event, name) for name in PARTS}
    row = {**said, "kind": event.kind.value, "decision": event.decision.value, "sequence": sequence, "content": content}
    return {**row, "actor": by.name, "person": by.person, "recorded_at": now}


def _state_row(slot: Slot, held: Held) -> dict[str, Any]:
    row = {**slot._asdict(), **held._asdict()}
    return {**row, "kind": slot.kind.value, "ordered": int(slot.ordered), "decision": held.decision.value}


def _other_content(numbers: tuple[int, ...], sequence: int) -> OtherContent:
    why = f"Its source and id are on record with another content (sequence {sequence}); nothing was recorded."
    fix = "Give what is new an id of its own; what was said before stays on record."
    error = OtherContent.because("LEDGER-04", "the event", why, fix)
    error.numbers = numbers
    return error


def _parts(given: Iterable[T], size: int) -> Iterator[list[T]]:
    each = iter(given)
    while part := list(islice(each, size)):
        yield part
