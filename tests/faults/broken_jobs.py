"""Broken builds of the jobs: each takes one precaution away, in a process that a test starts, and nowhere in the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mesh_platform.backups.shelf import Shelf
from mesh_platform.clock import utc_now
from mesh_platform.lake import Doomed, Lake, copies, quarantine
from mesh_platform.lake.place import Paths
from mesh_platform.propagation import applying
from mesh_platform.propagation.published import Published
from mesh_platform.propagation.store import Progress
from mesh_platform.subjects.erasure.erasing import Eraser
from mesh_platform.subjects.requests.values import Closure, Request, State, Task
from tests.faults.broken import BROKEN, swap


def a_receipt_before_the_purge() -> None:
    honest = Eraser.erase

    def erase(eraser: Eraser, request: Request, closure: Closure, task: Task, one: Any) -> Task:
        eraser.store.told(request.id, [replace(task, state=State.ERASED, version=1)])
        return honest(eraser, request, closure, task, one)

    Eraser.erase = erase  # type: ignore[method-assign]


def more_goes_than_is_due() -> None:
    honest = Lake.purge_what

    def purge_what(lake: Lake, place: Any, decide: Callable[[], Doomed | None], *more: Any) -> Any:
        return honest(lake, place, lambda: Doomed("true") if decide() else None, *more)

    Lake.purge_what = purge_what  # type: ignore[method-assign]


def carried_before_it_is_done() -> None:
    honest = applying._Batch._applied

    def applied(batch: Any, one: Published, known: Progress, moved: frozenset[bytes]) -> Any:
        batch.by.receipts.reached([replace(known, sequence=batch.sequence, at=batch.moment)], utc_now())
        return honest(batch, one, known, moved)

    applying._Batch._applied = applied  # type: ignore[method-assign]


def a_backup_that_counts_before_it_is_whole() -> None:
    honest = Shelf.remember
    Shelf.remember = lambda shelf, entry: honest(shelf, replace(entry, digest=entry.digest or "0"))  # type: ignore[method-assign]


def backup_files_not_synced() -> None:
    swap("sync", lambda path: None, copies)


def closed_only_once_it_is_back() -> None:
    honest, mark = copies.bring_back, quarantine.quarantine

    def bring_back(paths: Paths, keys: Any, engine: Any, source: Path, said: Mapping[str, Any]) -> None:
        honest(paths, keys, engine, source, said)
        mark(paths, said)

    swap("quarantine", lambda paths, said: None, copies)
    swap("bring_back", bring_back, __import__("mesh_platform.lake.lake", fromlist=["lake"]))


def a_closing_mark_that_is_not_synced() -> None:
    swap("sync", lambda path: None, quarantine)


BROKEN_JOBS: dict[str, Callable[[], None]] = BROKEN | {
    build.__name__: build
    for build in (
        a_receipt_before_the_purge, more_goes_than_is_due, carried_before_it_is_done, a_backup_that_counts_before_it_is_whole,
        backup_files_not_synced, closed_only_once_it_is_back, a_closing_mark_that_is_not_synced,
    )
}  # fmt: skip
