"""The platform's side of the workers: started when they are first needed, one statement each at a time, ended when a reader goes away."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from mesh_platform.access.worker.frames import Kind, Receiver, send
from mesh_platform.access.worker.job import Job
from mesh_platform.confine import Confined, Confinement
from mesh_platform.errors import CheckFailed, Denied, Finding, MeshError, NotFound, Unavailable, UsageProblem
from mesh_platform.keys import KeyProvider
from mesh_platform.lake.engine import verified
from mesh_platform.lake.files import FileId, file_id
from mesh_platform.lake.place import Paths, Place

_ERRORS: dict[int, type[MeshError]] = {1: CheckFailed, 2: UsageProblem, 3: Denied, 4: NotFound, 5: Unavailable}
_FOREVER = 10 * 365 * 86_400.0
_WAIT = 30.0  # seconds for a free worker
_PIPE = 1 << 20
Ended = Callable[[int, bool], None]
DIED, OVERDUE = "ACCESS-04", "ACCESS-05"


class _Worker:
    """One process and the pipe that its answers come through."""

    def __init__(self, home: Path, confinement: Confinement, memory: str, threads: int) -> None:
        told, telling = os.pipe()
        with contextlib.suppress(OSError, AttributeError):  # a system that has no such pipe, or a user who has too many
            fcntl.fcntl(telling, fcntl.F_SETPIPE_SZ, _PIPE)
        try:
            self.process: Confined = confinement.start(
                "mesh_platform.access.worker.child:serve",
                {"home": str(home), "result_fd": telling, "memory": memory, "threads": threads, "verified": verified()},
                what="a worker of governed reads",
                pass_fds=[telling],
                readable=[path for name in ("catalogs", "data", "revoked") if (path := home / name).is_dir()],
                own_user=True,
            )
        except BaseException:
            os.close(told)
            raise
        finally:
            os.close(telling)
        self._told = told
        self.answers = Receiver(told)

    def ask(self, job: Job) -> None:
        send(self.process.input.fileno(), Kind.JOB, job.packed())

    def end(self) -> None:
        os.close(self._told)
        self.process.end()
        with contextlib.suppress(OSError):
            self.process.input.close()


class Rows:
    """The rows of one statement as they come. Close it, or use it in a `with`: rows that nobody wants end the worker's statement.

    `cut` says, once all was read, whether there were more of them than the bound lets through.
    """

    schema: pa.Schema

    def __init__(self, workers: Workers, worker: _Worker, ended: Ended) -> None:
        self._workers, self._worker, self._ended, self._done = workers, worker, ended, False
        self._ending = threading.Lock()
        self.cut, self.count = False, 0

    def begin(self) -> None:
        """Wait for their schema; raises what the worker refused."""
        try:
            kind, content = self._frame()
            self.schema = pa.ipc.read_schema(pa.py_buffer(content))
            assert kind is Kind.SCHEMA
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        while not self._done:
            kind, content = self._frame()
            if kind is Kind.ROWS:
                batch = pa.ipc.read_record_batch(pa.py_buffer(content), self.schema)
                self.count += batch.num_rows
                yield batch
            else:
                self.cut = bool(json.loads(content)["cut"])
                self._finish()

    def table(self) -> pa.Table:
        """All of them."""
        return pa.Table.from_batches(list(self), self.schema)

    def close(self) -> None:
        """End the statement where it still runs."""
        with self._ending:
            running, self._done = not self._done, True
        if running:
            self._workers.lost(self._worker)
            self._ended(self.count, False)

    def cancel(self) -> None:
        """End the statement from another thread: whoever reads the rows finds ACCESS-04 in their place."""
        with self._ending:
            if not self._done:
                self._worker.process.end()

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _frame(self) -> tuple[Kind, bytearray]:
        try:
            kind, content = self._worker.answers.receive()
        except (EOFError, OSError, ValueError):
            self.close()
            why = "The worker ended before its answer did: it needed more memory than it may have, or was ended."
            fix = "Ask for less at once: fewer rows, a filter, an aggregate."
            raise Unavailable(Finding(DIED, "the statement", why, fix)) from None
        if kind is Kind.REFUSED:
            self._finish(whole=False)
            told = json.loads(content)
            raise _ERRORS[told["exit_code"]](Finding.from_json(told["finding"]))
        return kind, content

    def _finish(self, whole: bool = True) -> None:
        with self._ending:
            self._done = True
        self._workers.free(self._worker)
        self._ended(self.count, whole)


class Awaited:
    """One caller's statement for as long as its first rows are waited for: `give_up` ends it, from any thread, and no other."""

    def __init__(self) -> None:
        self._lock, self._rows = threading.Lock(), list[Rows]()
        self.given_up = False

    def give_up(self) -> None:
        """Whoever waits for its rows finds ACCESS-04, also where it has not begun."""
        with self._lock:
            self.given_up = True
            self._cancel()

    def runs(self, *rows: Rows) -> None:
        """These are its rows now; none once they are another's business."""
        with self._lock:
            self._rows[:] = rows
            if self.given_up:
                self._cancel()

    def _cancel(self) -> None:
        for rows in self._rows:
            rows.cancel()


