"""A register of breaches over a control database and an audit log of a test's own; also opened by processes that tell at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mesh_platform.actor import Actor
from mesh_platform.errors import MeshError
from mesh_platform.state import Database
from mesh_platform.subjects.breaches import Affected, Assessment, Breach, Breaches, Found, Report, Risk, Side
from mesh_platform.subjects.requests.clocks import Calendar
from mesh_platform.tasks import Tasks
from tests.audit.conftest import opened

AWARE = datetime(2027, 6, 1, 9, tzinfo=UTC)
BY = Actor("privacy-engineer", ("privacy",))
ANYBODY = Actor("analyst", ("consumer",), ("sales",))
CALENDAR = Calendar(ZoneInfo("Europe/Madrid"))
GDPR = ("GDPR-33", "GDPR-34")
WHAT = "a laptop with an export was lost"


def found(laws: tuple[str, ...] = GDPR, people: int | None = 3, product: str = "people/customers") -> Found:
    return Found((Affected(product, laws=laws, people=people),), people)


def report(aware: datetime = AWARE, side: Side = Side.CONTROLLER, **more: Any) -> Report:
    return Report(aware, WHAT, side=side, **more)


def assessment(risk: Risk, breach: Breach, ground: str = "the disk was not encrypted", **more: Any) -> Assessment:
    said = {"measures": "wiped from afar", "found": breach.found, "side": breach.side, **more}
    return Assessment(risk, ground, **said)


@contextmanager
def register_at(database: Database, root: Path) -> Iterator[Breaches]:
    with opened(database, root) as log:
        yield Breaches(database, log, Tasks(database), CALENDAR)


def tell(file: str, root: str, id: str, go: Event, said: Queue[str]) -> None:
    """Write down that the authority was told, once everybody is ready; what came of it."""
    database = Database(Path(file))
    with register_at(database, Path(root)) as register:
        said.put("ready")
        go.wait(60)
        try:
            register.notify(id, "GDPR-33", "authority", AWARE, BY, AWARE)
            said.put("told")
        except MeshError as error:
            said.put(error.finding.rule)
    database.close()
