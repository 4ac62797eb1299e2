"""A reader is held to its inputs as they are served: no file that waits for a review hands anything out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.errors import Finding
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry.reviews import Reviews, Verdict
from tests.publish.bakery import COMMON, ORDER_COLUMNS, order_descriptor, town_descriptor, write_product
from tests.publish.conftest import ORDERS, TOWNS
from tests.publish.reviews.conftest import DANA

Run = Callable[[ProductKey], Outcome]
Rows = Callable[..., list[tuple[object, ...]]]

SPY = ProductKey("office", "spy")
LETS_ALL_READ = [{"consumer": "office", "purpose": "service", "fields": ["order_id", "email", "town", "amount"]}]


@pytest.fixture(autouse=True)
def roles(project: Path) -> None:
    principals = {"privacy-engineer": {"roles": ["privacy"]}}
    (project / "governance/roles.yaml").write_text(yaml.safe_dump({"roles": {"privacy": "…"}, "principals": principals}))


def write_spy(project: Path, level: str = "restricted") -> None:
    """A product of the other domain that takes the addresses."""
    descriptor: dict[str, Any] = {
        **COMMON,
        "name": "Spy",
        "domain": "Office",
        "inputs": [{"product": "bakery/orders", "purpose": "service", "fields": ["order_id", "email"]}],
        "columns": {
            "order_id": {"type": "integer", "sensitivity": "internal"},
            "email": {**ORDER_COLUMNS["email"], "sensitivity": level},
        },
        "erasure": {"strategy": "delete_by_key"},
    }
    write_product(project, "office/spy", descriptor, transform_sql="SELECT order_id, email FROM orders\n")


def approve(project: Path, runtime: Runtime) -> None:
    mesh = load_mesh(project)
    Reviews(runtime.database, tasks_of(runtime)).record(mesh, mesh.products[ORDERS], Verdict.APPROVE, "agreed", DANA, None)


def blocking(outcome: Outcome) -> list[Finding]:
    assert outcome.status is Status.BLOCKED, outcome.findings
    return [finding for finding in outcome.findings if finding.blocks]


def test_a_contract_that_nobody_approved_hands_nothing_out(run: Run, rows: Rows, project: Path) -> None:
    run(ORDERS)
    write_product(project, "bakery/orders", order_descriptor(dataContracts=LETS_ALL_READ))
    write_spy(project)
    (finding,) = blocking(run(SPY))
    assert finding.rule == "CORE-09"
    assert "bakery/orders as served" in finding.why
    assert "mesh review show bakery/orders" in finding.fix
    assert rows(SPY) == []


def test_it_does_once_it_is_approved_and_published(run: Run, project: Path, runtime: Runtime, rows: Rows) -> None:
    run(ORDERS)
    write_product(project, "bakery/orders", order_descriptor(dataContracts=LETS_ALL_READ))
    write_spy(project)
    approve(project, runtime)
    assert {finding.rule for finding in blocking(run(SPY))} == {"CORE-09"}, "what is served has the old contract still"
    assert run(ORDERS).status is Status.PUBLISHED
    assert run(SPY).status is Status.PUBLISHED
    assert len(rows(SPY)) == 3


@pytest.mark.nightly
def test_a_label_that_nobody_let_be_lowered_lowers_no_reader_s(run: Run, project: Path, runtime: Runtime) -> None:
    write_product(project, "bakery/orders", order_descriptor(dataContracts=LETS_ALL_READ))
    run(ORDERS)
    lowered = {**ORDER_COLUMNS, "email": {**ORDER_COLUMNS["email"], "sensitivity": "confidential"}}
    write_product(project, "bakery/orders", order_descriptor(dataContracts=LETS_ALL_READ, columns=lowered))
    write_spy(project, level="confidential")
    assert {finding.rule for finding in blocking(run(SPY))} == {"CORE-11"}


def test_a_contract_that_was_broken_after_it_was_registered_hands_nothing_out(run: Run, project: Path, runtime: Runtime) -> None:
    from mesh_platform.publish import register

    run(ORDERS)
    folder = write_product(project, "bakery/orders", order_descriptor(dataContracts=LETS_ALL_READ))
    register(load_mesh(project), runtime.registry)
    (folder / "product.yaml").write_text("dataProduct: [", encoding="utf-8")
    write_spy(project)
    assert {finding.rule for finding in blocking(run(SPY))} == {"CORE-09"}


def test_what_a_file_takes_back_counts_before_it_is_published(run: Run, project: Path) -> None:
    run(ORDERS)
    assert run(TOWNS).status is Status.PUBLISHED
    write_product(project, "bakery/orders", order_descriptor(dataContracts=[]))
    (finding,) = blocking(run(TOWNS))
    assert (finding.rule, "as served" in finding.why) == ("CORE-09", False)


@pytest.mark.nightly
def test_a_change_of_the_input_that_gives_nothing_more_stops_no_reader(run: Run, project: Path) -> None:
    run(ORDERS)
    write_product(project, "bakery/orders", order_descriptor(description="Told better."))
    write_product(project, "office/towns", town_descriptor(description="Told better, too."))
    assert run(TOWNS).status is Status.PUBLISHED


def test_a_version_that_cannot_be_read_any_more_grants_nothing(
    run: Run, project: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(ORDERS)
    write_product(project, "bakery/orders", order_descriptor(description="Told better."))
    monkeypatch.setattr("mesh_platform.publish.served_inputs.served_descriptor", lambda extra: None)
    (finding,) = blocking(run(TOWNS))
    assert (finding.rule, finding.fix) == ("CORE-09", "`mesh run bakery/orders` publishes it anew.")
