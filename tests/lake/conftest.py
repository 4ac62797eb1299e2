"""A lake in a temporary home, and the few words that its tests are written in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake, Place, Version

ORDERS = Place("westeurope", "sales", "orders")
COLUMNS = [("order_id", "BIGINT"), ("email", "VARCHAR"), ("amount", "DECIMAL(12,2)")]

Publish = Callable[..., Version]


def orders(rows: int, first: int = 0, mark: str = "v1") -> str:
    """A SELECT of so many orders; `mark` tells one version's rows from another's."""
    return (
        f"SELECT i AS order_id, 'person' || i || '@{mark}.test' AS email, (i % 1000 / 100)::DECIMAL(12,2) AS amount"
        f" FROM range({first}, {first + rows}) t(i)"
    )


def lake_at(home: Path, **settings: object) -> Lake:
    return Lake(home, LocalKeyring(home / "keys"), memory_limit="500MB", threads=2, **settings)  # type: ignore[arg-type]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def lake(home: Path) -> Lake:
    return lake_at(home)


@pytest.fixture
def publish(lake: Lake) -> Publish:
    """Publish one version of a product from a SELECT."""

    def publish_one(sql: str, place: Place = ORDERS, columns: object = COLUMNS, **stage: object) -> Version:
        with lake.writer(place) as writer:
            writer.stage(sql, columns, **stage)  # type: ignore[arg-type]
            return writer.publish("ana", "a version", {"publication": "p-1"})

    return publish_one
