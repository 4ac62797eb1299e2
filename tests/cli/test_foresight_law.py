"""What `mesh policy simulate` tells against what the change then does, over a mesh with grants, principals, recipients outside, a waiver, a ledger and a clock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from mesh_platform.access.decision import Caller
from mesh_platform.access.filters import RowFilter
from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.access.reading import Reading, Served
from mesh_platform.access.store import AccessStore, Given, put_grant
from mesh_platform.access.worker import Workers
from mesh_platform.actor import Actor
from mesh_platform.cli.session import Session
from mesh_platform.cli.simulating import Wanted, foreseen_by
from mesh_platform.errors import Denied
from mesh_platform.ledger import Decision as Said
from mesh_platform.ledger import Event
from mesh_platform.ledger import Kind as Of
from mesh_platform.policy.waiving import covers
from mesh_platform.product import Mesh, ProductKey, Sensitivity, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.publish.foreseen import Foreseen
from mesh_platform.publish.people import ledger_of
from mesh_platform.settings import Settings
from tests.publish.bakery import ORDER_COLUMNS, order_descriptor, town_descriptor, write_project

EXAMPLES = 300 if os.environ.get("MESH_NIGHTLY") else 12
TODAY = datetime.now(UTC).date()
ORDERS, TOWNS = ProductKey("bakery", "orders"), ProductKey("office", "towns")
PRODUCTS = (ORDERS, TOWNS)
Who = tuple[ProductKey, str, str]
READERS: tuple[Who, ...] = (
    *((ORDERS, name, purpose) for name in ("domain office", "domain bakery") for purpose in ("service", "analysis")),
    (ORDERS, "product office/towns", "service"),
    (ORDERS, "person eva", "service"),
    (ORDERS, "person kim", "service"),
    (ORDERS, "person mia", "analysis"),
    (ORDERS, "role consumer", "analysis"),
    *((TOWNS, "domain office", purpose) for purpose in ("service", "analysis")),
)
CONTRACT = {"consumer": "office", "purpose": "service", "fields": ["town", "amount", "email"], "raw": ["email"]}
MAILER = {"consumer": "mailer", "purpose": "service", "fields": ["town"]}
PURPOSES: dict[str, Any] = {
    "service": {"description": "The order.", "bases": ["contract", "legitimate_interests", "consent"]},
    "analysis": {"description": "What sells.", "bases": ["legitimate_interests", "consent"]},
}
PRINCIPALS: dict[str, Any] = {
    "pia": {"roles": ["privacy"], "region": "EU"},
    "bea": {"roles": ["owner"], "domains": ["bakery"], "region": "EU"},
    "kim": {"roles": ["consumer"], "domains": ["office"], "region": "northeurope"},
    "mia": {"roles": ["consumer"], "region": "westeurope"},
}
VECTORS = [{"says": "one", "passes": True}, {"says": "two", "passes": False}]
RULE = {"title": "t", "source": "s", "remedy": "r", "vectors": VECTORS}
WAIVED = {"id": "BASE-1", "when": {"domains": ["bakery"]}, "demand": {"retentionAtMost": "1 year"}, "waivable": True, **RULE}
REVIEWED = TODAY - timedelta(days=30)


def day(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def put(root: Path, name: str, document: object) -> None:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document, sort_keys=False))


def descriptor(**changes: Any) -> dict[str, Any]:
    said = {"dataContracts": [CONTRACT, MAILER], "purposes": {"service": "contract", "analysis": "legitimate_interests"}}
    return {"dataProduct": order_descriptor(**{**said, **changes})}


def recipients(**changes: Any) -> dict[str, Any]:
    one = {"role": "controller", "country": "DE", "reviewed": REVIEWED.isoformat(), "expires": day(60), "principals": ["mia"]}
    one |= {"address": "https://mailer.example.com/x", "secret": "env:MAILER_SECRET"}
    return {"recipients": {"mailer": {**one, **changes}}}


def grant(id: str, kind: Kind, name: str, purpose: str, *fields: str, **more: Any) -> Grant:
    until = datetime.combine(TODAY + timedelta(days=more.pop("days", 5000)), time(), UTC)
    levels = {name: Sensitivity(str(ORDER_COLUMNS[name]["sensitivity"])) for name in fields}
    return Grant(id, Consumer(kind, name), purpose, frozenset(fields), until=until, **{"levels": levels, **more})


EVA = grant("g-eva", Kind.PERSON, "eva", "service", "town", "order_id")
MIA = grant("g-mia", Kind.PERSON, "mia", "analysis", "town")
GRANTS = (
    grant("g-kim", Kind.PERSON, "kim", "service", "town", "at", days=30),
    grant("g-kim-raw", Kind.PERSON, "kim", "service", "email", "town", raw=frozenset({"email"}), region="northeurope"),
    grant("g-role", Kind.ROLE, "consumer", "analysis", "at", "amount"),
    grant("g-office", Kind.DOMAIN, "office", "analysis", "town", levels={"town": Sensitivity.INTERNAL}),
    grant("g-towns", Kind.PRODUCT, "office/towns", "service", "town", "amount"),
)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two products, published: one under a waiver that ends, with somebody outside in the register, and people who said things."""
    root = write_project(tmp_path_factory.mktemp("law") / "project")
    put(root, "governance/purposes.yaml", {"purposes": PURPOSES})
    put(root, "governance/roles.yaml", {"principals": PRINCIPALS})
    put(root, "governance/recipients.yaml", recipients())
    put(root, "governance/packs/base.yaml", {"pack": "BASE", "rules": [WAIVED]})
    put(root, "domains/bakery/orders/product.yaml", descriptor())
    with open_runtime(Settings(project=root)) as runtime:
        put(root, "governance/waivers.yaml", {"waivers": [waiver(root, runtime)]})
        mesh = load_mesh(root)
        say(runtime, mesh)
        for key in PRODUCTS:
            outcome = publish(mesh, key, runtime)
            assert outcome.status is Status.PUBLISHED, outcome.findings
        with runtime.database.write() as con:
            for one in (EVA, MIA):
                put_grant(con, given_of(one))
    found = seen(root, datetime.now(UTC))
    assert all(found[who].columns for who in READERS if who[1] in ("person eva", "person mia")), (
        "a void grant would prove nothing"
    )
    return root


