"""An Arrow stream from domain code, looked at message by message before anything of it is decoded.

A few bytes of a stream may stand for any number of them: compressed buffers, run-end encoding, views into one buffer, a name of megabytes. Our
own writer makes none of these, so a stream that has one is refused. The framing is Arrow's encapsulated message format
(https://arrow.apache.org/docs/format/Columnar.html), whose metadata is a FlatBuffers table.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

import pyarrow as pa

MOST_METADATA = 4 << 20  # bytes: names, types and buffers of one message
MOST_BODY = 2 << 30  # bytes of one batch
_CONTINUATION = 0xFFFFFFFF
_HEADER, _BODY_LENGTH = 2, 3  # fields of Message
_HEADER_TYPE, _DICTIONARY, _BATCH = 1, 2, 3
_COMPRESSION, _DATA = 3, 1  # fields of RecordBatch and DictionaryBatch


class Refused(Exception):
    """The stream holds what no transform's result does."""


class PlainStream(io.RawIOBase):
    """`source` for Arrow's reader: its messages pass once their metadata has been looked at. Reads no further than the stream's end."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._ready, self._body = source, b"", 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._ready and not self._body:
            self._ready, self._body = self._next()
        if self._ready:
            taken, self._ready = self._ready[:size], self._ready[size:]
            return taken
        taken = self._source.read(min(size, self._body))
        self._body -= len(taken)
        return taken

    def _next(self) -> tuple[bytes, int]:
        """The prefix and metadata of the next message, and how long its body is."""
        prefix = self._source.read(8)
        if len(prefix) < 8:
            return prefix, 0
        continuation, length = struct.unpack("<Ii", prefix)
        if continuation != _CONTINUATION or not 0 <= length <= MOST_METADATA:
            raise Refused("framing")
        metadata = self._source.read(length)
        try:
            return prefix + metadata, _checked(metadata) if length else 0
        except struct.error:
            raise Refused("metadata") from None


def refuse_folded(schema: pa.Schema) -> None:
    """Refuse types whose values take less room in the stream than in a table."""
    waiting = [field.type for field in schema]
    while waiting:
        kind = waiting.pop()
        if pa.types.is_run_end_encoded(kind) or pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
            raise Refused("type")
        waiting += [kind.field(i).type for i in range(kind.num_fields)]


def _checked(metadata: bytes) -> int:
    """The body's length.

    Raises:
        Refused: where it is too long, or compressed.
        struct.error: where the metadata points out of itself.
    """
    message = _at(metadata, 0)
    body_at = _field(metadata, message, _BODY_LENGTH)
    body = int(struct.unpack_from("<q", metadata, body_at)[0]) if body_at else 0
    kind_at, header_at = _field(metadata, message, _HEADER_TYPE), _field(metadata, message, _HEADER)
    kind = metadata[kind_at] if kind_at else 0
    if not 0 <= body <= MOST_BODY:
        raise Refused("body")
    if header_at and kind in (_DICTIONARY, _BATCH):
        batch = _at(metadata, header_at)
        if kind == _DICTIONARY:
            data_at = _field(metadata, batch, _DATA)
            batch = _at(metadata, data_at) if data_at else 0
        if batch and _field(metadata, batch, _COMPRESSION):
            raise Refused("compression")
    return body


def _at(data: bytes, place: int) -> int:
    """Where the table begins to which the offset at `place` points."""
    return place + int(struct.unpack_from("<I", data, place)[0])


def _field(data: bytes, table: int, number: int) -> int:
    """Where the table's field of that number stands; 0 where it has none."""
    vtable = table - int(struct.unpack_from("<i", data, table)[0])
    if vtable < 0:
        raise struct.error("vtable")
    size = int(struct.unpack_from("<H", data, vtable)[0])
    entry = 4 + 2 * number
    offset = int(struct.unpack_from("<H", data, vtable + entry)[0]) if entry + 2 <= size else 0
    return table + offset if offset else 0
