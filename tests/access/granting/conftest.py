"""A published shop, and a desk over it at which access is asked for, decided and read: on each control database in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.granting import Granting
from mesh_platform.access.grants import Consumer, Kind
from mesh_platform.access.reading import Reading
from mesh_platform.access.requests import AccessRequest, Wish
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Size, Workers
from mesh_platform.actor import Actor
from mesh_platform.audit import AuditLog
from mesh_platform.keys import open_keys
from mesh_platform.product import Mesh, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from mesh_platform.state import Database
from mesh_platform.tasks import Tasks
from tests.access.shop import PROFILES, write_project
from tests.audit.conftest import opened

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANALYST = Actor("analyst", ("consumer",), ("sales",), "EU", "somebody")
OUTSIDER = Actor("outsider", ("consumer",), ("billing",), "EU", "somebody else")
STEWARD = Actor("steward-of-customers", ("steward",), ("customer",), "EU", "another")
PRIVACY = Actor("privacy-lead", ("privacy",), (), "EU", "a third")
OWNER = Actor("customer-owner", ("owner",), ("customer",), "EU", "a fourth")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """customer/profiles, published once; its approvers are the roles steward and privacy."""
    root = tmp_path_factory.mktemp("granting") / "project"
    write_project(root)
    file = root / "domains" / "customer" / "domain.yaml"
    file.write_text(file.read_text().replace("[steward@example.com]", "[steward@example.com, privacy@example.com]"))
    mesh = load_mesh(root)
    with open_runtime(Settings(project=root)) as runtime:
        outcome = publish(mesh, PROFILES, runtime)
        assert outcome.status is Status.PUBLISHED, outcome.findings
        yield runtime


@pytest.fixture(scope="session")
def workers(shop: Runtime) -> Iterator[Workers]:
    with Workers(shop.settings.home_path, open_keys(shop.settings), shop.confinement, Size(1)) as opened:
        yield opened


@dataclass
class Desk:
    """Everything at hand, with a clock that the test sets."""

    mesh: Mesh
    database: Database
    audit: AuditLog
    reading: Reading
    now: datetime = NOW
    granting: Granting = field(init=False)
    tasks: Tasks = field(init=False)

    def __post_init__(self) -> None:
        self.tasks = Tasks(self.database, ("file",), lambda: self.now)
        self.granting = self.over(self.mesh)

    def over(self, mesh: Mesh, development: bool = True) -> Granting:
        """Requests and grants as the files of `mesh` stand."""
        return Granting(mesh, self.database, self.audit, self.tasks, self.reading, lambda: self.now, development=development)

    @property
    def store(self) -> AccessStore:
        return self.granting.store

    def ask(self, *columns: str, by: Actor = ANALYST, **changes: Any) -> AccessRequest:
        """A request for columns of customer/profiles for analytics."""
        wish: dict[str, Any] = {
            "product": PROFILES,
            "consumer": Consumer(Kind.PERSON, by.name),
            "purpose": "analytics",
            "columns": columns,
            "until": self.now + timedelta(days=30),
            "reason": "to see who comes back",
        }
        return self.granting.request(Wish(**{**wish, **changes}), by)

    def decision(self, actor: Actor = ANALYST, purpose: str = "analytics") -> Decision:
        return self.reading.decision(Caller.person(actor), self.reading.served(PROFILES), purpose, self.now)

    def granted(self, actor: Actor = ANALYST, purpose: str = "analytics") -> dict[str, str]:
        """Column → treatment, of what a caller gets now."""
        return {column.name: column.treatment.value for column in self.decision(actor, purpose).granted}

    def rows(self, sql: str, actor: Actor = ANALYST, purpose: str = "analytics") -> list[tuple[object, ...]]:
        found = self.reading.query(Caller.person(actor), purpose, sql, self.now).rows.table()
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


@pytest.fixture
def desk(shop: Runtime, workers: Workers, database: Database, tmp_path: Path) -> Iterator[Desk]:
    mesh = load_mesh(shop.settings.project)
    grants = AccessStore(database).on
    with (
        opened(database, tmp_path) as audit,
        Reading(mesh, shop.lake, shop.registry, workers, audit, grants) as reading,
    ):
        yield Desk(mesh, database, audit, reading)
