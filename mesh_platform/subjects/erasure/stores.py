"""Places outside of the lake that a source declares and that an erasure reaches: its landing files here, its table in `tables`.

A file is written anew without the person's rows, beside its place, and renamed into it; every other row stays byte for byte, and a file that holds none of
the person is not touched. Files of a product that adds rows are left alone: a changed file would be published a second time.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_platform.aside import written
from mesh_platform.errors import CheckFailed
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake.sources.files import SourceFile, find_files, format_of, header
from mesh_platform.product.models import Source
from mesh_platform.subjects.requests.values import Closure

ANY = "any"
"""In place of a namespace: each value names its own, as `namespace:identifier`."""
Theirs = Callable[[Mapping[str, object]], bool]


@dataclass(frozen=True, slots=True)
class Landing:
    """The landing files of one product: `keys` tells which of their columns hold which identifier."""

    root: Path
    product: str
    source: Source
    keys: Mapping[str, str]

    def erase(self, closure: Closure, tokens: SubjectTokens, begin: Callable[[int], object]) -> int:
        """Remove the person's rows; how many went. `begin` is told how many there are before anything is changed, where there are any.

        Raises:
            CheckFailed: DSAR-11, where a file has not the columns, or a form that cannot be written anew; RUN-01, RUN-02, where it cannot be read.
            OSError: where it cannot be written.
        """
        files, theirs = self.files(), self._theirs(closure, tokens)
        kind = format_of(files, self.source.format, self.product) if files else ""
        if files and kind not in _REWRITTEN:
            raise self._refused(files[0], f"A file of the form {kind} cannot be written anew without some of its rows.")
        found = {file: sum(map(theirs, self._rows(file, kind))) for file in files}
        if any(found.values()):
            begin(sum(found.values()))
        for file, rows in found.items():
            if rows:
                _REWRITTEN[kind](self, file, theirs)
        return sum(found.values())

    def held(self, closure: Closure, tokens: SubjectTokens) -> int:
        """How many rows of the person its files hold; raises what `erase` does."""
        files, theirs = self.files(), self._theirs(closure, tokens)
        kind = format_of(files, self.source.format, self.product) if files else ""
        return sum(theirs(row) for file in files for row in self._rows(file, kind))

    def files(self) -> list[SourceFile]:
        """The files as they stand now; none where nothing was delivered."""
        assert self.source.path is not None
        if not any(self.root.glob(self.source.path)):
            return []
        return find_files(self.root, self.source.path, self.product)

    def _theirs(self, closure: Closure, tokens: SubjectTokens) -> Theirs:
        asked = [(column, known(name, closure, tokens)) for column, name in self.keys.items()]

        def theirs(row: Mapping[str, object]) -> bool:
            return any(row[column] is not None and is_theirs(str(row[column])) for column, is_theirs in asked)

        return theirs

    def _rows(self, file: SourceFile, kind: str) -> Iterator[Mapping[str, object]]:
        """The key columns of each row."""
        if kind == "parquet":
            with pq.ParquetFile(file.path) as opened:
                self._refuse_missing(file, set(opened.schema_arrow.names))
                for batch in opened.iter_batches(columns=list(self.keys)):
                    yield from batch.to_pylist()
            return
        with lines_of(file) as lines:
            for _, row in self._records(file, kind, lines):
                if row is not None:
                    yield row

    def _records(self, file: SourceFile, kind: str, lines: IO[str]) -> Iterator[tuple[str, Mapping[str, object] | None]]:
        """Each record as it is written, with its keys; None for what is no row."""
        if kind == "ndjson":
            for line in lines:
                row = json.loads(line) if line.strip() else None
                yield line, {name: row.get(name) for name in self.keys} if isinstance(row, dict) else None
            return
        names, delimiter = header(file, set(self.keys), self.product)
        self._refuse_missing(file, set(names))
        raw = list[str]()

        def kept() -> Iterator[str]:
            for line in lines:
                raw.append(line)
                yield line

        for number, record in enumerate(csv.reader(kept(), delimiter=delimiter)):
            row = dict(zip(names, record, strict=False))
            yield "".join(raw), {name: row.get(name) for name in self.keys} if number else None
            raw.clear()

    def _without(self, file: SourceFile, theirs: Theirs) -> None:
        """A text file again, line by line."""
        kind = format_of([file], self.source.format, self.product)
        with rewritten(file, self.product) as out, lines_of(file) as lines:
            packed = gzip.GzipFile("", "wb", fileobj=out, mtime=0) if file.gzipped else None
            text = io.TextIOWrapper(packed or out, encoding="utf-8", newline="", write_through=True)
            for said, row in self._records(file, kind, lines):
                if row is None or not theirs(row):
                    text.write(said)
            text.flush()
            text.detach()
            if packed is not None:
                packed.close()

    def _table_without(self, file: SourceFile, theirs: Theirs) -> None:
        """A Parquet file again, row group by row group."""
        with rewritten(file, self.product) as out, pq.ParquetFile(file.path) as opened:
            compression = opened.metadata.row_group(0).column(0).compression.lower() if opened.num_row_groups else "zstd"
            with pq.ParquetWriter(out, opened.schema_arrow, compression=compression) as target:
                for number in range(opened.num_row_groups):
                    table = opened.read_row_group(number)
                    keep = [not theirs(row) for row in table.select(list(self.keys)).to_pylist()]
                    target.write_table(table.filter(pa.array(keep, pa.bool_())))

    def _refuse_missing(self, file: SourceFile, names: set[str]) -> None:
        if missing := sorted(self.keys.keys() - names):
            raise self._refused(file, f"It has no column {missing[0]}, by which a person is to be found in it.")

    def _refused(self, file: SourceFile, why: str) -> CheckFailed:
        fix = "Correct source.stores in the descriptor, or remove the person by hand."
        return CheckFailed.because("DSAR-11", file.name, why, fix, self.product)


_REWRITTEN: Mapping[str, Callable[[Landing, SourceFile, Theirs], None]] = {
    "csv": Landing._without,
    "ndjson": Landing._without,
    "parquet": Landing._table_without,
}


def known(namespace: str, closure: Closure, tokens: SubjectTokens) -> Callable[[str], bool]:
    """Whether a value of a column is an identifier of the person; of any namespace where the value names it."""
    if namespace != ANY:
        make, held = tokens.maker(namespace), closure.tokens(namespace)
        return lambda text: make(text) in held
    each = {name: known(name, closure, tokens) for name in closure.namespaces}

    def theirs(text: str) -> bool:
        name, _, value = text.partition(":")
        return name in each and each[name](value)

    return theirs


@contextmanager
def rewritten(file: SourceFile, product: str) -> Iterator[BinaryIO]:
    """What takes the place of a file, with its mode; read the file inside. Where it is written to meanwhile it stays: what was added would be lost.

    Raises:
        CheckFailed: DSAR-11.
    """
    before = file.path.stat()
    with written(file.path, mode=before.st_mode & 0o777) as out:
        yield out
        now = file.path.stat()
        if (now.st_ino, now.st_size, now.st_mtime_ns) != (before.st_ino, before.st_size, before.st_mtime_ns):
            why = "It was written to while the person was taken out of it, so it stays as it is."
            raise CheckFailed.because("DSAR-11", file.name, why, "Run the request again once it is delivered.", product)


@contextmanager
def lines_of(file: SourceFile) -> Iterator[IO[str]]:
    """The text of a file, with its line ends as they are."""
    with (gzip.open if file.gzipped else open)(file.path, "rt", encoding="utf-8", newline="") as lines:
        yield lines
