"""A copy of the published books for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.publish import Runtime
from mesh_platform.retention import Keeper
from tests.retention.books import books_at


@pytest.fixture
def project(published_books: Path, tmp_path: Path) -> Path:
    return shutil.copytree(published_books, tmp_path / "project")


@pytest.fixture
def books(project: Path) -> Iterator[tuple[Runtime, Keeper]]:
    with books_at(project) as opened:
        yield opened
