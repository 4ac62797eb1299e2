"""A lake in a temporary home, and the few words that its tests are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake, Place, Version
from mesh_platform.lake.engine import EnginePool, EngineSettings
from mesh_platform.lake.temp import TempFolder

ORDERS = Place("westeurope", "sales", "orders")
COLUMNS = [("order_id", "BIGINT"), ("email", "VARCHAR"), ("amount", "DECIMAL(12,2)")]

Publish = Callable[..., Version]
Open = Callable[..., Lake]


def orders(rows: int, first: int = 0, mark: str = "v1") -> str:
    """A SELECT of so many orders; `mark` tells one version's rows from another's."""
    return (
        f"SELECT i AS order_id, 'person' || i || '@{mark}.test' AS email, (i % 1000 / 100)::DECIMAL(12,2) AS amount"
        f" FROM range({first}, {first + rows}) t(i)"
    )


def lake_at(home: Path, **settings: Any) -> Lake:
    return Lake(home, LocalKeyring(home / "keys"), **{"memory_limit": "500MB", "threads": 2, **settings})


def count(lake: Lake, place: Place = ORDERS, where: str = "true") -> int:
    """Rows that a fresh reader sees."""
    with lake.reader() as reader:
        return int(reader.fetch(place, f"SELECT count(*) AS n FROM {{t}} WHERE {where}").column("n")[0].as_py())


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnginePool]:
    """Started engines, shared by the tests' lakes: starting one takes longer than most tests."""
    pool = EnginePool(EngineSettings("500MB", 2), TempFolder(tmp_path_factory.mktemp("engines")))
    yield pool
    pool.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def open_lake(home: Path, engines: EnginePool) -> Open:
    """A lake at any home, with any settings but those of its engines."""

    def opened(at: Path = home, **settings: Any) -> Lake:
        lake = lake_at(at, **settings)
        lake._engines = engines
        return lake

    return opened


@pytest.fixture
def lake(open_lake: Open) -> Lake:
    return open_lake()


@pytest.fixture
def publish(lake: Lake) -> Publish:
    """Publish one version of a product from a SELECT."""

    def publish_one(sql: str, place: Place = ORDERS, columns: Any = COLUMNS, **stage: Any) -> Version:
        with lake.writer(place) as writer:
            writer.stage(sql, columns, **stage)
            return writer.publish("ana", "a version", {"publication": "p-1"})

    return publish_one
