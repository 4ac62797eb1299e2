"""Bytes of files that a process of its own reads: this one may hold locks on them.

Whoever closes a file gives up every POSIX lock that their process has on it, by whatever handle it was taken (sqlite.org/howtocorrupt.html, 2.2). SQLite
locks so: a database that this process has open, and that it read here itself, would look abandoned to the next process, which takes its write-ahead log
away; what is committed after that is lost, and the database damaged.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

CHUNK = 4 << 20
"""Bytes that come at once."""
_LENGTH = struct.Struct(">q")
_READS = f"""
import os, struct, sys
out, length = sys.stdout.buffer, struct.Struct(">q")
for line in sys.stdin.buffer:
    name, most = line.split()
    try:
        with open(os.fsdecode(bytes.fromhex(name.decode())), "rb") as content:
            left = int(most)
            while left and (data := content.read(min(left, {CHUNK}))):
                out.write(length.pack(len(data)) + data)
                left -= len(data)
        out.write(length.pack(0))
    except OSError as error:
        out.write(length.pack(-(error.errno or 5)))
    out.flush()
"""


class Apart:
    """The process that reads; started with the first file, and ended with the block."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def begin(self, file: Path, most: int = 16) -> bytes:
        """Its first bytes; raises what opening it raises."""
        return b"".join(self.chunks(file, most))

    def chunks(self, file: Path, most: int = sys.maxsize) -> Iterator[bytes]:
        """All of its bytes, or so many; to be read to the end before the next file is asked for.

        Raises:
            OSError: where it cannot be opened or read, FileNotFoundError where it is gone.
        """
        asks, answers = self._streams()
        asks.write(f"{os.fsencode(file).hex()} {most}\n".encode())
        asks.flush()
        while length := _LENGTH.unpack(_exactly(answers, _LENGTH.size))[0]:
            if length < 0:
                raise OSError(-length, os.strerror(-length))
            yield _exactly(answers, length)

    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._child is None:
            command = [sys.executable, "-I", "-S", "-c", _READS]
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._child.stdin is not None and self._child.stdout is not None
        return self._child.stdin, self._child.stdout


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise OSError("the process that reads files has ended")
    return data
