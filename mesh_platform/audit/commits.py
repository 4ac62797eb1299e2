"""Group commit: records of all threads are written together, and each caller hears of its own once it is durable.

On SQLite a batch goes straight into the tree. On PostgreSQL it goes into the intake, where it is durable, and whoever holds the
sequencer's lock moves the intake into the tree: one at a time, without a gap, and no caller waits for it. An error of COMMIT is unknown, so
the ids are looked up before anything is repeated.

In the intake a record can be taken out before any tree or checkpoint has it. So each writer numbers what it puts there, inside of the record: a number
that is missing in the tree is a record that was taken out, and verification says whose and which.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, select, text

from mesh_platform.audit import tree
from mesh_platform.errors import Finding, MeshError, Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.state import CommitUnknown, Conflict, Database, insert
from mesh_platform.state.tables import audit_intake, audit_private

BATCH = 256
GATHER = 0.001  # seconds at most for which a batch waits for the callers of the last one, who come again
LINGER = 0.05  # seconds for which a record may wait that nobody waits for: the window that a kill may lose
MOST_WAITING = 10_000
SEQUENCER = 0x6D617564  # "maud"
_APART = text("SELECT pg_advisory_xact_lock_shared(:key)")
_TRY, _WAIT = text("SELECT pg_try_advisory_xact_lock(:key)"), text("SELECT pg_advisory_xact_lock(:key)")


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class Item:
    """One record on its way."""

    eid: str
    body: bytes
    private: dict[str, Any] | None = None
    durable: bool = True
    urgent: bool = False
    seq: int | None = None
    error: MeshError | None = None
    waited: threading.Lock = field(default_factory=_locked)
    """Held until the record stands or cannot: a lock wakes its caller at a fifth of the price of an event."""


def numbered(body: bytes, mark: str) -> bytes:
    """The record with its writer and number, at the place where they belong in the order of names."""
    return body[:-1] + f',"w":"{mark}"}}'.encode()


class Numbers:
    """What a process numbers its records with: an id of its own, and a count of what stands. A fork has another id."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._process, self._writer, self._count = os.getpid(), os.urandom(6).hex(), 0
        self.unsure: list[tuple[str, str]] = []

    def next(self, items: Sequence[Item]) -> list[str]:
        """The marks of these, which are about to be written together; they count once `stand` is called."""
        if self._process != os.getpid():
            self._begin()
        marks = [f"{self._writer}:{self._count + i}" for i in range(1, len(items) + 1)]
        self.unsure = [(item.eid, mark) for item, mark in zip(items, marks, strict=True)]
        return marks

    def stand(self) -> None:
        """They were committed."""
        self.settle(True)

    def settle(self, stood: bool) -> None:
        """Say of those of which nobody knew it whether they stand: numbers of what does not are given again."""
        self._count += len(self.unsure) if stood else 0
        self.unsure = []


class Writer:
    """Writes batches; without a thread of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.direct = database.dialect == "sqlite"
        self._numbers = Numbers()

    def write(self, batch: Sequence[Item], again: int = 3) -> None:
        """Make the batch durable; each item has its sequence afterwards, where it is known. Whole or not at all.

        Raises:
            MeshError: where it does not stand.
        """
        try:
            self._put(batch)
        except CommitUnknown:
            missing = self._missing(batch)
            if missing:
                self._put(missing)
        except Conflict:  # another process said the same act in this moment; now it stands, or waits
            self._numbers.settle(False)
            if again and any(len(item.eid) == tree.KEYED for item in batch):
                return self.write(batch, again - 1)
            raise
        except MeshError:  # taken back, whole
            self._numbers.settle(False)
            raise
        return None

    def within(self, con: Connection, eid: str, body: bytes) -> int | None:
        """Write one record in the caller's own transaction."""
        if self.direct:
            return tree.append(con, [(eid, body)])[0]
        con.execute(audit_intake.insert(), {"eid": eid, "body": body})
        return None

    def _put(self, batch: Sequence[Item]) -> None:
        private = [item.private for item in batch if item.private is not None]
        with self._database.append() as con:
            fp("audit.begun")
            if private:
                con.execute(insert(con, audit_private).on_conflict_do_nothing(), private)
            if self.direct:
                for item, seq in zip(batch, tree.append(con, [(item.eid, item.body) for item in batch]), strict=True):
                    item.seq = seq
            else:
                held = self._to_intake(con, batch)
                for item in batch:
                    item.seq = held.get(item.eid)
            fp("audit.written")
        self._numbers.stand()
        fp("audit.committed")

    def _to_intake(self, con: Connection, batch: Sequence[Item]) -> dict[str, int]:
        """Put what stands nowhere into the intake, numbered; the places of those that stand in the tree."""
        if self._numbers.unsure:
            self._numbers.settle(self._stands(con, *self._numbers.unsure[0]))
        keyed = [item.eid for item in batch if len(item.eid) == tree.KEYED]
        if keyed:  # another process may have said it: no record of that id moves from the intake into the tree meanwhile
            con.execute(_APART, {"key": SEQUENCER})
        held = tree.found(con, [item.eid for item in batch])
        waiting = self._waiting(con, keyed) if keyed else set()
        new = [item for item in batch if item.eid not in held and item.eid not in waiting]
        rows = [
            {"eid": item.eid, "body": numbered(item.body, mark)} for item, mark in zip(new, self._numbers.next(new), strict=True)
        ]
        if rows:
            con.execute(insert(con, audit_intake), rows)
        return held

    def _waiting(self, con: Connection, eids: Sequence[str]) -> set[str]:
        return {row.eid for row in con.execute(select(audit_intake.c.eid).where(audit_intake.c.eid.in_(eids)))}

    def _stands(self, con: Connection, eid: str, mark: str) -> bool:
        """Whether a record stands under its id as this writer numbered it: another process may have said it too."""
        query = select(audit_intake.c.body).where(audit_intake.c.eid == eid)
        seq = tree.found(con, [eid]).get(eid)
        body = con.execute(query).scalar() if seq is None else tree.body(con, seq)
        return body is not None and bytes(body).endswith(numbered(b"}", mark))

    def _missing(self, batch: Sequence[Item]) -> list[Item]:
        with self._database.read() as con:
            held = tree.found(con, [item.eid for item in batch])
            waiting = set() if self.direct else self._waiting(con, [item.eid for item in batch])
        for item in batch:
            item.seq = held.get(item.eid)
        return [item for item in batch if item.eid not in held and item.eid not in waiting]

    def sequence(self, *, wait: bool = False) -> int:
        """Move what waits in the intake into the tree, where nobody else is at it (or once nobody is); how many records were moved."""
        lock = _WAIT if wait else _TRY
        moved = 0
        while not self.direct:
            with self._database.append() as con:
                if con.execute(lock, {"key": SEQUENCER}).scalar() is False:
                    break
                query = (
                    select(audit_intake.c.id, audit_intake.c.eid, audit_intake.c.body)
                    .order_by(audit_intake.c.id)
                    .limit(4 * BATCH)
                )
                rows = con.execute(query).all()
                if not rows:
                    break
                tree.append(con, [(row.eid, bytes(row.body)) for row in rows])
                con.execute(delete(audit_intake).where(audit_intake.c.id.in_([row.id for row in rows])))
                moved += len(rows)
        return moved


