"""Arrow's messages as Flight carries them: schemas, batches in messages of a bounded size, and the values that a caller binds.

What a caller sends is read as little as possible: one row of plain types, uncompressed, without dictionaries.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from mesh_platform.errors import UsageProblem
from mesh_platform.flight.messages import message
from mesh_platform.flight.tickets import Value

PART = 2 << 20
"""Bytes of one message of rows, about; drivers take 4 MB and more."""
MOST_VALUES = 1_000
_CONTINUES = b"\xff\xff\xff\xff"
_RECORD_BATCH, _COMPRESSION = 3, 3  # MessageHeader.RecordBatch, and the slot of its `compression`
_TAKEN = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_string, pa.types.is_large_string)


def schema_frame(schema: pa.Schema) -> bytes:
    """The first message of a stream."""
    return _frame(schema.serialize())


def batch_frames(batch: pa.RecordBatch) -> Iterator[bytes]:
    """The rows as messages of about `PART` bytes; none for no rows."""
    rows = batch.num_rows
    step = max(1, rows * PART // max(batch.nbytes, 1))
    for start in range(0, rows, step):
        yield _frame(batch.slice(start, step).serialize())


def schema_bytes(schema: pa.Schema) -> bytes:
    """A schema as it stands in an answer's fields."""
    return bytes(schema.serialize())


def _frame(encapsulated: pa.Buffer) -> bytes:
    """One encapsulated message (continuation, length, header, body) as FlightData."""
    view = memoryview(encapsulated)
    (length,) = struct.unpack_from("<i", view, 4)
    header, body = bytes(view[8 : 8 + length]), bytes(view[8 + length :])
    found: bytes = message("FlightData", data_header=header, data_body=body).SerializeToString()
    return found


def bound_values(frames: Sequence[Any]) -> tuple[Value, ...]:
    """The values that messages of FlightData hold: a schema, then one row.

    Raises:
        UsageProblem: FLIGHT-07, where it is not one row of plain values.
    """
    full = [frame for frame in frames if frame.data_header]
    if len(full) != 2:
        raise _refused("It is not one set of values.")
    try:
        schema = pa.ipc.read_schema(_message(full[0]))
        if len(schema) > MOST_VALUES or not all(
            any(takes(kind) for takes in _TAKEN) or pa.types.is_null(kind) for kind in schema.types
        ):
            raise _refused(f"It holds more than {MOST_VALUES:,} values, or one that is no text, number, boolean or null.")
        if _compressed(full[1].data_header):
            raise _refused("It is compressed.")
        batch = pa.ipc.read_record_batch(_message(full[1]), schema)
        if batch.num_rows != 1:
            raise _refused("It is not one set of values.")
        batch.validate(full=True)
        return tuple(column[0].as_py() for column in batch.columns)
    except (pa.ArrowException, OSError, ValueError, IndexError, struct.error):
        raise _refused("It cannot be read.") from None


def _message(frame: Any) -> pa.Message:
    header = frame.data_header
    return pa.ipc.read_message(pa.py_buffer(_CONTINUES + struct.pack("<i", len(header)) + header + frame.data_body))


def _compressed(header: bytes) -> bool:
    """Whether a record batch says that its buffers are compressed: the flatbuffer is walked to that one slot.

    Raises:
        ValueError: where it is no record batch.
        struct.error: where it ends before it should.
    """
    table = struct.unpack_from("<I", header, 0)[0]
    kind = _slot(header, table, 1)
    if kind is None or header[kind] != _RECORD_BATCH:
        raise ValueError("no record batch")
    where = _slot(header, table, 2)
    if where is None:
        raise ValueError("no record batch")
    return _slot(header, where + struct.unpack_from("<I", header, where)[0], _COMPRESSION) is not None


def _slot(content: bytes, table: int, number: int) -> int | None:
    """Where a field of a flatbuffer's table stands; None where it is left out."""
    vtable = table - struct.unpack_from("<i", content, table)[0]
    if vtable < 0:
        raise ValueError("outside")
    size = struct.unpack_from("<H", content, vtable)[0]
    at = 4 + 2 * number
    offset = struct.unpack_from("<H", content, vtable + at)[0] if at < size else 0
    return table + offset if offset else None


def _refused(why: str) -> UsageProblem:
    fix = "Bind one row of texts, numbers and booleans, without compression; cast the rest in the statement: CAST(? AS DATE)."
    return UsageProblem.because("FLIGHT-07", "the bound values", why, fix)
