"""A project of two domains on disk: `bakery` ingests orders, `office` counts them by town. Tests bend it to what they need."""

from __future__ import annotations

from pathlib import Path

import yaml

ORDERS = "order_id,email,town,amount,at\n1,ana@mail.test,Lisbon,10,2026-01-01\n2,ben@mail.test,Lisbon,20,2026-01-02\n3,eva@mail.test,Porto,5,2026-01-03\n"

COMMON = {
    "owner": "bakery-team@example.com",
    "version": "1.0.0",
    "description": "What the test is about.",
    "dataResidency": {"region": "EU", "storageLocations": ["westeurope"]},
    "purposes": {"service": "contract"},
    "retention": {"period": "2 years", "from": "ingested", "action": "delete"},
    "sla": {"availability": 99.0, "latency": "< 1 second", "freshness": "< 1 day"},
    "qualityMetrics": {"completeness": 90, "accuracy": 90},
    "interfaces": [{"type": "SQL", "authentication": "OAuth2", "accessLevel": "Read-Only"}],
}

ORDER_COLUMNS = {
    "order_id": {"type": "integer", "unique": True, "sensitivity": "internal"},
    "email": {"type": "string", "sensitivity": "restricted", "category": "user.contact.email", "subject": "email"},
    "town": {"type": "string", "sensitivity": "internal"},
    "amount": {"type": "integer", "min": 0, "sensitivity": "internal"},
    "at": {"type": "date", "sensitivity": "internal"},
}


def order_descriptor(**changes: object) -> dict[str, object]:
    """The descriptor of bakery/orders, with `changes`."""
    own = {
        "name": "Orders",
        "domain": "Bakery",
        "source": {"path": "landing/orders.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"},
        "columns": ORDER_COLUMNS,
        "erasure": {"strategy": "delete_by_key"},
        "dataContracts": [
            {"consumer": "office", "purpose": "service", "fields": ["town", "amount"], "excludedFields": ["email"]}
        ],
    }
    return _without_none({**COMMON, **own, **changes})


def town_descriptor(**changes: object) -> dict[str, object]:
    """The descriptor of office/towns, with `changes`."""
    own = {
        "name": "Towns",
        "domain": "Office",
        "inputs": [{"product": "bakery/orders", "purpose": "service", "fields": ["town", "amount"]}],
        "columns": {
            "town": {"type": "string", "unique": True, "sensitivity": "internal"},
            "total": {"type": "integer", "sensitivity": "internal"},
        },
        "erasure": {"strategy": "rebuild"},
    }
    return _without_none({**COMMON, **own, **changes})


def _without_none(descriptor: dict[str, object]) -> dict[str, object]:
    """Give a key as None to leave it out."""
    return {key: value for key, value in descriptor.items() if value is not None}


TOWNS_SQL = "SELECT town, CAST(sum(amount) AS BIGINT) AS total FROM orders GROUP BY town\n"


def write_product(root: Path, key: str, descriptor: dict[str, object], **files: str) -> Path:
    """Write `domains/<key>/product.yaml` and the files beside it (`transform_sql` for transform.sql and so on)."""
    folder = root / "domains" / key
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "product.yaml").write_text(
        yaml.safe_dump({"dataProduct": descriptor}, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, encoding="utf-8")
    return folder


def write_project(root: Path) -> Path:
    """The whole project under `root`."""
    for domain in ("bakery", "office"):
        folder = root / "domains" / domain
        folder.mkdir(parents=True)
        (folder / "domain.yaml").write_text(
            f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [{domain}-steward@example.com]\n"
        )
    governance = root / "governance"
    governance.mkdir()
    policies = {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["westeurope", "northeurope"]}}}
    (governance / "policies.yaml").write_text(yaml.safe_dump(policies))
    (governance / "regions.yaml").write_text(yaml.safe_dump({"regions": {"EU": ["westeurope", "northeurope"], "US": ["eastus"]}}))
    bases = ["contract", "legitimate_interests", "consent"]
    (governance / "purposes.yaml").write_text(
        yaml.safe_dump({"purposes": {"service": {"description": "The order.", "bases": bases}}})
    )
    (governance / "identifiers.yaml").write_text(
        yaml.safe_dump({"namespaces": {"email": {"description": "E-mail.", "normal": ["lower"]}}})
    )
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "landing").mkdir()
    (root / "landing" / "orders.csv").write_text(ORDERS)
    write_product(root, "bakery/orders", order_descriptor())
    write_product(root, "office/towns", town_descriptor(), transform_sql=TOWNS_SQL)
    return root