def waiver(root: Path, runtime: Runtime) -> dict[str, Any]:
    [finding] = [one for one in publish(load_mesh(root), ORDERS, runtime).findings if one.blocks]
    return {
        "product": str(ORDERS),
        "rule": finding.rule,
        "about": finding.about,
        "covers": covers(finding),
        "reason": "shortened soon",
        "control": "nobody reads old rows",
        "requestedBy": "bea",
        "approvedBy": "pia",
        "approvedOn": TODAY,
        "expires": TODAY + timedelta(days=25),
    }


def say(runtime: Runtime, mesh: Mesh) -> None:
    """Ana agrees to everything for forty days, Ben objects to the analysis."""
    ledger, by = ledger_of(runtime, mesh.governance), Actor("pia", ("privacy",))
    now = datetime.now(UTC)
    more = {"notice_version": "v1", "captured_at": now, "expires_at": now + timedelta(days=40)}
    for number, (who, kind, said, purpose, also) in enumerate(
        (
            ("ana@mail.test", Of.CONSENT, Said.GRANTED, "service", more),
            ("ana@mail.test", Of.CONSENT, Said.GRANTED, "analysis", more),
            ("ben@mail.test", Of.OBJECTION, Said.OBJECTED, "analysis", {}),
        )
    ):
        token = ledger.tokens.token("email", who)
        ledger.append(Event(token, "email", kind, said, "web", f"e{number}", purpose, **also), by=by)


def given_of(one: Grant) -> Given:
    return Given(one, "approved", ORDERS, datetime(2026, 1, 1, tzinfo=UTC), "s", "s", "for the story")


