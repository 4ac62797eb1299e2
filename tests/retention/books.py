"""A mesh that keeps books: orders that go after two years, invoices that the law keeps for ten, and members whose names go a year after they left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from mesh_platform.actor import Actor
from mesh_platform.lake import Place
from mesh_platform.ledger import Decision, Event, Kind, Ledger, mesh_tokens
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.retention import Keeper, keeper_of
from mesh_platform.settings import Settings
from tests.publish.bakery import COMMON, write_product

ORDERS, INVOICES, MEMBERS, VISITS = "shop/orders", "shop/invoices", "club/members", "shop/visits"
ORDER = (ORDERS, INVOICES, MEMBERS)
BY = Actor("privacy-engineer", ("privacy",))
ANA, BEN, EVA = "ana@ex.test", "ben@ex.test", "eva@ex.test"
NOW = datetime.now(UTC)
TODAY = NOW.date()


def years_ago(years: int, days: int = 0) -> date:
    """The day so many years ago, and so many days after it."""
    try:
        then = TODAY.replace(year=TODAY.year - years)
    except ValueError:  # 29 February
        then = TODAY.replace(year=TODAY.year - years, day=28)
    return then + timedelta(days=days)


OLD, DUE, TODAYS, YOUNG = years_ago(3), years_ago(2, -1), years_ago(2), years_ago(1)
"""Of orders: a row that is long over, the first and the last day that count, and one that stays."""
BEFORE, LAST = years_ago(10, -1), years_ago(10)
"""Of invoices: the last day whose ten years are over, and the first whose are not."""
ORDER_ROWS = [(1, ANA, OLD), (2, BEN, DUE), (3, BEN, TODAYS), (4, ANA, YOUNG), (5, EVA, YOUNG)]
INVOICE_ROWS = [("I-1", ANA, "Ana", BEFORE), ("I-2", ANA, "Ana", LAST), ("I-3", BEN, "Ben", LAST), ("I-4", BEN, "Ben", BEFORE)]
MEMBER_ROWS = [("M-1", ANA, years_ago(2)), ("M-2", BEN, None), ("M-3", EVA, years_ago(0))]


def _email(**more: Any) -> dict[str, Any]:
    return {"type": "string", "sensitivity": "restricted", "category": "user.contact.email", "subject": "email", **more}


_PLAIN = {"type": "string", "sensitivity": "internal"}
_DAY = {"type": "date", "sensitivity": "internal"}
_NAME = {"type": "string", "sensitivity": "confidential", "category": "user.name", "identifiability": "direct", "mask": "redact"}
ORDER_COLUMNS = {
    "order_no": {"type": "integer", "unique": True, "sensitivity": "internal"},
    "email": _email(mask="token"),
    "ordered_on": _DAY,
}
INVOICE_COLUMNS = {
    "invoice_no": {**_PLAIN, "unique": True},
    "email": _email(mask="token", nullable=True),
    "name": _NAME,
    "issued_on": _DAY,
}
MEMBER_COLUMNS = {
    "member_no": {**_PLAIN, "unique": True},
    "email": _email(mask="token", nullable=True),
    "left_on": {**_DAY, "nullable": True},
}
KEPT: dict[str, dict[str, Any]] = {
    ORDERS: {"period": "2 years", "from": "ordered_on", "action": "delete"},
    INVOICES: {
        "period": "10 years",
        "minimum": "10 years",
        "minimumKeeps": ["invoice_no", "name"],
        "from": "issued_on",
        "action": "delete",
    },
    VISITS: {"period": "30 days", "from": "ingested", "action": "delete"},
    MEMBERS: {"period": "1 year", "from": {"event": "left", "column": "left_on"}, "action": "anonymise"},
}
COLUMNS = {ORDERS: ORDER_COLUMNS, VISITS: ORDER_COLUMNS, INVOICES: INVOICE_COLUMNS, MEMBERS: MEMBER_COLUMNS}


def describe(root: Path, key: str, **changes: Any) -> None:
    """Write the product's descriptor, with `changes`."""
    domain, _, name = key.partition("/")
    source = {
        "path": f"landing/{'orders' if key == VISITS else name}.csv",
        "purpose": "service",
        "basis": "contract",
        "notice": "n1",
    }
    own = {"name": name.title(), "domain": domain.title(), "source": source, "columns": COLUMNS[key], "retention": KEPT[key]}
    write_product(root, key, {**COMMON, **own, "erasure": {"strategy": "delete_by_key"}, **changes})


def write_books(root: Path) -> Path:
    """The project under `root`."""
    for domain in ("shop", "club"):
        (root / "domains" / domain).mkdir(parents=True)
        text = f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [steward@example.com]\n"
        (root / "domains" / domain / "domain.yaml").write_text(text)
    (root / "governance").mkdir()
    documents: dict[str, Any] = {
        "policies": {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["westeurope"]}}},
        "regions": {"regions": {"EU": ["westeurope"]}},
        "purposes": {"purposes": {"service": {"bases": ["contract"]}}},
        "identifiers": {"namespaces": {"email": {"normal": ["trim", "lower"]}}},
        "roles": {
            "principals": {
                "privacy-engineer": {"roles": ["privacy"], "region": "EU"},
                "shop-owner": {"roles": ["owner"], "domains": ["shop"], "region": "EU"},
            }
        },
    }
    for name, document in documents.items():
        (root / "governance" / f"{name}.yaml").write_text(yaml.safe_dump(document))
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "landing").mkdir()
    deliver(root)
    for key in ORDER:
        describe(root, key)
    return root


def deliver(root: Path) -> None:
    """The files from which products are made, with every row."""
    rows: dict[str, list[tuple[Any, ...]]] = {ORDERS: [*ORDER_ROWS], INVOICES: [*INVOICE_ROWS], MEMBERS: [*MEMBER_ROWS]}
    for key, each in rows.items():
        lines = [",".join(COLUMNS[key]), *(",".join("" if cell is None else str(cell) for cell in row) for row in each), ""]
        (root / "landing" / f"{key.partition('/')[2]}.csv").write_text("\n".join(lines))


def publish_all(runtime: Runtime, *keys: str) -> None:
    mesh = load_mesh(runtime.settings.project)
    for key in keys or ORDER:
        outcome = publish(mesh, ProductKey.parse(key), runtime)
        assert outcome.status is Status.PUBLISHED, [str(finding) for finding in outcome.findings]


def ledger_of(runtime: Runtime) -> Ledger:
    governance = load_mesh(runtime.settings.project).governance
    return Ledger(runtime.database, mesh_tokens(runtime.database, runtime.lake.keys, governance), governance, audit=runtime.audit)


def suppress(runtime: Runtime, email: str) -> None:
    """Somebody asked to be erased."""
    ledger = ledger_of(runtime)
    token = ledger.tokens.token("email", email)
    ledger.append(Event(token, "email", Kind.SUPPRESSION, Decision.IMPOSED, "dsar", f"test/{token.hex()}"), by=BY)


def place(key: str) -> Place:
    return Place("westeurope", *key.split("/"))


def rows(runtime: Runtime, key: str) -> list[tuple[Any, ...]]:
    """What the lake serves, hidden from reads or not."""
    with runtime.lake.reader() as reader:
        found = reader.fetch(place(key), "SELECT * FROM {t} ORDER BY ALL")
    return [tuple(row.values()) for row in found.to_pylist()]


@contextmanager
def books_at(root: Path) -> Iterator[tuple[Runtime, Keeper]]:
    with open_runtime(Settings(project=root)) as runtime:
        yield runtime, keeper_of(runtime)
