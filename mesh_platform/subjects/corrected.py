"""A value of one person put right where it comes from: in the landing files that a source declares as a store. Every other row stays as it is written."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_platform.aside import written
from mesh_platform.errors import CheckFailed
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake.sources.files import SourceFile, find_files, format_of, header
from mesh_platform.product.models import Source
from mesh_platform.subjects.requests.values import Closure

Theirs = Callable[[Mapping[str, object]], bool]


@dataclass(frozen=True, slots=True)
class Correction:
    """One column of one product's landing files, and the value that is to stand there; `keys` tells by which columns a person is found."""

    root: Path
    product: str
    source: Source
    keys: Mapping[str, str]
    column: str
    value: str

    def put_right(self, closure: Closure, tokens: SubjectTokens) -> int:
        """Write the files anew in which a row of the person holds something else; how many rows.

        Raises:
            CheckFailed: DSAR-41, where a file has not the columns, or a form that cannot be written anew; RUN-01, RUN-02, where it cannot be read.
            OSError: where it cannot be written.
        """
        assert self.source.path is not None
        files = find_files(self.root, self.source.path, self.product)
        kind = format_of(files, self.source.format, self.product)
        if kind not in ("csv", "ndjson", "parquet"):
            raise self._refused(files[0].name, f"A file of the form {kind} cannot be written anew.")
        asked = [(column, tokens.maker(name), closure.tokens(name)) for column, name in self.keys.items()]

        def theirs(row: Mapping[str, object]) -> bool:
            return any(row[column] is not None and make(str(row[column])) in held for column, make, held in asked)

        return sum(self._table(file, theirs) if kind == "parquet" else self._text(file, kind, theirs) for file in files)

    def _text(self, file: SourceFile, kind: str, theirs: Theirs) -> int:
        records, changed = list[str](), 0
        for said, mended in self._lines(file, theirs) if kind == "csv" else self._documents(file, theirs):
            records.append(said if mended is None else mended)
            changed += mended is not None
        if changed:
            data = "".join(records).encode()
            with written(file.path, mode=file.path.stat().st_mode & 0o777) as out:
                out.write(gzip.compress(data, mtime=0) if file.gzipped else data)
        return changed

    def _lines(self, file: SourceFile, theirs: Theirs) -> Iterator[tuple[str, str | None]]:
        """Each record of a CSV file as it is written, and as it should be where it is not."""
        names, delimiter = header(file, {*self.keys, self.column}, self.product)
        self._refuse_missing(file, names)
        raw, place = list[str](), names.index(self.column)

        def kept(lines: io.StringIO) -> Iterator[str]:
            for line in lines:
                raw.append(line)
                yield line

        for number, record in enumerate(csv.reader(kept(io.StringIO(_read(file), newline="")), delimiter=delimiter)):
            said, mended = "".join(raw), None
            raw.clear()
            if (
                number
                and len(record) == len(names)
                and record[place] != self.value
                and theirs(dict(zip(names, record, strict=True)))
            ):
                record[place] = self.value
                out = io.StringIO(newline="")
                csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if said.endswith("\r\n") else "\n").writerow(record)
                mended = out.getvalue()
            yield said, mended

    def _documents(self, file: SourceFile, theirs: Theirs) -> Iterator[tuple[str, str | None]]:
        """The same of lines of JSON."""
        for line in _read(file).splitlines(keepends=True):
            row: Any = json.loads(line) if line.strip() else None
            if (
                isinstance(row, dict)
                and theirs({name: row.get(name) for name in self.keys})
                and str(row.get(self.column)) != self.value
            ):
                row[self.column] = _like(row.get(self.column), self.value)
                yield line, json.dumps(row, ensure_ascii=False) + "\n"
            else:
                yield line, None

    def _table(self, file: SourceFile, theirs: Theirs) -> int:
        table = pq.read_table(file.path)
        self._refuse_missing(file, table.column_names)
        own = [
            theirs(row) and str(row[self.column]) != self.value for row in table.select([*{*self.keys, self.column}]).to_pylist()
        ]
        if not any(own):
            return 0
        place, held = table.column_names.index(self.column), table.column(self.column)
        new = pa.scalar(self.value).cast(held.type).as_py()
        values = pa.array([new if mine else cell for mine, cell in zip(own, held.to_pylist(), strict=True)], held.type)
        with written(file.path, mode=file.path.stat().st_mode & 0o777) as out:
            pq.write_table(table.set_column(place, table.schema.field(place), values), out, compression="zstd")
        return sum(own)

    def _refuse_missing(self, file: SourceFile, names: list[str]) -> None:
        if missing := sorted({*self.keys, self.column} - {*names}):
            raise self._refused(file.name, f"It has no column {missing[0]}.")

    def _refused(self, where: str, why: str) -> CheckFailed:
        return CheckFailed.because(
            "DSAR-41", where, why, "Put the value right at its source, then run the request again.", self.product
        )


def _read(file: SourceFile) -> str:
    data = file.path.read_bytes()
    return (gzip.decompress(data) if file.gzipped else data).decode()


def _like(before: object, value: str) -> object:
    """The value as what stood there was written: a number as a number."""
    if isinstance(before, bool) or not isinstance(before, int | float):
        return value
    try:
        return type(before)(value)
    except ValueError:
        return value
