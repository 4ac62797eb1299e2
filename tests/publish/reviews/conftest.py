"""A bakery whose roles may review, a change that waits for it, and the few words that these tests are written in."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from mesh_platform.actor import Actor
from mesh_platform.errors import Finding
from mesh_platform.product import Mesh, Product, ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, open_runtime
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry.reviews import Reviews, Verdict, Weighed
from mesh_platform.settings import Settings
from mesh_platform.tasks import Task
from tests.postgres import PostgresServer
from tests.publish.bakery import ORDER_COLUMNS, order_descriptor, write_product
from tests.publish.conftest import ORDERS

Run = Callable[[ProductKey], Outcome]
Rows = Callable[..., list[tuple[object, ...]]]

DANA = Actor("privacy-engineer", ("privacy",), region="EU", impersonated_by="dana")
STEWARD = Actor("data-steward", ("steward",), ("bakery",), impersonated_by="stefan")
LOWERED = {**ORDER_COLUMNS, "email": {**ORDER_COLUMNS["email"], "sensitivity": "confidential"}}
FURTHER = {
    **ORDER_COLUMNS,
    "email": {**ORDER_COLUMNS["email"], "sensitivity": "confidential"},
    "town": {**ORDER_COLUMNS["town"], "sensitivity": "public"},
}


on_each_engine = pytest.mark.parametrize(
    "runtime", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def runtime(request: pytest.FixtureRequest, project: Path) -> Iterator[Runtime]:
    """On SQLite, or on the engine that a test asks for."""
    settings = Settings(project=project)
    if getattr(request, "param", "sqlite") == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        settings = Settings(project=project, database_url=server.new_database())
    with open_runtime(settings) as opened:
        yield opened


@pytest.fixture(autouse=True)
def roles(project: Path) -> None:
    """Who may act in the bakery."""
    principals = {
        "privacy-engineer": {"roles": ["privacy"]},
        "data-steward": {"roles": ["steward"], "domains": ["bakery", "office"]},
        "bakery-owner": {"roles": ["owner", "steward"], "domains": ["bakery"]},
        "clerk": {"roles": ["consumer"], "domains": ["bakery"]},
    }
    (project / "governance/roles.yaml").write_text(yaml.safe_dump({"roles": {"privacy": "…"}, "principals": principals}))


@pytest.fixture
def changed(run: Run, project: Path) -> Path:
    """The project, with orders published and their descriptor changed since: the address is said to be less sensitive."""
    assert run(ORDERS).status is Status.PUBLISHED
    write_product(project, "bakery/orders", order_descriptor(columns=LOWERED))
    return project


def found(project: Path) -> tuple[Mesh, Product]:
    mesh = load_mesh(project)
    return mesh, mesh.products[ORDERS]


def say(project: Path, runtime: Runtime, verdict: Verdict, by: Actor) -> Weighed:
    mesh, product = found(project)
    return Reviews(runtime.database, tasks_of(runtime)).record(mesh, product, verdict, "as discussed", by, None)


def file_of(project: Path) -> Path:
    return project / f"governance/reviews/bakery/orders/{found(project)[1].spec_hash}.yaml"


def write_review(project: Path, *entries: dict[str, str]) -> Path:
    path = file_of(project)
    path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path.write_text(
        yaml.safe_dump({"reviews": [{"decision": "approve", "reason": "as discussed", "at": now, **e} for e in entries]})
    )
    return path


def refused(outcome: Outcome) -> Finding:
    """The finding of the one rule that closed the gate."""
    assert outcome.status is Status.BLOCKED
    blocking = [finding for finding in outcome.findings if finding.blocks]
    assert [finding.rule for finding in blocking] == ["CORE-16"], blocking
    return blocking[0]


def open_tasks(runtime: Runtime) -> tuple[Task, ...]:
    return tasks_of(runtime).listed()


def commit(project: Path, name: str, address: str) -> None:
    """Commit all of the project as that author."""
    identity = ["-c", f"user.name={name}", "-c", f"user.email={address}", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(project), *identity, *arguments], check=True, capture_output=True)
