"""Sending what the outbox holds: each due notice once per call, outside of any transaction, with what came of it written down after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.clock import utc_now
from mesh_platform.failpoints import fp
from mesh_platform.state import Database
from mesh_platform.tasks import outbox
from mesh_platform.tasks.channels import Channels, NotSent


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one call did, and how the outbox stands after it. `errors` are kinds of errors by channel."""

    sent: int
    failed: int
    died: int
    waiting: int
    dead: int
    errors: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "sent": self.sent,
            "failed": self.failed,
            "died": self.died,
            "waiting": self.waiting,
            "dead": self.dead,
            "errors": list(self.errors),
        }


def deliver(db: Database, channels: Channels, clock: Callable[[], datetime] = utc_now, *, again: bool = False) -> Delivered:
    """Send every notice that is due when this begins, those of overdue tasks included.

    Args:
        db: the control database.
        channels: by name; notices of a channel that is not set any more wait.
        clock: gives the present moment.
        again: put dead notices back first.

    Raises:
        Unavailable: where the database cannot be used. What was sent and not marked is sent again.
    """
    names, begun = tuple(channels), clock()
    with db.write() as con:
        outbox.remind(con, names, begun)
        if again:
            outbox.revive(con, begun)
    sent = failed = died = 0
    errors: dict[str, None] = {}
    while batch := _taken(db, names, begun, clock()):
        for notice in batch:
            with db.write() as con:
                if not outbox.renew(con, notice, clock()):
                    continue
            try:
                channels[notice.channel].send(notice.key, notice.payload)
                error = ""
            except NotSent as problem:
                error = str(problem)
                errors[f"{notice.channel}: {error}"] = None
            fp("notice.sent")
            with db.write() as con:
                if error:
                    failed += 1
                    died += outbox.failed(con, notice, error, clock())
                else:
                    sent += 1
                    outbox.sent(con, notice, clock())
    with db.read() as con:
        found = outbox.counts(con)
    return Delivered(sent, failed, died, found[outbox.WAITING], found[outbox.DEAD], tuple(errors))


def _taken(db: Database, names: tuple[str, ...], begun: datetime, now: datetime) -> list[outbox.Notice]:
    if not names:
        return []
    with db.write() as con:
        return outbox.take(con, names, begun, now)
