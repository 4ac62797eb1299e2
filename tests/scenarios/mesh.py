"""The mesh of the stories: Ana Souza is known by a number, a reference, an address, its hashes and encodings, a cookie and a telephone number, in
columns, in documents and in what people wrote; Ann Sousa (C-8) is nearly the same and somebody else. Nobody else matters by name.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from mesh_platform.actor import Actor
from mesh_platform.lake import Place
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from mesh_platform.subjects import Desk
from tests.publish.bakery import COMMON, write_product
from tests.subjects.town import desk_of

BY = Actor("privacy-engineer", ("privacy",))
ANA, ANN = "ana@ex.com", "ann@ex.com"
PHONE, ANN_PHONE = "+34 600 111 222", "+34 600 111 223"
PEOPLE = {7: ("Ana", "Souza", ANA, PHONE, "north"), 8: ("Ann", "Sousa", ANN, ANN_PHONE, "north")} | {
    n: (f"Given{n}", f"Family{n}", f"person{n}@ex.com", f"+34 600 222 {n:03}", "south" if n > 21 else "north")
    for n in range(9, 25)
}
"""By number: 15 people live in the north, three in the south."""
CUSTOMERS, PAYMENTS, VISITS, TICKETS = "crm/customers", "payments/payments", "marketing/visits", "support/tickets"
CLICKS, SPENT, REGIONS = "events/clicks", "stats/spent", "stats/regions"
ORDER = (CUSTOMERS, PAYMENTS, VISITS, TICKETS, CLICKS, SPENT, REGIONS)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def unseen(text: str) -> str:
    """With signs between the others that nobody sees."""
    return "\u200b".join(text)


def wide(text: str) -> str:
    """In letters and digits as wide as those of Chinese or Japanese."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def tickets() -> list[dict[str, Any]]:
    """What people wrote: of Ana, by Ana, and of nobody."""
    payload = {"u": {"mail": ANA, "tel": PHONE.replace(" ", "")}, "n": 1.50, "tags": ["late", ANA.upper()]}
    said: list[tuple[int | None, str | None, str, object]] = [
        (7, ANA, f"Ana Souza called from {PHONE}, mail {ANA}. Her parcel is late.", payload),
        (8, ANN, f"Please tell Ana Souza ({ANA}) too. Ring me on {ANN_PHONE}; Ann Sousa, {ANN}.", {"u": {"mail": ANN}, "n": 2}),
        (
            9,
            "person9@ex.com",
            f"Seen in a log: hex {ANA.encode().hex()}, url ?m=ana%40ex.com&x=1, entity ana&#64;ex.com.",
            {"n": 3},
        ),
        (9, "person9@ex.com", "joana@ex.com, x+ana@ex.com and C-77 are other people. So is 34600111222333.", {"n": 4}),
        (None, None, f"call 0034 600-111-222 ({coded('mail=' + ANA)}), SOUZA", {"n": 5}),
        (None, ANA.upper(), "No name here, souza neither. ANA wrote it.", {"n": 6}),
        (
            9,
            "person9@ex.com",
            f"Seen twice: {unseen(ANA)}, {wide(PHONE)}, {coded(quote(coded(ANA)))}, \uff2f\uff2b.",
            {"n": 7, "raw": json.dumps({"m": json.dumps({"m": unseen(ANA)})})},
        ),
    ]
    return [
        {"ticket": f"T-{i}", "customer_id": n and f"C-{n}", "email": mail, "body": body, "payload": json.dumps(document)}
        for i, (n, mail, body, document) in enumerate(said)
    ]


def _key(namespace: str, category: str = "user.unique_id", **more: Any) -> dict[str, Any]:
    return {"type": "string", "sensitivity": "confidential", "category": category, "subject": namespace, "mask": "token", **more}


_EMAIL = _key("email", "user.contact.email") | {"sensitivity": "restricted"}
_NAME = {"type": "string", "sensitivity": "confidential", "category": "user.name", "mask": "redact"}
_WORD, _COUNT = {"type": "string", "sensitivity": "internal"}, {"type": "integer", "sensitivity": "internal"}
_TEXT = {"sensitivity": "restricted", "category": "user.content.private", "identifiability": "direct", "mask": "redact"}


