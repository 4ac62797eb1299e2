"""What a publication gets of its inputs: what the decision gives it, for the purpose it declares, and no row of anybody who does not allow that."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, open_runtime, place_of, publish
from mesh_platform.publish import rows as rows_module
from mesh_platform.settings import Settings
from mesh_platform.state.tables import audit_leaves
from tests.publish.bakery import order_descriptor, town_descriptor, write_product, write_project
from tests.publish.test_people import COLUMNS, ORDERS, PURPOSES, SERVED, say

TOWNS = ProductKey("office", "towns")
PYTHON = "def transform(inputs):\n    rows = inputs['orders']\n    return rows.group_by('town').aggregate([('amount', 'sum')]).rename_columns(['town', 'total'])\n"


def contract(purpose: str) -> dict[str, Any]:
    return {"consumer": "office", "purpose": purpose, "fields": ["town", "amount"], "excludedFields": ["email"]}


@pytest.fixture(params=["sql", "python"])
def runtime(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Runtime]:
    root = write_project(tmp_path / "project")
    (root / "governance/purposes.yaml").write_text(yaml.safe_dump({"purposes": PURPOSES}))
    contracts = [contract("service"), contract("advice"), contract("marketing")]
    write_product(root, str(ORDERS), order_descriptor(purposes=SERVED, columns=COLUMNS, dataContracts=contracts))
    if request.param == "python":
        (root / "domains/office/towns/transform.sql").unlink()
        (root / "domains/office/towns/transform.py").write_text(PYTHON)
    with open_runtime(Settings(project=root)) as opened:
        yield opened


def towns(runtime: Runtime, purpose: str) -> dict[str, int]:
    """Totals by town, made for the purpose."""
    outcome = attempt(runtime, purpose)
    assert outcome.status is Status.PUBLISHED, outcome.findings
    place = place_of(load_mesh(runtime.settings.project).products[TOWNS])
    with runtime.lake.reader() as reader:
        return {row["town"]: row["total"] for row in reader.fetch(place, "SELECT * FROM {t}").to_pylist()}


def attempt(runtime: Runtime, purpose: str, **changes: Any) -> Outcome:
    root = runtime.settings.project
    inputs = [{"product": "bakery/orders", "purpose": purpose, "fields": ["town", "amount"]}]
    basis = {"service": "contract", "advice": "legitimate_interests", "marketing": "consent"}[purpose]
    columns = {"total": {"type": "integer", "sensitivity": "internal"}, "town": {"type": "string", "sensitivity": "internal"}}
    if (root / "domains/office/towns/transform.py").exists():
        for name, column in columns.items():
            column["derivedFrom"] = [f"bakery/orders.{'amount' if name == 'total' else 'town'}"]  # type: ignore[assignment]
    descriptor = town_descriptor(inputs=inputs, purposes={purpose: basis}, columns=columns, **changes)
    write_product(root, str(TOWNS), descriptor)
    return publish(load_mesh(root), TOWNS, runtime)


def test_rows_of_people_who_do_not_allow_the_purpose_are_not_in_it(runtime: Runtime) -> None:
    publish(load_mesh(runtime.settings.project), ORDERS, runtime)
    assert towns(runtime, "advice") == {"Lisbon": 30, "Porto": 5}
    say(runtime, "ben@mail.test", "objection", "objected", "advice")
    assert towns(runtime, "advice") == {"Lisbon": 10, "Porto": 5}
    say(runtime, "ben@mail.test", "objection", "lifted", "advice")
    say(runtime, "ana@mail.test", "suppression", "imposed")
    assert towns(runtime, "advice") == {"Lisbon": 20, "Porto": 5}


def test_under_consent_it_holds_those_alone_who_agreed_and_did_not_take_it_back(runtime: Runtime) -> None:
    say(runtime, "ana@mail.test", "consent", "granted", "marketing")
    say(runtime, "eva@mail.test", "consent", "granted", "marketing")
    publish(load_mesh(runtime.settings.project), ORDERS, runtime)
    assert towns(runtime, "marketing") == {"Lisbon": 10, "Porto": 5}
    say(runtime, "eva@mail.test", "consent", "withdrawn", "marketing")
    assert towns(runtime, "marketing") == {"Lisbon": 10}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Does something once, between the decision on an input and the first of its rows."""

    def then(act: Callable[[], object]) -> None:
        waiting, made = [act], rows_module._made

        def after_acting(*given: Any) -> Any:
            if waiting:
                waiting.pop()()
            return made(*given)

        monkeypatch.setattr(rows_module, "_made", after_acting)

    return then


