from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mesh_platform.registry import Registry
from mesh_platform.state import Database


class Clock:
    """A clock that moves one second at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(database: Database, clock: Clock) -> Registry:
    return Registry(database, clock)
