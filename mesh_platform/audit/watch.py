"""Keeps since when the log waits for its witnesses, in the log's own database, beyond the checkpoints that are pruned and the process that ends.

What is kept counts only as far as cosignatures prove it: a row that names more than witnesses signed for is believed in nothing. Whoever has
the database and the settings can take row and policy away; that is what the witnesses' own memory is for.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from mesh_platform.audit.deadline import Remembered, Unwitnessed, looked, standing
from mesh_platform.audit.leaf import What, decoded, raw
from mesh_platform.audit.quorum import Policy
from mesh_platform.audit.tlog import NotProven, noted, open_note
from mesh_platform.audit.tree import body, head
from mesh_platform.errors import Finding, MeshError
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import audit_intake, audit_witnessed

if TYPE_CHECKING:
    from mesh_platform.audit.log import AuditLog

STEP = timedelta(seconds=30)
"""A look that tells nothing new is written down this often at most."""


class Watch:
    """Of one log under one policy."""

    def __init__(self, database: Database, origin: str, policy: Policy) -> None:
        self._database, self._origin, self._policy = database, origin, policy
        self._mark = sha256(policy.text.encode()).hexdigest()

    def look(self, now: datetime, met: tuple[int, str] | None = None) -> Remembered:
        """Look and remember; `met` is the size and note of a checkpoint that met the quorum just now."""
        with self._database.read() as con:
            before, after = self._now(con, now, met)
        if before is not None and not _tells(before, after):
            return after
        with self._database.write() as con:
            before, after = self._now(con, now, met)
            row: dict[str, Any] = {name: getattr(after, name) for name in Remembered.__slots__}
            written = insert(con, audit_witnessed).values(id=1, **row)
            con.execute(written.on_conflict_do_update(index_elements=["id"], set_=row))
        return after

    def seen(self, now: datetime, limit: timedelta, *, remember: bool = False) -> Unwitnessed:
        """How long the log waits; written down only with `remember`."""
        if remember:
            self.look(now)
        with self._database.read() as con:
            return standing(self._now(con, now, None)[1], _records(con), limit)

    def _now(self, con: Connection, now: datetime, met: tuple[int, str] | None) -> tuple[Remembered | None, Remembered]:
        kept = self._kept(con)
        records = _records(con)
        believed = kept
        if kept is not None and not self._proven(kept):
            believed = replace(kept, size=0, note=None, began_at=kept.began_at or now, doubtful=True)
        elif kept is not None and kept.policy != self._mark and kept.note is not None and met is None:
            met_before = self._meets(kept.note)
            believed = replace(kept, policy=self._mark if met_before else kept.policy)
        size = max(believed.size if believed else 0, met[0] if met else 0)
        oldest = _time_of(con, size) if believed is not None and believed.began_at is None and size < records else None
        return kept, looked(believed, self._mark, records, now, oldest, met)

    def _kept(self, con: Connection) -> Remembered | None:
        row = con.execute(select(audit_witnessed)).mappings().one_or_none()
        return None if row is None else Remembered(**{name: row[name] for name in Remembered.__slots__})

    def _proven(self, kept: Remembered) -> bool:
        """Whether the note is of this log and of that size, and is what met the quorum, where it was counted by this policy."""
        if kept.note is None:
            return kept.size == 0
        with suppress(NotProven):
            said = noted(kept.note)
            ours = (said.origin, said.size) == (self._origin, kept.size)
            return ours and (kept.policy != self._mark or self._meets(kept.note))
        return False

    def _meets(self, note: str) -> bool:
        with suppress(NotProven):
            return self._policy.met(open_note(note, self._policy.keys)[1])
        return False


def _tells(before: Remembered, after: Remembered) -> bool:
    """Whether it is worth a commit."""
    return replace(before, seen_at=after.seen_at) != after or after.seen_at >= before.seen_at + STEP


def _records(con: Connection) -> int:
    """How many records stand, those with them that wait for the sequencer."""
    return head(con).size + int(con.execute(select(func.count()).select_from(audit_intake)).scalar_one())


def _time_of(con: Connection, seq: int) -> datetime:
    """What a record says of its time; the beginning of all time where its body is gone, since bodies go for their age alone."""
    waiting = select(audit_intake.c.body).order_by(audit_intake.c.id).limit(1)
    held = body(con, seq) if seq < head(con).size else raw(con.execute(waiting).scalar())
    at = decoded(held).get("ts") if held is not None else None
    with suppress(OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(at / 1e6 if type(at) is int and at > 0 else 0, tz=UTC)
    return datetime.fromtimestamp(0, tz=UTC)


def overdue(log: AuditLog, about: What | None = None, *, ask: bool = True) -> Finding | None:
    """What is to be told where a log goes without its witnesses for too long: the log of the mesh, and that of the region which `about` lies in.

    With `ask` the witnesses are asked once more first.

    Raises:
        Unavailable: where a log's database cannot be had.
    """
    there = log.regions.of(about) if log.regions is not None and about is not None else None
    for one in (log, *([there] if there is not None else [])):
        found = one.unwitnessed(remember=True)
        if found is not None and found.overdue and ask:
            with suppress(MeshError):  # it stays overdue; what the witnesses said is the checkpoint's own trouble
                one.checkpoint()
            found = one.unwitnessed(remember=True)
        if found is not None and found.overdue:
            return found.finding(f"audit log {one.origin}")
    return None


def waits_of(log: AuditLog) -> dict[str, Unwitnessed]:
    """How the log and those of regions that this process has opened stand with their witnesses, by origin; empty where none are set."""
    every = (log, *(log.regions.opened() if log.regions is not None else ()))
    return {one.origin: found for one in every if (found := one.unwitnessed()) is not None}
