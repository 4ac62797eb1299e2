"""Two descriptors and a governance document as other meshes write them: they load as they are, and the gate tells what each lacks."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.policy import Facts, gate, rules
from mesh_platform.product import Mesh, ProductKey, load_mesh

CUSTOMER = """
dataProduct:
  name: "Customer 360"
  domain: "Customer"
  owner: "owners@example.com"
  dataResidency: {region: "EU"}
  piiHandling: "Encrypted-CMK"
  interfaces:
    - {type: "API", endpoint: "https://api.example.com/v1", rateLimit: 1000}
  dataContracts:
    - consumer: "Sales Domain"
      purpose: "Customer enrichment"
      fields: ["customerId", "segment", "region"]
      excludedFields: ["email", "phone", "address"]
"""
SALES = """
dataProduct:
  name: "Sales Analytics"
  domain: "Sales"
  owner: "sales@example.com"
  dataResidency: {region: "EU", storageLocations: ["westeurope"]}
  interfaces:
    - {type: "API", endpoint: "https://api.example.com/v1", authentication: "OAuth2", scopes: ["sales.read", "sales.aggregate"]}
    - {type: "SQL", endpoint: "sql.example.com", authentication: "AzureAD", accessLevel: "Read-Only"}
  sla: {availability: 99.9, latency: "< 100ms", freshness: "< 1 hour"}
  qualityMetrics: {completeness: 98, accuracy: 99, timeliness: 95}
"""
GOVERNANCE = """
governancePolicies:
  dataResidency: {enforced: true, allowedRegions: ["westeurope", "northeurope"]}
  dataClassification:
    autoClassify: true
    rules:
      - {pattern: "SSN|Social Security", classification: "PII.HighRisk"}
      - {pattern: "email|phone", classification: "PII.Contact"}
  dataCatalog: {requireDescription: true, requireOwner: true, requireSensitivityLabel: true}
  accessControl: {requireApproval: true, approvers: ["data-steward@domain"]}
"""
REGIONS = "regions:\n  EU: [westeurope, northeurope]\n"

_SHARED = Path(os.environ.get("MESH_SHARED", Path(__file__).parents[3] / "shared")) / "seeds"


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


@pytest.fixture(params=["restated", "as they came"])
def mesh(tmp_path: Path, request: pytest.FixtureRequest) -> Mesh:
    if request.param == "restated":
        return folders(tmp_path, CUSTOMER, SALES, GOVERNANCE)
    names = ("customer_360.yaml", "sales_analytics.yaml", "governance_policies.yaml")
    if not all((_SHARED / name).is_file() for name in names):
        pytest.skip("the documents themselves are not at hand (MESH_SHARED)")
    return folders(tmp_path, *((_SHARED / name).read_text(encoding="utf-8") for name in names))


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