@dataclass(frozen=True)
class Case:
    """A mesh with these grants beside the standing ones, what is changed of its files, and the day on which that is looked at."""

    files: dict[str, Any] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    ahead: int = 0
    packs: tuple[str, ...] = ()

    @property
    def wanted(self) -> Wanted:
        files = {name: None if said is None else yaml.safe_dump(said).encode() for name, said in self.files.items()}
        return Wanted(files, self.packs, on=TODAY + timedelta(days=self.ahead) if self.ahead else None)

    def names(self, who: Who) -> bool:
        """Whether somebody reads under that name: a domain by its contracts, a product by its input, whoever else by a grant of their own."""
        kind, _, name = who[1].partition(" ")
        return kind in ("domain", "product") or any(one.consumer.name == name for one in (EVA, MIA, *self.grants))

    @property
    def moment(self) -> datetime:
        return self.wanted.moment(datetime.now(UTC))


DEMANDS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"retentionAtMost": "1 year"},
        {"retentionAtMost": "3 years"},
        {"locations": ["westeurope"]},
        {"locations": ["northeurope"]},
        {"masks": ["token"]},
        {"masks": ["redact"]},
        {"erasure": ["rebuild"]},
        {"bases": ["contract"]},
        {"minGroup": 5},
        {"tags": ["Owner"]},
        {"records": ["dpia"]},
        {"noCategories": ["user.contact"]},
    ]
)


@st.composite
def packs(draw: st.DrawFn) -> dict[str, Any]:
    """Packs of the house: rules of its own, some of them later, and rules of the platform made stricter."""
    rules = []
    for i in range(draw(st.integers(1, 3))):
        when: dict[str, Any] = {
            "categories": draw(st.sampled_from([["user.contact"], ["user.contact.email"], ["user.health"], []]))
        }
        when |= draw(st.sampled_from([{}, {"domains": ["bakery"]}, {"purposes": ["analysis"]}, {"sensitivity": "restricted"}]))
        demand = draw(DEMANDS)
        hides = ["mask", "mask"] if demand.keys() <= {"masks", "noCategories"} else []
        verdict = draw(st.sampled_from([*hides, "block", "block", "require", "task", "warn"]))
        begins = draw(st.sampled_from([{}, {"effectiveFrom": day(10)}, {"effectiveFrom": day(35)}]))
        rules.append({"id": f"HOUSE-{i}", "when": when, "demand": demand, "verdict": verdict, **begins, **RULE})
    tight: dict[str, Any] = {
        "reason": "ours",
        "rule": draw(st.sampled_from(["CORE-24", "CORE-18", "CORE-21", "GDPR-30", "BASE-1"])),
    }
    tight |= draw(st.sampled_from([{"verdict": "block"}, {"verdict": "warn"}, {"waivable": False}]))
    return {"pack": "HOUSE", "rules": rules, **({"tighten": [tight]} if draw(st.booleans()) else {})}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """A changed descriptor of the orders."""
    columns = dict(ORDER_COLUMNS)
    columns["town"] = {**columns["town"], "sensitivity": draw(st.sampled_from(["internal", "confidential", "restricted"]))}
    columns["at"] = {**columns["at"], **draw(st.sampled_from([{}, {"coarsen": "month"}, {"purposes": ["service"]}]))}
    gone = draw(st.sampled_from(["", "", "", "at", "amount", "town", "email"]))
    fields = draw(st.sampled_from([["town", "amount"], ["town"], ["town", "amount", "email"], ["town", "amount", "order_id"]]))
    contract: dict[str, Any] = {
        "consumer": draw(st.sampled_from(["office", "bakery", "mailer", "office/towns"])),
        "fields": fields,
    }
    contract |= {"purpose": draw(st.sampled_from(["service", "service", "analysis"]))}
    contract |= {"raw": ["email"]} if "email" in fields and draw(st.booleans()) else {}
    contract |= draw(st.sampled_from([{}, {"expires": "2020-01-01"}, {"expires": day(15)}, {"excludedFields": ["order_id"]}]))
    groups = {"aggregate": {"by": ["town"]}} if fields == ["town", "amount"] and draw(st.booleans()) else {}
    contracts = [{**contract, **groups}, *draw(st.sampled_from([[], [CONTRACT], [MAILER]]))]
    more: dict[str, Any] = draw(
        st.sampled_from(
            [
                {},
                {"retention": {"period": "1 year", "from": "ingested", "action": "delete"}},
                {"retention": None},
                {"purposes": {"service": "consent", "analysis": "legitimate_interests"}},
                {"purposes": {"service": "contract", "analysis": "consent"}},
                {"purposes": {"service": "legitimate_interests"}},
                {"status": "deprecated", "sunset": day(20), "successor": "office/towns"},
                {"status": "retired"},
                {"privacy": {"subjects": ["child"]}, "purposes": {"service": "consent", "analysis": "legitimate_interests"}},
                {"dataResidency": {"region": "EU", "storageLocations": ["northeurope"]}},
                {"version": "1.1.0", "owner": "others@example.com"},
            ]
        )
    )
    return descriptor(columns={k: v for k, v in columns.items() if k != gone}, dataContracts=contracts, **more)


