"""The fit mesh that every worked example starts from, and how an example changes it.

`customer/profiles` is an ingest of personal data with a contract for `sales`; `sales/segments` reads it under that contract. Both pass
every rule that can be judged from their files.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Vector
from mesh_platform.product import ProductKey
from mesh_platform.product.assemble import assemble

TODAY = date(2026, 12, 1)

GOVERNANCE: dict[str, Any] = {
    "policies": {
        "dataResidency": {"enforced": True, "allowedRegions": ["westeurope", "northeurope"]},
        "accessControl": {"requireApproval": True, "approvers": ["steward@example.com"]},
    },
    "purposes": {
        "service": {"aliases": ["Service delivery"]},
        "enrichment": {"parent": "service", "aliases": ["Customer enrichment"]},
        "marketing": {"bases": ["consent"]},
    },
    "namespaces": {"customer_id": {}, "email": {}},
    "declassifiers": {
        "counts": {"lowersTo": "internal", "condition": "aggregate", "minGroup": 5},
        "mail_domain": {"lowersTo": "internal", "condition": "attested", "columns": ["sales/segments.domain"]},
    },
    "regions": {"tree": {"EU": ["westeurope", "northeurope"], "US": ["eastus"]}},
}

DOMAINS: dict[str, Any] = {"customer": {"owner": "customer@example.com"}, "sales": {"owner": "sales@example.com"}}

PROFILES: dict[str, Any] = {
    "owner": "customer@example.com",
    "description": "One row per customer.",
    "dataResidency": {"region": "EU", "storageLocations": ["westeurope"]},
    "purposes": {"service": "contract", "marketing": "consent"},
    "retention": {"period": "3 years", "from": "updated_at"},
    "source": {"path": "landing/customer/profiles.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"},
    "erasure": {"strategy": "delete_by_key"},
    "sla": {"freshness": "1 day"},
    "qualityMetrics": {"completeness": 98},
    "columns": {
        "customer_id": {"type": "string", "sensitivity": "confidential", "subject": "customer_id", "category": "user.unique_id"},
        "email": {
            "type": "string",
            "sensitivity": "restricted",
            "subject": "email",
            "category": "user.contact.email",
            "purposes": ["marketing"],
        },
        "segment": {"type": "string", "sensitivity": "internal"},
        "region": {"type": "string", "sensitivity": "internal"},
        "updated_at": {"type": "timestamp", "sensitivity": "internal"},
    },
    "dataContracts": [
        {
            "consumer": "Sales Domain",
            "purpose": "enrichment",
            "fields": ["customer_id", "segment", "region"],
            "excludedFields": ["email"],
        }
    ],
}

SEGMENTS: dict[str, Any] = {
    "owner": "sales@example.com",
    "description": "The segment of each customer.",
    "dataResidency": {"region": "EU", "storageLocations": ["westeurope"]},
    "purposes": {"enrichment": "contract"},
    "retention": {"period": "1 year", "basis": "enrichment"},
    "inputs": [{"product": "customer/profiles", "purpose": "enrichment", "fields": ["customer_id", "segment"]}],
    "erasure": {"strategy": "delete_by_key"},
    "sla": {"freshness": "1 day"},
    "qualityMetrics": {"completeness": 98},
    "columns": {
        "customer_id": {"type": "string", "sensitivity": "confidential", "subject": "customer_id"},
        "segment": {"type": "string", "sensitivity": "internal", "derivedFrom": ["customer/profiles.segment"]},
    },
}

FIT: dict[str, dict[str, Any]] = {"customer/profiles": PROFILES, "sales/segments": SEGMENTS}


def facts_of(vector: Vector) -> Facts:
    """The facts of one example.

    An example may change `product` (customer/profiles), `reader` (sales/segments), `domain` (customer), `governance` and
    `facts` (further fields of Facts), and add an `older` version of the first (customer/profiles@1); it is about customer/profiles unless `about` names the other. A mapping changes the keys that it
    names; None takes a key away.
    """
    change = dict(vector.change)
    products = {
        "customer/profiles": changed(PROFILES, change.pop("product", {})),
        "sales/segments": changed(SEGMENTS, change.pop("reader", {})),
    }
    if "older" in change:
        products["customer/profiles@1"] = changed(PROFILES, change.pop("older"))
    domains = changed(DOMAINS, {"customer": change.pop("domain", {})})
    mesh = assemble(products, domains, changed(GOVERNANCE, change.pop("governance", {})))
    key = ProductKey.parse(change.pop("about", "customer/profiles"))
    more = change.pop("facts", {})
    if change:
        raise ValueError(f"an example changes {', '.join(change)}, which no example has")
    return Facts(mesh, mesh.products[key], **{"today": TODAY, **more})


def changed(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the keys of `change` in place of its own, mappings key by key, and without those that are None there."""
    found = dict(base)
    for key, value in change.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(found.get(key), Mapping):
            found[key] = changed(found[key], value)
        else:
            found[key] = value
    return found
