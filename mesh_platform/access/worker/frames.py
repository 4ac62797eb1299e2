"""What goes between the platform and a worker: frames of a kind, a length and so many bytes."""

from __future__ import annotations

import os
import struct
from enum import IntEnum

_HEAD = struct.Struct("!BI")
LONGEST = 1 << 30


class Kind(IntEnum):
    """What a frame holds."""

    JOB = 1
    SCHEMA = 2
    ROWS = 3
    END = 4
    REFUSED = 5


def send(fd: int, kind: Kind, content: bytes) -> None:
    """Write one frame whole.

    Raises:
        OSError: where the other side has gone.
        ValueError: where it is longer than a frame may be.
    """
    if len(content) > LONGEST:
        raise ValueError("a frame is too long")
    for part in (_HEAD.pack(kind, len(content)), content):
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(fd, rest) :]


def receive(fd: int) -> tuple[Kind, bytes]:
    """Read one frame whole.

    Raises:
        EOFError: where the other side has gone.
        ValueError: where it is none.
    """
    kind, length = _HEAD.unpack(_exactly(fd, _HEAD.size))
    if length > LONGEST:
        raise ValueError("a frame is too long")
    return Kind(kind), bytes(_exactly(fd, length))


def _exactly(fd: int, count: int) -> bytearray:
    found = bytearray()
    while len(found) < count:
        part = os.read(fd, min(count - len(found), 1 << 20))
        if not part:
            raise EOFError("the other side has gone")
        found += part
    return found
