"""How many people a product is about, of those whom the mesh or the organisation knows: counted at its publication, kept beside it, and judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mesh_platform.publish import Outcome, Runtime, Status
from mesh_platform.registry.measures import PEOPLE
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS, TOWNS

Run = Callable[..., Outcome]


def learning(project: Path) -> None:
    """Models are trained on the orders: one criterion of nine."""
    write_product(project, "bakery/orders", order_descriptor(privacy={"machineLearning": True}))


def population(project: Path, people: int) -> None:
    file = project / "governance/policies.yaml"
    said = yaml.safe_load(file.read_text())
    said["governancePolicies"]["assessments"] = {"population": people}
    file.write_text(yaml.safe_dump(said))


def blocking(outcome: Outcome) -> set[str]:
    return {finding.rule for finding in outcome.findings if finding.blocks}


def test_one_criterion_and_more_than_a_tenth_of_the_people_ask_for_an_assessment(project: Path, run: Run) -> None:
    learning(project)
    outcome = run(ORDERS)
    assert (outcome.status, blocking(outcome)) == (Status.BLOCKED, {"GDPR-35"})


@pytest.mark.parametrize(("people", "status"), [(30, Status.PUBLISHED), (29, Status.BLOCKED)])
def test_a_tenth_is_one_of_those_whom_the_organisation_declares(project: Path, run: Run, people: int, status: Status) -> None:
    learning(project)
    population(project, people)
    assert run(ORDERS).status is status


def test_a_tenth_is_one_of_the_product_with_most_people_that_was_published(project: Path, runtime: Runtime, run: Run) -> None:
    rows = "".join(f"{i},p{i}@mail.test,Lisbon,10,2026-01-01\n" for i in range(30))
    write_product(project, "bakery/guests", order_descriptor(name="Guests", source={**order_descriptor()["source"], "path": "landing/guests.csv"}))  # type: ignore[dict-item]  # fmt: skip
    (project / "landing/guests.csv").write_text(f"order_id,email,town,amount,at\n{rows}")
    learning(project)
    assert run(ORDERS).status is Status.BLOCKED
    assert run(type(ORDERS)("bakery", "guests")).status is Status.PUBLISHED
    assert run(ORDERS).status is Status.PUBLISHED
    assert run(TOWNS).status is Status.PUBLISHED
    assert runtime.registry.counted(PEOPLE) == {"bakery/guests": 30, "bakery/orders": 3}
    assert "people" not in {one.metric for one in runtime.registry.measures(ORDERS)}
