"""`mesh policy simulate` tells exactly what a change does once it is made: it is made then, products are published, and their consumers ask to read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.access.reading import Reading, Served
from mesh_platform.access.store import AccessStore, Given, put_grant
from mesh_platform.access.worker import Workers
from mesh_platform.actor import Actor
from mesh_platform.cli.session import Session
from mesh_platform.cli.simulating import Wanted, foreseen_by
from mesh_platform.errors import Denied
from mesh_platform.product import ProductKey, Sensitivity, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.cli.conftest import Mesh
from tests.cli.project import everything
from tests.publish.bakery import ORDER_COLUMNS, order_descriptor, town_descriptor, write_project

EXAMPLES = 150 if os.environ.get("MESH_NIGHTLY") else 8
ORDERS, TOWNS = ProductKey("bakery", "orders"), ProductKey("office", "towns")
PRODUCTS = (ORDERS, TOWNS)
CONTRACT = {"consumer": "office", "purpose": "service", "fields": ["town", "amount", "email"], "raw": ["email"]}
READERS = {
    (ORDERS, "domain office", "service"): Caller.person(Actor("ana", ("consumer",), ("office",), "westeurope")),
    (ORDERS, "product office/towns", "service"): Caller.publication(TOWNS, "westeurope"),
    (ORDERS, "domain bakery", "service"): Caller.person(Actor("ben", ("owner",), ("bakery",), "westeurope")),
    (ORDERS, "person eva", "service"): Caller.person(Actor("eva", ("consumer",), (), "westeurope")),
    (TOWNS, "domain office", "service"): Caller.person(Actor("ana", ("consumer",), ("office",), "westeurope")),
}
"""Everybody who reads the two products: by a contract, an input, a grant, or as the domain that owns them."""
GRANTED = Grant(
    "g-eva",
    Consumer(Kind.PERSON, "eva"),
    "service",
    frozenset({"town", "order_id"}),
    until=datetime(2999, 1, 1, tzinfo=UTC),
    levels={"town": Sensitivity.INTERNAL, "order_id": Sensitivity.INTERNAL},
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two products, published."""
    root = write_project(tmp_path_factory.mktemp("foresight") / "project")
    put(root, "domains/bakery/orders/product.yaml", descriptor())
    with open_runtime(Settings(project=root)) as runtime:
        for key in PRODUCTS:
            assert publish(load_mesh(root), key, runtime).status is Status.PUBLISHED
        given = Given(GRANTED, "approved", ORDERS, datetime(2026, 1, 1, tzinfo=UTC), "s", "s", "for the story")
        with runtime.database.write() as con:
            put_grant(con, given)
    assert all(reads(root).values()), "who reads nothing would prove nothing"
    return root


def descriptor(**changes: Any) -> dict[str, Any]:
    return {"dataProduct": order_descriptor(**{"dataContracts": [CONTRACT], **changes})}


def put(root: Path, name: str, document: object) -> None:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document, sort_keys=False))


CATEGORIES = st.sampled_from([["user.contact"], ["user.contact.email"], ["user.health"], []])
DEMANDS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.sampled_from(["1 year", "2 years", "3 years"]).map(lambda p: {"retentionAtMost": p}),
    st.sampled_from([["westeurope"], ["northeurope"]]).map(lambda p: {"locations": p}),
    st.sampled_from([["token"], ["redact"]]).map(lambda p: {"masks": p}),
    st.sampled_from([["delete_by_key"], ["rebuild"]]).map(lambda p: {"erasure": p}),
    st.sampled_from([["contract"], ["consent"]]).map(lambda p: {"bases": p}),
    st.sampled_from([{"minGroup": 5}, {"tags": ["Owner"]}, {"records": ["dpia"]}, {"noCategories": ["user.contact"]}]),
)


