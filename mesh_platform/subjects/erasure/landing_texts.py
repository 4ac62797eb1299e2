"""Landing files whose rows stay: what tells of the person goes from each record, and every record that does not stays byte for byte.

As in the product itself: keys of theirs become empty, texts and documents lose identifiers and names. Where the product needs a key in each
row, the person's rows go instead.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake.sources.files import SourceFile, format_of, header
from mesh_platform.subjects.erasure.readings import HIDDEN
from mesh_platform.subjects.erasure.redaction import Redactor
from mesh_platform.subjects.erasure.stores import Landing, known, lines_of, rewritten
from mesh_platform.subjects.requests.values import Closure

Own = Callable[[Mapping[str, object]], list[str]]
"""Which of the key columns of a record hold an identifier of the person."""
_GONE = ""


@dataclass(frozen=True, slots=True)
class TextLanding(Landing):
    """The landing files of a product whose texts are redacted; `firm`: its keys cannot be null, so rows of the person go."""

    redactor: Redactor
    firm: bool = False

    def erase(self, closure: Closure, tokens: SubjectTokens, begin: Callable[[int], object]) -> int:
        """Take the person out of the records; how many changed or went. Raises what `Landing.erase` does."""
        files = self.files()
        kind = format_of(files, self.source.format, self.product) if files else ""
        if files and kind not in ("csv", "ndjson", "parquet"):
            raise self._refused(files[0], f"A file of the form {kind} cannot be written anew without some of its words.")
        asked = [(column, known(name, closure, tokens)) for column, name in self.keys.items()]

        def own(row: Mapping[str, object]) -> list[str]:
            return [column for column, is_theirs in asked if row.get(column) is not None and is_theirs(str(row[column]))]

        found = {file: sum(changed for _, changed in self._each(file, kind, own)) for file in files}
        if any(found.values()):
            begin(sum(found.values()))
        for file, changed in found.items():
            if changed:
                self._anew(file, kind, own)
        return sum(found.values())

    def _each(self, file: SourceFile, kind: str, own: Own) -> Iterator[tuple[Any, int]]:
        """What the file holds from now on, piece by piece, with how many records changed in each."""
        if kind == "parquet":
            with pq.ParquetFile(file.path) as table:
                self._refuse_missing(file, set(table.schema_arrow.names))
                for number in range(table.num_row_groups):
                    yield self._group(table.read_row_group(number), own)
            return
        with lines_of(file) as lines:
            yield from self._lines(lines, own) if kind == "ndjson" else self._csv(file, lines, own)

    def _lines(self, lines: IO[str], own: Own) -> Iterator[tuple[str, int]]:
        may = re.compile(f"(?i:{self.redactor.found.spelled or '(?!)'})|{HIDDEN}")
        for line in lines:
            row = json.loads(line) if line.strip() else None
            theirs = own(row) if isinstance(row, dict) else []
            if theirs and self.firm:
                yield _GONE, 1
            elif theirs or may.search(line):
                bare = self.redactor.document(line, bool(theirs), theirs)
                yield bare, bare != line
            else:
                yield line, 0

    def _csv(self, file: SourceFile, lines: IO[str], own: Own) -> Iterator[tuple[str, int]]:
        names, delimiter = header(file, set(self.keys), self.product)
        self._refuse_missing(file, set(names))
        raw = list[str]()

        def kept() -> Iterator[str]:
            for line in lines:
                raw.append(line)
                yield line

        for number, record in enumerate(csv.reader(kept(), delimiter=delimiter)):
            said = "".join(raw)
            raw.clear()
            theirs = own(dict(zip(names, record, strict=False))) if number else []
            if theirs and self.firm:
                yield _GONE, 1
                continue
            bare = [self._cell(name, cell, theirs) for name, cell in zip(names, record, strict=False)] if number else record
            yield (_as_csv(bare, delimiter, said), 1) if bare != record else (said, 0)

    def _cell(self, name: str, cell: str, theirs: Collection[str]) -> str:
        return "" if name in theirs else self.redactor.cell(cell, bool(theirs))

    def _group(self, table: pa.Table, own: Own) -> tuple[pa.Table, int]:
        kept, changed = list[dict[str, Any]](), 0
        for row in table.to_pylist():
            theirs = own(row)
            bare = {name: None if name in theirs else self._bare(value, bool(theirs)) for name, value in row.items()}
            gone = bool(theirs) and self.firm
            kept += [] if gone else [bare]
            changed += gone or bare != row
        return (pa.Table.from_pylist(kept, schema=table.schema), changed) if changed else (table, 0)

    def _bare(self, value: Any, own: bool) -> Any:
        """A value without the person, whatever it is made of."""
        if isinstance(value, str):
            return self.redactor.cell(value, own)
        if isinstance(value, list):
            return [self._bare(item, own) for item in value]
        return {name: self._bare(item, own) for name, item in value.items()} if isinstance(value, dict) else value

    def _anew(self, file: SourceFile, kind: str, own: Own) -> None:
        with rewritten(file, self.product) as out:
            if kind == "parquet":
                with pq.ParquetFile(file.path) as before:
                    compression = before.metadata.row_group(0).column(0).compression.lower()
                    with pq.ParquetWriter(out, before.schema_arrow, compression=compression) as target:
                        for table, _ in self._each(file, kind, own):
                            target.write_table(table)
                return
            packed = gzip.GzipFile("", "wb", fileobj=out, mtime=0) if file.gzipped else None
            text = io.TextIOWrapper(packed or out, encoding="utf-8", newline="", write_through=True)
            for said, _ in self._each(file, kind, own):
                text.write(said)
            text.flush()
            text.detach()
            if packed is not None:
                packed.close()


def _as_csv(record: list[str], delimiter: str, said: str) -> str:
    """A record as it is written, with the line end that it had."""
    end = "\r\n" if said.endswith("\r\n") else "\n" if said.endswith("\n") else ""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerow(record)
    return out.getvalue()
