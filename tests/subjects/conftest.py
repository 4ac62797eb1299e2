"""A copy of the published town for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk
from tests.subjects.town import town_at


@pytest.fixture
def project(published_town: Path, tmp_path: Path) -> Path:
    return shutil.copytree(published_town, tmp_path / "project")


@pytest.fixture
def town(project: Path) -> Iterator[tuple[Runtime, Desk]]:
    with town_at(project) as opened:
        yield opened
