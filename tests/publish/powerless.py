"""The command under the power-loss simulator: one whole publication, `python -m tests.publish.powerless PROJECT HOME`.

The control database stands outside the home: SQLite maps shared memory, which the model does not know, and the registry can be rebuilt.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.faults.powerloss import ACKNOWLEDGED

ORDERS = ProductKey("bakery", "orders")


def runtime_at(project: Path, home: Path, database: Path) -> Runtime:
    """One thread, so that the calls come in one order."""
    return open_runtime(
        Settings(project=project, home=home, database_url=f"sqlite:///{database}", threads=1, memory_limit="300MB")
    )


def main(project: Path, home: Path) -> None:
    with runtime_at(project, home, project / "control.db") as runtime:
        outcome = publish(load_mesh(project), ORDERS, runtime)
    assert outcome.status is Status.PUBLISHED, outcome.findings
    (home / ACKNOWLEDGED).touch()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
