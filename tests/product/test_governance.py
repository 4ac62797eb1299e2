"""What the organisation decides: read from governance/, closed where it says nothing."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.product import Governance
from tests.product.conftest import WHOLE, Project

REGIONS = {"EU": {"DE": ["germanywest"], "NL": ["westeurope"]}, "US": ["eastus", "westus"], "uksouth": None}


def regions(tree: object = REGIONS) -> Governance:
    return Governance.model_validate({"regions": {"tree": tree}}, by_alias=True, by_name=False)


def test_a_leaf_of_the_tree_is_a_place_and_the_rest_is_not() -> None:
    found = regions().regions
    assert [name for name in ("EU", "DE", "germanywest", "US", "eastus", "uksouth") if found.is_location(name)] == [
        "germanywest",
        "eastus",
        "uksouth",
    ]
    assert not found.known("Narnia")
    assert found.locations("EU") == {"germanywest", "westeurope"}
    assert found.locations("Narnia") == frozenset()


def test_a_place_lies_within_every_region_above_it_and_in_no_other() -> None:
    found = regions().regions
    assert found.within("germanywest", ("EU",))
    assert found.within("germanywest", ("DE",))
    assert found.within("germanywest", ("germanywest",))
    assert not found.within("germanywest", ("NL", "US"))
    assert not found.within("EU", ("germanywest",))
    assert not found.within("germanywest", ())


def test_without_a_tree_a_place_lies_only_within_itself() -> None:
    found = regions({}).regions
    assert found.within("westeurope", ("westeurope",))
    assert not found.within("westeurope", ("EU",))


PURPOSES = {
    "purposes": {
        "service": {"aliases": ["Service delivery"]},
        "service.orders": {"parent": "service"},
        "marketing": {},
        "a": {"parent": "b"},
        "b": {"parent": "a"},
    }
}


def purposes() -> Governance:
    return Governance.model_validate(PURPOSES, by_alias=True, by_name=False)


@pytest.mark.parametrize("text", ["service", "Service", "SERVICE DELIVERY", "service-delivery", " service_delivery "])
def test_a_purpose_is_found_by_key_or_alias_whatever_its_case(text: str) -> None:
    assert purposes().purpose(text) == "service"


def test_an_unregistered_purpose_is_no_purpose_and_covers_nothing() -> None:
    assert purposes().purpose("curiosity") is None
    assert not purposes().purpose_covers("curiosity", "curiosity")
    assert not purposes().purpose_covers("curiosity", "service")
    assert not purposes().purpose_covers("service", "curiosity")


def test_a_purpose_covers_itself_and_those_below_it() -> None:
    found = purposes()
    assert found.purpose_covers("service", "service.orders")
    assert found.purpose_covers("Service delivery", "service.orders")
    assert not found.purpose_covers("service.orders", "service")
    assert not found.purpose_covers("service", "marketing")


def test_purposes_that_stand_below_each_other_do_not_hang() -> None:
    assert not purposes().purpose_covers("service", "a")


@given(st.text())
def test_no_text_is_a_registered_purpose_by_accident(text: str) -> None:
    assert purposes().purpose(text) in (None, *PURPOSES["purposes"])


def test_without_governance_nothing_is_registered_and_nothing_is_allowed(project: Project) -> None:
    found = project.load().governance
    assert (found.purposes, found.namespaces, found.declassifiers) == ({}, {}, {})
    assert found.policies.data_residency.enforced
    assert found.policies.data_residency.allowed_regions == ()
    assert found.policies.data_catalog.require_description


def test_every_file_of_governance_is_read(project: Project) -> None:
    project.write("governance/policies.yaml", "governancePolicies:\n  dataResidency: {allowedRegions: [westeurope]}\n")
    project.write("governance/purposes.yaml", "purposes:\n  service: {aliases: [Service]}\n")
    project.write("governance/identifiers.yaml", "namespaces:\n  email: {normal: [trim, lower]}\n")
    project.write("governance/declassifiers.yaml", "declassifiers:\n  k: {condition: aggregate, minGroup: 5}\n")
    project.write("governance/regions.yaml", "regions:\n  EU: [westeurope]\n")
    project.write("governance/roles.yaml", "roles: {analyst: Reads.}\nprincipals:\n  ana: {roles: [analyst]}\n")
    found = project.load().governance
    assert found.policies.data_residency.allowed_regions == ("westeurope",)
    assert found.namespaces["email"].normal == ("trim", "lower")
    assert found.declassifiers["k"].min_group == 5
    assert found.regions.within("westeurope", ("EU",))
    assert found.roles.principals["ana"].roles == ("analyst",)
    assert [f for f in project.told() if f.where.startswith("governance/")] == []


@pytest.mark.parametrize(
    ("name", "text", "rule", "line"),
    [
        ("policies.yaml", "governancePolicies:\n  dataResidency:\n    allowedRegion: [x]\n", "DESC-02", 3),
        ("policies.yaml", "dataResidency: {}\n", "DESC-03", 1),
        ("policies.yaml", "", "DESC-03", 1),
        (
            "policies.yaml",
            "governancePolicies:\n  dataClassification:\n    rules: [{pattern: '(', classification: x}]\n",
            "DESC-03",
            3,
        ),
        ("purposes.yaml", "purposes:\n  service: {bases: [whim]}\n", "DESC-03", 2),
        ("purposes.yaml", "purposes:\n  service: {}\n  orders: {parent: servce}\n", "DESC-11", 3),
        ("purposes.yaml", "purposes: {a: [", "DESC-01", 2),
        ("declassifiers.yaml", "declassifiers:\n  k: {condition: aggregate}\n", "DESC-03", 2),
        ("declassifiers.yaml", "declassifiers:\n  k: {condition: attested}\n", "DESC-03", 2),
        ("declassifiers.yaml", "declassifiers:\n  k: {condition: always}\n", "DESC-03", 2),
        ("roles.yaml", "roles: [a]\n", "DESC-03", 1),
    ],
)
def test_a_mistake_in_governance_is_told_with_its_line_and_its_closed_default_holds(
    project: Project, name: str, text: str, rule: str, line: int
) -> None:
    project.write(f"governance/{name}", text)
    project.product("crm/accounts")
    told = [finding for finding in project.told() if finding.where.startswith("governance/")]
    assert [(f.rule, f.where) for f in told] == [(rule, f"governance/{name}:{line}")]
    assert told[0].blocks


def test_an_allowed_region_that_stands_in_no_tree_is_told(project: Project) -> None:
    project.write("governance/policies.yaml", "governancePolicies:\n  dataResidency:\n    allowedRegions: [Narnia]\n")
    project.write("governance/regions.yaml", "regions:\n  EU: [westeurope]\n")
    project.product("crm/accounts", WHOLE)
    [finding] = project.told()
    assert (finding.rule, finding.where) == ("DESC-11", "governance/policies.yaml:3")


def test_the_allowed_regions_of_a_domain_stand_for_the_organisation_s(project: Project) -> None:
    project.write("governance/policies.yaml", "governancePolicies:\n  dataResidency: {allowedRegions: [westeurope, eastus]}\n")
    project.write("domains/crm/domain.yaml", "owner: a@example.com\nallowedRegions: [westeurope]\napprovers: [b@example.com]\n")
    project.write("domains/shop/domain.yaml", "owner: a@example.com\n")
    mesh = project.load()
    assert mesh.allowed_regions("crm") == ("westeurope",)
    assert mesh.allowed_regions("shop") == ("westeurope", "eastus")
    assert mesh.approvers("crm") == ("b@example.com",)
    assert mesh.approvers("shop") == ()


@pytest.mark.parametrize("name", ["packs/house.yml", "packs/more/house.yaml", "packs.yml", "packs/house.YAML"])
def test_what_nobody_reads_where_rules_are_looked_for_is_told(project: Project, name: str) -> None:
    """Whoever put a rule there believes that it holds."""
    path = project.root / "governance" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("pack: HOUSE\n")
    told = [finding for finding in project.told() if finding.rule == "DESC-04"]
    assert told and all(finding.blocks for finding in told)


@pytest.mark.parametrize("name", ["register.yaml", "packs/house.yaml"])
def test_a_file_of_governance_that_is_none_is_told_and_waited_for_by_nobody(project: Project, name: str) -> None:
    path = project.root / "governance" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    for make in (
        lambda: os.mkfifo(path),
        lambda: path.mkdir(),
        lambda: path.symlink_to("gone.yaml"),
        lambda: path.symlink_to("/dev/zero"),
    ):
        make()
        assert [finding.rule for finding in project.told() if finding.where.startswith(f"governance/{name}")] == ["DESC-04"]
        path.rmdir() if path.is_dir() else path.unlink()