@st.composite
def house(draw: st.DrawFn) -> dict[str, Any]:
    """A pack of one to three rules."""
    rules = []
    for i in range(draw(st.integers(1, 3))):
        when: dict[str, Any] = {"categories": draw(CATEGORIES)}
        if draw(st.booleans()):
            when["domains"] = [draw(st.sampled_from(["bakery", "office"]))]
        demand = draw(DEMANDS)
        hides = ["mask", "mask"] if demand.keys() <= {"masks", "noCategories"} else []
        verdict = draw(st.sampled_from([*hides, "block", "require", "task", "warn"]))
        vectors = [{"says": "one", "passes": True}, {"says": "two", "passes": False}]
        said = {"title": "t", "source": "s", "remedy": "r", "vectors": vectors}
        rules.append({"id": f"HOUSE-{i}", "when": when, "demand": demand, "verdict": verdict, **said})
    return {"pack": "HOUSE", "rules": rules}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """A changed descriptor of the orders: another contract, purposes, retention, labels."""
    fields = draw(st.sampled_from([["town", "amount"], ["town"], ["town", "amount", "email"], ["town", "amount", "order_id"]]))
    contract: dict[str, Any] = {
        "consumer": draw(st.sampled_from(["office", "bakery", "mailer"])),
        "purpose": "service",
        "fields": fields,
    }
    contract |= {"raw": ["email"]} if "email" in fields and draw(st.booleans()) else {}
    contract |= draw(st.sampled_from([{}, {"expires": "2020-01-01"}, {"expires": "2999-01-01"}]))
    town = {**ORDER_COLUMNS["town"], "sensitivity": draw(st.sampled_from(["internal", "confidential", "restricted"]))}
    retention = draw(st.sampled_from([None, {"period": "1 year", "from": "ingested", "action": "delete"}]))
    changes = {"retention": retention} if draw(st.booleans()) else {}
    return descriptor(dataContracts=[contract], columns={**ORDER_COLUMNS, "town": town}, **changes)


CHANGES: st.SearchStrategy[tuple[str, Any]] = st.one_of(
    house().map(lambda pack: ("governance/packs/house.yaml", pack)),
    orders().map(lambda found: ("domains/bakery/orders/product.yaml", found)),
    st.sampled_from([["contract"], ["consent"], []]).map(
        lambda bases: ("governance/purposes.yaml", {"purposes": {"service": {"bases": bases}}})
    ),
    st.sampled_from([["westeurope"], ["northeurope"]]).map(
        lambda places: (
            "governance/policies.yaml",
            {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": places}}},
        )
    ),
    st.sampled_from(["CCPA", "HIPAA", "LGPD", "DPDP", "US-STATES"]).map(
        lambda pack: ("governance/packs.yaml", {"packs": {"bind": {pack: {"domains": ["*"]}}}})
    ),
)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(change=st.lists(CHANGES, min_size=1, max_size=2, unique_by=lambda one: one[0]))
def test_what_is_foreseen_is_exactly_what_the_change_then_does(served: Path, change: list[tuple[str, Any]]) -> None:
    with copied(served) as root:
        before = reads(root)
        session = Session()
        session.project = root
        found = foreseen_by(session, Wanted({name: yaml.safe_dump(said).encode() for name, said in change}))
        for name, said in change:
            put(root, name, said)
        assert {one.product for one in found.blocked} == blocked(root)
        after = reads(root)
        told = {
            (one.reader.product, one.reader.consumer, one.reader.purpose)
            for one in found.consumers
            if one.effect != "no new version"
        }
        assert {who for who in told if "/" in who[1] or " " in who[1]} == {who for who in READERS if before[who] != after[who]}
        columns = {(one.reader.product, one.reader.consumer, one.column, one.after) for one in found.consumers if one.column}
        assert columns == {
            (who[0], who[1], name, after[who].get(name, "deny"))
            for who in READERS
            if before[who] and after[who]
            for name in {*before[who], *after[who]}
            if before[who].get(name, "deny") != after[who].get(name, "deny")
        }


@contextmanager
def copied(root: Path) -> Iterator[Path]:
    """A copy of the published project, for one example."""
    with TemporaryDirectory() as place:
        yield Path(shutil.copytree(root, Path(place) / "project"))


def blocked(root: Path) -> set[ProductKey]:
    """The products whose publication is refused now."""
    mesh = load_mesh(root)
    with open_runtime(Settings(project=root)) as runtime:
        outcomes = {key: publish(mesh, key, runtime) for key in PRODUCTS}
    assert {outcome.status for outcome in outcomes.values()} <= {Status.PUBLISHED, Status.BLOCKED}, outcomes
    return {key for key, outcome in outcomes.items() if outcome.status is Status.BLOCKED}


def reads(root: Path) -> dict[tuple[ProductKey, str, str], dict[str, str]]:
    """What each reader gets now, column by column; nothing where the read is refused."""
    with open_runtime(Settings(project=root)) as runtime:
        return dict(_reads(root, runtime))


def _reads(root: Path, runtime: Runtime) -> Iterator[tuple[tuple[ProductKey, str, str], dict[str, str]]]:
    mesh, now = load_mesh(root), datetime.now(UTC)
    grants = AccessStore(runtime.database).on
    with (
        Workers(runtime.settings.home_path, runtime.lake.keys, runtime.confinement) as workers,
        Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit, grants) as reading,
    ):
        for who, caller in READERS.items():
            served = reading.served(who[0])
            yield who, _given(reading, served, reading.decision(caller, served, who[2], now))


