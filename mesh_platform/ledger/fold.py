"""What stands: the fold of all events into one row per slot. Pure, and the one place that says which event overrides which.

A *slot* is (person, kind, purpose as it was named, source, whether the source orders its events). Within a slot of a source that orders its
events the highest order stands, however late it came; of two with one order the one that closes stands. Within one that does not,
the highest sequence stands. So the fold does not depend on the way in which events of an ordering source arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from mesh_platform.ledger.events import OPENING, Decision, Event, Kind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Slot(NamedTuple):
    """Where an event's effect stands."""

    subject: bytes
    kind: Kind
    purpose: str
    source: str
    ordered: bool


class Ranked(Protocol):
    """What `rank` looks at."""

    @property
    def sequence(self) -> int: ...
    @property
    def decision(self) -> Decision: ...
    @property
    def source_order(self) -> int | None: ...


class Held(NamedTuple):
    """What stands in a slot. Moments are microseconds since 1970."""

    sequence: int
    decision: Decision
    source_order: int | None
    effective_us: int | None
    expires_us: int | None


State = dict[Slot, Held]


def slot_of(event: Event) -> Slot:
    return Slot(event.subject, event.kind, event.purpose, event.source, event.source_order is not None)


def held_of(event: Event, sequence: int) -> Held:
    return Held(sequence, event.decision, event.source_order, micros(event.effective_at), micros(event.expires_at))


def overrides(new: Held, old: Held | None) -> bool:
    """Whether `new` takes the place of `old` in their slot."""
    return old is None or rank(new) > rank(old)


def rank(held: Ranked) -> tuple[int, bool, int]:
    """The order within a slot, and among the slots of one source that orders its events."""
    if held.source_order is None:
        return 0, False, held.sequence
    return held.source_order, held.decision not in OPENING, held.sequence


def fold(events: Iterable[tuple[int, Event]], state: Mapping[Slot, Held] | None = None) -> State:
    """The state after the (sequence, event) pairs, from `state` on."""
    found: State = dict(state or {})
    for sequence, event in events:
        if event.evidenced:
            slot, held = slot_of(event), held_of(event, sequence)
            if overrides(held, found.get(slot)):
                found[slot] = held
    return found


def micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970."""
    return None if moment is None else (moment - EPOCH) // timedelta(microseconds=1)
