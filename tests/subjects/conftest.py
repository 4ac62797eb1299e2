"""The town, published once for all tests of a process, and a copy of it for each test that changes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk
from tests.subjects.town import publish_all, town_at, write_town


@pytest.fixture(scope="session")
def published_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_town(tmp_path_factory.mktemp("town") / "project")
    with town_at(root) as (runtime, _):
        publish_all(runtime)
    return root


@pytest.fixture
def project(published_town: Path, tmp_path: Path) -> Path:
    return shutil.copytree(published_town, tmp_path / "project")


@pytest.fixture
def town(project: Path) -> Iterator[tuple[Runtime, Desk]]:
    with town_at(project) as opened:
        yield opened
