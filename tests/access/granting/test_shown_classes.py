"""The classes that an approval counts are those of the rows that the consumer would be shown, for each purpose that it would hold."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Size, Workers
from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed
from mesh_platform.keys import open_keys
from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.ledger.ledger import WINDOW
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.publish.people import ledger_of
from mesh_platform.settings import Settings
from tests.access.granting.conftest import NOW, OUTSIDER, STEWARD, Desk
from tests.access.shop import CSV, PROFILES, descriptor, write_project
from tests.publish.bakery import write_product

PEOPLE, AGREED = 12, 3
SERVED = {"service": "contract", "analytics": "legitimate_interests", "marketing": "consent"}
NUMBERS = count()


def say(runtime: Runtime, who: int, kind: Kind, decision: Decision, purpose: str) -> None:
    ledger = ledger_of(runtime, load_mesh(runtime.settings.project).governance)
    evidence: dict[str, Any] = {"notice_version": "v1", "captured_at": utc_now()} if decision is Decision.GRANTED else {}
    token = ledger.tokens.token("customer_id", f"C-{who}")
    event = Event(token, "customer_id", kind, decision, "web", f"e{next(NUMBERS)}", purpose, **evidence)
    ledger.append(event, by=Actor("privacy-engineer", ("privacy",)))


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """Twelve people who are all of one place; three of them agreed to marketing."""
    root = tmp_path_factory.mktemp("classes") / "project"
    write_project(root)
    write_product(root, str(PROFILES), descriptor(purposes=SERVED))
    header, first, *_ = CSV.splitlines()
    rows = [first.replace("C-1", f"C-{who}").replace("ana@", f"p{who}@") for who in range(PEOPLE)]
    (root / "landing" / "profiles.csv").write_text("\n".join([header, *rows]) + "\n")
    with open_runtime(Settings(project=root)) as opened:
        for who in range(AGREED):
            say(opened, who, Kind.CONSENT, Decision.GRANTED, "marketing")
        outcome = publish(load_mesh(root), PROFILES, opened)
        assert outcome.status is Status.PUBLISHED, outcome.findings
        yield opened


@pytest.fixture
def crowd(runtime: Runtime) -> Iterator[Desk]:
    own, mesh = runtime.settings, load_mesh(runtime.settings.project)
    grants = AccessStore(runtime.database).on
    with (
        Workers(own.home_path, open_keys(own), runtime.confinement, Size(1)) as workers,
        Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit, grants) as reading,
    ):
        desk = Desk(mesh, runtime.database, runtime.audit, reading)
        yield desk
        for given in desk.store.grants():
            if given.state(NOW) == "standing":
                desk.granting.revoke(given.id, STEWARD, "the test is over")


def test_who_did_not_agree_does_not_stand_beside_who_did(crowd: Desk) -> None:
    crowd.granting.approve(crowd.ask("postcode", "latitude", by=OUTSIDER).id, STEWARD)
    other = crowd.ask("postcode", "latitude", by=OUTSIDER, purpose="marketing")
    with pytest.raises(CheckFailed, match=rf"CORE-18.*single out {AGREED} people"):
        crowd.granting.approve(other.id, STEWARD)


@pytest.mark.parametrize(("held", "asked"), [("analytics", "marketing"), ("marketing", "analytics")])
def test_the_purposes_of_what_is_held_already_count_with_the_one_that_is_asked_for(crowd: Desk, held: str, asked: str) -> None:
    crowd.granting.approve(crowd.ask("postcode", by=OUTSIDER, purpose=held).id, STEWARD)
    with pytest.raises(CheckFailed, match=rf"CORE-18.*single out {AGREED} people"):
        crowd.granting.approve(crowd.ask("latitude", by=OUTSIDER, purpose=asked).id, STEWARD)


def test_who_objects_after_the_publication_is_not_counted(crowd: Desk, runtime: Runtime) -> None:
    given = crowd.granting.approve(crowd.ask("postcode", "latitude", by=OUTSIDER).id, STEWARD)
    crowd.granting.revoke(given.id, STEWARD, "to be asked again")
    for who in range(4, PEOPLE):
        say(runtime, who, Kind.OBJECTION, Decision.OBJECTED, "analytics")
    time.sleep(2 * WINDOW)
    with pytest.raises(CheckFailed, match=r"CORE-18.*single out 4 people"):
        crowd.granting.approve(crowd.ask("postcode", "latitude", by=OUTSIDER).id, STEWARD)
