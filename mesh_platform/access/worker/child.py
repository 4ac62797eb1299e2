"""The worker's side: one statement after the other over governed views, on an engine that opens the lake's files and nothing else.

A statement over views that leave rows out may fail on one of those rows, since the engine tries its conditions in an order of its own. So its rows
are held back until it has ended, and where it fails or grows it is run again over views that no condition is moved below: what leaves
depends on the rows that the views show, and on no other. Where it took too long or its process went, the platform asks for that run.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from mesh_platform.access.worker.frames import Kind, Receiver, Sender
from mesh_platform.access.worker.job import Job
from mesh_platform.access.worker.watch import Watch
from mesh_platform.errors import Finding, MeshError, Unavailable
from mesh_platform.keys import KeyVersion, no_key
from mesh_platform.lake import Lake
from mesh_platform.lake.engine import is_missing_file, trust
from mesh_platform.lake.pinned import refuse_moved
from mesh_platform.lake.reader import Reader

MOST_VIEWS = 256
HELD_BACK = 32 << 20
"""Bytes of rows that are held back before a statement counts as one that grows."""
BATCH_ROWS = 65_536
_BARRIER = " OFFSET 0"
"""Below it the engine moves no condition of the statement above."""
SCRATCH = Path("/tmp/mesh")  # noqa: S108 - of this process alone, in memory


def serve(home: str, result_fd: int, memory: str, threads: int, verified: Mapping[str, Sequence[int]]) -> None:
    """Answer jobs from standard input until it ends."""
    trust(verified)
    keys, jobs, watch = HandedKeys(), Receiver(0), Watch()
    lake = Lake(Path(home), keys, memory_limit=memory, threads=threads, temp=SCRATCH)
    with lake.reader() as reader:
        reader.close_to([Path(home) / "catalogs", Path(home) / "data", SCRATCH])
        views = HeldViews(reader)
        answered = True
        while answered or usable(reader.con):
            try:
                _, packed = jobs.receive()
            except EOFError:
                return
            answered = _answer(Job.read(packed), reader, views, keys, watch, Sender(result_fd))


def usable(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the engine still answers: an error of its own makes one that answers nothing any more. Where not, the worker ends, and the next
    statement goes to another one."""
    try:
        con.execute("SELECT 1")
    except duckdb.Error:
        return False
    return True


def _answer(job: Job, reader: Reader, views: HeldViews, keys: HandedKeys, watch: Watch, out: Sender) -> bool:
    """Whether rows were given, and not a refusal."""
    keys.hand(job.keys)
    watch.begin(job.limits.seconds, reader.con.interrupt)
    answered = False
    try:
        for kind, content in _frames(job, reader, views):
            if kind is Kind.END:
                watch.end()
            out.send(kind, content)
        answered = True
    except MeshError as refusal:
        found = _overdue(job) if watch.end() else refusal
        told = {"exit_code": found.exit_code, "finding": found.finding.as_json()}
        out.send(Kind.REFUSED, json.dumps(told).encode())
    finally:
        watch.end()
    out.flush()
    return answered


