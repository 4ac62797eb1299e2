"""A process that has loaded everything and forks for each publication, so that a test can kill hundreds of them in little time.

It reads one JSON request a line (`project`, `product`, `env`) and answers with the exit status of the child that published; a child killed
by a signal answers with the signal's number, negative. It never opens an engine itself, so a fork of it is a fresh process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings


class Zygote:
    """The other end: start it once, publish through it often."""

    def __init__(self) -> None:
        env = {**os.environ, "MESH_ENV": "test"}
        command = [sys.executable, "-m", "tests.publish.zygote"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def publish(self, project: Path, product: ProductKey, **env: str) -> int:
        """Publish in a child of its own; its exit status."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"project": str(project), "product": str(product), "env": env}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _serve() -> None:
    import pandera.ibis  # noqa: F401

    import mesh_platform.publish.flow  # noqa: F401 - loaded before the first fork

    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            os.environ.update(request["env"])
            os._exit(_publish(Path(request["project"]), ProductKey.parse(request["product"])))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _publish(project: Path, product: ProductKey) -> int:
    try:
        with open_runtime(Settings(project=project)) as runtime:
            outcome = publish(load_mesh(project), product, runtime)
    except OSError:
        return 2
    return 0 if outcome.status is Status.PUBLISHED else 1


if __name__ == "__main__":
    _serve()
