"""Which processes run products in this home, by a lock that goes with its holder; and the runs that such a process left behind.

A run whose process was killed stays `started` and keeps its pool slots: its products would wait for it for ever. The lock tells the
dead from the living where a process id, which is given out again, cannot.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    import dagster as dg

SESSION_TAG, HOST_TAG = "mesh/session", "mesh/host"
CONSOLE = "console"
"""The session of the console, and so of every run that it launched."""
_ENDED_BY_DEATH = "Its process ended without a word; the version served before stays, and the next run makes it anew."


@contextmanager
def session(home: Path, name: str | None = None) -> Iterator[str | None]:
    """The name of a session that lasts as long as this process; None where a session of that name is under way elsewhere."""
    folder = home / "sessions"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    named = name or uuid4().hex
    path = folder / f"{named}.lock"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        if not _taken(descriptor):
            yield None
            return
        yield named
        if name is None:
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def tags_of(name: str) -> dict[str, str]:
    """What a run of this session is marked with."""
    return {SESSION_TAG: name, HOST_TAG: socket.gethostname()}


def end_dead_runs(instance: dg.DagsterInstance, home: Path, *, shared: bool) -> int:
    """Fail the runs of sessions that are no more, and free their pool slots.

    Args:
        instance: Dagster's storage.
        home: DAGSTER_HOME, which holds the locks.
        shared: several machines use this storage; then only runs of this machine are judged.

    Returns:
        How many there were.
    """
    import dagster as dg

    status = dg.DagsterRunStatus
    under_way = [status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING]
    ended = 0
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=under_way)):
        if shared and run.tags.get(HOST_TAG) != socket.gethostname():
            continue
        if not _alive(home / "sessions" / f"{run.tags.get(SESSION_TAG, CONSOLE)}.lock"):
            instance.report_run_failed(run, _ENDED_BY_DEATH)
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            ended += 1
    return ended


def _alive(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _taken(descriptor)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
