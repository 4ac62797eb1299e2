"""A watch over one statement after the other: what takes too long is interrupted, by one thread that sleeps meanwhile.

An engine that binds or waits does not hear the interruption; then the process is ended, and the platform starts another one.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

LAST_BREATH = 5.0  # seconds between the interruption and the end
LONGEST_SLEEP = 0.5  # seconds; a thread that looks again now and then need not be woken for each statement


class Watch:
    """Watches over one thread's statements."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._until: float | None = None
        self._wakes = 0.0
        self._interrupt: Callable[[], None] = lambda: None
        self._overdue = False
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def begin(self, seconds: float, interrupt: Callable[[], None]) -> None:
        """Call `interrupt` in so many seconds, unless `end` is called before."""
        with self._changed:
            self._until, self._interrupt, self._overdue = time.monotonic() + seconds, interrupt, False
            if self._until < self._wakes:
                self._changed.notify()

    def end(self) -> bool:
        """Watch no longer; whether it took too long."""
        with self._changed:
            self._until = None
            return self._overdue

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                if self._until is not None and now >= self._until:
                    if self._overdue:
                        os._exit(1)
                    self._until, self._overdue = now + LAST_BREATH, True
                    self._interrupt()
                pause = LONGEST_SLEEP if self._until is None else min(self._until - now, LONGEST_SLEEP)
                self._wakes = now + pause
                self._changed.wait(pause)
