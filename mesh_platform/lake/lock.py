"""The product lock: one publication, purge or clean-up of a product at a time, over processes and over threads of one.

It is an advisory lock on a file of its own, so it goes with its holder, however that ends. Who holds it stands in the file, for the
message that a waiting caller gets. Whoever waits for it holds the product's turn meanwhile, a second lock: who has just had the lock queues
up behind, and a purge comes through between publications that follow one another without a pause.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, Unavailable
from mesh_platform.lake.files import FILE_MODE, make_folder
from mesh_platform.lake.place import Place

BUSY = "LAKE-10"
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.005, 0.05


@contextmanager
def product_lock(path: Path, place: Place, wait: float, doing: str) -> Iterator[None]:
    """Hold the lock of `place`, taken within `wait` seconds.

    Raises:
        Unavailable: LAKE-10, where another holds it for longer.
    """
    make_folder(path.parent)
    until = time.monotonic() + wait
    with _opened(path) as lock:
        with _opened(path.with_suffix(".turn")) as turn:
            if not (_taken(turn, until) and _taken(lock, until)):
                raise _busy(path, place)
        try:
            _sign(lock, doing)
            yield
        finally:
            os.ftruncate(lock, 0)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE)
    try:
        yield descriptor
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # explicit: a forked child may hold a duplicate of the descriptor
        os.close(descriptor)


def holder(path: Path) -> str | None:
    """What is under way at a product (`publication p-7, process 123, since 10:15:02`), or None where its lock is free or unsigned."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return f"{said['doing']}, process {said['pid']}, since {said['since']}"
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _taken(descriptor: int, until: float) -> bool:
    """Whether the lock could be had in time."""
    pause = _SHORTEST_PAUSE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 2, _LONGEST_PAUSE)


def _sign(descriptor: int, doing: str) -> None:
    said = {"doing": doing, "pid": os.getpid(), "since": utc_now().isoformat(timespec="seconds")}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(said).encode(), 0)


def _busy(path: Path, place: Place) -> Unavailable:
    under_way = holder(path) or "another process"
    why = f"The product is busy: {under_way}."
    return Unavailable(Finding(BUSY, f"lock of {place}", why, "Wait for it to end, or give a longer wait.", place.key))
