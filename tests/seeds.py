"""Two descriptors and a governance document as another mesh writes them, camelCase keys and all, for tests of what the gate says of them.

Where `MESH_SHARED` names a folder with `seeds/customer_360.yaml`, `sales_analytics.yaml` and `governance_policies.yaml`, these are judged too.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Seeds:
    """The three documents, and where they come from."""

    name: str
    customer: str = CUSTOMER
    sales: str = SALES
    governance: str = GOVERNANCE

    def __str__(self) -> str:
        return self.name


def _all() -> tuple[Seeds, ...]:
    ours = Seeds("ours")
    if "MESH_SHARED" not in os.environ:
        return (ours,)
    folder = Path(os.environ["MESH_SHARED"]) / "seeds"
    names = ("customer_360", "sales_analytics", "governance_policies")
    return ours, Seeds("as they came", *((folder / f"{name}.yaml").read_text(encoding="utf-8") for name in names))


ALL = _all()
