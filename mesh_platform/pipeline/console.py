"""Dagster's console on all code locations: started in a process session of its own, and gone when we go, with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from types import FrameType

from mesh_platform.errors import Unavailable
from mesh_platform.pipeline import dagster_home, process_locks
from mesh_platform.settings import PROJECT_MARK, Settings

HOST = "127.0.0.1"
_GRACE, _LAST_GRACE, _PAUSE = 30.0, 5.0, 0.2  # seconds
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_console(settings: Settings, say: Callable[[str], None], *, verbose: bool = False) -> int:
    """Start the console, say its URL once it answers, and stay until a signal comes or it ends by itself.

    Returns:
        0 where it was asked to end.

    Raises:
        Unavailable: where its port is taken, another console of this home runs, or it ends by itself.
    """
    home = dagster_home.prepare(settings)
    _require_free_port(settings.port)
    with process_locks.session(home, process_locks.CONSOLE) as name:
        if name is None:
            raise Unavailable.because(
                "DEV-01", "MESH_HOME", "A console of this mesh runs already.", "Use that one, or end it first."
            )
        _end_dead_runs(settings)
        return _stay(settings, say, verbose)


def command(settings: Settings, verbose: bool) -> list[str]:
    """`dagster dev` on the project's workspace."""
    level = "info" if verbose else "warning"
    workspace = str(settings.project.resolve() / PROJECT_MARK)
    where = ["-w", workspace, "-h", HOST, "-p", str(settings.port)]
    return [sys.executable, "-m", "dagster", "dev", *where, "--log-level", level, "--code-server-log-level", level]


def url_of(settings: Settings) -> str:
    return f"http://{HOST}:{settings.port}"


def _stay(settings: Settings, say: Callable[[str], None], verbose: bool) -> int:
    with _asked_to_end() as asked:
        child = subprocess.Popen(
            command(settings, verbose),
            cwd=settings.project.resolve(),
            env=_environment(settings),
            start_new_session=True,
        )
        try:
            return _wait(child, asked, settings, say)
        finally:
            _end(child, asked)


def _environment(settings: Settings) -> Mapping[str, str]:
    return {**dagster_home.environment(settings), "PYTHONWARNINGS": "ignore"}


def _wait(child: subprocess.Popen[bytes], asked: list[int], settings: Settings, say: Callable[[str], None]) -> int:
    answered = False
    say("Starting the console; each code location takes a few seconds.")
    while not asked:
        if child.poll() is not None:
            raise Unavailable.because(
                "DEV-02", "dagster dev", f"It ended by itself with code {child.returncode}.", "`mesh dev --verbose` shows why."
            )
        if not answered and _answers(settings):
            answered = True
            say(f"The console is at {url_of(settings)} (end it with Ctrl-C).")
        time.sleep(_PAUSE)
    return 0


def _answers(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"{url_of(settings)}/server_info", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def _asked_to_end() -> Iterator[list[int]]:
    """The signals that came while it lasts, in place of what they would have done."""
    came: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(child: subprocess.Popen[bytes], asked: list[int]) -> None:
    """Let Dagster end its own children; then end what is left of the group. A second signal shortens the wait."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        _until(lambda: child.poll() is not None, _GRACE, lambda: len(asked) > 1)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _signal_group(child.pid, number):
            break
        _until(lambda: not _signal_group(child.pid, 0), _LAST_GRACE, lambda: False)
        child.poll()
    child.wait()


def _until(done: Callable[[], bool], seconds: float, hurry: Callable[[], bool]) -> None:
    limit = time.monotonic() + seconds
    while not done() and not hurry() and time.monotonic() < limit:
        time.sleep(_PAUSE)


def _signal_group(group: int, number: int) -> bool:
    """Whether anyone was there to get it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            taken = True
        else:
            taken = False
    if taken:
        raise Unavailable.because(
            "DEV-03", f"port {port}", "Another program uses it.", "Give another one: `mesh dev --port`, or MESH_PORT."
        )


def _end_dead_runs(settings: Settings) -> None:
    import dagster as dg

    home = dagster_home.home_of(settings)
    with dg.DagsterInstance.from_config(str(home), dagster_home.IN_PROCESS) as instance:
        process_locks.end_dead_runs(instance, home, shared=settings.database_url is not None)