FILES: st.SearchStrategy[tuple[str, Any]] = st.one_of(
    packs().map(lambda pack: ("governance/packs/house.yaml", pack)),
    orders().map(lambda found: ("domains/bakery/orders/product.yaml", found)),
    orders().map(lambda found: ("domains/bakery/orders/product.yaml", found)),
    st.sampled_from(
        [
            {**PURPOSES, "service": {"bases": ["contract"]}},
            {**PURPOSES, "service": {"bases": ["consent"]}},
            {**PURPOSES, "analysis": {"bases": ["legitimate_interests"], "parent": "service"}},
            {**PURPOSES, "analysis": {"bases": ["legitimate_interests"], "optOutSignals": ["gpc"]}},
            {"service": PURPOSES["service"]},
            {**PURPOSES, "marketing": {"bases": ["consent"]}},
        ]
    ).map(lambda said: ("governance/purposes.yaml", {"purposes": said})),
    st.sampled_from(
        [
            ("domains/bakery/domain.yaml", {"owner": "o@example.com", "region": "westeurope", "allowedRegions": ["northeurope"]}),
            ("domains/bakery/domain.yaml", {"owner": "o@example.com", "region": "westeurope", "allowedRegions": ["EU"]}),
            ("domains/office/domain.yaml", {"owner": "o@example.com", "region": "northeurope"}),
            ("governance/policies.yaml", {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["EU"]}}}),
            (
                "governance/policies.yaml",
                {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["northeurope"]}}},
            ),
            ("governance/regions.yaml", {"regions": {"BR": ["westeurope"], "EU": ["westeurope", "northeurope"]}}),
            ("governance/regions.yaml", {"regions": {"US": ["westeurope", "northeurope"]}}),
            ("governance/regions.yaml", {"regions": {"IN": ["westeurope"], "EU": ["northeurope"]}}),
            ("governance/recipients.yaml", recipients(expires=day(12))),
            ("governance/recipients.yaml", recipients(expires=day(-1))),
            ("governance/recipients.yaml", recipients(role="processor")),
            ("governance/recipients.yaml", None),
            ("governance/waivers.yaml", None),
            ("governance/packs/base.yaml", None),
            ("governance/packs/base.yaml", {"pack": "BASE", "rules": [{**WAIVED, "waivable": False}]}),
            ("governance/packs/base.yaml", {"pack": "BASE", "rules": [{**WAIVED, "effectiveFrom": day(40)}]}),
            ("governance/roles.yaml", {"principals": {**PRINCIPALS, "kim": {"roles": ["consumer"], "region": "westeurope"}}}),
            ("governance/roles.yaml", {"principals": {**PRINCIPALS, "kim": {"roles": ["steward"], "region": "EU"}}}),
            ("governance/packs.yaml", {"packs": {"bind": {"HIPAA": {"domains": ["bakery"]}}}}),
            ("governance/packs.yaml", {"packs": {"bind": {"CCPA": {"domains": ["*"]}}}}),
            (
                "domains/office/towns/product.yaml",
                {"dataProduct": town_descriptor(purposes={"service": "contract", "analysis": "legitimate_interests"})},
            ),
            ("domains/office/towns/product.yaml", {"dataProduct": town_descriptor(retention=None)}),
        ]
    ),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    files = draw(st.lists(FILES, min_size=0, max_size=3, unique_by=lambda one: one[0]))
    ahead = draw(st.sampled_from([0, 0, 0, 11, 26, 50, 70]))
    named = draw(st.sampled_from([(), (), (), (), ("DPDP",), ("LGPD",), ("US-STATES",)]))
    grants = draw(st.lists(st.sampled_from(GRANTS), max_size=3, unique_by=lambda one: one.id))
    if not (files or named or ahead):
        ahead = 26
    named = () if any(name == "governance/packs.yaml" for name, _ in files) else named
    return Case(dict(files), tuple(grants), ahead, named)


