"""A row more in a landing file, in the file's own form: how a canary is planted. What stood in a file of text stays byte for byte."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_platform.errors import CheckFailed
from mesh_platform.lake.sources.files import SourceFile, format_of, header
from mesh_platform.subjects.erasure.stores import Landing, lines_of, rewritten

Row = Mapping[str, object]


def added(landing: Landing, row: Row) -> None:
    """Add the row to the last of the files; columns that it does not name are empty.

    Raises:
        CheckFailed: CONSENT-13, where there is no file, or of no form that can be written; DSAR-11, where it is written to meanwhile.
        OSError: where it cannot be written.
    """
    files = landing.files()
    kind = format_of(files, landing.source.format, landing.product) if files else ""
    if kind not in _WITH:
        why = f"A file of the form {kind} cannot be written anew with a row more." if files else "Its files are not there."
        fix = "Plant it in another product, or have it carried by the system that delivers."
        raise CheckFailed.because("CONSENT-13", files[-1].name if files else landing.product, why, fix, landing.product)
    _WITH[kind](landing, files[-1], row)


def _text_with(landing: Landing, file: SourceFile, last: Callable[[str], str]) -> None:
    """A text file again, with what `last` makes of its last line."""
    with rewritten(file, landing.product) as out, lines_of(file) as lines:
        packed = gzip.GzipFile("", "wb", fileobj=out, mtime=0) if file.gzipped else None
        text = io.TextIOWrapper(packed or out, encoding="utf-8", newline="", write_through=True)
        line = ""
        for line in lines:
            text.write(line)
        text.write(last(line))
        text.flush()
        text.detach()
        if packed is not None:
            packed.close()


def _csv_with(landing: Landing, file: SourceFile, row: Row) -> None:
    names, delimiter = header(file, set(landing.keys), landing.product)
    cells = ["" if (value := row.get(name)) is None else _said(value) for name in names]

    def last(line: str) -> str:
        out, end = io.StringIO(), "\r\n" if line.endswith("\r\n") else "\n"
        csv.writer(out, delimiter=delimiter, lineterminator=end).writerow(cells)
        return out.getvalue() if line.endswith("\n") else end + out.getvalue()

    _text_with(landing, file, last)


def _lines_with(landing: Landing, file: SourceFile, row: Row) -> None:
    told = {name: _said(value) if isinstance(value, date) else value for name, value in row.items()}
    text = json.dumps(told, ensure_ascii=False) + "\n"
    _text_with(landing, file, lambda line: text if not line or line.endswith("\n") else "\n" + text)


def _table_with(landing: Landing, file: SourceFile, row: Row) -> None:
    with rewritten(file, landing.product) as out, pq.ParquetFile(file.path) as opened:
        compression = opened.metadata.row_group(0).column(0).compression.lower() if opened.num_row_groups else "zstd"
        schema = opened.schema_arrow
        with pq.ParquetWriter(out, schema, compression=compression) as target:
            for number in range(opened.num_row_groups):
                target.write_table(opened.read_row_group(number))
            target.write_table(pa.table([_cell(row.get(field.name), field.type) for field in schema], schema=schema))


def _cell(value: object, kind: pa.DataType) -> pa.Array:
    return pa.array([value]).cast(kind) if value is not None else pa.nulls(1, kind)


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_WITH: Mapping[str, Callable[[Landing, SourceFile, Row], None]] = {
    "csv": _csv_with,
    "ndjson": _lines_with,
    "parquet": _table_with,
}
