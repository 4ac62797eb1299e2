"""A program that connects, forks and ends with 0 where both sides fared as they should: `python -m tests.client.forking PLACE PRINCIPAL`.

The tests' own process holds other libraries (gRPC, for one) that no fork of it survives; a program of a reader's own has none of them.
"""

from __future__ import annotations

import os
import subprocess
import sys

import mesh_platform
from mesh_platform.errors import MeshError

SQL = "select segment, email from customer.profiles order by segment, email"
LARGE = "select * from customer.visits v1, (from range(40)) r(i)"


def ends_well(place: str, principal: str = "") -> bool:
    """Whether the program ends with 0. A token for an address is taken from MESH_TOKEN."""
    asked = [sys.executable, "-m", "tests.client.forking", place, principal]
    return subprocess.run(asked, check=False, timeout=120).returncode == 0


def local(place: str, principal: str) -> bool:
    """The child of a fork is told to connect anew, and takes nothing from the one that forked."""
    with mesh_platform.connect(place, as_=principal, purpose="service") as mesh:
        held, rows = mesh.sql(LARGE, limit=900_000), list(mesh.sql(SQL))
        child = os.fork()
        if child == 0:
            told = set[str]()
            for ask in (lambda: mesh.sql(SQL), held.arrow):
                try:
                    ask()
                except MeshError as error:
                    told.add(error.finding.rule)
            held.close()
            mesh.close()
            os._exit(0 if told == {"CLIENT-04"} else 1)
        fared_well = os.waitpid(child, 0)[1] == 0
        return fared_well and held.arrow().num_rows == 900_000 and list(mesh.sql(SQL)) == rows


def remote(place: str) -> bool:
    """The child of a fork asks over connections of its own."""
    with mesh_platform.connect(place, purpose="service") as mesh:
        rows = list(mesh.sql(SQL))
        child = os.fork()
        if child == 0:
            os._exit(0 if list(mesh.sql(SQL)) == rows else 1)
        fared_well = os.waitpid(child, 0)[1] == 0
        return fared_well and list(mesh.sql(SQL)) == rows


if __name__ == "__main__":
    where, who = sys.argv[1:]
    sys.exit(0 if (local(where, who) if who else remote(where)) else 1)
