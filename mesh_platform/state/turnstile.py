"""A file lock through which writers of one SQLite file pass one by one, so that none of them starves.

SQLite lets whoever asks at the right moment have the write lock, and those who wait sleep up to 100 ms between two tries: under load one
process may wait for ever while another writes on. Here a writer holds the turnstile only while it *waits* for SQLite's lock. At most one
waits there, whoever has just written must queue up again, and a killed process leaves neither lock behind.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FIRST_PAUSE, LONGEST_PAUSE = 0.0002, 0.002


@contextmanager
def turnstile(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock file `path`, waiting for at most `wait` seconds.

    Raises:
        TimeoutError: where it was not free in time.
        OSError: where the file cannot be made or locked.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle, time.monotonic() + wait)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, deadline: float) -> None:
    pause = FIRST_PAUSE
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise TimeoutError("the queue of writers did not move") from None
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
