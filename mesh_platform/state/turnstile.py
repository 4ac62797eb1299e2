"""A file lock through which writers of one SQLite file pass one by one, so that none of them starves.

SQLite lets whoever asks at the right moment have the write lock, and those who wait sleep up to 100 ms between two tries: under load one
process may wait for ever while another writes on. Here a writer holds a lock file while it writes. One at a time waits in its door, all
others behind the door, and whoever has just written must queue up again. All of them wait in the kernel, which wakes them without
polling, and a process that is killed leaves no lock behind.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mesh_platform.errors import Unavailable

_TRY, _WAIT = getattr(fcntl, "F_OFD_SETLK", None), getattr(fcntl, "F_OFD_SETLKW", None)
"""Locks that belong to the file as it was opened and not to the process; where there are none, the door is all there is."""
_held: set[int] = set()


@contextmanager
def turnstile(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock file `path`, waiting for at most `wait` seconds; raises as `enter` does."""
    handle = enter(path, wait)
    try:
        yield
    finally:
        leave(handle)


@contextmanager
def alone(home: Path, name: str, refusal: Unavailable, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of that name in a home, under which one process at a time does something.

    Raises:
        Unavailable: `refusal`, where another one holds it for longer than `wait` seconds.
    """
    folder = home / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = enter(folder / f"{name}.lock", wait)
    except TimeoutError:
        raise refusal from None
    try:
        yield
    finally:
        leave(handle)


def enter(path: Path, wait: float) -> int:
    """Hold the lock file until the handle that this gives is left.

    Raises:
        TimeoutError: where it was not free in time.
        OSError: where the file cannot be made or locked.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    _held.add(handle)
    try:
        _pass(handle, wait)
    except BaseException:
        leave(handle)
        raise
    return handle


def leave(handle: int) -> None:
    """Let the next one through; nothing in a fork, whose parent holds the lock."""
    if handle not in _held:
        return
    with suppress(OSError):  # said by name, for a child too that was forked meanwhile and has not closed its copy yet
        fcntl.flock(handle, fcntl.LOCK_UN)
        _room(handle, _TRY, fcntl.F_UNLCK)
    _held.discard(handle)
    os.close(handle)


def _pass(handle: int, wait: float) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _room(handle, _TRY, fcntl.F_WRLCK)
    except BlockingIOError:
        queued = _Queued(os.dup(handle))
        if not queued.passed.acquire(timeout=wait):
            raise TimeoutError("the queue of writers did not move") from None
        if queued.error is not None:
            raise queued.error from None
    if _TRY is not None:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _room(handle: int, command: int | None, kind: int) -> None:
    if command is not None:
        fcntl.fcntl(handle, command, struct.pack("hhqqi", kind, os.SEEK_SET, 0, 0, 0))


class _Queued:
    """A place in the queue, held by a thread: the calls that wait know no end of their patience. Unwanted meanwhile, it passes on."""

    def __init__(self, handle: int) -> None:
        self.passed = threading.Lock()
        self.passed.acquire()
        self.error: OSError | None = None
        self._handle = handle
        _held.add(handle)
        threading.Thread(target=self._wait, name="queue of writers", daemon=True).start()

    def _wait(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX)
            _room(self._handle, _WAIT, fcntl.F_WRLCK)
        except OSError as error:
            self.error = error
        finally:
            _held.discard(self._handle)
            os.close(
                self._handle
            )  # the lock is that of the file as it was opened: whoever asked has it, or nobody if it has gone
            self.passed.release()


def _left_behind() -> None:
    """A fork holds nobody's place."""
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_left_behind)
