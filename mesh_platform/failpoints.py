"""Named points at which a test may kill, fail or delay the running process; inert unless `MESH_ENV=test`.

`MESH_FP="publish.renamed=kill@1;stage.written=errno:ENOSPC@2;x=sleep:0.2"` acts at the n-th pass of a point, and `MESH_FP_TRACE=file`
lists the points that really ran, so that a test enumerates them and none can be forgotten. There is no way to run code from here.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path

_hits: dict[str, int] = {}


def fp(name: str) -> None:
    """Pass the failpoint `name`.

    Raises:
        OSError: where the test asked for that error number at this point.
    """
    if os.environ.get("MESH_ENV") != "test":
        return
    trace = os.environ.get("MESH_FP_TRACE")
    if trace:
        with Path(trace).open("a", encoding="utf-8") as out:
            out.write(name + "\n")
    action, nth = _planned(name)
    if action is None:
        return
    _hits[name] = _hits.get(name, 0) + 1
    if _hits[name] == nth:
        _act(name, action)


def _planned(name: str) -> tuple[str | None, int]:
    for item in filter(None, os.environ.get("MESH_FP", "").split(";")):
        point, _, action = item.partition("=")
        if point == name:
            kind, _, nth = action.partition("@")
            return kind, int(nth or 1)
    return None, 0


def _act(name: str, action: str) -> None:
    kind, _, argument = action.partition(":")
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "errno":
        number = getattr(errno, argument)
        raise OSError(number, os.strerror(number), name)
    elif kind == "sleep":
        time.sleep(float(argument))
    else:
        raise ValueError(f"failpoint {name}: unknown action {kind!r}")
