"""A mesh as values and on disk: `customer/profiles` with a contract for sales, which reads it; decided over, and published where rows are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mesh_platform.product import DataProduct, Governance, Mesh, Product, ProductKey, load_mesh
from tests.publish.bakery import COMMON, write_product

PROFILES, REACH = ProductKey("customer", "profiles"), ProductKey("sales", "reach")
CSV = (
    "customer_id,email,card,postcode,birth_date,latitude,segment,region\n"
    "C-1,ana@mail.test,4111111111111111,10115,1990-05-17,52.5312,gold,north\n"
    "C-2,ben@mail.test,5500005555555559,20095,1984-01-02,53.5507,silver,north\n"
    "C-3,eva@firm.test,340000000000009,80331,2001-12-31,48.1371,gold,south\n"
)
COLUMNS: dict[str, dict[str, Any]] = {
    "customer_id": {
        "type": "string",
        "sensitivity": "confidential",
        "category": "user.unique_id",
        "subject": "customer_id",
        "mask": "token",
    },
    "email": {
        "type": "string",
        "sensitivity": "restricted",
        "category": "user.contact.email",
        "subject": "email",
        "mask": "email_domain",
    },
    "card": {"type": "string", "sensitivity": "restricted", "category": "user.financial.card.pan", "mask": "bin_last4"},
    "postcode": {"type": "string", "sensitivity": "confidential", "category": "user.contact.address.postal_code", "mask": "zip3"},
    "birth_date": {
        "type": "date",
        "sensitivity": "restricted",
        "category": "user.demographic.date_of_birth",
        "mask": "year",
        "purposes": ["service"],
    },
    "latitude": {"type": "double", "sensitivity": "restricted", "category": "user.location.precise", "mask": "geo"},
    "segment": {"type": "string", "sensitivity": "internal"},
    "region": {"type": "string", "sensitivity": "internal"},
}
CONTRACTS: list[dict[str, Any]] = [
    {
        "consumer": "sales",
        "purpose": "service",
        "fields": ["customer_id", "email", "card", "postcode", "birth_date", "latitude", "segment"],
        "excludedFields": ["region"],
    },
    {"consumer": "sales", "purpose": "analytics", "fields": ["customer_id", "segment"], "raw": ["customer_id"]},
]
PURPOSES = {
    "service": {"bases": ["contract"]},
    "service.repair": {"parent": "service", "bases": ["contract"]},
    "analytics": {"bases": ["legitimate_interests"]},
    "marketing": {"bases": ["consent"]},
}
GOVERNANCE: dict[str, Any] = {"purposes": PURPOSES, "regions": {"tree": {"EU": ["westeurope", "northeurope"], "US": ["eastus"]}}}


def descriptor(**changes: Any) -> dict[str, Any]:
    """The descriptor of customer/profiles, with `changes`; give a key as None to leave it out."""
    own = {
        "name": "Profiles",
        "domain": "Customer",
        "purposes": {"service": "contract", "analytics": "legitimate_interests"},
        "source": {"path": "landing/profiles.csv", "purpose": "service", "basis": "contract", "notice": "n1"},
        "columns": COLUMNS,
        "erasure": {"strategy": "delete_by_key"},
        "dataContracts": CONTRACTS,
    }
    return {key: value for key, value in {**COMMON, **own, **changes}.items() if value is not None}


def governance() -> Governance:
    return Governance.model_validate(GOVERNANCE, by_alias=True, by_name=False)


def profiles(**changes: Any) -> Product:
    """customer/profiles as a value."""
    found = DataProduct.model_validate(descriptor(**changes), by_alias=True, by_name=False)
    return Product(PROFILES, Path(), found, None, None, "", "westeurope", str(PROFILES))


def mesh_of(product: Product) -> Mesh:
    """A mesh that holds it, and the domains that its contracts name."""
    from mesh_platform.product import DomainFolder
    from mesh_platform.product.models import DomainFile

    domains = {name: DomainFolder(name, Path(), DomainFile(), name) for name in ("customer", "sales")}
    return Mesh(Path(), governance(), domains=domains, products={product.key: product})


def write_project(root: Path) -> Mesh:
    """The project under `root`."""
    for domain in ("customer", "sales"):
        folder = root / "domains" / domain
        folder.mkdir(parents=True)
        (folder / "domain.yaml").write_text(
            f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [steward@example.com]\n"
        )
    documents = {
        "policies": {
            "governancePolicies": {
                "dataResidency": {"enforced": True, "allowedRegions": ["westeurope"]},
                "assessments": {"population": 1_000_000},
            }
        },
        "regions": {"regions": GOVERNANCE["regions"]["tree"]},
        "purposes": {"purposes": PURPOSES},
        "identifiers": {"namespaces": {"email": {"normal": ["lower"]}, "customer_id": {"normal": ["trim"]}}},
        "roles": {
            "principals": {
                "analyst": {"roles": ["consumer"], "domain": "sales", "region": "EU"},
                "abroad": {"roles": ["consumer"], "domain": "sales", "region": "US"},
                "engineer": {"roles": ["platform"], "region": "EU"},
            }
        },
    }
    (root / "governance").mkdir()
    for name, document in documents.items():
        (root / "governance" / f"{name}.yaml").write_text(yaml.safe_dump(document))
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "landing").mkdir()
    (root / "landing" / "profiles.csv").write_text(CSV)
    write_product(root, str(PROFILES), descriptor())
    return load_mesh(root)
