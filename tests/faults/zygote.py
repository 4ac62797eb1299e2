"""A process that has loaded everything and forks for each call, so that a test can kill hundreds of them in little time.

It reads one JSON request a line (`call` as `module:function`, `arguments`, `env`) and answers with the exit status of the child in which that
function ran: what the function returned, or 2 where it raised an error of the system or one that a caller is told; a child killed by a signal
answers with the signal's number, negative. It never opens an engine itself, so a fork of it is a fresh process.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import traceback
from types import TracebackType

from mesh_platform.errors import MeshError

TOLD = 2
"""The status of a call that ended in an error that a caller can tell."""


class Zygote:
    """The other end: start it once with the modules that it is to load, call functions of them often."""

    def __init__(self, *modules: str) -> None:
        env = {**os.environ, "MESH_ENV": "test"}
        command = [sys.executable, "-m", "tests.faults.zygote", *modules]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def call(self, function: str, *arguments: str, **env: str) -> int:
        """Call it in a child of its own; its exit status."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": function, "arguments": arguments, "env": env}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _serve(*modules: str) -> None:
    for name in modules:
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            os.environ.update(request["env"])
            os._exit(_called(request["call"], request["arguments"]))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _called(function: str, arguments: list[str]) -> int:
    module, _, name = function.partition(":")
    try:
        return int(getattr(importlib.import_module(module), name)(*arguments))
    except (OSError, MeshError):
        return TOLD
    except BaseException:  # noqa: BLE001 - a status that no test allows
        traceback.print_exc()
        return 70


if __name__ == "__main__":
    _serve(*sys.argv[1:])
