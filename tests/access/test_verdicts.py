"""Verdicts of packs at reads: who is refused, and which columns are masked, whatever a grant lists as raw. Decided, and read from real rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.access.decision import Caller, Decision, Treatment, decide
from mesh_platform.access.grants import Consumer, Grant, Kind, under_rules
from mesh_platform.access.reading import Reading
from mesh_platform.access.standing import decided_on
from mesh_platform.access.worker import Workers
from mesh_platform.actor import Actor
from mesh_platform.errors import Denied, Finding
from mesh_platform.keys import open_keys
from mesh_platform.policy import Facts, Verdict
from mesh_platform.policy.at_reads import at_reads, bearing, closed_by_rows
from mesh_platform.policy.rule import Veil
from mesh_platform.product import Mesh, ProductKey, load_mesh
from mesh_platform.product.assemble import assemble
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import COLUMNS, PROFILES, descriptor, profiles, write_project
from tests.publish.bakery import write_product

TODAY = datetime.now(UTC).date()
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


def mesh_with(contract: dict[str, Any] = RAW, columns: dict[str, Any] | None = None, **governance: Any) -> Mesh:
    columns = {
        **descriptor()["columns"],
        **(columns or {}),
        "segment": {"type": "string", "sensitivity": "internal", "category": "user.behavior"},
    }
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


OF_PERSON = Grant(
    "gr-1", Consumer(Kind.PERSON, "analyst"), "service", frozenset({"card", "email"}), raw=frozenset({"card", "email"})
)
CARE = {
    "care": {"bases": ["contract"]},
    "healthcare.treatment": {"bases": ["contract"]},
    "required": {"bases": ["legal_obligation"]},
}
SERVES = {"care": "contract", "healthcare.treatment": "contract", "required": "legal_obligation"}


def clinic(**more: Any) -> Mesh:
    """Diagnoses that serve three purposes, under HIPAA, and under no contract."""
    columns = {"diagnosis": {"type": "string", "sensitivity": "restricted", "category": "user.health.medical_diagnosis"}}
    product = descriptor(**{"columns": columns, "purposes": SERVES, "dataContracts": [], **more})
    product = {key: value for key, value in product.items() if key not in ("name", "domain")}
    said = {
        "purposes": CARE,
        "regions": {"tree": {"EU": ["westeurope"]}},
        "packs": {"bind": {"HIPAA": {"domains": ["customer"]}}},
    }
    authority = {
        "kind": "authority",
        "about": [str(PROFILES)],
        "by": "l@example.com",
        "on": "2026-01-15",
        "expires": "2026-12-31",
    }
    return assemble({str(PROFILES): product}, {"customer": {"owner": "c@example.com"}}, {**said, "records": {"it": authority}})


def diagnosis(mesh: Mesh, purpose: str, given: str | None = None) -> tuple[Treatment, str]:
    """What somebody whose request for raw diagnoses was approved gets of them."""
    grant = Grant(
        "gr-1", Consumer(Kind.PERSON, "analyst"), given or purpose, frozenset({"diagnosis"}), raw=frozenset({"diagnosis"})
    )
    found = decided_on(mesh, ANALYST, mesh.products[PROFILES], purpose, NOW, (grant,)).columns["diagnosis"]
    return found.treatment, found.rule


class TestApprovedRequests:
    def test_a_card_that_somebody_approved_as_raw_is_masked_by_the_rule_until_a_need_is_attested(self) -> None:
        mesh = mesh_with({**RAW, "consumer": "office"})
        found = decided_on(mesh, ANALYST, mesh.products[PROFILES], "service", NOW, (OF_PERSON,)).columns
        assert (found["card"].treatment, found["card"].rule, found["card"].mask) == (Treatment.MASK, "PCI-3.4.1", "bin_last4")
        assert found["email"].treatment is Treatment.RAW
        glass = replace(OF_PERSON, break_glass=True)
        opened = decided_on(mesh, ANALYST, mesh.products[PROFILES], "service", NOW, (glass,)).columns
        assert opened["card"].rule == "PCI-3.4.1"

    def test_a_card_whose_own_mask_would_show_more_is_redacted(self) -> None:
        columns = {"card": {**COLUMNS["card"], "type": "decimal(19,0)", "mask": "geo"}}
        mesh = mesh_with(columns=columns)
        found = decided_on(mesh, ANALYST, mesh.products[PROFILES], "service", NOW, (OF_PERSON,)).columns["card"]
        assert (found.treatment, found.mask) == (Treatment.MASK, "redact")

    def test_health_data_is_masked_for_whoever_was_granted_it_raw(self) -> None:
        assert diagnosis(clinic(), "care") == (Treatment.MASK, "HIPAA-502B")

    @pytest.mark.parametrize("purpose", ["healthcare.treatment", "required"])
    def test_and_not_for_treatment_nor_for_what_the_law_requires(self, purpose: str) -> None:
        assert diagnosis(clinic(), purpose) == (Treatment.RAW, "CORE-04")

    def test_nor_under_an_authorisation(self) -> None:
        assert diagnosis(clinic(privacy={"records": ["it"]}), "care") == (Treatment.RAW, "CORE-04")

    def test_a_purpose_that_the_law_requires_opens_none_below_it_that_rests_on_something_else(self) -> None:
        mesh = clinic(purposes={"required": "legal_obligation", "required.sold": "consent"})
        purposes = {
            **mesh.governance.purposes,
            "required.sold": mesh.governance.purposes["care"].model_copy(update={"parent": "required"}),
        }
        wider = replace(mesh, governance=mesh.governance.model_copy(update={"purposes": purposes}))
        assert diagnosis(wider, "required.sold", "required") == (Treatment.MASK, "HIPAA-502B")

    def test_a_rule_that_raises_closes_every_read(self) -> None:
        def broken(facts: Facts) -> list[Veil]:
            raise ZeroDivisionError

        mesh = mesh_with()
        facts = Facts(mesh, mesh.products[PROFILES], NOW.date())
        rule = replace(next(one for one in bearing(mesh.governance) if one.id == "PCI-3.4.1"), hides=broken)
        grant = next(under_rules([OF_PERSON], at_reads(facts, [rule]), mesh, "customer"))
        assert grant.refused is not None and grant.refused.rule == rule.id

    @given(st.data())
    def test_a_further_rule_never_reveals_more(self, data: st.DataObject) -> None:
        mesh = mesh_with(ownPacks=[HOUSE])
        product, names = mesh.products[PROFILES], sorted(mesh.products[PROFILES].descriptor.columns)
        some = st.frozensets(st.sampled_from(names))
        grants = [
            replace(OF_PERSON, id=f"gr-{i}", fields=fields, raw=fields & data.draw(some), break_glass=data.draw(st.booleans()))
            for i, fields in enumerate(data.draw(st.lists(some, min_size=1, max_size=3)))
        ]
        rules = [one for one in bearing(mesh.governance) if one.verdict is Verdict.MASK]
        fewer = [one for one in rules if data.draw(st.booleans())]
        facts = Facts(mesh, product, NOW.date())
        with_some, with_all = (
            decide(
                ANALYST,
                product,
                "service",
                tuple(under_rules(grants, at_reads(facts, each), mesh, "customer")),
                mesh.governance,
                NOW,
            )
            for each in (fewer, rules)
        )
        order = [Treatment.RAW, Treatment.MASK, Treatment.DENY]
        for name, after in with_all.columns.items():
            before = with_some.columns[name]
            assert order.index(after.treatment) >= order.index(before.treatment)
            assert after.mask in (before.mask, "redact") or before.treatment is Treatment.RAW


CHILDREN: dict[str, Any] = {
    "privacy": {"subjects": ["child"]},
    "purposes": {"service": "consent", "analytics": "legitimate_interests"},
}
OWN = Caller.person(Actor("keeper", ("owner",), ("customer",), "EU"))
PARENTS = {
    "kind": "parental_consent",
    "about": [str(PROFILES)],
    "by": "l@example.com",
    "on": "2026-01-15",
    "expires": "2026-12-31",
}


def of_children(**more: Any) -> Mesh:
    product = {key: value for key, value in descriptor(dataContracts=[RAW]).items() if key not in ("name", "domain")}
    said = {"purposes": {"service": {"bases": ["contract", "consent"]}, "analytics": {"bases": ["legitimate_interests"]}}}
    said |= {"regions": {"tree": {"EU": ["westeurope", "northeurope"], "US": ["eastus"]}}}
    domains = {"customer": {"owner": "c@example.com"}, "sales": {"owner": "s@example.com"}}
    return assemble({str(PROFILES): {**product, **CHILDREN, **more}}, domains, {**said, "records": {"it": PARENTS}})


class TestDeniedWhole:
    """A rule that denies the product and names no consumer: data of children on consent, and no parent was asked (GDPR-8)."""

    @pytest.mark.parametrize("caller", [ANALYST, PIPELINE], ids=["a person of another domain", "a product of another domain"])
    def test_every_consumer_outside_of_the_domain_is_refused_by_that_rule(self, caller: Caller) -> None:
        refusal = decided(of_children(), caller).refusal
        assert refusal is not None and refusal.rule == "GDPR-8"
        assert decided(of_children(privacy={"subjects": ["child"], "records": ["it"]}), caller).allowed

    def test_the_domain_goes_on_reading_so_that_it_can_mend_it(self) -> None:
        assert decided(of_children(), OWN).allowed

    @pytest.mark.parametrize("kind", [Kind.PERSON, Kind.ROLE, Kind.DOMAIN])
    @pytest.mark.parametrize("glass", [False, True])
    def test_approved_requests_and_break_glass_open_nothing_either(self, kind: Kind, glass: bool) -> None:
        name = {Kind.PERSON: "analyst", Kind.ROLE: "consumer", Kind.DOMAIN: "sales"}[kind]
        mesh, grant = of_children(dataContracts=[]), replace(OF_PERSON, consumer=Consumer(kind, name), break_glass=glass)
        found = decided_on(mesh, ANALYST, mesh.products[PROFILES], "service", NOW, (grant,))
        assert found.refusal is not None and (found.refusal.rule == "GDPR-8" or (glass and kind is not Kind.PERSON))

    def test_where_no_purpose_rests_on_consent_nobody_is_refused(self) -> None:
        assert decided(of_children(purposes={"service": "contract", "analytics": "legitimate_interests"})).allowed


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
    need = {
        "kind": "attestation",
        "about": ["PCI-3.4.1"],
        "by": "ciso@example.com",
        "on": f"{TODAY}",
        "expires": f"{TODAY + timedelta(days=300)}",
    }
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
