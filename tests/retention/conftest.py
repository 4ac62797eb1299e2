"""The published books, made once; a copy of them for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.publish import Runtime
from mesh_platform.retention import Keeper
from tests.cli.conftest import mesh as mesh
from tests.retention.books import books_at, publish_all, write_books


@pytest.fixture(scope="session")
def published_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_books(tmp_path_factory.mktemp("books") / "project")
    with books_at(root) as (runtime, _):
        publish_all(runtime)
    return root


@pytest.fixture
def project(published_books: Path, tmp_path: Path) -> Path:
    return shutil.copytree(published_books, tmp_path / "project")


@pytest.fixture
def books(project: Path) -> Iterator[tuple[Runtime, Keeper]]:
    with books_at(project) as opened:
        yield opened
