"""`mesh` on a real terminal: a pseudo-terminal that is its input, its output and what Ctrl-C goes through."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CTRL_C = "\x03"
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BEGIN = (
    "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from mesh_platform.cli import main; raise SystemExit(main())"
)
"""The child takes the terminal as its own, so that a Ctrl-C typed there reaches it as one typed by a person does."""
PATIENCE = 90.0  # seconds; a hang ends the test, a slow machine does not


class Terminal:
    """One call under way: what it has shown, and a keyboard."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process, self.master, self.shown, self.read = process, master, "", 0

    def until(self, text: str) -> str:
        """Wait until that is shown; what was shown since the last wait."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown[self.read :]:
            if not self._more(end):
                raise AssertionError(f"{text!r} was never shown, but: {self.shown[self.read :]}")
        begin, self.read = self.read, self.shown.index(text, self.read) + len(text)
        return self.shown[begin : self.read]

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def answer(self, text: str) -> str:
        """Wait for the prompt, and answer it; what was shown before."""
        asked = self.until("> ")
        self.type(f"{text}\n")
        return asked

    def interrupt(self) -> None:
        """Press Ctrl-C, and again as a person would where it is not heard: Python loses one that comes between a prompt and its reading."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.type(CTRL_C)
            if select.select([self.master], [], [], 5.0)[0] and "Interrupted" in self._whole(time.monotonic() + 5.0):
                return

    def _whole(self, end: float) -> str:
        """All that is shown until then, or until the process ends."""
        while self._more(end):
            pass
        return self.shown

    def ended(self) -> int:
        """Its exit code, once it has said all."""
        end = time.monotonic() + PATIENCE
        while self._more(end):
            pass
        if self.process.poll() is None and time.monotonic() > end:
            raise AssertionError(f"it did not end, but showed: {self.shown[self.read :]}")
        return self.process.wait(PATIENCE)

    def _more(self, end: float) -> bool:
        """Read on; False where there is nothing any more."""
        left = end - time.monotonic()
        if left <= 0 or not select.select([self.master], [], [], left)[0]:
            return False
        try:
            found = os.read(self.master, 65_536)
        except OSError:  # EIO: nobody has the other end any more
            return False
        self.shown += _COLOURS.sub("", found.decode("utf-8", "replace")).replace("\r\n", "\n")
        return bool(found)


@contextmanager
def terminal(folder: Path, *arguments: str, columns: int = 100) -> Iterator[Terminal]:
    """`mesh` with these arguments in `folder`, ended at the latest with this."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "COLUMNS": str(columns)}
    process = subprocess.Popen(
        [sys.executable, "-c", _BEGIN, *arguments],
        stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)
