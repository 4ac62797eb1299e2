"""Sending what the outbox holds: each due notice once per call, outside of any transaction, with what came of it written down after."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from threading import Thread

from mesh_platform.clock import utc_now
from mesh_platform.failpoints import fp
from mesh_platform.state import Database
from mesh_platform.tasks import outbox
from mesh_platform.tasks.channels import Channel, Channels, NotSent

MOST = 60.0
"""Seconds that one sending may take in all; less than the lease."""


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
            error = _sent(channels[notice.channel], notice)
            if error:
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


def _sent(channel: Channel, notice: outbox.Notice) -> str:
    """The kind of error; nothing where the receiver has it.

    A receiver that answers a byte at a time keeps within every wait of the socket, so that the whole is waited for by another thread; one
    that is given up is left behind and ends with the process.
    """
    sending: Future[None] = Future()

    def send() -> None:
        try:
            channel.send(notice.key, notice.payload)
            sending.set_result(None)
        except BaseException as problem:  # noqa: BLE001  # raised again where it is waited for
            sending.set_exception(problem)

    Thread(target=send, daemon=True).start()
    try:
        sending.result(timeout=MOST)
    except NotSent as problem:
        return str(problem)
    except TimeoutError as problem:
        return type(problem).__name__
    return ""


def _taken(db: Database, names: tuple[str, ...], begun: datetime, now: datetime) -> list[outbox.Notice]:
    if not names:
        return []
    with db.write() as con:
        return outbox.take(con, names, begun, now)