def _frames(job: Job, reader: Reader, views: HeldViews) -> Iterator[tuple[Kind, memoryview]]:
    places = {view.name: view.place for view in job.views}

    def begin(con: duckdb.DuckDBPyConnection, relations: Mapping[str, str]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        views.stand(con, job, relations, barrier=False)
        batches = _stream(con, job)
        held, size = list[pa.RecordBatch](), 0
        if not any(view.filtered for view in job.views):
            first = next(batches, None)
            return batches.schema, iter(_following(first, batches))
        for batch in batches:
            held.append(batch)
            size += batch.nbytes
            if size > HELD_BACK:
                break
        else:
            return batches.schema, iter(held)
        return _again(con, job, relations, views)

    def tried(con: duckdb.DuckDBPyConnection, relations: Mapping[str, str]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        if job.barrier:
            return _again(con, job, relations, views)
        try:
            return begin(con, relations)
        except duckdb.Error as error:  # one that took too long has no time left here: the platform asks it anew
            if not job.tells or isinstance(error, duckdb.InterruptException) or is_missing_file(error):
                raise
            return _again(con, job, relations, views)

    schema, batches = reader.follow(places, tried)
    yield Kind.SCHEMA, memoryview(schema.serialize())
    left, more = job.limits.rows, False
    for batch in batches:
        part = batch.slice(0, left)
        left -= part.num_rows
        if part.num_rows:
            yield Kind.ROWS, memoryview(part.serialize())
        if more := part.num_rows < batch.num_rows:  # none is cut that has as many rows as it may
            break
    yield Kind.END, memoryview(json.dumps({"rows": job.limits.rows - left, "cut": more}).encode())


def _again(
    con: duckdb.DuckDBPyConnection, job: Job, relations: Mapping[str, str], views: HeldViews
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    views.stand(con, job, relations, barrier=True)
    batches = _stream(con, job)
    first = next(batches, None)
    return batches.schema, iter(_following(first, batches))


class _Batches(Iterator[pa.RecordBatch]):
    """Batches of one statement; what goes wrong between two of them is the engine's error and not Arrow's."""

    def __init__(self, reader: pa.RecordBatchReader) -> None:
        self._reader, self.schema = reader, pa.schema([field.with_type(_plain(field.type)) for field in reader.schema])

    def __next__(self) -> pa.RecordBatch:
        from mesh_platform.lake.engine import as_engine_error

        try:
            batch = self._reader.read_next_batch()
            return batch if batch.schema.types == self.schema.types else batch.cast(self.schema)
        except StopIteration:
            raise
        except (pa.ArrowException, OSError) as error:
            raise as_engine_error(error) from None


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type without dictionaries, which an ENUM brings: batches travel alone, and their dictionaries would stay behind."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_plain(field.type)) for field in kind])
    return kind


def _stream(con: duckdb.DuckDBPyConnection, job: Job) -> _Batches:
    from mesh_platform.lake.engine import as_engine_error

    try:
        return _Batches(con.execute(job.text, list(job.parameters)).to_arrow_reader(BATCH_ROWS))
    except UnicodeDecodeError:  # the engine's text of an error cuts a character of a value in two
        raise duckdb.ConversionException("Conversion Error") from None
    except (pa.ArrowException, OSError) as error:  # a type that Arrow has not
        raise as_engine_error(error) from None


def _following(first: pa.RecordBatch | None, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    from mesh_platform.lake.engine import as_finding

    if first is not None:
        yield first
    try:
        yield from rest
    except duckdb.Error as error:
        raise as_finding(error, "reading a stream") from None


class HeldViews:
    """Views that stand from one statement to the next: making one takes longer than a short statement does.

    A name stands for one view of one product, and nobody who does not read under it can say it (`Reading`). One is made anew where its
    product was replaced.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._held: OrderedDict[str, tuple[str, object]] = OrderedDict()

    def stand(self, con: duckdb.DuckDBPyConnection, job: Job, relations: Mapping[str, str], barrier: bool) -> None:
        """Let the job's views stand; with `barrier` the engine moves no condition below those that leave rows out."""
        for view in job.views:
            refuse_moved(view.place, view.file, self._reader.opened(view.place))
            select = view.select.replace("{t}", relations[view.name]) + (_BARRIER if barrier and view.filtered else "")
            wanted = (select, self._reader.standing(view.place))
            if self._held.get(view.name) != wanted:
                self._held.pop(view.name, None)
                con.execute(f'CREATE OR REPLACE TEMP VIEW "{view.name}" AS {select}')
                self._held[view.name] = wanted
            self._held.move_to_end(view.name)
        while len(self._held) > max(MOST_VIEWS, len(job.views)):
            name, _ = self._held.popitem(last=False)
            con.execute(f'DROP VIEW IF EXISTS temp."{name}"')


def _overdue(job: Job) -> Unavailable:
    why = f"The statement ran for more than {job.limits.seconds:g} seconds and was ended."
    return Unavailable(Finding("ACCESS-05", "the statement", why, "Ask for less at once: fewer rows, a filter, an aggregate."))


class HandedKeys:
    """Keys of the catalogs that jobs read, as the platform unwrapped them: the worker cannot unwrap any itself."""

    kind = "handed to a worker"
    recallable_days = 0

    def __init__(self) -> None:
        self._known: Mapping[bytes, bytes] = {}

    def hand(self, keys: Mapping[bytes, bytes]) -> None:
        """Those of the next job, and no others."""
        self._known = keys

    def unwrap(self, domain: str, region: str, wrapped: bytes) -> bytes:
        found = self._known.get(wrapped)
        if found is None:
            raise no_key(domain, region)
        return found

    def has(self, domain: str, region: str) -> bool:
        return False

    def wrap(self, domain: str, region: str, key: bytes) -> bytes:
        raise no_key(domain, region)

    def destroy(self, domain: str, region: str) -> None:
        raise no_key(domain, region)

    def versions(self, domain: str, region: str) -> tuple[KeyVersion, ...]:
        return ()

    def listed(self) -> tuple[KeyVersion, ...]:
        return ()

    def version_of(self, domain: str, region: str, wrapped: bytes) -> str:
        raise no_key(domain, region)

    def renew(self, domain: str, region: str) -> KeyVersion:
        raise no_key(domain, region)

    def drop_older(self, domain: str, region: str) -> int:
        return 0
