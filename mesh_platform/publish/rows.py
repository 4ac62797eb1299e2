"""Where the rows of a publication come from: a source, SQL over inputs, Python, or a dbt model. What is slow runs here, before the lock."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import duckdb
import pyarrow as pa

from mesh_platform.confine import Limits
from mesh_platform.errors import MeshError
from mesh_platform.lake import Writer, quote_name, scan_source
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.product import DbtTransform, Mesh, Product, PythonTransform, SqlTransform
from mesh_platform.product.sql import SOURCE
from mesh_platform.publish import build
from mesh_platform.publish.build import Built
from mesh_platform.publish.coarse import coarsened, finer
from mesh_platform.publish.dbt_transform import compiled_sql
from mesh_platform.publish.deliveries import Delivery
from mesh_platform.publish.inputs import InputRows, governed_inputs
from mesh_platform.publish.people import People
from mesh_platform.publish.python_transform import run_python
from mesh_platform.publish.runtime import Runtime

_FINE = "rows before they are coarser"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows ready to be staged: SQL still to run over inputs and source, or a result that is already there."""

    mesh: Mesh
    product: Product
    inputs: tuple[InputRows, ...]
    result: pa.Table | Built | None = None
    sql: str | None = None
    """The SELECT, where SQL makes the rows."""
    seconds: float = Limits().seconds
    """How long the statement may take."""

    def stage(self, writer: Writer, people: People, only: Sequence[Delivery] = ()) -> int:
        """Put the rows into the writer's table, of the source's files `only` those where some are named. How many.

        Rows that were served stay as they are where others are added, unless what stands beside them about people does not fit any more.

        Raises:
            MeshError: with what is wrong with the rows or the statement.
        """
        with ExitStack() as after:
            rows = after.enter_context(self._rows(writer, only))
            after.enter_context(_told_of(self.mesh, self.product))
            after.enter_context(_bounded(writer, self.product, self.seconds))
            append = self.product.descriptor.load == "append"
            if append and self.unfit(writer, people):
                rows, append = f"{writer.served_rows()} UNION ALL BY NAME ({rows})", False
            return self._staged(writer, people, rows, append)

    def restage(self, writer: Writer, people: People) -> int:
        """Put the rows that are served into the writer's table once more, and no others. How many.

        Raises:
            MeshError: where they do not fit the declared columns any more.
        """
        with _bounded(writer, self.product, self.seconds):
            return self._staged(writer, people, writer.served_rows(), append=False)

    def _staged(self, writer: Writer, people: People, rows: str | pa.Table, append: bool) -> int:
        columns = [(name, column.type.duckdb) for name, column in self.product.descriptor.columns.items()]
        rows = self._coarse(writer, rows)
        bucket_by, hidden = bucket_of(self.product), people.hidden
        order = order_of(bucket_by) if hidden else ()
        return writer.stage(rows, columns=columns, bucket_by=bucket_by, sort_by=order, append=append, hidden=hidden)

    def _coarse(self, writer: Writer, rows: str | pa.Table) -> str | pa.Table:
        """The rows with the values coarser that the descriptor says (`coarsen:`)."""
        if not any(column.coarsen for column in self.product.descriptor.columns.values()):
            return rows
        if not isinstance(rows, str):
            writer.con.register(_FINE, rows)
            rows = f"SELECT * FROM {quote_name(_FINE)}"
        found = {str(row[0]).casefold(): str(row[0]) for row in writer.con.execute(f"DESCRIBE {rows}").fetchall()}
        return coarsened(rows, found, self.product.descriptor)

    def unfit(self, writer: Writer, people: People) -> bool:
        """Whether the served rows are to be written again: they are finer than they may be, or lack what stands beside rows now."""
        served = writer.previous
        if served is None or {name for name, _ in writer.columns()} != {*self.product.descriptor.columns}:
            return False
        return not (writer.holds(people.hidden) and people.fit_beside(served)) or self._finer(writer)

    def _finer(self, writer: Writer) -> bool:
        sql = finer(f"SELECT * FROM {writer.table}", self.product.descriptor)
        return bool(sql and (writer.con.execute(sql).fetchone() or (0,))[0])

    @contextmanager
    def _rows(self, writer: Writer, only: Sequence[Delivery]) -> Iterator[str | pa.Table]:
        if isinstance(self.result, Built):
            writer.con.execute(self.result.attach)
            yield f"SELECT * FROM {self.result.relation}"
            return
        if self.result is not None:
            yield self.result
            return
        for given in self.inputs:
            writer.attach_input(given.place, given.entry.name, given.fields or None, given.select(), given.served.file)
        if self.product.descriptor.source is None:
            yield self._select
            return
        yield from self._from_source(writer, only)

    def _from_source(self, writer: Writer, only: Sequence[Delivery]) -> Iterator[str]:
        declared = {name: column.type.duckdb for name, column in self.product.descriptor.columns.items()}
        source = self.product.descriptor.source
        assert source is not None
        sources = [source.model_copy(update={"path": delivery.path}) for delivery in only] or [source]
        with ExitStack() as opened:
            selects = [
                opened.enter_context(
                    scan_source(writer.con, self.mesh.root, one, declared, strict=self.sql is None, product=str(self.product.key))
                )
                for one in sources
            ]
            select = " UNION ALL BY NAME ".join(f"({part})" for part in selects)
            if self.sql is None:
                yield f"SELECT {', '.join(map(quote_name, declared)) or '*'} FROM ({select})"
                return
            _view(writer, SOURCE, select)
            yield self._select

    @property
    def _select(self) -> str:
        assert self.sql is not None
        return self.sql.rstrip().rstrip(";")


