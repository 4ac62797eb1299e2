"""The platform's side: starts a confined process, learns what holds around it, and ends it in time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

from mesh_platform.confine.order import Held, Limits, Order
from mesh_platform.errors import Finding, Unavailable

_START = Path(__file__).with_name("start.py")
_LAST_BREATH = 10.0  # seconds between the end of what it says and its own
_PAUSE = 0.01  # seconds
_KEPT = ("LANG", "LC_ALL", "TZ", "MESH_ENV", "MESH_CLOCK")
_LONGEST_ANSWER = 16 << 20  # bytes
_T = TypeVar("_T")


class NoAnswer(Exception):
    """A job that was asked did not answer in the form that was asked for; the text says why, in words of the platform's own."""


class Confined:
    """A process that runs one job. Use it in a `with`: afterwards it and all that it started have ended.

    It leads a process group that it cannot leave, and is not reaped before the group was killed, so that the group's number is nobody else's.
    """

    def __init__(self, child: subprocess.Popen[bytes], limits: Limits) -> None:
        self._child, self.limits, self.held = child, limits, Held()
        self.overdue = False
        self._reaping, self._reaped = threading.Lock(), False
        self._timer = threading.Timer(limits.seconds, self._end_overdue)
        self._timer.daemon = True
        self._timer.start()

    @property
    def input(self) -> IO[bytes]:
        """What the job reads as its standard input."""
        assert self._child.stdin is not None
        return self._child.stdin

    @property
    def killed(self) -> bool:
        """Whether it was ended from outside, by the kernel most often, and not by its own code; waits for its end."""
        until = time.monotonic() + _LAST_BREATH
        while (left := self._how_it_ended()) is None and time.monotonic() < until:
            time.sleep(_PAUSE)
        return left is not None and (left < 0 or left > 128)

    def end(self) -> None:
        """End the process and all that it started."""
        self._timer.cancel()
        self._kill()
        with self._reaping:
            self._child.wait()
            self._reaped = True

    def __enter__(self) -> Confined:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()
        if self._child.stdin is not None and not self._child.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._child.stdin.close()

    def _end_overdue(self) -> None:
        self.overdue = True
        self._kill()

    def _kill(self) -> None:
        with self._reaping, contextlib.suppress(ProcessLookupError):
            if not self._reaped:
                os.killpg(self._child.pid, signal.SIGKILL)

    def _how_it_ended(self) -> int | None:
        """Its exit code, or the number of the signal that ended it, negative; None where it still runs. It stays to be reaped."""
        with self._reaping:
            if self._reaped:
                return self._child.returncode
            left = os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if left is None:
            return None
        return left.si_status if left.si_code == os.CLD_EXITED else -left.si_status


@dataclass(frozen=True, slots=True)
class Confinement:
    """How domain code is confined on this machine."""

    limits: Limits = Limits()
    weakened: bool = sys.platform != "linux"
    """Run it even where the kernel closes neither files nor network."""
    without: tuple[str, ...] = ()
    """Walls to leave out, for tests of the others."""

    def walls(self) -> Held:
        """Which walls this machine gives, seen around a process that does nothing."""
        with replace(self, weakened=True).start("mesh_platform.confine.probe:nothing", {}, what="this machine") as process:
            return process.held

    def start(
        self,
        job: str,
        given: Mapping[str, Any],
        *,
        what: str,
        pass_fds: Iterable[int] = (),
        readable: Iterable[Path] = (),
        writable: Iterable[Path] = (),
        own_user: bool = False,
    ) -> Confined:
        """Start `job` and wait until its walls stand.

        Args:
            job: `module:function` of this platform, called with `given` as keyword arguments.
            given: JSON values; no secret belongs there that domain code must not see.
            what: whose code it is, for findings.
            pass_fds: open files that it takes along.
            readable: files and folders that it may read besides the interpreter and its packages.
            writable: folders that it may write.
            own_user: for the platform's own code; see `Order`.

        Raises:
            Unavailable: CONFINE-01, where the walls do not close; CONFINE-02, where it ended before it began.
        """
        paths = _paths(readable), _paths(writable)
        told, telling = os.pipe()
        with os.fdopen(told, "rb") as answer:
            try:
                order = Order(
                    job,
                    dict(given),
                    *paths,
                    limits=self.limits,
                    held_fd=telling,
                    weakened=self.weakened,
                    own_user=own_user,
                    without=self.without,
                ).packed()
                process = Confined(_interpreter((*pass_fds, telling)), self.limits)
            except OSError as error:
                why = f"No process could be started for its code ({error.strerror})."
                raise Unavailable(
                    Finding("CONFINE-02", what, why, "See that memory and processes suffice, then try again.")
                ) from None
            finally:
                os.close(telling)
            try:
                _write(process.input, order)
                process.held = Held.read(answer.read())
            except BaseException as error:
                process.end()
                if isinstance(error, BrokenPipeError | ValueError | TypeError):
                    raise _not_begun(what) from None
                raise
        if not process.held.closed and not self.weakened:
            process.end()
            raise _open(what, process.held)
        return process

    def ask(
        self,
        job: str,
        given: Mapping[str, Any],
        read: Callable[[bytes], _T],
        *,
        what: str,
        readable: Iterable[Path] = (),
    ) -> _T:
        """What `job` answers, as `read` takes it from bytes that domain code may have written; see `start`.

        Args:
            job: as in `start`; called with `result_fd` too, where it writes its answer.
            given: as in `start`.
            read: makes the answer of the bytes and raises ValueError where they are none.
            what: whose code it is, for findings.
            readable: as in `start`.

        Raises:
            NoAnswer: where it gave none, too long a one, or one that `read` refuses.
            Unavailable: as `start`.
        """
        told, telling = os.pipe()
        with os.fdopen(told, "rb") as answer:
            try:
                process = self.start(job, {**given, "result_fd": telling}, what=what, pass_fds=[telling], readable=readable)
            finally:
                os.close(telling)
            with process:
                said = answer.read(_LONGEST_ANSWER + 1)
                if process.overdue:
                    raise NoAnswer(f"it ran for longer than {self.limits.seconds:g} seconds")
                if len(said) <= _LONGEST_ANSWER:
                    with contextlib.suppress(ValueError):
                        return read(said)
                raise NoAnswer(
                    "its process was ended" if process.killed else "its process ended without an answer of the right form"
                )


def _interpreter(pass_fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", str(_START)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
        cwd="/",
        start_new_session=True,
        bufsize=0,
    )


def _write(pipe: IO[bytes], content: bytes) -> None:
    """All of it: an unbuffered pipe may take a part."""
    rest = memoryview(content)
    while rest:
        rest = rest[pipe.write(rest) :]


def _paths(given: Iterable[Path]) -> tuple[str, ...]:
    return tuple(str(path.resolve()) for path in given)


def _not_begun(what: str) -> Unavailable:
    why = "The confined process for its code ended before it began."
    return Unavailable(Finding("CONFINE-02", what, why, "See that memory suffices; `mesh doctor` shows what the kernel allows."))


def _open(what: str, held: Held) -> Unavailable:
    missing = " and ".join(name for name, wall in (("files", held.files), ("the network", held.network)) if not wall)
    why = f"This machine does not keep domain code from {missing}, so it is not run."
    fix = 'Run on Linux 5.13 or newer with Landlock; on a machine that holds no real data, set `confinement = "weakened"` in mesh.toml.'
    return Unavailable(Finding("CONFINE-01", what, why, fix))
