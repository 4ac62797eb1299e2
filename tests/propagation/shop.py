"""A mesh of two domains: `shop/customers` is held for a contract and shown to marketing by consent, `shop/letters` is held by consent alone; `office/readers`
derives from the letters by key, `office/towns` counts them and keeps no key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from mesh_platform.access.decision import Caller
from mesh_platform.access.development import principal_of
from mesh_platform.access.reading import Reading
from mesh_platform.access.worker import Workers
from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding
from mesh_platform.lake import Place
from mesh_platform.ledger import Decision, Event, Kind, Ledger
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.propagation import Propagation, Receipts
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.publish.bakery import COMMON, write_product

BY = Actor("privacy-engineer", ("privacy",))
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
CUSTOMERS, LETTERS, READERS, TOWNS = "shop/customers", "shop/letters", "office/readers", "office/towns"
ORDER = (CUSTOMERS, LETTERS, READERS, TOWNS)
PEOPLE = {"ana": "Lisbon", "ben": "Lisbon", "eva": "Porto", "ann": "Porto"}
PURPOSES = {
    "service": {"bases": ["contract"]},
    "marketing": {"bases": ["consent"]},
    "marketing.email": {"parent": "marketing", "bases": ["consent"]},
}
EMAIL = {"type": "string", "unique": True, "sensitivity": "restricted", "category": "user.contact.email", "subject": "email"}
TOWN = {"type": "string", "sensitivity": "internal"}
BY_CONSENT = {"marketing": "consent"}
_numbers = count(1)


def email(name: str) -> str:
    return f"{name}@mail.test"


def write_shop(root: Path) -> Path:
    """The project under `root`."""
    for domain in ("shop", "office"):
        (root / "domains" / domain).mkdir(parents=True)
        text = f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [steward@example.com]\n"
        (root / "domains" / domain / "domain.yaml").write_text(text)
    principals = {
        "privacy-engineer": {"roles": ["privacy"], "region": "EU"},
        "platform-engineer": {"roles": ["platform"], "region": "EU"},
        "analyst": {"roles": ["consumer"], "domains": ["office"], "region": "EU"},
    }
    documents: dict[str, Any] = {
        "policies": {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["westeurope"]}}},
        "regions": {"regions": {"EU": ["westeurope"]}},
        "purposes": {"purposes": PURPOSES},
        "identifiers": {"namespaces": {"email": {"normal": ["trim", "lower"]}}},
        "roles": {"principals": principals},
    }
    (root / "governance").mkdir()
    for name, document in documents.items():
        (root / "governance" / f"{name}.yaml").write_text(yaml.safe_dump(document))
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "landing").mkdir()
    deliver(root, *PEOPLE)
    by_key = {"erasure": {"strategy": "delete_by_key"}}
    columns = {"email": EMAIL, "town": TOWN}
    office = {"consumer": "office", "purpose": "marketing", "fields": ["email", "town"], "raw": ["email", "town"]}
    both = {"service": "contract", **BY_CONSENT}
    contracts = [office, {**office, "purpose": "service"}]
    write_product(root, CUSTOMERS, described(CUSTOMERS, "service", both, columns=columns, dataContracts=contracts, **by_key))
    letters = described(LETTERS, "marketing", BY_CONSENT, columns=columns, dataContracts=[office], **by_key)
    write_product(root, LETTERS, letters)
    input_ = {"product": LETTERS, "purpose": "marketing"}
    write_product(
        root,
        READERS,
        described(READERS, None, BY_CONSENT, columns=columns, inputs=[{**input_, "fields": ["email", "town"]}], **by_key),
        transform_sql="SELECT email, town FROM letters\n",
    )
    counted = {"town": {**TOWN, "unique": True}, "people": {"type": "integer", "sensitivity": "internal"}}
    towns = described(TOWNS, None, BY_CONSENT, columns=counted, inputs=[{**input_, "fields": ["town"]}])
    write_product(
        root,
        TOWNS,
        {**towns, "erasure": {"strategy": "rebuild"}},
        transform_sql="SELECT town, count(*) AS people FROM letters GROUP BY town\n",
    )
    return root


def described(key: str, collected: str | None, purposes: dict[str, str], **own: Any) -> dict[str, Any]:
    """A descriptor; of a product with a source where a purpose of collection is named."""
    domain, _, name = key.partition("/")
    source = {"path": "landing/people.csv", "purpose": collected, "basis": purposes.get(collected or ""), "notice": "n1"}
    given = {"source": source} if collected else {}
    return {**COMMON, "name": name.title(), "domain": domain.title(), "purposes": purposes, **given, **own}


def deliver(root: Path, *names: str) -> None:
    lines = [f"{email(name)},{PEOPLE.get(name, 'Faro')}" for name in names]
    (root / "landing/people.csv").write_text("\n".join(["email,town", *lines, ""]))


@contextmanager
def shop_at(root: Path) -> Iterator[Shop]:
    with open_runtime(Settings(project=root)) as runtime, ExitStack() as opened:
        yield Shop(runtime, opened)


class Shop:
    """The opened mesh, and the few words that tests are written in."""

    def __init__(self, runtime: Runtime, opened: ExitStack) -> None:
        from mesh_platform.publish.people import ledger_of

        self._open = opened
        self.runtime, self.root, self.lake = runtime, runtime.settings.project, runtime.lake
        governance = load_mesh(self.root).governance
        tokens = ledger_of(runtime, governance).tokens
        self.ledger = Ledger(runtime.database, tokens, governance, audit=runtime.audit)
        self.receipts = Receipts(runtime.database)
        self.published: list[str] = []

    def publish(self, *keys: str) -> None:
        mesh = load_mesh(self.root)
        for key in keys or ORDER:
            outcome = publish(mesh, ProductKey.parse(key), self.runtime)
            assert outcome.status is Status.PUBLISHED, [str(finding) for finding in outcome.findings]

    def republish(self, key: str) -> Finding | None:
        self.published.append(key)
        outcome = publish(load_mesh(self.root), ProductKey.parse(key), self.runtime)
        return None if outcome.status is Status.PUBLISHED else next(iter(outcome.findings))

    def propagation(self, by: str = "shop", **more: Any) -> Propagation:
        return Propagation(
            self.lake, self.ledger, self.runtime.audit, self.receipts, more.pop("republish", self.republish), by, **more
        )

    def say(
        self, name: str, decision: str, purpose: str = "", kind: str = "consent", event: str | None = None, **more: Any
    ) -> int:
        """Record one event; the ledger's sequence since."""
        if decision == "granted":
            more = {"notice_version": "v1", "captured_at": WHEN, **more}
        token = self.ledger.tokens.token("email", email(name))
        id_ = event or f"e{next(_numbers)}"
        said = Event(token, "email", Kind(kind), Decision(decision), "web", id_, purpose, **more)
        [recorded] = self.ledger.append(said, by=BY)
        return recorded.sequence

    def grant_all(self) -> None:
        for name in PEOPLE:
            self.say(name, "granted", "marketing")

    def sees(self, key: str, purpose: str) -> list[str]:
        """Whose rows a governed read shows to somebody with a contract."""
        caller = Caller.person(principal_of(self.ledger.governance, "analyst", "somebody"))
        query = f"select email from {key.replace('/', '.')} order by 1"
        found = self._reading.query(caller, purpose, query, utc_now()).rows.table().column(0).to_pylist()
        return [str(address).partition("@")[0] for address in found]

    @cached_property
    def _reading(self) -> Reading:
        """One worker for all reads of a test: starting it takes longer than most tests."""
        runtime = self.runtime
        workers = self._open.enter_context(Workers(runtime.settings.home_path, runtime.lake.keys, runtime.confinement))
        reading = Reading(load_mesh(self.root), runtime.lake, runtime.registry, workers, runtime.audit)
        return self._open.enter_context(reading)

    def held(self, key: str) -> list[str]:
        """Whose rows lie in any file of any version, whether a read would show them or not."""
        with self.lake.scan(place(key)) as scan:
            found = [row for file in scan.files for row in scan.con.execute(f"SELECT email FROM {file}").fetchall()]
        return sorted(address.partition("@")[0] for (address,) in found)

    def rows(self, key: str) -> list[dict[str, Any]]:
        with self.lake.reader() as reader:
            found: list[dict[str, Any]] = reader.fetch(place(key), "SELECT * FROM {t} ORDER BY ALL").to_pylist()
        return found

    def allowed(self, key: str, purpose: str) -> list[str]:
        """Whose rows have the bit of the purpose, as they are written."""
        told: Any = self.lake.versions(place(key))[-1].extra["ledger"]
        query = f"SELECT email FROM {{t}} WHERE _mesh_consent >> {told['bits'][purpose]} & 1 = 1 ORDER BY ALL"
        with self.lake.reader() as reader:
            found = reader.follow({"t": place(key)}, lambda con, over: con.execute(query.replace("{t}", over["t"])).fetchall())
        return [address.partition("@")[0] for (address,) in found]


def place(key: str) -> Place:
    return Place("westeurope", *key.split("/"))


def later(**span: float) -> datetime:
    return datetime.now(UTC) + timedelta(**span)
