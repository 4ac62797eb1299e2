"""`mesh query --json` as a port, on this machine and with `--remote`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from unittest import mock

from mesh_platform.cli import main
from mesh_platform.errors import Denied
from tests.ports.answers import Answered, Refused
from tests.ports.mesh import Published
from tests.ports.serving import served

MOST = 100_000


class Command:
    """Runs `mesh query` in this process; `door` gives a persona's options, and the environment."""

    def __init__(self, door: Callable[[str], tuple[list[str], dict[str, str]]]) -> None:
        self._door = door

    def ask(self, persona: str, sql: str, purpose: str | None, parameters: Sequence[object] = ()) -> Answered | Refused:
        try:
            options, environment = self._door(persona)
        except Denied as refusal:  # whoever gets no token asks nothing
            return Refused(refusal.finding.rule, refusal.exit_code, str(refusal))
        options += ["--purpose", purpose] if purpose else []
        options += ["--parameters", json.dumps(list(parameters))] if parameters else []
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.dict("os.environ", environment), redirect_stdout(out), redirect_stderr(err):
            code = main(["query", "--json", "--limit", str(MOST), *options, "--", sql])
        told = json.loads(out.getvalue())
        assert not err.getvalue()
        if code == 0:
            assert told["count"] == len(told["rows"])
            return Answered(tuple(told["columns"]), [tuple(row) for row in told["rows"]], tuple(told["types"]))
        return Refused(told["error"]["rule"], code, out.getvalue())


@contextmanager
def local(published: Published) -> Iterator[Command]:
    """Over the project itself."""
    project = str(published.runtime.settings.project)
    yield Command(lambda persona: (["--project", project, "--as", persona], {}))


@contextmanager
def remote(published: Published) -> Iterator[Command]:
    """Over an address, far from any project."""
    with served(published) as (address, token):
        yield Command(lambda persona: (["--remote", address], {"MESH_TOKEN": token(persona)}))
