"""Two descriptors and a governance document as other meshes write them: they load as they are, and the gate tells what each lacks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mesh_platform.policy import Facts, gate, rules
from mesh_platform.product import Mesh, ProductKey, load_mesh
from tests import seeds
from tests.seeds import CUSTOMER, GOVERNANCE, SALES

REGIONS = "regions:\n  EU: [westeurope, northeurope]\n"


def folders(root: Path, customer: str, sales: str, governance: str, regions: str = REGIONS) -> Mesh:
    for name, text in {
        "domains/customer/customer_360/product.yaml": customer,
        "domains/sales/sales_analytics/product.yaml": sales,
        "governance/policies.yaml": governance,
        "governance/regions.yaml": regions,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return load_mesh(root)


@pytest.fixture(params=seeds.ALL, ids=str)
def mesh(tmp_path: Path, request: pytest.FixtureRequest) -> Mesh:
    found: seeds.Seeds = request.param
    return folders(tmp_path, found.customer, found.sales, found.governance)


def lacks(mesh: Mesh, key: str) -> dict[str, str]:
    """What blocks the product: rule and reason, in one text per rule."""
    product = mesh.product(ProductKey.parse(key))
    found: dict[str, str] = {}
    for finding in gate(Facts(mesh, product, date(2026, 12, 1)), rules()).blocking:
        found[finding.rule] = f"{found.get(finding.rule, '')} {finding.where} {finding.why} {finding.fix}"
    return found


def test_both_load_unchanged(mesh: Mesh) -> None:
    assert set(mesh.products) == {ProductKey("customer", "customer_360"), ProductKey("sales", "sales_analytics")}
    assert mesh.broken == {}
    assert mesh.governance.policies.access_control.approvers == ("data-steward@domain",)


def test_the_customer_product_is_told_all_that_it_lacks(mesh: Mesh) -> None:
    found = lacks(mesh, "customer/customer_360")
    for rule, words in {
        "DESC-06": ["where the rows come from"],
        "DESC-13": ["no domain.yaml"],
        "CORE-01": ["no description", "no columns", "sensitivity label"],
        "CORE-03": ["how long"],
        "CORE-04": ["no purpose with its legal basis"],
        "CORE-08": ["Customer enrichment", "no registered purpose", "governance/purposes.yaml"],
        "CORE-09": ["customerId", "segment", "region", "does not declare"],
        "CORE-10": ["removed"],
        "CORE-12": ["no quality", "no service level"],
    }.items():
        assert all(word in found[rule] for word in words), (rule, found.get(rule))


def test_the_sales_product_is_told_all_that_it_lacks_and_not_what_it_has(mesh: Mesh) -> None:
    found = lacks(mesh, "sales/sales_analytics")
    assert set(found) == {"DESC-06", "DESC-13", "CORE-01", "CORE-03", "CORE-04", "CORE-10"}


def test_an_excluded_field_that_the_product_lacks_and_a_declared_flag_are_told_and_block_nothing(mesh: Mesh) -> None:
    product = mesh.product(ProductKey("customer", "customer_360"))
    told = [f.why for f in gate(Facts(mesh, product, date(2026, 12, 1)), rules()).findings if f.severity == "info"]
    assert any("excludes 'email', 'phone', 'address'" in why for why in told)
    assert any("piiHandling is a claim" in why for why in told)


def test_every_finding_names_the_file_and_a_line_in_it(mesh: Mesh) -> None:
    for product in mesh.products.values():
        for finding in gate(Facts(mesh, product, date(2026, 12, 1)), rules()).findings:
            file, _, line = finding.where.partition(":")
            text = mesh.root / file
            assert not text.is_file() or 1 <= int(line) <= len(text.read_text().splitlines())


def test_the_region_that_no_tree_holds_is_told(tmp_path: Path) -> None:
    mesh = folders(tmp_path, CUSTOMER, SALES, GOVERNANCE, "regions: {}\n")
    assert "The region 'EU' is unknown" in lacks(mesh, "customer/customer_360")["CORE-06"]


def test_a_purpose_registered_under_the_contract_s_own_words_is_found(tmp_path: Path) -> None:
    (tmp_path / "governance").mkdir()
    (tmp_path / "governance/purposes.yaml").write_text("purposes:\n  enrichment: {aliases: [Customer enrichment]}\n")
    mesh = folders(tmp_path, CUSTOMER, SALES, GOVERNANCE)
    assert "no registered purpose" not in lacks(mesh, "customer/customer_360")["CORE-08"]
    assert "does not serve" in lacks(mesh, "customer/customer_360")["CORE-08"]


@pytest.mark.parametrize("place", ["eastus", "Narnia", "EU"])
def test_a_place_outside_of_the_allowed_regions_blocks(tmp_path: Path, place: str) -> None:
    mesh = folders(tmp_path, CUSTOMER, SALES.replace("westeurope", place), GOVERNANCE)
    assert f"'{place}'" in lacks(mesh, "sales/sales_analytics")["CORE-06"]


def test_without_an_approver_restricted_data_is_blocked(tmp_path: Path) -> None:
    mesh = folders(tmp_path, CUSTOMER, SALES, GOVERNANCE.replace('["data-steward@domain"]', "[]"))
    assert "nobody is named who approves" in lacks(mesh, "sales/sales_analytics")["CORE-15"]
    mesh = folders(tmp_path, CUSTOMER, SALES, GOVERNANCE.replace("requireApproval: true", "requireApproval: false"))
    assert "CORE-15" not in lacks(mesh, "sales/sales_analytics")
