"""What only a person can attest is a task, from the day on which a law binds a product until somebody attests it, and again before that ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import yaml

from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime
from mesh_platform.publish.attesting import tell_of_attestations
from mesh_platform.publish.review import tasks_of
from mesh_platform.tasks import Task, TaskKind
from tests.publish.bakery import order_descriptor, write_product

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
RULE = "SOV-2"


def attested(project: Path, expires: str, *about: str, on: str = "2026-09-15") -> None:
    record = {
        "kind": "attestation",
        "about": [RULE, *about],
        "by": "privacy@example.com",
        "on": on,
        "expires": expires,
    }
    (project / "governance/register.yaml").write_text(yaml.safe_dump({"register": {"it": record}}))


def told(project: Path, runtime: Runtime, now: datetime = NOW) -> list[Task]:
    """The open tasks about the rule, after the daily look."""
    tell_of_attestations(load_mesh(project), runtime, now)
    return [one for one in tasks_of(runtime).listed(kind=TaskKind.ATTESTATION) if one.rule == RULE]


def test_a_control_that_nobody_attests_is_one_task_of_the_privacy_team_however_often_it_is_looked_at(
    project: Path, runtime: Runtime
) -> None:
    told(project, runtime)
    [task] = told(project, runtime, NOW + timedelta(days=3))
    assert (task.role, task.product, task.due) == ("privacy", RULE, NOW + timedelta(days=30))
    assert "nobody attests it" in task.reason and "governance/register.yaml" in task.reason


def test_it_closes_when_somebody_attests_and_is_opened_anew_when_that_is_taken_back(project: Path, runtime: Runtime) -> None:
    told(project, runtime)
    attested(project, "2027-06-30")
    assert not told(project, runtime)
    (project / "governance/register.yaml").unlink()
    assert len(told(project, runtime)) == 1


def test_an_attestation_for_one_domain_leaves_the_task_for_the_others(project: Path, runtime: Runtime) -> None:
    write_product(project, "office/staff", order_descriptor(dataContracts=None))
    attested(project, "2027-06-30", "bakery")
    [task] = told(project, runtime)
    assert "office/staff" in task.reason and "bakery/orders" not in task.reason
    attested(project, "2027-06-30", "bakery", "office")
    assert not told(project, runtime)


def test_before_an_attestation_ends_its_renewal_is_a_task_due_on_that_day(project: Path, runtime: Runtime) -> None:
    attested(project, "2027-01-01")
    assert not told(project, runtime)
    [soon] = told(project, runtime, NOW + timedelta(days=1))
    assert soon.due.date() == date(2027, 1, 1)
    [ended] = told(project, runtime, NOW + timedelta(days=40))
    assert "nobody attests it" in ended.reason
    attested(project, "2028-01-01", on="2027-01-01")
    assert not told(project, runtime, NOW + timedelta(days=41))


def test_a_law_that_takes_effect_later_asks_for_nothing_before_it(project: Path, runtime: Runtime) -> None:
    (project / "governance/packs.yaml").write_text(
        yaml.safe_dump({"packs": {"bind": {"DPDP": {"domains": ["*"], "roles": ["third_schedule"]}}}})
    )

    def indian(now: datetime) -> set[str]:
        tell_of_attestations(load_mesh(project), runtime, now)
        return {one.rule for one in tasks_of(runtime).listed(kind=TaskKind.ATTESTATION) if one.rule.startswith("DPDP")}

    assert not indian(NOW)
    assert indian(datetime(2027, 6, 1, tzinfo=UTC))
