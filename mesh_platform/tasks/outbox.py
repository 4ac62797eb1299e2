"""The outbox: notices as rows, written with what they tell of, taken with a lease and marked once they went out.

A row is sent at least once: who is killed between sending and marking sends again, under the same key, by which receivers tell it. After
the last attempt it is dead and stays, until somebody puts it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from mesh_platform.state import insert
from mesh_platform.state.tables import notices, tasks
from mesh_platform.tasks.values import OPEN, Task

_N = notices.c
WAITING, SENT, DEAD = "waiting", "sent", "dead"
ATTEMPTS = 8
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)
LEASE = timedelta(minutes=2)  # renewed before each sending, which it must outlast
_BATCH = 10


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice on its way to one channel. `key` is the same for each attempt and each channel; `payload` names no person.

    `leased_until` is what the lease of whoever took it says.
    """

    id: int
    key: str
    channel: str
    payload: Mapping[str, str]
    attempts: int
    leased_until: datetime


def payload_of(task: Task, event: str) -> dict[str, str]:
    """All that a notice says."""
    return {"event": event, "kind": task.kind, "product": task.product, "rule": task.rule, "command": task.command}


def key_of(task: Task, event: str) -> str:
    """The key by which a receiver tells a notice that comes twice; nothing is read out of it."""
    return hashlib.sha256(f"{event}\0{task.key}\0{task.created_at.isoformat()}".encode()).hexdigest()[:32]


def wait_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts that failed: one minute, then twice as long each time, an hour at most."""
    return min(_FIRST * (1 << min(attempts - 1, 10)), _LONGEST)


def put(con: Connection, task: Task, event: str, channels: tuple[str, ...], now: datetime) -> int:
    """Write the notice for each channel, unless it stands; gives how many are new."""
    put_in = 0
    for channel in channels:
        row = {
            "key": key_of(task, event),
            "channel": channel,
            "payload": payload_of(task, event),
            "state": WAITING,
            "attempts": 0,
            "next_at": now,
            "created_at": now,
        }
        written = insert(con, notices).values(row).on_conflict_do_nothing(index_elements=["key", "channel"]).returning(_N.id)
        put_in += con.execute(written).scalar() is not None
    return put_in


def remind(con: Connection, channels: tuple[str, ...], now: datetime) -> int:
    """Write a notice of each open task whose day has passed, once; gives how many are new."""
    if not channels:
        return 0
    late = con.execute(select(tasks).where(tasks.c.state == OPEN, tasks.c.due < now)).mappings()
    return sum(put(con, Task(**row), "task.overdue", channels, now) for row in list(late))


def take(con: Connection, channels: tuple[str, ...], due_at: datetime, now: datetime) -> list[Notice]:
    """The notices that were due at that moment, leased to the caller from now on: nobody else takes them until the lease ends."""
    due = (
        select(notices)
        .where(_N.state == WAITING, _N.next_at <= due_at, _N.channel.in_(channels))
        .order_by(_N.next_at, _N.id)
        .limit(_BATCH)
    )
    found = [_value(row, now + LEASE) for row in con.execute(due).mappings()]
    if found:
        con.execute(update(notices).where(_N.id.in_([notice.id for notice in found])).values(next_at=now + LEASE))
    return found


def renew(con: Connection, notice: Notice, now: datetime) -> bool:
    """Begin the lease anew before it is sent; False where it ended meanwhile and somebody else took it."""
    ours = (_N.id == notice.id) & (_N.state == WAITING) & (_N.next_at == notice.leased_until)
    return con.execute(update(notices).where(ours).values(next_at=now + LEASE)).rowcount == 1


def sent(con: Connection, notice: Notice, now: datetime) -> None:
    con.execute(
        update(notices).where(_N.id == notice.id).values(state=SENT, attempts=notice.attempts + 1, done_at=now, error=None)
    )


def failed(con: Connection, notice: Notice, error: str, now: datetime) -> bool:
    """Mark an attempt that failed; gives whether that was the last one."""
    attempts = notice.attempts + 1
    dead = attempts >= ATTEMPTS
    values: dict[str, Any] = {"attempts": attempts, "error": error, "next_at": now + wait_after(attempts)}
    values |= {"state": DEAD, "done_at": now} if dead else {}
    con.execute(update(notices).where(_N.id == notice.id, _N.state == WAITING).values(values))
    return dead


def revive(con: Connection, now: datetime) -> int:
    """Put dead notices back, to be sent at once; gives how many."""
    back = update(notices).where(_N.state == DEAD).values(state=WAITING, attempts=0, next_at=now, done_at=None)
    return con.execute(back).rowcount


def counts(con: Connection) -> dict[str, int]:
    """How many notices are in each state."""
    rows = con.execute(select(_N.state, func.count().label("number")).group_by(_N.state))
    found = {row.state: row.number for row in rows}
    return {state: found.get(state, 0) for state in (WAITING, SENT, DEAD)}


def _value(row: Mapping[Any, Any], leased_until: datetime) -> Notice:
    return Notice(row["id"], row["key"], row["channel"], row["payload"], row["attempts"], leased_until)
