"""A port as an attacker and an analyst see it: a persona asks with SQL for a purpose, and is answered with rows or refused by a rule.

Every port of the platform stands behind this protocol, so that one corpus of attacks, one of honest statements and one set of parity tests hold
for all of them. A port is added to `PORTS` by a function from the published mesh to an open port.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from tests.ports import clients, command, flight, http, in_process
from tests.ports.answers import Answered, Refused
from tests.ports.mesh import Published

Answer = Answered | Refused
FIRST = "reading"
_SAMPLED = 24


class Port(Protocol):
    """One way to rows."""

    def ask(self, persona: str, sql: str, purpose: str | None, parameters: Sequence[object] = ()) -> Answer:
        """What the persona is told. Anything that is raised instead is a defect of the port."""


PORTS: Mapping[str, Callable[[Published], AbstractContextManager[Port]]] = {
    FIRST: in_process.opened,
    "client": clients.local,
    "client over an address": clients.remote,
    "command": command.local,
    "command over an address": command.remote,
    **http.OPENED,
    "flight": flight.opened,
}
"""Each port's name, and what opens it. The first takes the whole corpus by day; the others a sample, and the whole of it at night."""
TEXT_ONLY = frozenset({"csv"})
"""Ports whose rows are texts alone: they are held against the first port by the tests of parity, not by the corpus of honest statements."""
RARELY = frozenset({"command", "command over an address"})
"""Ports that open everything for each question."""


def asked_of(port: str, case: str) -> bool:
    """Whether that port takes that case now."""
    if port == FIRST or os.environ.get("MESH_NIGHTLY"):
        return True
    return hashlib.sha256(case.encode()).digest()[0] % (_SAMPLED * (8 if port in RARELY else 1)) == 0