class _Held:
    """What is told of the end of a first run, once its rows have begun to come; a run that ends before is nobody's business yet."""

    def __init__(self, ended: Ended) -> None:
        self._ended, self._begun = ended, False

    def __call__(self, rows: int, whole: bool) -> None:
        if self._begun:
            self._ended(rows, whole)

    def begun(self, rows: Rows) -> Rows:
        self._begun = True
        return rows


@dataclass(frozen=True, slots=True)
class Size:
    """How many workers, and what each may use."""

    workers: int = 2
    memory: str = "1GB"
    threads: int = 2


class Workers:
    """Workers over one home, for any number of threads. Close it, or use it in a `with`."""

    def __init__(self, home: Path, keys: KeyProvider, confinement: Confinement, size: Size = Size()) -> None:
        self._home, self._keys, self._size = home, keys, size
        self._confinement = replace(confinement, limits=replace(confinement.limits, seconds=_FOREVER))
        self._changed = threading.Condition()
        self._idle, self._alive = list[_Worker](), 0
        self._closed = False
        self._local = threading.local()
        self._paths: dict[Place, Paths] = {}
        self._read: dict[Path, tuple[FileId, bytes]] = {}
        self._unwrapped: dict[bytes, bytes] = {}

    def run(self, job: Job, ended: Ended = lambda rows, whole: None) -> Rows:
        """The rows of `job`; `ended` is told once how many left, and whether that was all. One that took too long or more memory than there is, which may
        have come of a row that is not shown, is run once more, on the rows that are: so it may take twice its time.

        Raises:
            MeshError: what the worker refused; ACCESS-04, where it ended before its answer; ACCESS-05, where it took too long;
                ACCESS-06, where all were busy.
        """
        job = replace(job, keys=self._keys_of(job))
        if not job.tells:
            return self._run(job, ended)
        first = _Held(ended)
        try:
            return first.begun(self._run(job, first))
        except Unavailable as refusal:
            if refusal.finding.rule not in (DIED, OVERDUE) or self._given_up():
                ended(0, False)
                raise
        except BaseException:
            ended(0, False)
            raise
        return self._run(replace(job, barrier=True), ended)

    def _run(self, job: Job, ended: Ended) -> Rows:
        for _ in range(2):  # an idle worker may have been ended by the system
            worker = self._take()
            try:
                worker.ask(job)
            except OSError:
                self.lost(worker)
                continue
            return self._begun(worker, ended)
        raise Unavailable(
            Finding(DIED, "the statement", "No worker takes it.", "Try again; `mesh doctor` looks at this machine.")
        )

    @contextlib.contextmanager
    def awaiting(self, awaited: Awaited) -> Iterator[None]:
        """What this thread runs meanwhile is what `awaited` gives up."""
        self._local.awaited = awaited
        try:
            yield
        finally:
            self._local.awaited = None
            awaited.runs()

    def _given_up(self) -> bool:
        """Whether nobody waits for the rows of this thread's statement any more."""
        awaited: Awaited | None = getattr(self._local, "awaited", None)
        return awaited is not None and awaited.given_up

    def _begun(self, worker: _Worker, ended: Ended) -> Rows:
        rows = Rows(self, worker, ended)
        awaited: Awaited | None = getattr(self._local, "awaited", None)
        if awaited is not None:
            awaited.runs(rows)
        rows.begin()
        return rows

    def warm(self, count: int = 1) -> None:
        """Begin to start that many workers, in the background: a statement that comes meanwhile waits for one of them."""
        for _ in range(count):
            with self._changed:
                if self._closed or self._alive >= self._size.workers:
                    return
                self._alive += 1
            threading.Thread(target=self._started, name="start of a worker", daemon=True).start()

    def ready(self) -> None:
        """See that a worker stands, or start one.

        Raises:
            MeshError: where none can be started.
        """
        with self._changed:
            if self._alive or self._closed:
                return
            self._alive += 1
        self.free(self._new())

    def _started(self) -> None:
        with contextlib.suppress(MeshError, OSError):  # the statement that needs it tries again, and is told
            self.free(self._new())

    def free(self, worker: _Worker) -> None:
        """The worker has answered and can take another statement."""
        with self._changed:
            if not self._closed:
                self._idle.append(worker)
                self._changed.notify()
                return
        self.lost(worker)

    def lost(self, worker: _Worker) -> None:
        """End the worker; another one is started when it is needed."""
        worker.end()
        with self._changed:
            self._alive -= 1
            self._changed.notify()

    def close(self) -> None:
        """End the idle workers; one that answers ends with its answer."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            self.lost(worker)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _take(self) -> _Worker:
        until = time.monotonic() + _WAIT
        with self._changed:
            while not self._idle and self._alive >= self._size.workers:
                if not self._changed.wait(until - time.monotonic()):
                    why = "Every worker is busy with another statement."
                    raise Unavailable(Finding("ACCESS-06", "the statement", why, "Try again in a moment."))
            if self._idle:
                return self._idle.pop()
            self._alive += 1
        return self._new()

    def _new(self) -> _Worker:
        """A worker that is counted already."""
        try:
            return _Worker(self._home, self._confinement, self._size.memory, self._size.threads)
        except BaseException:
            with self._changed:
                self._alive -= 1
                self._changed.notify()
            raise

    def _keys_of(self, job: Job) -> dict[bytes, bytes]:
        """The keys of the catalogs that the job reads. What cannot be unwrapped is left to the worker to refuse by name."""
        found: dict[bytes, bytes] = {}
        for view in job.views:
            paths = self._paths.get(view.place) or self._paths.setdefault(view.place, Paths(self._home, view.place))
            for file in (paths.key, paths.key_new):
                wrapped = self._wrapped(file)
                if wrapped is not None:
                    found[wrapped] = self._unwrap(view.place.domain, view.place.location, wrapped)
        return found

    def _wrapped(self, file: Path) -> bytes | None:
        """What stands in a key file, read again once another one stands there."""
        stands, known = file_id(file), self._read.get(file)
        if stands is None:
            return None
        if known is None or known[0] != stands:
            try:
                known = self._read[file] = stands, file.read_bytes()
            except OSError:
                return None
        return known[1]

    def _unwrap(self, domain: str, location: str, wrapped: bytes) -> bytes:
        if wrapped not in self._unwrapped:
            self._unwrapped[wrapped] = self._keys.unwrap(domain, location, wrapped)
        return self._unwrapped[wrapped]
