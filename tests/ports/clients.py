"""The Python client as a port, on this machine and over an address; it serves `mesh query` too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from mesh_platform.client.connecting import Connection
from mesh_platform.client.local import LocalDoor
from mesh_platform.errors import MeshError
from tests.ports.answers import Answered, Refused
from tests.ports.in_process import LIMITS, answered
from tests.ports.mesh import Published
from tests.ports.serving import served


class Client:
    """Asks a connection of the persona's own."""

    def __init__(self, connected: Callable[[str], Connection]) -> None:
        self._connected, self._of = connected, dict[str, Connection]()

    def ask(self, persona: str, sql: str, purpose: str | None, parameters: Sequence[object] = ()) -> Answered | Refused:
        if persona not in self._of:
            self._of[persona] = self._connected(persona)
        try:
            with self._of[persona].sql(sql, purpose=purpose, parameters=parameters, limit=LIMITS.rows) as result:
                return answered(result.arrow())
        except MeshError as refusal:
            return refused(refusal)


def refused(refusal: MeshError) -> Refused:
    finding = refusal.finding
    return Refused(finding.rule, refusal.exit_code, json.dumps(finding.as_json()) + str(refusal))


@contextmanager
def local(published: Published) -> Iterator[Client]:
    """Over the project itself."""
    with ExitStack() as stack:
        door = partial(LocalDoor, published.runtime.settings.project, seconds=LIMITS.seconds)
        yield Client(lambda persona: stack.enter_context(Connection(door(persona))))


@contextmanager
def remote(published: Published) -> Iterator[Client]:
    """Over an address, as Arrow."""
    from mesh_platform import connect

    with served(published) as (address, token), ExitStack() as stack:
        yield Client(lambda persona: stack.enter_context(connect(address, token=lambda: token(persona))))
