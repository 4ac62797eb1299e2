"""Publications in children of one process that has loaded everything, and what such a child calls."""

from __future__ import annotations

from pathlib import Path

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.faults import zygote

LOADED = ("pandera.ibis", "mesh_platform.publish.flow", "tests.publish.zygote")


class Zygote(zygote.Zygote):
    """Start it once, publish through it often."""

    def __init__(self) -> None:
        super().__init__(*LOADED)

    def publish(self, project: Path, product: ProductKey, **env: str) -> int:
        """Publish in a child of its own; its exit status."""
        return self.call("tests.publish.zygote:published", str(project), str(product), **env)


def published(project: str, product: str) -> int:
    with open_runtime(Settings(project=Path(project))) as runtime:
        outcome = publish(load_mesh(Path(project)), ProductKey.parse(product), runtime)
    return 0 if outcome.status is Status.PUBLISHED else 1
