"""The mesh of the stories, published twice; and the same after Ana was erased, once for all the tests that look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk, Regime, Request
from tests.scenarios.mesh import ANA, BY, CUSTOMERS, ORDER, mesh_at, publish_all, rows, write_mesh
from tests.subjects.conftest import project, town

__all__ = ["project", "town"]


@dataclass(frozen=True)
class Erased:
    """The mesh before and after, and the request."""

    root: Path
    runtime: Runtime
    desk: Desk
    before: dict[str, list[dict[str, Any]]]
    request: Request

    def now(self, key: str) -> list[dict[str, Any]]:
        return rows(self.runtime, key)


@pytest.fixture(scope="session")
def told_mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_mesh(tmp_path_factory.mktemp("stories") / "project")
    with mesh_at(root) as (runtime, _):
        publish_all(runtime)
        publish_all(runtime, CUSTOMERS)
    return root


@pytest.fixture(scope="session")
def erased(told_mesh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erased]:
    """Ana asks by her address alone, and the request runs once."""
    root = shutil.copytree(told_mesh, tmp_path_factory.mktemp("erased") / "project")
    with mesh_at(root) as (runtime, desk):
        before = {key: rows(runtime, key) for key in ORDER}
        request = desk.run(desk.open(Regime.GDPR, [("email", f" {ANA.title()}")], BY).id, BY)
        yield Erased(root, runtime, desk, before, request)
