"""A mesh for people's own requests: Ana and Ann, whose names stand in each other's tickets, with numbers that must not be written out.

`people/customers` has a row for each person, one of whom is called as a town is; `help/tickets` holds texts and JSON; `web/visits` knows addresses by their hash alone; `office/towns` counts.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import yaml

from tests.publish.bakery import COMMON, write_product
from tests.subjects.town import hashed

ANA, ANN = "ana@ex.test", "ann@ex.test"
CUSTOMERS, TICKETS, VISITS, TOWNS = "people/customers", "help/tickets", "web/visits", "office/towns"
ORDER = (CUSTOMERS, TICKETS, VISITS, TOWNS)
SSN, CARD = "078-05-1120", "4111 1111 1111 1111"
NATIONAL_BY_CHANCE = "+34 600 111 223"
"""A telephone number whose last nine digits pass for a Canadian national number."""
_PEOPLE = [
    ("C-7001", ANA, "Ana Souza", "+34 600 111 222", "536-22-4567", "Lisbon"),
    ("C-7002", ANN, "Ann Miller", "+34 600 333 444", "536-22-4568", "Lisbon"),
    ("C-7003", "rui@ex.test", "Lisbon", NATIONAL_BY_CHANCE, "536-22-4569", "Porto"),
]
_TICKETS = [
    ("T-1", "C-7001", f"Ana Souza called from +34 600 111 222 about Ann Miller ({ANN}); paid with {CARD}, SSN 219-09-9999.", {"u": {"mail": ANA, "friend": ANN}}),
    ("T-2", "C-7002", f"Ann Miller says that {ANA} owes her a parcel.", {"u": {"mail": ANN}}),
    ("T-3", "C-7003", "Rui Costa wrote twice about an invoice.", {"u": {"mail": "rui@ex.test", "api_token": "hunter-2-hunter"}}),
]  # fmt: skip


def write_village(root: Path) -> Path:
    """The project under `root`."""
    for domain in ("people", "help", "web", "office"):
        (root / "domains" / domain).mkdir(parents=True)
        text = f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [steward@example.com]\n"
        (root / "domains" / domain / "domain.yaml").write_text(text)
    namespaces = {
        "customer_id": {"normal": ["trim", "upper"]},
        "email": {"normal": ["trim", "lower"]},
        "email_sha256": {"normal": ["trim", "lower"], "derivedFrom": "email", "transform": "sha256"},
        "cookie_id": {"normal": ["trim", "lower"]},
    }
    people = {
        "privacy-engineer": {"roles": ["privacy"], "region": "EU"},
        "privacy-lead": {"roles": ["privacy"], "region": "EU"},
        "web-shop": {"roles": ["source"], "region": "EU"},
        "other-shop": {"roles": ["source"], "region": "EU"},
    }
    documents: dict[str, Any] = {
        "policies": {
            "governancePolicies": {
                "dataResidency": {"enforced": True, "allowedRegions": ["westeurope"]},
                "subjectRequests": {"approvalsAbove": 2, "zone": "Europe/Madrid"},
            }
        },
        "regions": {"regions": {"EU": ["westeurope"]}},
        "purposes": {"purposes": {"service": {"bases": ["contract"]}, "marketing": {"bases": ["legitimate_interests"]}}},
        "identifiers": {"namespaces": namespaces},
        "roles": {"principals": people},
    }
    (root / "governance").mkdir()
    for name, document in documents.items():
        (root / "governance" / f"{name}.yaml").write_text(yaml.safe_dump(document))
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "mesh.toml").write_text('notice_folder = "out"\n')
    (root / "landing").mkdir()
    _deliver(root, "customers", ["customer_id", "email", "name", "phone", "ssn", "town"], _PEOPLE)
    _deliver(
        root, "tickets", ["ticket", "customer_id", "body", "payload"], [(*each[:3], json.dumps(each[3])) for each in _TICKETS]
    )
    visits = [("ck-9001", hashed(ANA), "YW5hQGV4LnRlc3Q"), ("ck-9002", hashed(ANN), "YW5uQGV4LnRlc3Q")]
    _deliver(root, "visits", ["cookie", "hash", "click_token"], visits)
    write_product(root, CUSTOMERS, _product(CUSTOMERS, "customers", _CUSTOMERS, dataContracts=[_contract("office", "town")]))
    write_product(root, TICKETS, _product(TICKETS, "tickets", _TICKET))
    write_product(root, VISITS, _product(VISITS, "visits", _VISIT))
    towns = {
        "town": {"type": "string", "unique": True, "sensitivity": "internal"},
        "people": {"type": "integer", "sensitivity": "internal"},
    }
    inputs = [{"product": CUSTOMERS, "purpose": "service", "fields": ["town"]}]
    descriptor = {
        **COMMON,
        "name": "Towns",
        "domain": "Office",
        "inputs": inputs,
        "columns": towns,
        "erasure": {"strategy": "rebuild"},
    }
    write_product(root, TOWNS, descriptor, transform_sql="SELECT town, count(*) AS people FROM customers GROUP BY town\n")
    return root


def _key(namespace: str, category: str = "user.unique_id", **more: Any) -> dict[str, Any]:
    return {"type": "string", "sensitivity": "confidential", "category": category, "subject": namespace, "mask": "token", **more}


def _said(category: str, sensitivity: str = "confidential", kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"type": kind, "sensitivity": sensitivity, "category": category, "mask": "redact", **more}


_EMAIL = {**_key("email", "user.contact.email"), "sensitivity": "restricted"}
_CUSTOMERS = {
    "customer_id": _key("customer_id", unique=True),
    "email": _EMAIL,
    "name": _said("user.name"),
    "phone": _said("user.contact.phone_number"),
    "ssn": _said("user.government_id.national_identification_number", "restricted"),
    "town": {"type": "string", "sensitivity": "internal", "category": "user.contact.address.city"},
}
_TICKET = {
    "ticket": {"type": "string", "unique": True, "sensitivity": "internal"},
    "customer_id": _key("customer_id"),
    "body": _said("user.content.private", "restricted"),
    "payload": _said("user.content.private", "restricted", "json"),
}
_VISIT = {
    "cookie": _key("cookie_id", "user.device.cookie_id", unique=True),
    "hash": _key("email_sha256"),
    "click_token": _said("user.unique_id"),
}


def _product(key: str, file: str, columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    domain, _, name = key.partition("/")
    source = {"path": f"landing/{file}.csv", "purpose": "service", "basis": "contract", "notice": "n1"}
    own = {
        "name": name.title(),
        "domain": domain.title(),
        "source": source,
        "columns": columns,
        "erasure": {"strategy": "delete_by_key"},
    }
    return {**COMMON, **own, **more}


def _contract(consumer: str, *fields: str) -> dict[str, Any]:
    return {"consumer": consumer, "purpose": "service", "fields": list(fields), "raw": list(fields), "excludedFields": []}


def _deliver(root: Path, name: str, heads: list[str], rows: list[Any]) -> None:
    with (root / "landing" / f"{name}.csv").open("w", newline="") as out:
        csv.writer(out).writerows([heads, *rows])
