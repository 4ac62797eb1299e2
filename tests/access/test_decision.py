"""The decision: closed wherever nothing opens it, and each refusal told with its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.access.decision import Caller, Decision, Treatment, decide, stricter
from mesh_platform.access.grants import Consumer, Grant, Kind, contract_grants, own_domain
from mesh_platform.actor import Actor
from mesh_platform.product import Product, ProductKey
from tests.access.shop import COLUMNS, CONTRACTS, governance, mesh_of, profiles

TODAY = date(2026, 11, 22)
ANALYST = Caller.person(Actor("analyst", ("consumer",), ("sales",), "EU"))
PIPELINE = Caller.publication(ProductKey("sales", "reach"), "northeurope")


def decided(
    purpose: str | None = "service", caller: Caller = ANALYST, product: Product | None = None, more: tuple[Grant, ...] = ()
) -> Decision:
    product = product or profiles()
    return decide(caller, product, purpose, (*contract_grants(mesh_of(product), product), *more), governance(), TODAY)


def refusal(decision: Decision) -> str:
    assert decision.refusal is not None
    assert not decision.columns
    return decision.refusal.rule


class TestWhoGetsNothing:
    @pytest.mark.parametrize("purpose", [None, "", "curiosity"])
    def test_a_read_without_a_registered_purpose(self, purpose: str | None) -> None:
        assert refusal(decided(purpose)) == "CORE-14"

    def test_a_purpose_that_the_product_does_not_serve(self) -> None:
        assert refusal(decided("marketing")) == "CORE-08"

    @pytest.mark.parametrize("region", ["US", "eastus", "Atlantis", "", None])
    def test_a_caller_of_another_region_or_of_none(self, region: str | None) -> None:
        found = decided(caller=replace(ANALYST, region=region))
        assert refusal(found) == "CORE-07"
        assert "Cross-region access not permitted" in str(found.refusal)

    def test_public_data_goes_anywhere(self) -> None:
        public = {"segment": {"type": "string", "sensitivity": "public"}}
        contracts = [{"consumer": "sales", "purpose": "service", "fields": ["segment"]}]
        assert decided(caller=replace(ANALYST, region="US"), product=profiles(columns=public, dataContracts=contracts)).allowed

    @pytest.mark.parametrize("roles", [(), ("platform",), ("steward",), ("examiner",), ("privacy",)])
    def test_a_role_that_reads_no_rows(self, roles: tuple[str, ...]) -> None:
        assert refusal(decided(caller=Caller.person(Actor("x", roles, ("sales",), "EU")))) == "CORE-13"

    def test_somebody_of_another_domain(self) -> None:
        assert refusal(decided(caller=Caller.person(Actor("x", ("consumer",), ("billing",), "EU")))) == "CORE-13"

    def test_a_contract_that_has_ended(self) -> None:
        ended = profiles(dataContracts=[{**contract, "expires": "2026-11-21"} for contract in CONTRACTS])
        found = decided(product=ended)
        assert refusal(found) == "CORE-13"
        assert "ended" in str(found.refusal)
        assert decided(product=profiles(dataContracts=[{**CONTRACTS[0], "expires": "2026-11-22"}])).allowed

    def test_a_contract_with_somebody_outside_of_the_mesh_is_nobodys_here(self) -> None:
        outside = profiles(dataContracts=[{**CONTRACTS[0], "consumer": "Partner Ltd"}])
        assert (
            refusal(decided(product=outside, caller=Caller.person(Actor("Partner Ltd", ("consumer",), ("Partner Ltd",), "EU"))))
            == "CORE-13"
        )

    def test_a_wider_purpose_than_the_contracts(self) -> None:
        narrow = profiles(dataContracts=[{**CONTRACTS[0], "purpose": "service.repair"}])
        assert refusal(decided("service", product=narrow)) == "CORE-13"
        assert decided("service.repair", product=narrow).allowed


class TestWhatBecomesOfAColumn:
    def test_internal_data_is_raw_and_confidential_data_masked(self) -> None:
        columns = decided().columns
        assert columns["segment"].treatment is Treatment.RAW
        assert (columns["customer_id"].treatment, columns["customer_id"].mask) == (Treatment.MASK, "token")
        assert (columns["email"].treatment, columns["email"].mask) == (Treatment.MASK, "email_domain")

    def test_an_excluded_field_is_denied_although_another_contract_lists_it(self) -> None:
        both = profiles(dataContracts=[*CONTRACTS, {"consumer": "sales", "purpose": "service", "fields": ["region"]}])
        column = decided(product=both).columns["region"]
        assert (column.treatment, column.rule) == (Treatment.DENY, "CORE-09")

    @pytest.mark.parametrize("abroad", [True, False])
    @pytest.mark.parametrize("of_rows", [True, False])
    def test_an_excluded_field_is_denied_whichever_contract_is_read_under(self, abroad: bool, of_rows: bool) -> None:
        first, second = ({"consumer": "sales", "purpose": "service", "fields": ["segment", "region"]} for _ in range(2))
        first["excludedFields"] = ["region"]
        (second if of_rows else first)["aggregate"] = {"by": ["segment", "region"]}
        both = profiles(dataContracts=[first, second])
        found = decided(product=both, caller=replace(ANALYST, region="US") if abroad else ANALYST)
        assert {column.name for column in found.granted} == {"segment"}
        assert bool(found.groups) is abroad

    def test_of_two_contracts_of_groups_both_exclusions_count(self) -> None:
        groups = {**CONTRACTS[0], "fields": ["segment", "region"], "aggregate": {"by": ["segment", "region"]}}
        both = profiles(dataContracts=[{**groups, "excludedFields": []}, {**groups, "excludedFields": ["region"]}])
        assert {column.name for column in decided(product=both).granted} == {"segment"}

    def test_who_is_granted_no_column_is_refused_and_told_of_each(self) -> None:
        only = profiles(dataContracts=[{"consumer": "sales", "purpose": "analytics", "fields": ["birth_date"]}])
        found = decided("analytics", product=only)
        assert found.refusal is not None
        assert (found.refusal.rule, "birth_date (CORE-08)" in found.refusal.why) == ("CORE-09", True)
        assert {column.treatment for column in found.columns.values()} == {Treatment.DENY}
        assert (found.allowed, found.grants, found.as_json()["rows"]) == (False, (), [])

    def test_a_field_that_no_contract_lists_is_denied(self) -> None:
        assert decided("analytics").columns["email"].rule == "CORE-09"

    def test_a_column_for_other_purposes_is_denied_although_the_contract_lists_it(self) -> None:
        listed = profiles(dataContracts=[{"consumer": "sales", "purpose": "analytics", "fields": ["segment", "birth_date"]}])
        assert decided("analytics", product=listed).columns["birth_date"].rule == "CORE-08"

    def test_a_field_that_the_contract_lists_as_raw_is_raw(self) -> None:
        assert decided("analytics").columns["customer_id"].treatment is Treatment.RAW
        assert decided("service").columns["customer_id"].treatment is Treatment.MASK

    def test_a_column_without_a_label_counts_as_restricted(self) -> None:
        bare = profiles(columns={**COLUMNS, "segment": {"type": "string"}})
        column = decided(product=bare).columns["segment"]
        assert (column.treatment, column.mask) == (Treatment.MASK, "redact")

    @pytest.mark.parametrize("mask", ["sha1", "year", "geo", ""])
    def test_a_mask_that_nobody_knows_or_that_does_not_take_the_type_is_redaction(self, mask: str) -> None:
        odd = profiles(columns={**COLUMNS, "email": {**COLUMNS["email"], "mask": mask}})
        assert decided(product=odd).columns["email"].mask == "redact"

    def test_inside_the_domain_no_contract_is_needed_and_masks_hold(self) -> None:
        product = profiles()
        caller = Caller.person(Actor("owner", ("owner",), ("customer",), "EU"))
        found = decide(caller, product, "service", own_domain(product.key, product.descriptor.purposes), governance(), TODAY)
        assert found.columns["region"].treatment is Treatment.RAW
        assert found.columns["email"].treatment is Treatment.MASK
        assert found.columns["birth_date"].granted

    def test_a_publication_reads_under_the_contract_of_its_domain_or_its_own(self) -> None:
        assert decided(caller=PIPELINE).allowed
        own = profiles(dataContracts=[{**CONTRACTS[0], "consumer": "sales/other"}])
        assert refusal(decided(caller=PIPELINE, product=own)) == "CORE-13"

    def test_a_request_that_was_approved_for_one_person_is_a_grant_of_that_person_alone(self) -> None:
        grant = Grant("r1", Consumer(Kind.PERSON, "analyst"), "service", frozenset({"region"}))
        bare = profiles(dataContracts=None)
        assert {c.name for c in decided(product=bare, more=(grant,)).granted} == {"region"}
        other = Caller.person(Actor("other", ("consumer",), ("sales",), "EU"))
        assert refusal(decided(product=bare, caller=other, more=(grant,))) == "CORE-13"


class TestOfTwoDescriptions:
    def test_what_the_files_take_back_counts_at_once(self) -> None:
        served = decided()
        assert not stricter(served, decided(product=profiles(dataContracts=None))).allowed
        less = profiles(dataContracts=[{**CONTRACTS[0], "fields": ["segment", "email"]}])
        assert {c.name for c in stricter(served, decided(product=less)).granted} == {"segment", "email"}

    def test_what_the_files_add_counts_once_it_is_published(self) -> None:
        less = profiles(dataContracts=[{**CONTRACTS[0], "fields": ["segment"]}])
        assert {c.name for c in stricter(decided(product=less), decided()).granted} == {"segment"}

    def test_where_both_allow_and_share_no_column_nothing_is_allowed(self) -> None:
        one, other = (profiles(dataContracts=[{**CONTRACTS[0], "fields": [name]}]) for name in ("segment", "email"))
        found = stricter(decided(product=one), decided(product=other))
        assert found.refusal is not None
        assert found.refusal.rule == "CORE-09"

    def test_two_masks_that_differ_become_redaction(self) -> None:
        odd = profiles(columns={**COLUMNS, "email": {**COLUMNS["email"], "mask": "last4"}})
        assert stricter(decided(), decided(product=odd)).columns["email"].mask == "redact"


RANK = {Treatment.DENY: 0, Treatment.MASK: 1, Treatment.RAW: 2}
FIELDS = st.lists(st.sampled_from(sorted(COLUMNS)), max_size=5, unique=True)
CONTRACT = st.fixed_dictionaries(
    {"consumer": st.just("sales"), "purpose": st.sampled_from(["service", "analytics", "service.repair"]), "fields": FIELDS},
    optional={"excludedFields": FIELDS, "raw": FIELDS, "expires": st.sampled_from(["2026-11-21", "2027-01-01"])},
)


def ranks(decision: Decision) -> dict[str, int]:
    return {name: RANK[decision.columns[name].treatment] if name in decision.columns else 0 for name in COLUMNS}


@given(st.lists(CONTRACT, max_size=4), FIELDS, st.sampled_from(["service", "analytics", "service.repair"]))
def test_a_further_exclusion_never_reveals_more(contracts: list[dict[str, Any]], fields: list[str], purpose: str) -> None:
    more = [{**contract, "excludedFields": [*contract.get("excludedFields", ()), *fields]} for contract in contracts]
    before, after = (ranks(decided(purpose, product=profiles(dataContracts=given))) for given in (contracts, more))
    assert all(after[name] <= before[name] for name in COLUMNS)


@given(st.lists(CONTRACT, min_size=1, max_size=4), st.integers(0, 3), st.sampled_from(["service", "analytics"]))
def test_the_end_of_a_contract_never_reveals_more(contracts: list[dict[str, Any]], which: int, purpose: str) -> None:
    ended = [{**one, "expires": "2026-11-21"} if i == which % len(contracts) else one for i, one in enumerate(contracts)]
    before, after = (ranks(decided(purpose, product=profiles(dataContracts=given))) for given in (contracts, ended))
    assert all(after[name] <= before[name] for name in COLUMNS)


@given(st.lists(CONTRACT, max_size=3), st.lists(CONTRACT, max_size=3))
def test_of_two_descriptions_the_stricter_never_gives_more_than_either(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    first, second = (decided(product=profiles(dataContracts=given)) for given in (one, other))
    both = ranks(stricter(first, second))
    assert all(both[name] <= min(ranks(first)[name], ranks(second)[name]) for name in COLUMNS)