def test_what_an_input_does_not_give_any_more_once_its_rows_are_read_is_not_taken(
    runtime: Runtime, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    root = runtime.settings.project
    publish(load_mesh(root), ORDERS, runtime)

    def narrow() -> None:
        narrower = {"consumer": "office", "purpose": "service", "fields": ["town"], "excludedFields": ["email", "amount"]}
        write_product(root, str(ORDERS), order_descriptor(purposes=SERVED, columns=COLUMNS, dataContracts=[narrower]))
        assert publish(load_mesh(root), ORDERS, runtime).status is Status.PUBLISHED

    meanwhile(narrow)
    outcome = attempt(runtime, "service")
    assert outcome.status is Status.BLOCKED
    assert {"CORE-09", "RUN-15"} & {finding.rule for finding in outcome.findings}


@pytest.mark.nightly
def test_another_version_of_an_input_is_decided_anew_and_read(
    runtime: Runtime, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    root = runtime.settings.project
    publish(load_mesh(root), ORDERS, runtime)

    def deliver() -> None:
        (root / "landing/orders.csv").write_text("order_id,email,town,amount,at\n9,new@mail.test,Faro,7,2026-01-04\n")
        assert publish(load_mesh(root), ORDERS, runtime).status is Status.PUBLISHED

    meanwhile(deliver)
    assert towns(runtime, "service") == {"Faro": 7}


def test_that_an_input_was_read_is_on_record_before_and_after(runtime: Runtime) -> None:
    publish(load_mesh(runtime.settings.project), ORDERS, runtime)
    towns(runtime, "service")
    query = select(audit_leaves.c.body).order_by(audit_leaves.c.seq)
    for _ in range(100):  # what is not restricted is recorded with others, within 50 ms
        with runtime.database.read() as con:
            told = [json.loads(bytes(body)) for body in con.execute(query).scalars()]
        reads = [record for record in told if record["act"] == "read"]
        if len(reads) == 2:
            break
        sleep(0.05)
    assert [record["phase"] for record in reads] == ["intent", "done"]
    assert {record["obj"]["product"] for record in reads} == {"bakery/orders@1.0.0"}
    assert reads[0]["obj"]["fields"] == ["amount", "town"] and reads[0]["actor"]["purpose"] == "service"


def test_an_input_whose_rows_say_nothing_of_people_is_not_read(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr("mesh_platform.publish.people.People.hidden", None)
        before.setattr("mesh_platform.publish.people.People.told", lambda people, beside: {})
        publish(load_mesh(runtime.settings.project), ORDERS, runtime)
    outcome = attempt(runtime, "service")
    assert outcome.status is Status.BLOCKED
    assert "ACCESS-40" in {finding.rule for finding in outcome.findings}


def test_what_the_decision_does_not_give_is_told_with_input_and_rule(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(load_mesh(runtime.settings.project), ORDERS, runtime)
    monkeypatch.setattr("mesh_platform.access.standing.contract_grants", lambda mesh, product: ())
    outcome = attempt(runtime, "service")
    assert outcome.status is Status.BLOCKED
    [told] = [finding for finding in outcome.findings if finding.rule == "RUN-15"]
    assert "bakery/orders" in told.why and "CORE-13" in told.why
