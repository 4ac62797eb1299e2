"""A project and what publishes in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, open_runtime, place_of, publish
from mesh_platform.settings import Settings
from tests.publish.bakery import write_project

ORDERS, TOWNS = ProductKey("bakery", "orders"), ProductKey("office", "towns")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


@pytest.fixture
def runtime(project: Path) -> Iterator[Runtime]:
    with open_runtime(Settings(project=project)) as opened:
        yield opened


@pytest.fixture
def run(project: Path, runtime: Runtime) -> Callable[..., Outcome]:
    """Publish a product of the project as its folders stand now."""
    return lambda key: publish(load_mesh(project), key, runtime)


@pytest.fixture
def rows(project: Path, runtime: Runtime) -> Callable[..., list[tuple[object, ...]]]:
    """The served rows of a product, in the order of its columns; none where nothing is served."""

    def read(key: ProductKey, sql: str = "SELECT * FROM {t} ORDER BY ALL") -> list[tuple[object, ...]]:
        place = place_of(load_mesh(project).products[key])
        if not runtime.lake.published(place):
            return []
        with runtime.lake.reader() as reader:
            found = reader.fetch(place, sql)
        return [tuple(row.values()) for row in found.to_pylist()]

    return read
