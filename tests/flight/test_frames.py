"""Values that a caller binds, as they come over the wire: whatever is sent, they are one row of plain values or they are refused."""

from __future__ import annotations

import struct
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.errors import UsageProblem
from mesh_platform.flight.frames import PART, batch_frames, bound_values, schema_frame
from mesh_platform.flight.messages import message, read

ROW = pa.record_batch({"1": ["gold"], "2": [5], "3": [1.5], "4": [True], "5": pa.nulls(1)})


def sent(batch: pa.RecordBatch) -> list[Any]:
    return [read("FlightData", part) for part in (schema_frame(batch.schema), *batch_frames(batch))]


def compressed(batch: pa.RecordBatch, compression: str) -> list[Any]:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_batch(batch)
    reader = pa.ipc.MessageReader.open_stream(sink.getvalue())
    return [_framed(reader.read_next_message()) for _ in range(2)]


def _framed(found: pa.Message) -> Any:
    return message(
        "FlightData", data_header=found.metadata.to_pybytes(), data_body=found.body.to_pybytes() if found.body else b""
    )


def test_values_of_every_plain_kind_come_as_they_were_sent() -> None:
    assert bound_values(sent(ROW)) == ("gold", 5, 1.5, True, None)


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_what_is_compressed_is_refused_before_it_is_opened(compression: str) -> None:
    rows = pa.record_batch({"1": ["gold" * 10_000]})
    with pytest.raises(UsageProblem, match="compressed"):
        bound_values(compressed(rows, compression))


@pytest.mark.parametrize(
    "batch",
    [
        ROW.slice(0, 0),
        pa.record_batch({"1": ["a", "b"]}),
        pa.record_batch({"1": pa.array(["a"]).dictionary_encode()}),
        pa.record_batch({"1": [[1]]}),
        pa.record_batch({"1": [{"a": 1}]}),
        pa.record_batch({"1": [b"x"]}),
        pa.record_batch({str(number): [number] for number in range(1_001)}),
        pa.record_batch([pa.nulls(1 << 20)], names=["1"]),
    ],
)
def test_what_is_not_one_row_of_plain_values_is_refused(batch: pa.RecordBatch) -> None:
    with pytest.raises(UsageProblem, match="FLIGHT-07"):
        bound_values(sent(batch))


@settings(max_examples=400, deadline=None)
@given(
    which=st.integers(0, 1),
    part=st.sampled_from(["data_header", "data_body"]),
    place=st.integers(0, 2_000),
    value=st.integers(0, 255),
)
def test_a_changed_byte_gives_values_or_a_refusal(which: int, part: str, place: int, value: int) -> None:
    frames = sent(ROW)
    content = bytearray(getattr(frames[which], part))
    if content:
        content[place % len(content)] = value
    setattr(frames[which], part, bytes(content))
    try:
        assert all(value is None or type(value) in (str, int, float, bool) for value in bound_values(frames))
    except UsageProblem as refusal:
        assert refusal.finding.rule == "FLIGHT-07"


@settings(max_examples=200, deadline=None)
@given(header=st.binary(max_size=200), body=st.binary(max_size=200))
def test_any_bytes_are_refused(header: bytes, body: bytes) -> None:
    frames = [sent(ROW)[0], message("FlightData", data_header=header, data_body=body)]
    with pytest.raises(UsageProblem, match="FLIGHT-07"):
        bound_values(frames)


def test_long_batches_leave_in_messages_of_a_bounded_size() -> None:
    batch = pa.record_batch({"text": ["x" * 1000] * 10_000, "number": range(10_000)})
    parts = list(batch_frames(batch))
    assert len(parts) > 3
    assert max(map(len, parts)) < PART * 1.2
    back = [read("FlightData", part) for part in parts]
    rows = [pa.ipc.read_record_batch(pa.ipc.read_message(_encapsulated(each)), batch.schema) for each in back]
    assert pa.Table.from_batches(rows).equals(pa.Table.from_batches([batch]).combine_chunks())


def _encapsulated(frame: Any) -> pa.Buffer:
    return pa.py_buffer(b"\xff\xff\xff\xff" + struct.pack("<i", len(frame.data_header)) + frame.data_header + frame.data_body)