@contextmanager
def _bounded(writer: Writer, product: Product, seconds: float) -> Iterator[None]:
    """Interrupts a statement that takes longer."""
    overdue = threading.Event()

    def interrupt() -> None:
        overdue.set()
        writer.con.interrupt()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (MeshError, duckdb.Error):
        if not overdue.is_set():
            raise
        why = f"Its statement ran for longer than {seconds:g} seconds and was ended."
        fix = "Make it do less, or raise `transform_seconds` in mesh.toml."
        raise MeshError.because("RUN-08", product.where, why, fix, str(product.key)) from None
    finally:
        timer.cancel()


_AT_LINE = re.compile(r"line (\d+)$")


@contextmanager
def _told_of(mesh: Mesh, product: Product) -> Iterator[None]:
    """What the engine refuses in a statement stands in the transform's file."""
    try:
        yield
    except MeshError as error:
        if error.finding.rule != "LAKE-32" or product.transform is None:
            raise
        file, line = product.transform.path.relative_to(mesh.root).as_posix(), _AT_LINE.search(error.finding.where)
        error.finding = replace(error.finding, where=f"{file}:{line[1] if line else 1}")
        raise


def _view(writer: Writer, name: str, select: str) -> None:
    writer.con.execute(f"CREATE OR REPLACE TEMP VIEW {quote_name(name)} AS {select}")


def bucket_of(product: Product) -> str | None:
    """The subject key by which the files are split: a key that identifies the row where there is one, else the first subject column."""
    subjects = list(product.descriptor.subject_columns)
    keyed = [name for name in subjects if name in product.descriptor.primary_key or product.descriptor.columns[name].unique]
    return next(iter(keyed or subjects), None)


def order_of(bucket_by: str | None) -> tuple[str, ...]:
    """The order of the rows within the files: a person's lie together, and not by the key itself, whose rank the order of a read would tell."""
    return (SUBJECTS + bucket_by,) if bucket_by else ()


@contextmanager
def prepare(mesh: Mesh, product: Product, runtime: Runtime, now: datetime) -> Iterator[Prepared]:
    """The rows of one publication, as far as they can be had without the product's lock.

    Raises:
        NotFound: RUN-04, where an input has no published version.
        MeshError: RUN-03, where Python or dbt fails; RUN-15, where an input does not give what is read of it.
    """
    with governed_inputs(mesh, product, runtime, now) as inputs, _made(mesh, product, runtime, inputs) as prepared:
        yield prepared


@contextmanager
def _made(mesh: Mesh, product: Product, runtime: Runtime, inputs: tuple[InputRows, ...]) -> Iterator[Prepared]:
    transform, seconds = product.transform, runtime.confinement.limits.seconds
    where = transform.path.relative_to(mesh.root).as_posix() if transform else product.where
    if isinstance(transform, PythonTransform):
        with runtime.lake.temp_folder() as work:
            with ExitStack() as readers:
                read = {given.entry.name: partial(_read, runtime, given, readers) for given in inputs}
                keep = partial(build.keep, runtime.lake, work)
                result = run_python(transform, where, str(product.key), read, runtime.confinement, keep)
            yield Prepared(mesh, product, inputs, result, seconds=seconds)
    elif isinstance(transform, DbtTransform):
        names = {given.entry.product.present: given.entry.name for given in inputs}
        cache = runtime.lake.home / "cache" / "dbt"
        sql = compiled_sql(transform, mesh.root / "dbt_project", where, str(product.key), names, runtime.confinement, cache)
        yield Prepared(mesh, product, inputs, sql=sql, seconds=seconds)
    elif isinstance(transform, SqlTransform):
        yield Prepared(mesh, product, inputs, sql=transform.sql, seconds=seconds)
    else:
        yield Prepared(mesh, product, inputs, seconds=seconds)


def _read(runtime: Runtime, given: InputRows, readers: ExitStack) -> pa.RecordBatchReader:
    """The input's rows as they are governed, from a reader that `readers` closes."""
    return readers.enter_context(runtime.lake.reader()).stream_marked(given.place, given.select(), given.served.file)
