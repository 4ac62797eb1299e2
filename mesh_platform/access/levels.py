"""What a port knows of its own service: which reads it answered, which it failed, and how long the first rows took.

Counted in memory, a microsecond or two per read, and added to the control database every few seconds. A count names product, interface, day and
a step of time; who asked, what was asked and for which purpose is in none.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import datetime
from types import TracebackType

from mesh_platform.access.statement import named
from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.product import ProductKey
from mesh_platform.registry import Registry
from mesh_platform.registry.service_levels import FAILED, TOGETHER, Told, day_of, step_of

LOG = logging.getLogger("mesh.levels")
EVERY = 5.0
"""Seconds between two looks at whether something is to be written; a process that is killed loses that much of its counts."""
MOST_HELD = 4 << 20
"""Characters of statements that failed and wait for their products to be looked up; those beyond are not counted."""
ITS_OWN = frozenset({"ACCESS-04", "ACCESS-05"})
"""What a statement brings about itself: more memory or time than it may have, or a caller who went away."""
Known = Callable[[], Collection[ProductKey]]


class Levels:
    """The counts of one process and one interface, for any number of threads. Close it, or use it in a `with`.

    Args:
        registry: where they are added up.
        interface: the port, as descriptors name it.
        known: the products that there are; of others nothing is counted.
        gone: errors that say that nobody waits for the answer any more.
        clock: the time.
    """

    def __init__(
        self,
        registry: Registry,
        interface: str,
        known: Known,
        gone: tuple[type[Exception], ...] = (),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._registry, self._interface, self._known, self._clock = registry, interface, known, clock
        self.gone = gone
        self._lock, self._counts, self._ended = threading.Lock(), Counter[Told](), threading.Event()
        self._failures, self._held = Counter[tuple[str, datetime]](), 0
        self._thread = threading.Thread(target=self._writing, name="service levels", daemon=True)
        self._thread.start()

    def measured(self, sql: str) -> Measured:
        """A read that begins now; ended by leaving its `with`."""
        return Measured(self, sql)

    def count(self, products: Iterable[ProductKey], step: int) -> None:
        """One read of these products."""
        day = day_of(self._clock())
        with self._lock:
            for key in products:
                self._counts[str(key), self._interface, day, step] += 1

    def failed(self, sql: str) -> None:
        """An allowed read that got no answer: it is counted for the products of its statement, which are looked up later."""
        failure = sql, day_of(self._clock())
        with self._lock:
            if failure not in self._failures:
                if self._held + len(sql) > MOST_HELD:
                    return
                self._held += len(sql)
            self._failures[failure] += 1

    def _looked_up(self) -> None:
        with self._lock:
            failures, self._failures, self._held = self._failures, Counter(), 0
        try:
            known = self._known() if failures else ()
        except MeshError:  # the mesh cannot be read now: they wait
            with self._lock:
                self._failures.update(failures)
                self._held = sum(len(sql) for sql, _ in self._failures)
            return
        for (sql, day), number in failures.items():
            with suppress(MeshError, RecursionError):  # what cannot be read names no product
                for key in named(sql):
                    if key in known:
                        with self._lock:
                            self._counts[str(key), self._interface, day, FAILED] += number

    def flush(self) -> None:
        """Write what was counted; where it cannot be written now, it stays counted."""
        self._looked_up()
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            self._registry.count_reads(counts)
        except MeshError as error:
            LOG.warning("service levels wait: %s", error.finding.rule)
            with self._lock:
                self._counts.update(counts)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self.flush()

    def __enter__(self) -> Levels:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _writing(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                self.flush()
            except Exception as error:  # noqa: BLE001 - reads go on whatever becomes of their count
                LOG.error("service levels: %s", type(error).__name__)


class Measured:
    """One read, from when the port begins with it until its `with` is left. `came` is told when its first rows are there."""

    __slots__ = ("_begun", "_levels", "_products", "_seconds", "_sql")

    def __init__(self, levels: Levels, sql: str) -> None:
        self._levels, self._sql, self._begun = levels, sql, time.perf_counter()
        self._products: tuple[ProductKey, ...] = ()
        self._seconds = 0.0

    def came(self, products: Iterable[ProductKey]) -> None:
        """The first rows are there."""
        self._products, self._seconds = tuple(products), time.perf_counter() - self._begun

    def __enter__(self) -> Measured:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._products:
            self._levels.count(self._products, step_of(self._seconds) if len(self._products) == 1 else TOGETHER)
        elif error is not None and fails(error, self._levels.gone):
            self._levels.failed(self._sql)


def fails(error: BaseException, gone: tuple[type[Exception], ...] = ()) -> bool:
    """Whether an allowed read got no answer for a reason that is none of the caller's: not refused, not a mistake in the statement."""
    if isinstance(error, MeshError):
        return isinstance(error, Unavailable) and error.finding.rule not in ITS_OWN
    return isinstance(error, Exception) and not isinstance(error, gone)
