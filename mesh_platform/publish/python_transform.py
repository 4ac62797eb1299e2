"""Runs `transform(inputs)` in a confined process: rows go in and come out as Arrow streams, before any lock is held.

A result that does not fit into `IN_MEMORY` is kept in a throw-away encrypted database. A stream that was cut, on either side, is never taken for a whole one.
What comes back was made by domain code: batches are validated before anything reads them, and of words only the kind of an error is taken.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import BinaryIO

import duckdb
import pyarrow as pa

from mesh_platform.confine import Confined, Confinement
from mesh_platform.confine.domain_code import kinds
from mesh_platform.errors import Finding, MeshError, Unavailable
from mesh_platform.product import PythonTransform
from mesh_platform.publish.arrow_stream import PlainStream, Refused, refuse_folded
from mesh_platform.publish.build import Built

_LONGEST_LINE = 4096
_MOST_LINES = 10_000
_OWN_WORDS = frozenset(
    {
        "it is not valid Python",
        "it defines no function transform(inputs)",
        "the transform returned no table",
        "it ended its own process",
        "an exception of its own",
        "its result is compressed, folded or too large for one batch",
    }
)
IN_MEMORY = 256 << 20  # bytes of a result that are held in memory
_JOB = "mesh_platform.publish.python_child:transform"
_PIPE = 1 << 20  # bytes

Open = Callable[[], pa.RecordBatchReader]
"""Begins to read an input."""
Keep = Callable[[pa.RecordBatchReader], Built]
"""Writes rows into a throw-away database."""


def run_python(
    transform: PythonTransform,
    where: str,
    product: str,
    inputs: Mapping[str, Open],
    confinement: Confinement,
    keep: Keep,
) -> pa.Table | Built:
    """What the transform returns for `inputs` (name → how its rows are had). They are opened while the process gets ready.

    Raises:
        MeshError: RUN-03 with the kind of error and its line, never its text; RUN-08 where it ran for too long.
        Unavailable: where an input could not be read to its end, or the process was ended from outside.
    """
    with ThreadPoolExecutor(1) as beside, _Pipes(inputs) as pipes:
        opening = beside.submit(lambda: {name: opened() for name, opened in inputs.items()})
        given = {"text": transform.text, "name": transform.path.name, "inputs": pipes.read_ends, "result_fd": pipes.result_write}
        with confinement.start(_JOB, given, what=where, pass_fds=pipes.childs) as process:
            pipes.let_go()
            feeders = _Feeders(opening.result(), pipes.taken(), process)
            try:
                result = _answer(pipes.result, where, product, keep, process)
            finally:
                process.end()
                feeders.join()
                feeders.raise_failure()  # an input that broke off is the cause of whatever else went wrong
            return result


class _Pipes:
    """A pipe for each input and one for the result."""

    def __init__(self, inputs: Mapping[str, object]) -> None:
        self.read_ends: dict[str, int] = {}
        self._write_ends: dict[str, int] = {}
        for name in inputs:
            self.read_ends[name], self._write_ends[name] = _wide_pipe()
        result, self.result_write = _wide_pipe()
        self.result = os.fdopen(result, "rb")

    @property
    def childs(self) -> list[int]:
        return [*self.read_ends.values(), self.result_write]

    def let_go(self) -> None:
        """Close what the child holds now."""
        for fd in self.childs:
            os.close(fd)
        self.read_ends, self.result_write = {}, -1

    def taken(self) -> dict[str, int]:
        """The ends to write inputs into; whoever takes them closes them."""
        taken, self._write_ends = self._write_ends, {}
        return taken

    def __enter__(self) -> _Pipes:
        return self

    def __exit__(self, *_: object) -> None:
        for fd in (*self.read_ends.values(), *self._write_ends.values(), self.result_write):
            if fd >= 0:
                os.close(fd)
        self.result.close()


def _wide_pipe() -> tuple[int, int]:
    """A pipe that holds more than the usual 64 KiB, where the system lets it: each fill is a change of process."""
    ends = os.pipe()
    with contextlib.suppress(AttributeError, OSError):
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _PIPE)
    return ends


class _Feeders:
    """A thread for each input. One whose rows cannot be read to their end ends the process, so that it never sees a cut table as a whole one."""

    def __init__(self, inputs: Mapping[str, pa.RecordBatchReader], pipes: Mapping[str, int], process: Confined) -> None:
        self._process, self._failure = process, list[BaseException]()
        self._threads = [threading.Thread(target=self._feed, args=(inputs[name], fd), daemon=True) for name, fd in pipes.items()]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def raise_failure(self) -> None:
        for error in self._failure:
            raise error

    def _feed(self, rows: pa.RecordBatchReader, fd: int) -> None:
        with contextlib.suppress(BrokenPipeError), os.fdopen(fd, "wb") as pipe:
            stream = pa.ipc.new_stream(pipe, rows.schema)
            try:
                for batch in _drawn(rows):
                    stream.write_batch(batch)
            except OSError:
                return  # it does not read this input, or has ended
            except BaseException as error:  # noqa: BLE001 - raised again where the result would be taken
                self._failure.append(error)
                self._process.end()
                return
            with contextlib.suppress(OSError):
                stream.close()


class _InputFailed(Exception):
    """Not an OSError, which would say that the pipe is closed."""


def _drawn(rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    try:
        yield from rows
    except OSError as error:
        raise _InputFailed(str(error.errno)) from None


def _answer(source: BinaryIO, where: str, product: str, keep: Keep, process: Confined) -> pa.Table | Built:
    first = _line(source)
    if first is None:
        raise _ended(where, product, process)
    if first.get("ok") is not True:
        raise _stopped(where, product, first)
    try:
        with pa.ipc.open_stream(PlainStream(source)) as stream:
            refuse_folded(stream.schema)
            held, whole = _some(stream)
            result = pa.Table.from_batches(held, stream.schema) if whole else keep(_reader(stream, held))
    except Refused:
        raise _stopped(where, product, {"why": "its result is compressed, folded or too large for one batch"}) from None
    except (pa.ArrowException, OSError):
        raise _ended(where, product, process) from None
    except duckdb.Error:  # while it kept the rows: the cause may be the stream that broke off
        if process.overdue or process.killed:
            raise _ended(where, product, process) from None
        raise
    last = _line(source)
    if last is None:
        raise _ended(where, product, process)
    if "rows" not in last:
        raise _stopped(where, product, last)
    return result


def _some(stream: pa.RecordBatchReader) -> tuple[list[pa.RecordBatch], bool]:
    """Batches until they are too many to hold, and whether that was all."""
    held, size = list[pa.RecordBatch](), 0
    for batch in _valid(stream):
        held.append(batch)
        size += batch.nbytes
        if size > IN_MEMORY:
            return held, False
    return held, True


def _reader(stream: pa.RecordBatchReader, held: list[pa.RecordBatch]) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(stream.schema, chain(held, _valid(stream)))


def _valid(stream: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    for batch in stream:
        batch.validate(full=True)  # offsets and lengths that lie would have the engine read what is not theirs
        yield batch


def _line(source: BinaryIO) -> dict[str, object] | None:
    try:
        said = json.loads(source.readline(_LONGEST_LINE))
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _stopped(where: str, product: str, said: Mapping[str, object]) -> MeshError:
    given, line = str(said.get("why")), said.get("line")
    why = given if given in _OWN_WORDS or given in kinds() else "it does not say why"
    at = line if isinstance(line, int) and 0 < line <= _MOST_LINES else 1
    fix = "Run it on a small sample to see why; its text is not kept, since it may hold a value."
    return MeshError.because("RUN-03", f"{where}:{at}", f"The transform stopped: {why}.", fix, product)


def _ended(where: str, product: str, process: Confined) -> MeshError:
    if process.overdue:
        why = f"The transform ran for longer than {process.limits.seconds:g} seconds and was ended."
        return MeshError.because("RUN-08", where, why, "Make it do less, or raise `transform_seconds` in mesh.toml.", product)
    if not process.killed:
        return _stopped(where, product, {"why": "it ended its own process"})
    why = "The transform's process was ended before its result was complete, most often for want of memory."
    fix = "See that memory suffices, or let it stream: `inputs.stream(name)` in, record batches out."
    return Unavailable(Finding("RUN-12", where, why, fix, product))