class Committer:
    """A thread that takes what waits, up to 256 at a time, and writes it."""

    def __init__(self, writer: Writer, told: Callable[[bool], None]) -> None:
        self._writer = writer
        self._told = told
        self._waiting: deque[Item] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process = os.getpid()
        self._closing = False
        self._pressing, self._wanted = 0, 1  # callers that wait, and how many of them the thread waits for
        self._oldest = 0.0
        self._failed: MeshError | None = None

    def add(self, item: Item) -> None:
        """Hand a record over; a durable one stands when this returns.

        Raises:
            Unavailable: AUDIT-12, where it cannot be written; for one that nobody waits for, where the last ones could not.
        """
        with self._wake:
            self._start()
            if self._closing:
                raise unwritten("The log is closed.")
            if not item.durable and (self._failed is not None or len(self._waiting) >= MOST_WAITING):
                item.durable = True  # who meets a failing or a slow log waits for its own record, and hears the truth
            if not self._waiting:
                self._oldest = time.monotonic()
            self._waiting.append(item)
            self._pressing += item.durable
            if self._pressing >= self._wanted or len(self._waiting) in (1, BATCH):
                self._wake.notify()
        if item.durable:
            item.waited.acquire()
            if item.error is not None:
                raise unwritten(f"It was refused or could not be written ({item.error.finding.rule}).") from item.error

    def close(self) -> None:
        """Write what waits, and end.

        Raises:
            Unavailable: AUDIT-12, where something could not be written.
        """
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join()
        if self._failed is not None:
            raise unwritten(f"The last records could not be written ({self._failed.finding.rule}).")

    def _start(self) -> None:
        if self._process != os.getpid():  # a fork has neither the thread nor its callers
            self._process, self._thread = os.getpid(), None
            self._waiting.clear()
            self._pressing, self._wanted = 0, 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        together = 1
        while batch := self._taken(together):
            together, self._failed = sum(item.durable for item in batch), None
            try:
                self._writer.write(batch)
            except Conflict as error:
                self._one_by_one(batch, error)
            except BaseException as error:  # noqa: BLE001 - whatever it is, every caller hears of it and nothing counts as written
                self._fail(batch, error)
            for item in batch:
                if item.durable:
                    item.waited.release()
            if self._failed is None:
                self._told(any(item.urgent for item in batch))

    def _taken(self, together: int) -> list[Item]:
        """The next batch; what nobody waits for is left to gather for a moment. Empty at the end."""
        with self._wake:
            if together > 1 and not self._closing:  # the first of those who were just answered would go alone
                self._wanted = together
                self._wake.wait_for(lambda: self._pressing >= together or self._closing, GATHER)
                self._wanted = 1
            while not self._due():
                if self._closing:
                    return []
                self._wake.wait(LINGER if self._waiting else None)
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            self._pressing -= sum(item.durable for item in batch)
            self._oldest = time.monotonic()
            return batch

    def _due(self) -> bool:
        full = self._pressing or self._closing or len(self._waiting) >= BATCH
        return bool(self._waiting) and bool(full or time.monotonic() - self._oldest >= LINGER)

    def _one_by_one(self, batch: Sequence[Item], error: Conflict) -> None:
        """One record that the database refuses must not take the others with it."""
        if len(batch) == 1:
            return self._fail(batch, error)
        for item in batch:
            try:
                self._writer.write([item])
            except BaseException as refused:  # noqa: BLE001 - as above
                self._fail([item], refused)
        return None

    def _fail(self, batch: Sequence[Item], error: BaseException) -> None:
        known = error if isinstance(error, MeshError) else unwritten(f"Something unexpected happened ({type(error).__name__}).")
        kept = [item for item in batch if not item.durable]
        for item in batch:
            item.error = known
        if kept:
            self._failed = known
            with self._wake:
                if not self._closing:  # nobody waits for them, so nobody would repeat them
                    self._waiting.extendleft(reversed(kept))
            time.sleep(LINGER)


def unwritten(why: str) -> Unavailable:
    fix = "Nothing that had to be recorded was released. See that the control database is well (`mesh doctor`), then repeat."
    return Unavailable(Finding("AUDIT-12", "audit log", f"The record does not stand. {why}", fix))