CHILDREN = descriptor(privacy={"subjects": ["child"]}, purposes={"service": "consent", "analysis": "legitimate_interests"})
"""About children, on consent, and no parent was asked: denied as a whole, to whoever is not of the domain."""


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=False)
@given(case=cases())
@example(case=Case({"domains/bakery/orders/product.yaml": CHILDREN}, GRANTS))
def test_products_consumers_columns_and_rows_that_change_are_those_that_were_foretold(standing: Path, case: Case) -> None:
    note(repr(case))
    with TemporaryDirectory() as place:
        root = Path(shutil.copytree(standing, Path(place) / "project"))
        with open_runtime(Settings(project=root)) as runtime, runtime.database.write() as con:
            for one in case.grants:
                put_grant(con, given_of(one))
        before = seen(root, datetime.now(UTC))
        session = Session()
        session.project = root
        found = foreseen_by(session, case.wanted)
        enforce(root, case)
        held_back, after = publications(root, case.moment), seen(root, case.moment)
        here = [who for who in READERS if case.names(who)]
        agree(found, held_back, {who: before[who] for who in here}, {who: after[who] for who in here})


def agree(found: Foreseen, held_back: set[ProductKey], before: dict[Who, Seen], after: dict[Who, Seen]) -> None:
    """What was told is what came: products and columns exactly; of rows at least whose, since which of them is told by the rows alone."""
    told_off = {one.product for one in found.blocked}
    waiting = {ProductKey.as_written(one.product) for one in found.rows if one.acts == "at the next publication" and one.rules}
    assert told_off <= held_back and held_back - told_off <= waiting
    changed = {who for who in before if before[who].columns != after[who].columns}
    told_of = {(one.reader.product, one.reader.consumer, one.reader.purpose) for one in found.consumers}
    by_role = (ORDERS, "role consumer", "analysis") in changed  # whoever holds the role is told of under its name
    columns: dict[Who, dict[str, str]] = {}
    whole = set[Who]()
    for one in found.consumers:
        who = (one.reader.product, one.reader.consumer, one.reader.purpose)
        if who in before and one.column:
            columns.setdefault(who, {})[one.column] = one.after
        elif who in before and one.effect in ("refused", "allowed"):
            whole.add(who)
    changed -= {who for who in changed if who[1:] == ("domain office", "analysis") and by_role and who not in told_of}
    implied = {who for who in changed if who[2] == "analysis" and _same(who, (*who[:2], "service"), before, after)}
    assert whole | columns.keys() >= changed - implied
    assert whole | columns.keys() <= changed
    assert columns == {
        who: {name: after[who].columns.get(name, "deny") for name in _names(who, before, after)}
        for who in columns.keys() | (changed - implied)
        if before[who].columns and after[who].columns
    }
    told = {(one.product, one.consumer, one.purpose) for one in found.rows}
    silent = {
        who
        for who in before
        if before[who].columns
        and after[who].columns
        and before[who].rows != after[who].rows
        and (str(who[0]), *who[1:]) not in told
    }
    assert not silent


