"""What an aggregate-only contract decides: groups in place of rows, identifiers gone, and no second way of forming groups."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from mesh_platform.access.aggregates import Groups
from mesh_platform.access.decision import Caller, Decision, Treatment, decide, stricter
from mesh_platform.access.grants import contract_grants, own_domain
from mesh_platform.access.views import view
from mesh_platform.actor import Actor
from mesh_platform.product import DataContract, Governance, Product, diff
from tests.access.aggregates.club import CONTRACTS, FIELDS, GROUPS, MEMBERS, members
from tests.access.shop import GOVERNANCE, mesh_of

TODAY = date(2026, 11, 22)
ROWS = {"consumer": "sales", "purpose": "analytics", "fields": ["region", "visits"]}


def decision(product: Product, purpose: str = "analytics", region: str = "EU", domain: str = "sales") -> Decision:
    mesh = mesh_of(product)
    caller = Caller.person(Actor("dana", roles=("consumer",), domains=(domain,), region=region))
    grants = (*contract_grants(mesh, product), *own_domain(MEMBERS, product.descriptor.purposes))
    return decide(caller, product, purpose, grants, mesh.governance, TODAY)


def contracts(*found: dict[str, Any]) -> Product:
    return members(dataContracts=list(found))


class TestColumns:
    def test_grouping_columns_are_as_granted_numbers_are_means_and_what_points_at_people_is_denied(self) -> None:
        found = decision(members()).columns
        assert {name: (column.treatment.value, column.mask) for name, column in found.items() if column.granted} == {
            "region": ("raw", ""),
            "segment": ("raw", ""),
            "joined": ("raw", ""),
            "spent": ("mask", "group_mean"),
            "visits": ("mask", "group_mean"),
            "debt": ("mask", "group_mean"),
        }
        assert {name: column.rule for name, column in found.items() if not column.granted} == {
            "member_id": "CORE-09",
            "email": "ACCESS-30",
            "plan": "ACCESS-30",
        }

    def test_the_decision_says_how_groups_are_formed(self) -> None:
        assert decision(members()).as_json()["groups"] == {
            "by": ["region", "segment", "joined"],
            "period": "quarter",
            "min_group": 10,
        }

    def test_a_contract_may_ask_for_larger_groups_and_not_for_smaller_ones(self) -> None:
        def least(**changes: Any) -> int:
            groups = decision(contracts({**CONTRACTS[0], "aggregate": {**GROUPS, **changes}})).groups
            assert groups is not None
            return groups.least

        assert least(minGroup=50) == 50
        assert least(minGroup=6) == 10

    def test_people_are_counted_by_identifiers_that_are_never_missing(self) -> None:
        groups = decision(members()).groups
        assert groups is not None
        assert groups.people == ("member_id", "email")

    def test_the_view_counts_the_tokens_that_stand_beside_identifiers(self) -> None:
        product = members()
        types = {name: column.type.duckdb for name, column in product.descriptor.columns.items()} | {
            "_mesh_subject_member_id": "BIGINT"
        }
        sql = view(decision(product), types, "t", ("region <> 'x'",))
        assert '"_mesh_subject_member_id" AS p0, "email" AS p1' in sql
        assert "WHERE (region <> 'x')" in sql


class TestCallers:
    def test_one_from_another_region_has_groups_and_no_rows(self) -> None:
        assert decision(members(), region="US").groups is not None
        rows = decision(contracts(ROWS), region="US").refusal
        assert rows is not None
        assert rows.rule == "CORE-07"

    def test_abroad_groups_are_given_to_one_who_has_rows_at_home(self) -> None:
        product = contracts(ROWS, CONTRACTS[0])
        assert decision(product).groups is None
        assert decision(product, region="US").groups is not None

    def test_abroad_they_are_given_for_their_purpose_alone(self) -> None:
        refusal = decision(members(), purpose="service", region="US").refusal
        assert refusal is not None
        assert refusal.rule == "CORE-07"

    def test_rows_go_before_groups(self) -> None:
        found = decision(contracts(CONTRACTS[0], ROWS))
        assert found.groups is None
        assert found.columns["visits"].treatment is Treatment.RAW
        assert not found.columns["spent"].granted

    def test_the_domain_itself_reads_rows(self) -> None:
        assert decision(members(), domain="customer").groups is None

    def test_other_groups_for_another_purpose_are_refused(self) -> None:
        refusal = decision(members(), purpose="service.repair").refusal
        assert refusal is not None
        assert refusal.rule == "ACCESS-31"

    def test_larger_groups_by_the_same_columns_are_other_groups(self) -> None:
        larger = {**CONTRACTS[0], "purpose": "service", "aggregate": {**GROUPS, "minGroup": 50}}
        refusal = decision(contracts(CONTRACTS[0], larger), purpose="service").refusal
        assert refusal is not None
        assert refusal.rule == "ACCESS-31"

    def test_the_same_groups_for_another_purpose_are_given(self) -> None:
        same = {**CONTRACTS[0], "purpose": "service", "fields": [*GROUPS["by"], "visits"]}
        assert decision(contracts(CONTRACTS[0], same), purpose="service").allowed


class TestServedAndFiles:
    def test_files_that_take_rows_back_are_heeded_at_once(self) -> None:
        found = stricter(decision(contracts({**ROWS, "fields": FIELDS})), decision(members()))
        assert found.groups is not None
        assert found.columns["visits"].mask == "group_mean"
        assert not found.columns["email"].granted

    def test_of_two_ways_to_form_groups_the_coarser_holds(self) -> None:
        coarse = {**CONTRACTS[0], "aggregate": {"by": ["region", "joined"], "period": "year", "minGroup": 40}}
        found = stricter(decision(members()), decision(contracts(coarse)))
        assert found.groups == Groups(("region", "joined"), "year", 40, ("member_id", "email"))
        assert not found.columns["segment"].granted


class TestWhatIsWritten:
    def test_groups_are_formed_by_fields_of_the_contract(self) -> None:
        with pytest.raises(ValidationError, match="'plan' is not among its fields"):
            DataContract.model_validate({"consumer": "x", "purpose": "y", "fields": ["region"], "aggregate": {"by": ["plan"]}})

    def test_nothing_is_raw_in_groups(self) -> None:
        with pytest.raises(ValidationError, match="shows no value unmasked"):
            DataContract.model_validate({"consumer": "x", "purpose": "y", "fields": ["a"], "raw": ["a"], "aggregate": {}})

    def test_no_organisation_allows_groups_below_five(self) -> None:
        with pytest.raises(ValidationError):
            Governance.model_validate({**GOVERNANCE, "policies": {"aggregates": {"minGroup": 4}}}, by_alias=True, by_name=False)

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            ({"by": ["region", "segment"]}, "breaking"),
            ({"period": "month"}, "privacy-relevant"),
            ({"period": "year"}, "breaking"),
            ({"minGroup": 12}, "privacy-relevant"),
            ({"by": ["region", "segment", "joined", "plan"]}, "privacy-relevant"),
        ],
    )
    def test_a_weaker_grouping_is_a_change_for_the_privacy_team(self, change: dict[str, Any], kind: str) -> None:
        old = contracts({**CONTRACTS[0], "aggregate": {**GROUPS, "minGroup": 20}}).descriptor
        new = contracts({**CONTRACTS[0], "aggregate": {**GROUPS, "minGroup": 20, **change}}).descriptor
        assert [found.kind.value for found in diff(old, new)] == [kind]

    def test_rows_in_place_of_groups_are_one_too(self) -> None:
        rows = contracts({key: value for key, value in CONTRACTS[0].items() if key != "aggregate"}).descriptor
        groups = contracts(CONTRACTS[0]).descriptor
        assert [found.kind.value for found in diff(groups, rows)] == ["privacy-relevant"]
        assert [found.kind.value for found in diff(rows, groups)] == ["breaking"]