def _source(file: str, **keys: str) -> dict[str, Any]:
    return {
        "path": f"landing/{file}", "purpose": "service", "basis": "contract", "notice": "n1",
        "stores": [{"kind": "landing", "keys": keys}],
    }  # fmt: skip


def _contract(consumer: str, *fields: str) -> dict[str, Any]:
    return {"consumer": consumer, "purpose": "service", "fields": list(fields), "raw": list(fields), "excludedFields": []}


def _input(product: str, *fields: str) -> dict[str, Any]:
    return {"product": product, "purpose": "service", "fields": list(fields)}


_BY_KEY = {"erasure": {"strategy": "delete_by_key"}}
PRODUCTS: dict[str, tuple[dict[str, Any], str]] = {
    CUSTOMERS: (
        {
            "source": _source("customers.csv", customer_id="customer_id", email="email", phone="phone"),
            "columns": {
                "customer_id": _key("customer_id", unique=True),
                "given": _NAME,
                "family": _NAME,
                "email": _EMAIL | {"unique": True},
                "phone": _key("phone", "user.contact.phone_number"),
                "region": _WORD,
            },
            "dataContracts": [_contract("stats", "customer_id", "region")],
            **_BY_KEY,
        },
        "",
    ),
    PAYMENTS: (
        {
            "source": _source("payments.csv", ref="customer_ref", customer_id="customer_id"),
            "columns": {"ref": _key("customer_ref"), "customer_id": _key("customer_id"), "amount": _COUNT},
            "dataContracts": [_contract("stats", "customer_id", "amount")],
            **_BY_KEY,
        },
        "",
    ),
    VISITS: (
        {
            "source": _source("visits.csv", hash="email_sha256", cookie="cookie_id"),
            "columns": {
                "hash": _key("email_sha256", nullable=True),
                "cookie": _key("cookie_id", "user.device.cookie_id"),
                "pages": _COUNT,
            },
            **_BY_KEY,
        },
        "",
    ),
    TICKETS: (
        {
            "source": _source("tickets.ndjson", customer_id="customer_id", email="email"),
            "columns": {
                "ticket": {**_WORD, "unique": True},
                "customer_id": _key("customer_id", nullable=True),
                "email": _EMAIL | {"nullable": True},
                "body": {"type": "string", **_TEXT},
                "payload": {"type": "json", **_TEXT},
            },
            "erasure": {"strategy": "text_redact"},
        },
        "SELECT ticket, customer_id, email, body, CAST(payload AS JSON) AS payload FROM source\n",
    ),
    CLICKS: (
        {
            "source": _source("clicks.csv", enc="email_base64", md5="email_md5"),
            "columns": {"enc": _key("email_base64", nullable=True), "md5": _key("email_md5", nullable=True), "pages": _COUNT},
            **_BY_KEY,
        },
        "",
    ),
    SPENT: (
        {
            "inputs": [_input(CUSTOMERS, "customer_id", "region"), _input(PAYMENTS, "customer_id", "amount")],
            "columns": {"region": _WORD, "amount": _COUNT},
            "erasure": {"strategy": "rebuild"},
        },
        "SELECT region, amount FROM customers JOIN payments USING (customer_id)\n",
    ),
    REGIONS: (
        {
            "inputs": [_input(CUSTOMERS, "customer_id", "region")],
            "columns": {"region": {**_WORD, "unique": True}, "people": {**_COUNT, "declassify": "aggregate"}},
            "aggregate": {"minGroup": 11, "count": "people"},
            "erasure": {"strategy": "aggregate_exempt"},
        },
        "SELECT region, count(DISTINCT customer_id) AS people FROM customers GROUP BY region HAVING count(DISTINCT customer_id) >= 11\n",
    ),
}


