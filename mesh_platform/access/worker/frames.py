"""What goes between the platform and a worker: frames of a kind, a length and so many bytes.

Small frames are written together and read together, since each call of the system costs as much as a short answer does.
"""

from __future__ import annotations

import os
import struct
from enum import IntEnum

_HEAD = struct.Struct("!BI")
LONGEST = 1 << 30
AT_ONCE = 1 << 16  # bytes that are gathered before they are written, and read at least at a time


class Kind(IntEnum):
    """What a frame holds."""

    JOB = 1
    SCHEMA = 2
    ROWS = 3
    END = 4
    REFUSED = 5


class Sender:
    """Frames on their way out of `fd`; what is small waits for `flush`, or until enough has gathered."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._gathered = bytearray()

    def send(self, kind: Kind, content: bytes | bytearray | memoryview) -> None:
        """Write one frame whole, sooner or later.

        Raises:
            OSError: where the other side has gone.
            ValueError: where it is longer than a frame may be.
        """
        part = memoryview(content)
        if part.nbytes > LONGEST:
            raise ValueError("a frame is too long")
        self._gathered += _HEAD.pack(kind, part.nbytes)
        if part.nbytes < AT_ONCE:
            self._gathered += part
        else:
            self.flush()
            _write(self._fd, part)
        if len(self._gathered) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        gathered, self._gathered = self._gathered, bytearray()
        _write(self._fd, memoryview(gathered))


class Receiver:
    """Frames as they come out of `fd`."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._held = bytearray()

    def receive(self) -> tuple[Kind, bytearray]:
        """Read one frame whole.

        Raises:
            EOFError: where the other side has gone.
            ValueError: where it is none.
        """
        self._until(_HEAD.size)
        kind, length = _HEAD.unpack_from(self._held)
        if length > LONGEST:
            raise ValueError("a frame is too long")
        if len(self._held) < _HEAD.size + length < AT_ONCE:
            self._until(_HEAD.size + length)
        content = bytearray(length)
        there = self._held[_HEAD.size : _HEAD.size + length]
        content[: len(there)] = there
        del self._held[: _HEAD.size + len(there)]
        rest = memoryview(content)[len(there) :]
        while rest:  # a long one straight into its place
            count = os.readv(self._fd, [rest])
            if not count:
                raise EOFError("the other side has gone")
            rest = rest[count:]
        return Kind(kind), content

    def _until(self, count: int) -> None:
        while len(self._held) < count:
            part = os.read(self._fd, AT_ONCE)
            if not part:
                raise EOFError("the other side has gone")
            self._held += part


def send(fd: int, kind: Kind, content: bytes | bytearray | memoryview) -> None:
    """Write one frame at once."""
    sender = Sender(fd)
    sender.send(kind, content)
    sender.flush()


def _write(fd: int, part: memoryview) -> None:
    while part:
        part = part[os.write(fd, part) :]
