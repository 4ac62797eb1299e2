"""The club, published once, and a governed reader over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mesh_platform.access.decision import Caller
from mesh_platform.access.development import principal_of
from mesh_platform.access.reading import Reading
from mesh_platform.access.worker import Size, Workers
from mesh_platform.keys import open_keys
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.aggregates.club import MEMBERS, write_club

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    root = tmp_path_factory.mktemp("club") / "project"
    mesh = write_club(root)
    with open_runtime(Settings(project=root)) as runtime:
        outcome = publish(mesh, MEMBERS, runtime)
        assert outcome.status is Status.PUBLISHED, outcome.findings
        yield runtime


@pytest.fixture(scope="session")
def ask(club: Runtime) -> Iterator[Ask]:
    """`ask(sql, who, purpose)`: the rows of a governed read."""
    mesh, settings = load_mesh(club.settings.project), club.settings
    with (
        Workers(settings.home_path, open_keys(settings), club.confinement, Size(1)) as workers,
        Reading(mesh, club.lake, club.registry, workers, club.audit) as reading,
    ):

        def rows(sql: str, who: str = "analyst", purpose: str = "analytics") -> list[tuple[Any, ...]]:
            caller = Caller.person(principal_of(mesh.governance, who, "somebody"))
            found = reading.query(caller, purpose, sql, NOW).rows.table()
            return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

        yield rows
