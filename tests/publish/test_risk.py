"""What staged rows give away together, and what rows marked as deleted still hold: fired by rows, not by descriptors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from mesh_platform.clock import utc_now
from mesh_platform.product import ProductKey
from mesh_platform.publish import Outcome, Status
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.test_flow import rules

Run = Callable[[ProductKey], Outcome]
QUASI = {"type": "string", "sensitivity": "internal", "identifiability": "quasi"}
PEOPLE = {
    "person": {"type": "string", "sensitivity": "confidential", "category": "user.unique_id", "subject": "email"},
    "town": QUASI,
    "born": QUASI,
}


def people(project: Path, rows: list[tuple[str, str, str]], **changes: object) -> None:
    """bakery/orders as a product of persons with a town and a year of birth."""
    text = "person,town,born\n" + "".join(f"{','.join(row)}\n" for row in rows)
    (project / "landing/orders.csv").write_text(text)
    write_product(project, "bakery/orders", order_descriptor(**{"columns": PEOPLE, "dataContracts": None, **changes}))


def groups(*sizes: int) -> list[tuple[str, str, str]]:
    """People in classes of these sizes, each class with a town and a year of its own."""
    return [(f"p{i}x{n}", f"town{i}", f"19{50 + i}") for i, size in enumerate(sizes) for n in range(size)]


def why(outcome: Outcome, rule: str) -> str:
    return " ".join(finding.why for finding in outcome.findings if finding.rule == rule)


def test_a_combination_that_singles_somebody_out_is_blocked_and_told_in_counts_only(run: Run, project: Path) -> None:
    people(project, groups(6, 5, 1))
    outcome = run(ORDERS)
    assert rules(outcome) == {"CORE-18"}
    assert "'born', 'town'" in why(outcome, "CORE-18") and "1 people" in why(outcome, "CORE-18")
    assert "town2" not in str(outcome.findings) and "1952" not in str(outcome.findings)


def test_five_people_in_the_smallest_class_pass(run: Run, project: Path) -> None:
    people(project, groups(6, 5, 5))
    assert run(ORDERS).status is Status.PUBLISHED


def test_rows_of_one_person_count_once(run: Run, project: Path) -> None:
    people(project, [*groups(6), *([("same", "town9", "1999")] * 40)])
    assert rules(run(ORDERS)) == {"CORE-18"}


def test_of_two_keys_of_persons_the_one_that_tells_fewer_apart_counts(run: Run, project: Path) -> None:
    rows = [(f"contact{n}", "same", "town", "1999") for n in range(9)]
    (project / "landing/orders.csv").write_text("contact,person,town,born\n" + "".join(f"{','.join(row)}\n" for row in rows))
    columns = {"contact": {**PEOPLE["person"], "unique": True}, **PEOPLE}
    write_product(project, "bakery/orders", order_descriptor(columns=columns, dataContracts=None))
    assert "1 people" in why(run(ORDERS), "CORE-18")


def test_raising_one_of_the_columns_opens_the_gate(run: Run, project: Path) -> None:
    people(project, groups(6, 1), columns={**PEOPLE, "born": {**QUASI, "sensitivity": "restricted"}})
    assert run(ORDERS).status is Status.PUBLISHED


def contract(consumer: str, *fields: str) -> dict[str, object]:
    return {"consumer": consumer, "purpose": "service", "fields": list(fields)}


def test_contracts_of_one_consumer_are_judged_on_their_union(run: Run, project: Path) -> None:
    columns = {**PEOPLE, "born": {**QUASI, "sensitivity": "restricted"}}
    people(project, groups(6, 1), columns=columns, dataContracts=[contract("office", "town"), contract("Office Domain", "born")])
    assert "over its contracts taken together" in why(run(ORDERS), "CORE-18")
    people(project, groups(6, 1), columns=columns, dataContracts=[contract("office", "town")])
    assert run(ORDERS).status is Status.PUBLISHED


def test_somebody_outside_of_the_mesh_needs_larger_classes(run: Run, project: Path) -> None:
    told = {"address": "https://partner.example.com/events", "secret": "env:PARTNER_SECRET"}
    reviewed = {"reviewed": utc_now().date() - timedelta(days=1), "expires": utc_now().date() + timedelta(days=90)}
    partner = {"role": "controller", "country": "DE", **told, **reviewed}
    (project / "governance/recipients.yaml").write_text(yaml.safe_dump({"recipients": {"Partner Ltd": partner}}))
    people(project, groups(10), dataContracts=[contract("Partner Ltd", "town", "born")])
    assert "at least 11" in why(run(ORDERS), "CORE-18")
    people(project, groups(11), dataContracts=[contract("Partner Ltd", "town", "born")])
    assert run(ORDERS).status is Status.PUBLISHED


KIND = {"timestamp": "2026-01-01 00:00:00", "boolean": "true", "date": "2026-01-01", "string": "Deleted", "integer": "1"}
EMPTY = {"timestamp": "", "boolean": "false", "date": "", "string": "active", "integer": "0"}


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("mark", "kind"),
    [
        ("deleted_at", "timestamp"),
        ("is_deleted", "boolean"),
        ("isDeleted", "integer"),
        ("erasedOn", "date"),
        ("status", "string"),
    ],
)
def test_rows_marked_as_deleted_that_keep_a_person_are_blocked(run: Run, project: Path, mark: str, kind: str) -> None:
    columns = {
        "order_id": {"type": "integer", "sensitivity": "internal"},
        "email": {
            "type": "string",
            "nullable": True,
            "sensitivity": "restricted",
            "category": "user.contact.email",
            "subject": "email",
        },
        mark: {"type": kind, "nullable": True, "sensitivity": "internal"},
    }

    def publish(*rows: tuple[str, str]) -> Outcome:
        lines = "".join(f"{i},{email},{value}\n" for i, (email, value) in enumerate(rows))
        (project / "landing/orders.csv").write_text(f"order_id,email,{mark}\n{lines}")
        write_product(project, "bakery/orders", order_descriptor(columns=columns, dataContracts=None))
        return run(ORDERS)

    blocked = publish(("ana@mail.test", EMPTY[kind]), ("ben@mail.test", KIND[kind]), ("eva@mail.test", KIND[kind]))
    assert rules(blocked) == {"CORE-19"}
    assert f"2 of 2 rows that {mark!r} marks as deleted keep a value in 'email'" in why(blocked, "CORE-19")
    assert "ben@" not in str(blocked.findings)
    assert publish(("ana@mail.test", EMPTY[kind]), ("", KIND[kind])).status is Status.PUBLISHED


def test_a_product_without_persons_may_mark_its_rows(run: Run, project: Path) -> None:
    columns = {
        "order_id": {"type": "integer", "sensitivity": "internal"},
        "is_deleted": {"type": "boolean", "sensitivity": "internal"},
    }
    (project / "landing/orders.csv").write_text("order_id,is_deleted\n1,true\n")
    write_product(project, "bakery/orders", order_descriptor(columns=columns, dataContracts=None, erasure=None))
    assert run(ORDERS).status is Status.PUBLISHED


ILL = {
    "type": "string",
    "nullable": True,
    "sensitivity": "restricted",
    "category": "user.health.medical_diagnosis",
    "purposes": ["service"],
}


def patients(project: Path, rows: list[tuple[str, str, str, str]]) -> None:
    """bakery/orders as a product of persons with a town, a year of birth and a diagnosis."""
    people(project, [], columns={**PEOPLE, "ill": ILL}, privacy={"condition": "health_care"})
    policies = project / "governance/policies.yaml"
    said = yaml.safe_load(policies.read_text())
    said["governancePolicies"]["assessments"] = {"population": 1_000}  # so that these are few of them (GDPR-35)
    policies.write_text(yaml.safe_dump(said))
    text = "person,town,born,ill\n" + "".join(f"{','.join(row)}\n" for row in rows)
    (project / "landing/orders.csv").write_text(text)


def test_a_class_whose_people_all_share_a_diagnosis_is_told_in_counts_and_blocks_nothing(run: Run, project: Path) -> None:
    same = [(*row, "asthma") for row in groups(6)]
    mixed = [(person, "town9", born, ("gout", "asthma")[i % 2]) for i, (person, _, born) in enumerate(groups(0, 6))]
    patients(project, [*same, *mixed])
    outcome = run(ORDERS)
    assert outcome.status is Status.PUBLISHED
    assert "In 1 of 2 classes of people who share 'born', 'town', all have the same 'ill'" in why(outcome, "CORE-21")
    assert "asthma" not in str(outcome.findings) and "town0" not in str(outcome.findings)


def test_two_diagnoses_in_each_class_and_classes_without_any_pass(run: Run, project: Path) -> None:
    rows = [(*row, ("gout", "asthma")[i % 2]) for i, row in enumerate(groups(6))]
    patients(project, [*rows, *((*row, "") for row in groups(0, 6))])
    outcome = run(ORDERS)
    assert (outcome.status, why(outcome, "CORE-21")) == (Status.PUBLISHED, "")
