"""What the platform tells a confined process, and what that one answers before it runs domain code. Standard library only: both sides read it."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import asdict, dataclass, field
from typing import Any

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one confined process."""

    memory: int = 4 << 30
    """Bytes of private memory of each process."""
    seconds: float = 3600.0
    """Wall time until it is ended."""
    processes: int = 128
    """Processes and threads."""
    scratch: int = 1 << 30
    """Bytes of its temporary folder, which lies in memory."""


@dataclass(frozen=True, slots=True)
class Held:
    """Which walls stand around a confined process."""

    files: str = ""
    """What closes the file system: `private root`, `landlock`, both, or nothing."""
    network: str = ""
    """What closes the network: `namespace`, `filter`, both, or nothing."""
    processes: bool = False
    """Whether it sees no other processes; where it does, the filter keeps it from signalling them and from leaving its group."""
    user: bool = False
    """Whether it runs as another user than the platform, or with that user's rights taken away."""

    @property
    def closed(self) -> bool:
        """Whether neither files nor network are within reach."""
        return bool(self.files and self.network)

    def packed(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @staticmethod
    def read(said: bytes) -> Held:
        """What `packed` wrote.

        Raises:
            ValueError: where it is not that.
        """
        return Held(**json.loads(said))


@dataclass(frozen=True, slots=True)
class Order:
    """One job: a function of the platform, what it is given, what it may reach, and its bounds."""

    job: str
    """`module:function`; it is called as `function(**given)`."""
    given: dict[str, Any]
    readable: tuple[str, ...]
    writable: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    held_fd: int = -1
    weakened: bool = False
    """Run it even where the walls do not close."""
    own_user: bool = False
    """Stay the platform's user, without its rights over other users' files: for code of the platform that reads what is closed to others."""
    without: tuple[str, ...] = ()
    """Walls to leave out (`namespaces`, `landlock`, `filter`), so that a test can see each of the others hold alone."""

    def packed(self) -> bytes:
        """The order as it is written to the process's standard input."""
        body = json.dumps(asdict(self)).encode()
        return _LENGTH.pack(len(body)) + body

    @staticmethod
    def read(fd: int) -> Order:
        """The order that `packed` wrote; what follows it on `fd` stays unread."""
        (length,) = _LENGTH.unpack(_exactly(fd, _LENGTH.size))
        said = json.loads(_exactly(fd, length))
        limits = Limits(**said.pop("limits"))
        return Order(**{**said, **{name: tuple(said[name]) for name in ("readable", "writable", "without")}}, limits=limits)


def _exactly(fd: int, count: int) -> bytes:
    found = bytearray()
    while len(found) < count:
        part = os.read(fd, count - len(found))
        if not part:
            raise EOFError("the order was cut off")
        found += part
    return bytes(found)
