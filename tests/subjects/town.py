"""A mesh in which Ana is known by a number, an address, its hash and a cookie, in four products; Ann is nearly the same and somebody else.

`people/customers` and `web/visits` come from files, of which those of the visits are declared as a store; `people/cards` and `office/visitors` derive by key,
`office/towns` keeps no key at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from mesh_platform.access.exports import Exports
from mesh_platform.actor import Actor
from mesh_platform.errors import Finding
from mesh_platform.lake import Place
from mesh_platform.ledger import Ledger, mesh_tokens
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from mesh_platform.subjects import Desk, Identifier, Requests
from mesh_platform.tasks import Tasks
from tests.publish.bakery import COMMON, write_product

ANA, ANN = "ana@ex.test", "ann@ex.test"
BY = Actor("privacy-engineer", ("privacy",))
CUSTOMERS, VISITS, CARDS, VISITORS, TOWNS = "people/customers", "web/visits", "people/cards", "office/visitors", "office/towns"
Town = tuple[Runtime, Desk]
ORDER = (CUSTOMERS, VISITS, CARDS, VISITORS, TOWNS)


def hashed(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()


CUSTOMER_ROWS = {"ana": f"C-7,{ANA},Lisbon", "ann": f"C-77,{ANN},Lisbon", "joana": "C-8,joana@ex.test,Porto"}
VISIT_ROWS = {"ana": f"ck-9,{hashed(ANA)},3", "ann": f"ck-99,{hashed(ANN)},4", "unknown": "ck-1,,5"}


def _key(namespace: str, category: str = "user.unique_id", **more: Any) -> dict[str, Any]:
    return {"type": "string", "sensitivity": "confidential", "category": category, "subject": namespace, **more}


_EMAIL = {"type": "string", "sensitivity": "restricted", "category": "user.contact.email", "subject": "email", "mask": "token"}
_TOWN, _COUNT = {"type": "string", "sensitivity": "internal"}, {"type": "integer", "sensitivity": "internal"}


def _contract(consumer: str, *fields: str) -> dict[str, Any]:
    return {"consumer": consumer, "purpose": "service", "fields": list(fields), "raw": list(fields), "excludedFields": []}


def _source(file: str) -> dict[str, Any]:
    return {"path": f"landing/{file}", "purpose": "service", "basis": "contract", "notice": "n1"}


def _input(product: str, *fields: str) -> dict[str, Any]:
    return {"product": product, "purpose": "service", "fields": list(fields)}


def _descriptor(key: str, **own: Any) -> dict[str, Any]:
    domain, _, name = key.partition("/")
    return {**COMMON, "name": name.title(), "domain": domain.title(), **own}


def write_town(root: Path) -> Path:
    """The project under `root`."""
    for domain in ("people", "web", "office"):
        (root / "domains" / domain).mkdir(parents=True)
        text = f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [steward@example.com]\n"
        (root / "domains" / domain / "domain.yaml").write_text(text)
    governance = root / "governance"
    governance.mkdir()
    namespaces = {
        "customer_id": {"normal": ["trim", "upper"]},
        "email": {"normal": ["trim", "lower"]},
        "email_sha256": {"normal": ["trim", "lower"], "derivedFrom": "email", "transform": "sha256"},
        "cookie_id": {"normal": ["trim", "lower"]},
        "device_id": {"normal": ["trim"], "weak": True},
    }
    documents: dict[str, Any] = {
        "policies": {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["westeurope"]}}},
        "regions": {"regions": {"EU": ["westeurope"]}},
        "purposes": {"purposes": {"service": {"bases": ["contract"]}}},
        "identifiers": {"namespaces": namespaces},
        "roles": {"principals": {"privacy-engineer": {"roles": ["privacy"], "region": "EU"}}},
    }
    for name, document in documents.items():
        (governance / f"{name}.yaml").write_text(yaml.safe_dump(document))
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "landing").mkdir()
    deliver(root, "ana", "ann", "joana", "unknown")
    by_key = {"erasure": {"strategy": "delete_by_key"}}
    write_product(
        root,
        CUSTOMERS,
        _descriptor(
            CUSTOMERS,
            source=_source("customers.csv"),
            columns={"customer_id": _key("customer_id", unique=True, mask="token"), "email": _EMAIL, "town": _TOWN},
            dataContracts=[_contract("office", "customer_id", "email", "town")],
            **by_key,
        ),
    )
    write_product(
        root,
        VISITS,
        _descriptor(
            VISITS,
            source=_source("visits.csv")
            | {"stores": [{"kind": "landing", "keys": {"cookie": "cookie_id", "hash": "email_sha256"}}]},
            columns={
                "cookie": _key("cookie_id", "user.device.cookie_id", mask="token"),
                "hash": _key("email_sha256", nullable=True, mask="token"),
                "pages": _COUNT,
            },
            dataContracts=[_contract("office", "cookie", "hash", "pages")],
            **by_key,
        ),
    )
    write_product(
        root,
        CARDS,
        _descriptor(
            CARDS,
            inputs=[_input(CUSTOMERS, "customer_id", "town")],
            columns={"customer_id": _key("customer_id", unique=True, mask="token"), "town": _TOWN},
            **by_key,
        ),
        transform_sql="SELECT customer_id, town FROM customers\n",
    )
    write_product(
        root,
        VISITORS,
        _descriptor(
            VISITORS,
            inputs=[_input(VISITS, "cookie", "pages")],
            columns={"cookie": _key("cookie_id", "user.device.cookie_id", unique=True, mask="token"), "pages": _COUNT},
            erasure={"strategy": "rebuild"},
        ),
        transform_sql="SELECT cookie, CAST(sum(pages) AS BIGINT) AS pages FROM visits GROUP BY cookie\n",
    )
    write_product(
        root,
        TOWNS,
        _descriptor(
            TOWNS,
            inputs=[_input(CUSTOMERS, "town")],
            columns={"town": {**_TOWN, "unique": True}, "people": _COUNT},
            erasure={"strategy": "rebuild"},
        ),
        transform_sql="SELECT town, count(*) AS people FROM customers GROUP BY town\n",
    )
    return root


def deliver(root: Path, *who: str) -> None:
    """Put the rows of these people into the files from which products are made."""
    customers = [CUSTOMER_ROWS[name] for name in who if name in CUSTOMER_ROWS]
    visits = [VISIT_ROWS[name] for name in who if name in VISIT_ROWS]
    (root / "landing/customers.csv").write_text("\n".join(["customer_id,email,town", *customers, ""]))
    (root / "landing/visits.csv").write_text("\n".join(["cookie,hash,pages", *visits, ""]))


def publish_all(runtime: Runtime, *keys: str) -> None:
    mesh = load_mesh(runtime.settings.project)
    for key in keys or ORDER:
        outcome = publish(mesh, ProductKey.parse(key), runtime)
        assert outcome.status is Status.PUBLISHED, [str(finding) for finding in outcome.findings]


def desk_of(runtime: Runtime) -> Desk:
    """The desk over a runtime, publishing as `mesh dsar` does."""
    mesh, database, keys = load_mesh(runtime.settings.project), runtime.database, runtime.lake.keys

    def republish(key: str) -> Finding | None:
        outcome = publish(mesh, ProductKey.parse(key), runtime)
        return None if outcome.status is Status.PUBLISHED else outcome.findings[0]

    return Desk(
        lake=runtime.lake,
        ledger=Ledger(database, mesh_tokens(database, keys, mesh.governance), mesh.governance, audit=runtime.audit),
        registry=runtime.registry,
        audit=runtime.audit,
        store=Requests(database, keys),
        tasks=Tasks(database),
        exports=Exports(database, runtime.settings.home_path, Tasks(database)),
        root=runtime.settings.project,
        publishable=frozenset(map(str, mesh.products)),
        republish=republish,
    )


@contextmanager
def town_at(root: Path) -> Iterator[tuple[Runtime, Desk]]:
    with open_runtime(Settings(project=root)) as runtime:
        yield runtime, desk_of(runtime)


EVERYONE_ELSE = {
    CUSTOMERS: [("C-77", ANN, "Lisbon"), ("C-8", "joana@ex.test", "Porto")],
    VISITS: [("ck-1", None, 5), ("ck-99", hashed(ANN), 4)],
    CARDS: [("C-77", "Lisbon"), ("C-8", "Porto")],
    VISITORS: [("ck-1", 5), ("ck-99", 4)],
    TOWNS: [("Lisbon", 1), ("Porto", 1)],
}


EVERYBODY = {
    CUSTOMERS: [("C-7", ANA, "Lisbon"), *EVERYONE_ELSE[CUSTOMERS]],
    VISITS: [("ck-1", None, 5), ("ck-9", hashed(ANA), 3), ("ck-99", hashed(ANN), 4)],
    CARDS: [("C-7", "Lisbon"), *EVERYONE_ELSE[CARDS]],
    VISITORS: [("ck-1", 5), ("ck-9", 3), ("ck-99", 4)],
    TOWNS: [("Lisbon", 2), ("Porto", 1)],
}


def rows(runtime: Runtime, key: str) -> list[tuple[Any, ...]]:
    with runtime.lake.reader() as reader:
        found = reader.fetch(Place("westeurope", *key.split("/")), "SELECT * FROM {t} ORDER BY ALL")
    return [tuple(row.values()) for row in found.to_pylist()]


def everything(runtime: Runtime) -> dict[str, list[tuple[Any, ...]]]:
    return {key: rows(runtime, key) for key in ORDER}


def seen(desk: Desk, namespace: str, text: str) -> list[str]:
    """Where the verifier sees an identifier, landing files left aside."""
    token = desk.ledger.tokens.token(namespace, text)
    looked = desk.verifier.look([Identifier(namespace, token, (text,))])
    return sorted({one.product for one in looked.residues if not one.landing})
