"""A shop of which no line of the checklist is open and none is without a matter: published, contracted, registered, backed up, attested."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from mesh_platform.cli import main
from mesh_platform.clock import utc_now
from tests.cli.project import publish_all, put

ORDERS, CUSTOMERS = "domains/shop/orders/product.yaml", "domains/shop/customers/product.yaml"
REPORT = """\
dataProduct:
  name: Report
  domain: Office
  owner: office-team@example.com
  version: 1.0.0
  description: Orders by state.
  dataResidency: {region: EU, storageLocations: [westeurope]}
  purposes: {service.orders: contract}
  inputs: [{product: shop/orders, purpose: service.orders, fields: [status, total]}]
  columns: {status: {type: string, sensitivity: internal}, total: {type: double, sensitivity: internal}}
"""


def day(days: int) -> str:
    return (utc_now().date() + timedelta(days=days)).isoformat()


def changed(file: Path, **keys: Any) -> None:
    """The file of a product with these keys below `dataProduct`; None takes one out."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["dataProduct"] |= keys
    document["dataProduct"] = {key: value for key, value in document["dataProduct"].items() if value is not None}
    put(file, yaml.safe_dump(document, sort_keys=False))


def column(file: Path, name: str, **keys: Any) -> None:
    """The same of one of its columns."""
    columns = yaml.safe_load(file.read_text(encoding="utf-8"))["dataProduct"]["columns"]
    merged = {**columns[name], **keys}
    changed(file, columns={**columns, name: {key: value for key, value in merged.items() if value is not None}})


def register(root: Path, **entries: Any) -> None:
    """The register, with these entries in place of its own; None takes one out."""
    found = {
        "agency-dpa": record("dpa", "agency"),
        "endpoints": record("attestation", "SOV-2"),
        "logs": record("attestation", "SOV-8"),
        "trained": record("attestation", "TRAINING", "shop"),
        **entries,
    }
    put(root / "governance/register.yaml", yaml.safe_dump({"register": {key: one for key, one in found.items() if one}}))


def recipients(root: Path, **keys: Any) -> None:
    """The register of recipients: the agency, with these keys in place of its own."""
    one = {"role": "processor", "country": "DE", "records": ["agency-dpa"], "hosts": ["mail.example.com"]}
    one |= {
        "address": "https://mail.example.com/erase",
        "secret": "env:AGENCY_SECRET",
        "reviewed": day(-30),
        "expires": day(300),
        **keys,
    }
    put(root / "governance/recipients.yaml", yaml.safe_dump({"recipients": {"agency": one}}))


def waived(root: Path, ends: int) -> None:
    """A finding of the orders, let through until then."""
    one = {
        "product": "shop/orders",
        "rule": "CORE-12",
        "covers": "0" * 16,
        "reason": "A test's.",
        "control": "Nobody reads it.",
        "requestedBy": "data-steward",
        "approvedBy": "privacy-engineer",
        "approvedOn": day(-1),
        "expires": day(ends),
    }
    put(root / "governance/waivers.yaml", yaml.safe_dump({"waivers": [one]}))


def record(kind: str, *about: str, ends: int = 300) -> dict[str, Any]:
    return {
        "kind": kind,
        "about": [*about],
        "title": "A test's",
        "by": "lead@example.com",
        "on": day(-30),
        "expires": day(ends),
    }


def make_whole(root: Path) -> Path:
    """The shop at `root`, made whole."""
    contracts = [
        {"consumer": "office", "purpose": "service.orders", "fields": ["status", "total"]},
        {"consumer": "agency", "purpose": "service.orders", "fields": ["order_id", "status"]},
    ]
    changed(root / ORDERS, dataContracts=contracts, interfaces=[{"type": "SQL", "authentication": "OAuth2"}])
    put(root / "domains/office/domain.yaml", "name: Office\nowner: office-team@example.com\nregion: westeurope\n")
    put(root / "domains/office/report/product.yaml", REPORT)
    put(root / "domains/office/report/transform.sql", "SELECT status, total FROM orders\n")
    put(root / ".ci/domains/shop", "mesh check --strict shop\n")
    put(root / "mesh.toml", 'notice_webhook = "https://mail.example.com/hook"\naudit_anchor = "anchors"\n')
    column(root / CUSTOMERS, "email", sensitivity="restricted")
    purposes = yaml.safe_load((root / "governance/purposes.yaml").read_text(encoding="utf-8"))
    purposes["purposes"]["service.orders"]["categories"] = ["user.unique_id"]
    put(root / "governance/purposes.yaml", yaml.safe_dump(purposes))
    register(root)
    recipients(root)
    waived(root, 60)
    publish_all(root, "shop/customers", "shop/orders")
    assert main(["--project", str(root), "backup", "create", "--as", "platform-engineer", "--quiet"]) == 0
    return root
