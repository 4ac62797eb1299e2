"""Verdicts of packs at reads: who is refused, and which columns are masked, whatever a grant lists as raw. Decided, and read from real rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.access.decision import Caller, Decision, Treatment
from mesh_platform.access.reading import Reading
from mesh_platform.access.standing import decided_on
from mesh_platform.access.worker import Workers
from mesh_platform.actor import Actor
from mesh_platform.errors import Denied, Finding
from mesh_platform.keys import open_keys
from mesh_platform.policy.at_reads import closed_by_rows
from mesh_platform.product import Mesh, ProductKey, load_mesh
from mesh_platform.product.assemble import assemble
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import PROFILES, descriptor, profiles, write_project
from tests.publish.bakery import write_product

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ANALYST = Caller.person(Actor("analyst", ("consumer",), ("sales",), "EU"))
PIPELINE = Caller.publication(ProductKey("sales", "reach"), "westeurope")
RAW: dict[str, Any] = {
    "consumer": "sales",
    "purpose": "service",
    "fields": ["card", "segment", "email"],
    "raw": ["card", "email"],
}
HOUSE: dict[str, Any] = {
    "pack": "HOUSE",
    "rules": [
        {
            "id": "HOUSE-1",
            "title": "Segments are shown to nobody",
            "source": "s",
            "remedy": "r",
            "verdict": "mask",
            "when": {"categories": ["user.behavior"]},
            "demand": {"noCategories": ["user.behavior"]},
            "vectors": [{"says": "a", "passes": True}, {"says": "b", "passes": False}],
        }
    ],
}


def mesh_with(contract: dict[str, Any] = RAW, **governance: Any) -> Mesh:
    columns = {**descriptor()["columns"], "segment": {"type": "string", "sensitivity": "internal", "category": "user.behavior"}}
    product = descriptor(dataContracts=[contract], columns=columns)
    product = {key: value for key, value in product.items() if key not in ("name", "domain")}
    said = {"purposes": {"service": {"bases": ["contract"]}, "analytics": {"bases": ["legitimate_interests"]}}}
    said |= {"regions": {"tree": {"EU": ["westeurope", "northeurope"], "US": ["eastus"]}}}
    domains = {"customer": {"owner": "c@example.com"}, "sales": {"owner": "s@example.com"}}
    return assemble({str(PROFILES): product}, domains, {**said, **governance})


def decided(mesh: Mesh, caller: Caller = ANALYST, **more: Any) -> Decision:
    return decided_on(mesh, caller, mesh.products[PROFILES], "service", NOW, (), **more)


class TestMask:
    def test_a_card_that_a_contract_lists_as_raw_is_masked_by_its_rule(self) -> None:
        found = decided(mesh_with()).columns
        assert (found["card"].treatment, found["card"].rule, found["card"].mask) == (Treatment.MASK, "PCI-3.4.1", "bin_last4")
        assert (found["email"].treatment, found["email"].rule) == (Treatment.RAW, "CORE-04")

    def test_whoever_attests_the_need_sees_it_whole(self) -> None:
        need = {
            "kind": "attestation",
            "about": ["PCI-3.4.1"],
            "by": "ciso@example.com",
            "on": "2026-01-15",
            "expires": "2026-12-31",
        }
        assert decided(mesh_with(records={"it": need})).columns["card"].treatment is Treatment.RAW

    def test_an_own_rule_hides_an_internal_column_from_people_and_not_from_products(self) -> None:
        mesh = mesh_with(ownPacks=[HOUSE])
        assert (decided(mesh).columns["segment"].treatment, decided(mesh).columns["segment"].mask) == (Treatment.MASK, "redact")
        assert decided(mesh).columns["segment"].rule == "HOUSE-1"
        assert decided(mesh, PIPELINE).columns["segment"].treatment is Treatment.RAW

    def test_an_own_rule_of_this_verdict_that_hides_no_column_is_refused(self) -> None:
        rule = {**HOUSE["rules"][0], "demand": {"tags": ["Owner"]}}
        with pytest.raises(ValueError, match="masks` or `noCategories"):
            mesh_with(ownPacks=[{**HOUSE, "rules": [rule]}])


class TestRefused:
    def test_a_consumer_whom_the_rows_closed_is_refused_by_that_rule_and_its_pipeline_too(self) -> None:
        told = Finding("CORE-12", "x", "Its floor is not reached.", "Mend the data.")
        for caller in (ANALYST, PIPELINE):
            refusal = decided(mesh_with(), caller, closed={"sales": told}).refusal
            assert refusal is not None and refusal.rule == "CORE-12"
        assert decided(mesh_with(), closed={"office": told}).allowed

    def test_the_domain_that_owns_it_reads_on(self) -> None:
        owner = Caller.person(Actor("o", ("owner",), ("customer",), "EU"))
        assert decided(mesh_with(), owner, closed={"sales": Finding("CORE-12", "x", "y", "z")}).allowed


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write_project(root)
    return root


@pytest.fixture
def runtime(shop: Path) -> Iterator[Runtime]:
    with open_runtime(Settings(project=shop)) as opened:
        yield opened


def rows(shop: Path, runtime: Runtime, sql: str) -> list[dict[str, Any]]:
    with (
        Workers(runtime.settings.home_path, open_keys(runtime.settings), runtime.confinement) as workers,
        Reading(load_mesh(shop), runtime.lake, runtime.registry, workers, runtime.audit) as reading,
    ):
        found: list[dict[str, Any]] = reading.query(ANALYST, "service", sql, datetime.now(UTC)).rows.table().to_pylist()
        return found


def test_what_a_pack_masks_is_masked_in_the_rows_and_comes_back_with_the_attestation(shop: Path, runtime: Runtime) -> None:
    write_product(shop, str(PROFILES), descriptor(dataContracts=[RAW]))
    assert publish(load_mesh(shop), PROFILES, runtime).status is Status.PUBLISHED
    assert {row["card"] for row in rows(shop, runtime, "SELECT card FROM customer.profiles WHERE card LIKE '4%'")} == {
        "411111…1111"
    }
    need = {"kind": "attestation", "about": ["PCI-3.4.1"], "by": "ciso@example.com", "on": "2026-01-15", "expires": "2999-12-31"}
    (shop / "governance/register.yaml").write_text(yaml.safe_dump({"register": {"need": need}}))
    assert {row["card"] for row in rows(shop, runtime, "SELECT card FROM customer.profiles WHERE card LIKE '4%'")} == {
        "4111111111111111"
    }


def test_a_consumer_whose_quality_floor_the_rows_do_not_keep_is_refused_until_another_is_agreed(
    shop: Path, runtime: Runtime
) -> None:
    floor = {**RAW, "raw": [], "quality": {"timeliness": 99}}
    write_product(shop, str(PROFILES), descriptor(dataContracts=[floor]))
    outcome = publish(load_mesh(shop), PROFILES, runtime)
    assert (outcome.status, outcome.closed_consumers) == (Status.PUBLISHED, ("sales",)), outcome.findings
    with pytest.raises(Denied, match="CORE-12"):
        rows(shop, runtime, "SELECT segment FROM customer.profiles")
    write_product(shop, str(PROFILES), descriptor(dataContracts=[{**RAW, "raw": []}]))
    with pytest.raises(Denied, match="CORE-12"):
        rows(shop, runtime, "SELECT segment FROM customer.profiles")
    assert publish(load_mesh(shop), PROFILES, runtime).closed_consumers == ()
    assert len(rows(shop, runtime, "SELECT segment FROM customer.profiles")) == 3


def test_a_commit_without_closed_consumers_closes_none() -> None:
    assert closed_by_rows({}) == closed_by_rows({"closed": {}}) == {}
    assert profiles().key == PROFILES
