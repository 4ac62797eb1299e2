from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mesh_platform.state import Database
from mesh_platform.tasks import NewTask, TaskKind, Tasks

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tasks(database: Database, clock: Clock) -> Tasks:
    return Tasks(database, clock=clock)


def new_task(key: str = "edge:1", product: str = "sales/orders", role: str = "privacy", days: float = 7) -> NewTask:
    reason = "Two identifiers may be one person's."
    due = START + timedelta(days=days)
    return NewTask(key, TaskKind.IDENTITY_EDGE, product, reason, role, due, "CORE-10", "mesh task list")
