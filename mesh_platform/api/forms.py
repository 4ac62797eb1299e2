"""The forms in which rows leave, each as a stream of bytes: JSON, CSV, Parquet and Arrow.

| form | what tells of the answer | what tells that it is whole |
|---|---|---|
| JSON | `mesh`, before the rows | `count` and `cut`, after them |
| Arrow IPC stream | the schema's metadata `mesh` | the last batch has no rows and the metadata `mesh` with `count` and `cut` |
| Parquet | header `Mesh-Envelope` | the file's metadata `mesh`, with `count` and `cut` in it |
| CSV | header `Mesh-Envelope` | the end of the chunked answer; it may be cut where it has as many rows as its limit |

An answer that breaks off has none of these ends, and its connection is dropped.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from mesh_platform.access.plain import cells, plain
from mesh_platform.access.storable import as_text, storable, storable_schema

JSON, CSV = "application/json", "text/csv"
PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"
KEY = b"mesh"
"""Under what the envelope stands in Arrow's and Parquet's metadata."""
Envelope = Mapping[str, object]


class Form(Protocol):
    """Writes one answer."""

    def begin(self) -> bytes: ...
    def rows(self, batch: pa.RecordBatch) -> bytes: ...
    def end(self, count: int, cut: bool) -> bytes: ...


class _Sink(io.RawIOBase):
    """What a writer wrote since the last look."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class AsJson:
    """`{"mesh": …, "columns": […], "rows": [[…], …], "count": n, "cut": false}`, in this order."""

    def __init__(self, schema: pa.Schema, envelope: Envelope) -> None:
        self._schema, self._envelope, self._some = schema, envelope, False

    def begin(self) -> bytes:
        columns = [{"name": field.name, "type": str(field.type)} for field in self._schema]
        return f'{{"mesh": {_json(self._envelope)}, "columns": {_json(columns)}, "rows": ['.encode()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        if not batch.num_rows:
            return b""
        columns = [[plain(value) for value in cells(column)] for column in batch.columns]
        text = _json(list(zip(*columns, strict=True)))[1:-1]
        before, self._some = (",\n" if self._some else ""), True
        return f"{before}{text}".encode()

    def end(self, count: int, cut: bool) -> bytes:
        return f'], "count": {count}, "cut": {_json(cut)}}}\n'.encode()


class AsCsv:
    """RFC 4180 with a line of names; nulls are empty, text is quoted, and what is nested stands as JSON."""

    def __init__(self, schema: pa.Schema, envelope: Envelope) -> None:
        self._schema = schema

    def begin(self) -> bytes:
        return (",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in self._schema.names) + "\n").encode()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        sink = pa.BufferOutputStream()
        flat = pa.RecordBatch.from_arrays([_flat(column) for column in batch.columns], names=batch.schema.names)
        pyarrow.csv.write_csv(flat, sink, pyarrow.csv.WriteOptions(include_header=False))
        return bytes(sink.getvalue())

    def end(self, count: int, cut: bool) -> bytes:
        return b""


class AsParquet:
    """One row group per batch, with zstd. Intervals and unions, for which it has no type, stand as text."""

    def __init__(self, schema: pa.Schema, envelope: Envelope) -> None:
        self._envelope, self._sink = envelope, _Sink()
        self._schema = storable_schema(schema)
        self._writer = pq.ParquetWriter(pa.PythonFile(self._sink, "w"), self._schema, compression="zstd")

    def begin(self) -> bytes:
        return self._sink.taken()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        self._writer.write_batch(storable(batch, self._schema))
        return self._sink.taken()

    def end(self, count: int, cut: bool) -> bytes:
        self._writer.add_key_value_metadata({KEY.decode(): _json({**self._envelope, "count": count, "cut": cut})})
        self._writer.close()
        return self._sink.taken()


class AsArrow:
    """The IPC stream of Arrow."""

    def __init__(self, schema: pa.Schema, envelope: Envelope) -> None:
        self._sink, self._schema = _Sink(), schema
        told = schema.with_metadata({**(schema.metadata or {}), KEY: _json(envelope).encode()})
        self._writer = pa.ipc.new_stream(pa.PythonFile(self._sink, "w"), told)

    def begin(self) -> bytes:
        return self._sink.taken()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        self._writer.write_batch(batch)
        return self._sink.taken()

    def end(self, count: int, cut: bool) -> bytes:
        none = pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in self._schema], schema=self._schema)
        self._writer.write_batch(none, custom_metadata={KEY: _json({"count": count, "cut": cut}).encode()})
        self._writer.close()
        return self._sink.taken()


FORMS: Mapping[str, Callable[[pa.Schema, Envelope], Form]] = {JSON: AsJson, CSV: AsCsv, PARQUET: AsParquet, ARROW: AsArrow}
IN_HEADER = frozenset({CSV, PARQUET})
"""Forms whose envelope stands in the header `Mesh-Envelope`."""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)


def _flat(column: pa.Array) -> pa.Array:
    """The column as CSV can hold it."""
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_interval(kind):
        return as_text(column)
    if pa.types.is_dictionary(kind):
        return column.dictionary_decode()
    return column