def _names(who: Who, before: dict[Who, Seen], after: dict[Who, Seen]) -> set[str]:
    """The columns of which the reader gets something else."""
    was, now = before[who].columns, after[who].columns
    return {name for name in {*was, *now} if was.get(name, "deny") != now.get(name, "deny")}


def _same(who: Who, above: Who, before: dict[Who, Seen], after: dict[Who, Seen]) -> bool:
    """Whether the same becomes of whoever reads for the purpose above: that is told once."""
    if above not in before:
        return False
    return all(bool(found[who].columns) == bool(found[above].columns) for found in (before, after)) and (
        _names(who, before, after) == _names(above, before, after)
    )


def enforce(root: Path, case: Case) -> None:
    """Make the change."""
    for name, said in case.files.items():
        if said is None:
            (root / name).unlink()
        else:
            put(root, name, said)
    if case.packs:
        path = root / "governance/packs.yaml"
        put(root, "governance/packs.yaml", {"packs": {"bind": {pack: {"domains": ["*"]} for pack in case.packs}}})
        assert path.is_file()


def publications(root: Path, now: datetime) -> set[ProductKey]:
    """The products whose publication is refused then."""
    mesh = load_mesh(root)
    with open_runtime(Settings(project=root)) as runtime:
        outcomes = {key: publish(mesh, key, runtime, now) for key in PRODUCTS if key in mesh.products}
    assert {outcome.status for outcome in outcomes.values()} <= {Status.PUBLISHED, Status.BLOCKED}, outcomes
    return {key for key, outcome in outcomes.items() if outcome.status is Status.BLOCKED}


@dataclass(frozen=True)
class Seen:
    """What a reader gets: each column, and how many rows."""

    columns: dict[str, str] = field(default_factory=dict)
    rows: int = 0


def seen(root: Path, now: datetime) -> dict[Who, Seen]:
    with open_runtime(Settings(project=root)) as runtime:
        return dict(_seen(root, runtime, now))


def _seen(root: Path, runtime: Runtime, now: datetime) -> Iterator[tuple[Who, Seen]]:
    mesh = load_mesh(root)
    with (
        Workers(runtime.settings.home_path, runtime.lake.keys, runtime.confinement) as workers,
        Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit, AccessStore(runtime.database).on) as reading,
    ):
        for who in READERS:
            served = reading.served(who[0])
            decision = reading.decision(_caller(mesh, who, mesh.products[who[0]].location), served, who[2], now)
            try:
                rows = reading.filtered(decision, served) if decision.allowed else None
            except Denied:
                yield who, Seen()
                continue
            if not decision.allowed:
                yield who, Seen()
                continue
            yield who, Seen({name: one.treatment.value for name, one in decision.columns.items()}, _rows(reading, served, rows))


def _rows(reading: Reading, served: Served, rows: RowFilter | None) -> int:
    def count(con: Any, over: Any) -> int:
        return int(con.execute(f"SELECT count(*) FROM {over['t'] if rows is None else rows.over(over['t'])}").fetchone()[0])

    return reading._reader.follow({"t": served.place}, count)


def _caller(mesh: Mesh, who: Who, home: str | None) -> Caller:
    kind, _, name = who[1].partition(" ")
    if kind == "product":
        return Caller.publication(TOWNS, mesh.products[TOWNS].location)
    known = mesh.governance.roles.principals.get(name)
    if kind == "person" and known:
        return Caller.person(Actor(name, known.roles, known.domains, known.region))
    own = who[0].domain == name
    roles = ("owner",) if own else ("consumer",)
    return Caller.person(Actor(name if kind == "person" else "somebody", roles, (name,) if kind == "domain" else (), home))
