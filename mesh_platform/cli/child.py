"""The child process that runs Dagster, and what it says, event by event. Dagster is imported there and never here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from mesh_platform.cli.session import Session
from mesh_platform.errors import Finding, MeshError, Unavailable
from mesh_platform.telemetry import SILENT

Event = Mapping[str, Any]
_GRACE = 30.0  # seconds for the child to end what it does


def command(session: Session, name: str, arguments: Sequence[str]) -> list[str]:
    """`python -m mesh_platform.pipeline NAME …` on this project."""
    return [sys.executable, "-m", "mesh_platform.pipeline", name, "--project", str(session.settings.project), *arguments]


def environment() -> dict[str, str]:
    """No usage statistics leave the machine, and the child's output is UTF-8 whatever the terminal says."""
    return {**os.environ, **SILENT, "PYTHONIOENCODING": "utf-8"}


def events(session: Session, name: str, arguments: Sequence[str]) -> Iterator[Event]:
    """Start the child and yield its events until it ends; the last one is `end` with its exit code.

    Raises:
        MeshError: the child's own finding, with its exit code.
        Unavailable: where it ended without saying how.
    """
    with _started(command(session, name, arguments)) as child:
        ended = False
        assert child.stdout is not None
        for line in child.stdout:
            event = _event(line)
            if event is None:
                continue  # something that a library printed; what matters comes as an event
            if event["event"] == "error":
                raise _error(event)
            ended = ended or event["event"] == "end"
            yield event
        code = child.wait()
    if not ended:
        why = f"It ended with code {code} before it was done." if code >= 0 else f"It was ended by {signal.Signals(-code).name}."
        raise Unavailable(
            Finding("RUN-20", f"mesh {name}", why, "Run it again; what was served before still is. See `mesh doctor`.")
        )


@contextmanager
def _started(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The child, which is gone when the `with` ends: asked first, so that it can finish or take back what it has begun."""
    with terminated_like_interrupted():
        child = subprocess.Popen(
            arguments,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment(),
            start_new_session=True,  # so that Ctrl-C comes to it once, from here
        )
        try:
            yield child
        finally:
            if child.poll() is None:
                _end(child)


def _end(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGINT)
    try:
        child.wait(_GRACE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):  # it hangs, or the person is tired of waiting
        child.kill()
        child.wait()


def served(session: Session, arguments: list[str]) -> int:
    """Start a server and wait until it has ended; gives its exit code. Ctrl-C is passed on, as often as it comes."""
    with terminated_like_interrupted():
        child = subprocess.Popen(arguments, env=environment(), start_new_session=True)
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                session.say("\nEnding after the answers that are under way; Ctrl-C again makes it hurry.")
                child.send_signal(signal.SIGINT)


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Until it ends, SIGTERM and the end of the terminal come as Ctrl-C does, so that no child is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _event(line: str) -> Event | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None


def _error(event: Event) -> MeshError:
    code = int(event.get("exit_code", 1))
    kind = next((k for k in MeshError.__subclasses__() if k.exit_code == code), MeshError)
    return kind(Finding.from_json(event["finding"]))