def write_mesh(root: Path) -> Path:
    """The project under `root`."""
    for domain in {key.partition("/")[0] for key in ORDER}:
        (root / "domains" / domain).mkdir(parents=True)
        text = f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [steward@example.com]\n"
        (root / "domains" / domain / "domain.yaml").write_text(text)
    lower, derived = ["trim", "lower"], {"derivedFrom": "email"}
    namespaces = {
        "customer_id": {"normal": ["trim", "upper"]},
        "customer_ref": {"normal": ["trim", "upper"]},
        "email": {"normal": lower},
        "email_sha256": {"normal": lower, **derived, "transform": "sha256"},
        "email_md5": {"normal": lower, **derived, "transform": "md5"},
        "email_base64": {"normal": ["trim"], **derived, "transform": "base64"},
        "cookie_id": {"normal": lower},
        "phone": {"normal": ["trim", "e164"]},
    }
    documents: dict[str, Any] = {
        "policies": {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["westeurope"]}}},
        "regions": {"regions": {"EU": ["westeurope"]}},
        "purposes": {"purposes": {"service": {"bases": ["contract"]}}},
        "identifiers": {"namespaces": namespaces},
        "declassifiers": {"declassifiers": {"aggregate": {"condition": "aggregate", "minGroup": 11}}},
        "roles": {"principals": {"privacy-engineer": {"roles": ["privacy"], "region": "EU"}}},
    }
    (root / "governance").mkdir()
    for name, document in documents.items():
        (root / "governance" / f"{name}.yaml").write_text(yaml.safe_dump(document))
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "landing").mkdir()
    deliver(root)
    for key, (own, sql) in PRODUCTS.items():
        domain, _, name = key.partition("/")
        descriptor = {**COMMON, "name": name.title(), "domain": domain.title(), **own}
        write_product(root, key, descriptor, **({"transform_sql": sql} if sql else {}))
    return root


def deliver(root: Path, *without: int) -> None:
    """Put everybody's rows into the landing files, as the sources know them, but for those left out."""
    there = {n: one for n, one in PEOPLE.items() if n not in without}
    lines = {
        "customers.csv": ["customer_id,given,family,email,phone,region"]
        + [f"C-{n},{given},{family},{mail},{phone},{region}" for n, (given, family, mail, phone, region) in there.items()],
        "payments.csv": ["ref,customer_id,amount"] + [f"CR-{n:04},C-{n},{n}" for n in there for _ in range(2)],
        "visits.csv": ["hash,cookie,pages"]
        + [f"{sha256(mail)},ck-{n + 2},{n}" for n, (_, _, mail, _, _) in there.items()]
        + [f"{sha256(ANA).upper() if 7 in there else ''},ck-9,1" if 7 in there else ",ck-500,1"],
        "clicks.csv": ["enc,md5,pages"]
        + [f"{coded(mail)},{md5(mail)},{n}" for n, (_, _, mail, _, _) in there.items()]
        + ([f",  {md5(ANA).upper()} ,3", f"{coded(ANA)},,4"] if 7 in there else []),
        "tickets.ndjson": [json.dumps(ticket) for ticket in tickets()],
    }
    for name, written in lines.items():
        (root / "landing" / name).write_text("\n".join([*written, ""]))


def publish_all(runtime: Runtime, *keys: str) -> None:
    mesh = load_mesh(runtime.settings.project)
    for key in keys or ORDER:
        outcome = publish(mesh, ProductKey.parse(key), runtime)
        assert outcome.status is Status.PUBLISHED, (key, [str(finding) for finding in outcome.findings])


def rows(runtime: Runtime, key: str) -> list[dict[str, Any]]:
    with runtime.lake.reader() as reader:
        found: list[dict[str, Any]] = reader.fetch(
            Place("westeurope", *key.split("/")), "SELECT * FROM {t} ORDER BY ALL"
        ).to_pylist()
    return found


@contextmanager
def mesh_at(root: Path) -> Iterator[tuple[Runtime, Desk]]:
    with open_runtime(Settings(project=root)) as runtime:
        yield runtime, desk_of(runtime)