def _given(reading: Reading, served: Served, decision: Decision) -> dict[str, str]:
    try:
        reading.filtered(decision, served)
    except Denied:
        return {}
    return {name: column.treatment.value for name, column in decision.columns.items()} if decision.allowed else {}


@pytest.fixture
def here(served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the published project, with the working directory inside of it."""
    root = Path(shutil.copytree(served, tmp_path / "project"))
    monkeypatch.chdir(root)
    return root


def test_no_change_changes_nothing(mesh: Mesh, here: Path) -> None:
    said = mesh("policy", "simulate", "--governance", "governance", "--json")
    assert said.code == 0
    assert (said.json["blocked"], said.json["consumers"], said.json["columns"], said.json["unchanged"]) == ([], [], [], 2)


def test_a_pack_that_blocks_is_told_with_rule_place_reason_remedy_and_consumers_and_no_file_is_written(
    mesh: Mesh, here: Path, tmp_path: Path
) -> None:
    rule = {"id": "HOUSE-1", "title": "t", "source": "s", "remedy": "Shorten it.", "demand": {"retentionAtMost": "1 year"}}
    rule |= {"when": {"domains": ["bakery"]}, "vectors": [{"says": "a", "passes": True}, {"says": "b", "passes": False}]}
    put(tmp_path, "house.yaml", {"pack": "HOUSE", "rules": [rule]})
    before = everything(here)
    said = mesh("policy", "simulate", "--pack", tmp_path / "house.yaml", "--json")
    assert everything(here) == before
    assert said.code == 1
    [one] = said.json["blocked"]
    [finding] = one["findings"]
    assert (one["product"], finding["rule"], finding["fix"]) == ("bakery/orders", "HOUSE-1", "Shorten it.")
    assert finding["where"].startswith("domains/bakery/orders/product.yaml")
    assert {each["consumer"] for each in said.json["consumers"]} == {who[1] for who in READERS if who[0] == ORDERS}
    assert {each["effect"] for each in said.json["consumers"]} == {"no new version"}


def test_a_contract_that_is_taken_back_refuses_its_consumer_and_blocks_the_product_that_reads_under_it(
    mesh: Mesh, here: Path, tmp_path: Path
) -> None:
    put(tmp_path, "changed.yaml", descriptor(dataContracts=None))
    said = mesh("policy", "simulate", "--descriptor", f"bakery/orders={tmp_path / 'changed.yaml'}", "--json").json
    assert [one["product"] for one in said["blocked"]] == ["office/towns"]
    refused = {one["consumer"] for one in said["consumers"] if one["effect"] == "refused"}
    assert refused == {"domain office", "product office/towns"}
    assert (
        "office/towns would be blocked"
        in mesh("policy", "simulate", "--descriptor", f"bakery/orders={tmp_path / 'changed.yaml'}").out
    )


def test_a_mesh_that_is_blocked_is_told_to_open(mesh: Mesh, here: Path, tmp_path: Path) -> None:
    put(here, "domains/office/towns/product.yaml", {"dataProduct": town_descriptor(retention=None, qualityMetrics=None)})
    put(tmp_path, "product.yaml", {"dataProduct": town_descriptor()})
    said = mesh("policy", "simulate", "--descriptor", f"office/towns={tmp_path / 'product.yaml'}", "--json")
    assert said.code == 0
    assert [one["product"] for one in said.json["opened"]] == ["office/towns"]


@pytest.mark.parametrize(
    "options", [(), ("--pack", "NONE"), ("--descriptor", "none.yaml"), ("--governance", "domains/office/towns")]
)
def test_what_is_no_change_is_refused(mesh: Mesh, here: Path, options: tuple[str, ...]) -> None:
    (here / "domains/office/towns/product.yaml").unlink()
    said = mesh("policy", "simulate", *options)
    assert said.code == 2
    assert "POLICY-04" in said.err
