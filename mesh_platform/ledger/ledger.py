"""The ledger: events in, answers out. What stands is held in memory and follows the control database within a window."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.ledger import journal
from mesh_platform.ledger.auditing import audited
from mesh_platform.ledger.columns import Snapshot
from mesh_platform.ledger.events import SIGNALS, Event
from mesh_platform.ledger.fold import EPOCH, micros
from mesh_platform.ledger.journal import Entry, Recorded
from mesh_platform.ledger.law import Answer, decide
from mesh_platform.ledger.purposes import Purposes
from mesh_platform.product import Governance
from mesh_platform.product.models import LegalBasis
from mesh_platform.state import CommitUnknown, Database
from mesh_platform.state.tables import clock_floor

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_platform.audit import AuditLog
    from mesh_platform.ledger.bits import Bits, Changes

WINDOW = 0.02
"""Seconds for which an answer may rest on what was read before; after them the highest sequence is read again."""


class Ledger:
    """The ledger in a migrated control database. Threads may share one; every method may raise `Unavailable` where the database is gone.

    Args:
        database: the control database.
        tokens: makes tokens of identifiers.
        governance: purposes and namespaces as they stand.
        window: seconds between two looks at the database.
        audit: where every append is recorded too, in its own transaction: both stand or neither.
    """

    def __init__(
        self,
        database: Database,
        tokens: SubjectTokens,
        governance: Governance,
        *,
        window: float = WINDOW,
        audit: AuditLog | None = None,
    ) -> None:
        self.database, self.tokens, self.governance = database, tokens, governance
        self.purposes = Purposes(governance)
        self._window, self.audit = window, audit
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._fresh_until = 0.0
        self._ahead_us = 0

    def append(self, *events: Event, by: Actor, now: datetime | None = None, leave_others: bool = False) -> tuple[Recorded, ...]:
        """Record events, whole or not at all; durable when this returns. With `leave_others` those with other content are left out and told.

        Raises:
            UsageProblem: LEDGER-01, LEDGER-03, where an event names what is not registered or has not its form.
            OtherContent: LEDGER-04, where an event's id is on record with another content.
            Unavailable: where the control database cannot be used; the same call again is safe.
        """
        named = [self._named(event) for event in events]
        moment = now or utc_now()
        also = audited(self.audit, by) if self.audit is not None else None
        try:
            recorded = journal.append(self.database, named, by, moment, also, leave_others=leave_others)
        except CommitUnknown:  # each event is found by its id where it stands
            recorded = journal.append(self.database, named, by, moment, also, leave_others=leave_others)
        if self.audit is not None:
            self.audit.stands()
        self._fresh_until = 0.0
        return recorded

    def check(
        self, subject: bytes, purpose: str, bases: Collection[LegalBasis] | None = None, at: datetime | None = None
    ) -> Answer:
        """Whether `purpose` is allowed with the data of the person of this token, at `at`.

        Args:
            subject: the token.
            purpose: a registered purpose.
            bases: the legal bases that are claimed; those that the registry names for the purpose where None.
            at: the moment; where None now, or the latest moment that the platform has seen where the clock was set back, so that no consent
                that has run out comes back.

        Raises:
            UsageProblem: LEDGER-01, where the purpose is not registered.
        """
        asked = self.purposes.asked(purpose, bases)
        rows = self.snapshot().rows(subject)
        return decide(rows, asked, self._now_us if at is None else micros(at) or 0)

    def check_many(
        self,
        subjects: Iterable[bytes],
        purpose: str,
        bases: Collection[LegalBasis] | None = None,
        at: datetime | None = None,
    ) -> list[Answer]:
        """`check` of many people, at one moment and one sequence."""
        asked, snapshot = self.purposes.asked(purpose, bases), self.snapshot()
        now_us = self._now_us if at is None else micros(at) or 0
        return [decide(snapshot.rows(subject), asked, now_us) for subject in subjects]

    def history(self, subject: bytes) -> tuple[Entry, ...]:
        """All that is on record of one person, in its sequence."""
        with self.database.read() as con:
            return tuple(journal.entries(con, subject))

    def sequence(self) -> int:
        """The sequence of the newest event, as the database has it now; 0 before the first. No later answer is older than that."""
        with self.database.read() as con:
            found = journal.highest(con)
        with self._lock:
            if self._snapshot is not None and self._snapshot.sequence < found:
                self._fresh_until = 0.0
        return found

    def consent_bits(
        self, subjects: pa.Array, purposes: Mapping[str, Collection[LegalBasis]] | Sequence[str], at: datetime | None = None
    ) -> Bits:
        """For each `subject63`, a bit per purpose that is allowed, with the sequence and the moment for which that holds.

        Raises:
            UsageProblem: LEDGER-01, where a purpose is not registered; LEDGER-06, where more purposes than bits are needed.
        """
        from mesh_platform.ledger.bits import consent_bits

        return consent_bits(self, subjects, purposes, at)

    def since(
        self,
        watermark: Bits,
        purposes: Mapping[str, Collection[LegalBasis]] | Sequence[str],
        at: datetime | None = None,
    ) -> Changes:
        """Those whose bits may differ from those at `watermark`, with their bits as the database has them now.

        Where two people share a `subject63` the row tells of the one who changed: take it together with the bits that were written (and), to hide.
        """
        from mesh_platform.ledger.bits import since

        return since(self, watermark, purposes, at)

    def state_as_arrow(self, purpose: str, bases: Collection[LegalBasis] | None = None, at: datetime | None = None) -> pa.Table:
        """`subject` (int64) and `allowed` of everybody on record.

        Raises:
            UsageProblem: LEDGER-01, where the purpose is not registered.
        """
        from mesh_platform.ledger.bits import state_as_arrow

        return state_as_arrow(self, purpose, bases, at)

    def rebuild(self) -> int:
        """Make what stands anew from the events; how many slots stand."""
        made = journal.rebuild(self.database)
        self.forget()
        return made

    def forget(self) -> None:
        """Drop what is held in memory; the next check reads it anew."""
        with self._lock:
            self._snapshot, self._fresh_until = None, 0.0

    def snapshot(self) -> Snapshot:
        """What stood at most a window ago. Where the database cannot be read there is no answer, old as it may be."""
        held = self._snapshot
        if held is not None and time.monotonic() < self._fresh_until:
            return held
        with self._lock:
            begun = time.monotonic()
            if self._snapshot is not None and begun < self._fresh_until:
                return self._snapshot
            with self.database.read() as con:
                self._snapshot = Snapshot.read(con) if self._snapshot is None else self._snapshot.after(con)
                floor: Any = con.execute(select(clock_floor.c.seen_at)).scalar()
            now = utc_now()
            self._ahead_us = (micros(now if floor is None else max(now, floor)) or 0) - time.time_ns() // 1000
            self._fresh_until = begun + self._window
            return self._snapshot

    def whole(self) -> Snapshot:
        """The snapshot with everybody in its columns, kept for the next one who needs it so."""
        made = self.snapshot().whole()
        with self._lock:
            if self._snapshot is not None and self._snapshot.sequence == made.sequence:
                self._snapshot = made
        return made

    @property
    def _now_us(self) -> int:
        """Now, or the latest moment that the platform had seen at the last look where that is later."""
        return time.time_ns() // 1000 + self._ahead_us

    def moment(self, at: datetime | None) -> datetime:
        """`at`; now where None, as `check` takes it."""
        self.snapshot()
        return at or EPOCH + timedelta(microseconds=self._now_us)

    def _named(self, event: Event) -> Event:
        """The event with its purpose as the registry spells it."""
        if not event.purpose or event.signal in SIGNALS:
            return event
        key = self.purposes.asked(event.purpose).purpose
        return event if key == event.purpose else replace(event, purpose=key)
