"""Whose rows a read leaves out: what a person said counts at the next read, whichever process it was said in, and no read goes without."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.access.decision import Caller
from mesh_platform.access.development import principal_of
from mesh_platform.access.reading import Reading
from mesh_platform.access.worker import Size, Workers
from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, Unavailable
from mesh_platform.keys import open_keys
from mesh_platform.ledger import Decision, Event, Kind, Ledger
from mesh_platform.ledger.ledger import WINDOW
from mesh_platform.product import LegalBasis, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.publish.people import ledger_of
from mesh_platform.settings import Settings
from tests.access.shop import CONTRACTS, PROFILES, descriptor, write_project
from tests.publish.bakery import write_product

BY = Actor("privacy-engineer", ("privacy",))
SERVED = {"service": "contract", "analytics": "legitimate_interests", "marketing": "consent"}
SHOWN = {"consumer": "sales", "purpose": "marketing", "fields": ["customer_id", "segment"], "raw": ["customer_id"]}
IDS, NUMBERS = ("C-1", "C-2", "C-3"), count()
EMAIL = {"C-1": "ana@mail.test", "C-2": "ben@mail.test", "C-3": "eva@firm.test"}
SAYINGS = (
    ("consent", "granted", "marketing"),
    ("consent", "withdrawn", "marketing"),
    ("objection", "objected", "analytics"),
    ("objection", "lifted", "analytics"),
    ("restriction", "imposed", ""),
    ("restriction", "lifted", ""),
    ("suppression", "imposed", ""),
    ("suppression", "lifted", ""),
)


class Shop:
    """The published product, its ledger, and reads of it."""

    def __init__(self, runtime: Runtime, reading: Reading) -> None:
        self.runtime, self.reading, self.mesh = runtime, reading, load_mesh(runtime.settings.project)
        self.caller = Caller.person(principal_of(self.mesh.governance, "analyst", "somebody"))

    @property
    def ledger(self) -> Ledger:
        return ledger_of(self.runtime, self.mesh.governance)

    def publish(self) -> None:
        outcome = publish(self.mesh, PROFILES, self.runtime)
        assert outcome.status is Status.PUBLISHED, outcome.findings

    def say(self, who: str, kind: str, decision: str, purpose: str = "", **more: Any) -> None:
        namespace = "email" if "@" in who else "customer_id"
        if decision == "granted":
            more = {"notice_version": "v1", "captured_at": utc_now(), **more}
        token, number = self.ledger.tokens.token(namespace, who), f"e{next(NUMBERS)}"
        self.ledger.append(Event(token, namespace, Kind(kind), Decision(decision), "web", number, purpose, **more), by=BY)

    def sees(self, purpose: str) -> list[str]:
        sql = "select customer_id from customer.profiles order by 1"
        found = self.reading.query(self.caller, purpose, sql, utc_now()).rows.table()
        return [str(one) for one in found.column(0).to_pylist()]

    def allows(self, purpose: str, basis: LegalBasis) -> list[str]:
        """Who is shown, by the ledger's own word about each identifier of a row."""
        found = []
        for number in IDS:
            tokens = self.ledger.tokens.token("customer_id", number), self.ledger.tokens.token("email", EMAIL[number])
            answers = self.ledger.check_many(tokens, purpose, [basis])
            if any(each.allowed for each in answers) and not any(each.closes for each in answers):
                found.append(number)
        return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("filters") / "project"
    write_project(root)
    contracts = [CONTRACTS[0], {**CONTRACTS[1]}, SHOWN]
    write_product(root, str(PROFILES), descriptor(purposes=SERVED, dataContracts=contracts))
    return root


@pytest.fixture(scope="module")
def runtime(project: Path) -> Iterator[Runtime]:
    with open_runtime(Settings(project=project)) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(runtime: Runtime) -> Iterator[Shop]:
    own = runtime.settings
    with (
        Workers(own.home_path, open_keys(own), runtime.confinement, Size(1)) as workers,
        Reading(load_mesh(own.project), runtime.lake, runtime.registry, workers, runtime.audit) as reading,
    ):
        found = Shop(runtime, reading)
        found.publish()
        yield found


@pytest.fixture(autouse=True)
def clean(shop: Shop) -> None:
    """Nobody objects, nothing is restricted; everybody agreed to marketing, and the rows say so."""
    for number in IDS:
        for kind, decision, purpose in SAYINGS[3], SAYINGS[5], SAYINGS[7], SAYINGS[0]:
            shop.say(number, kind, decision, purpose)
            shop.say(EMAIL[number], kind, decision, purpose)
    shop.publish()


def test_a_withdrawn_consent_hides_the_row_from_the_next_read(shop: Shop) -> None:
    assert shop.sees("marketing") == ["C-1", "C-2", "C-3"]
    shop.say("C-2", "consent", "withdrawn", "marketing")
    assert shop.sees("marketing") == ["C-1", "C-3"]
    assert shop.sees("analytics") == ["C-1", "C-2", "C-3"]


def test_an_objection_hides_the_row_where_the_purpose_rests_on_legitimate_interests(shop: Shop) -> None:
    shop.say("C-1", "objection", "objected", "analytics")
    assert shop.sees("analytics") == ["C-2", "C-3"]


def test_what_one_identifier_of_a_row_said_counts_for_the_row(shop: Shop) -> None:
    shop.say("eva@firm.test", "consent", "withdrawn", "marketing")
    assert shop.sees("marketing") == ["C-1", "C-2"]


@pytest.mark.parametrize("kind", ["restriction", "suppression"])
def test_a_restriction_and_a_suppression_hide_the_row_for_every_purpose(shop: Shop, kind: str) -> None:
    shop.say("C-3", kind, "imposed")
    assert shop.sees("marketing") == shop.sees("analytics") == ["C-1", "C-2"]


def test_a_consent_that_runs_out_hides_the_row_without_an_event(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.say("C-1", "consent", "granted", "marketing", expires_at=utc_now() + timedelta(hours=1))
    shop.publish()
    assert "C-1" in shop.sees("marketing")
    monkeypatch.setattr("mesh_platform.ledger.closing.utc_now", lambda: utc_now() + timedelta(hours=1))
    sleep(2 * WINDOW)
    assert shop.sees("marketing") == ["C-2", "C-3"]


def test_an_aggregate_counts_only_who_is_shown(shop: Shop) -> None:
    shop.say("C-1", "consent", "withdrawn", "marketing")
    sql = "select count(*), count(distinct customer_id) from customer.profiles"
    [row] = shop.reading.query(shop.caller, "marketing", sql, utc_now()).rows.table().to_pylist()
    assert [*row.values()] == [2, 2]


def test_a_decision_tells_whose_rows_are_left_out(shop: Shop) -> None:
    served = shop.reading.served(PROFILES)
    [general, own] = shop.reading.decision(shop.caller, served, "marketing", utc_now()).as_json()["rows"]  # type: ignore[misc]
    assert own["rule"] == general["rule"] == "LEDGER-11" and "agreed to marketing" in own["why"]


def test_the_rows_of_a_version_that_says_nothing_of_people_are_not_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr("mesh_platform.publish.people.People.hidden", None)
        before.setattr("mesh_platform.publish.people.People.told", lambda people, beside: {})
        shop.publish()
    with pytest.raises(Denied, match="ACCESS-40"):
        shop.sees("service")
    shop.publish()
    assert shop.sees("marketing") == ["C-1", "C-2", "C-3"]


def test_a_purpose_that_rests_on_something_else_now_is_not_read_under_the_old_basis(shop: Shop, project: Path) -> None:
    changed = {**SERVED, "marketing": "legitimate_interests"}
    contracts = [CONTRACTS[0], CONTRACTS[1], SHOWN]
    write_product(project, str(PROFILES), descriptor(purposes=changed, dataContracts=contracts))
    try:
        shop.reading._mesh = load_mesh(project)
        with pytest.raises(Denied, match="ACCESS-41"):
            shop.sees("marketing")
    finally:
        write_product(project, str(PROFILES), descriptor(purposes=SERVED, dataContracts=contracts))
        shop.reading._mesh = load_mesh(project)


def test_without_the_ledger_no_row_leaves(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.sees("marketing")

    def down(*_: object) -> None:
        raise Unavailable.because("STATE-01", "the control database", "It does not answer.", "Start it.")

    monkeypatch.setattr("mesh_platform.ledger.closing.Closings._look", down)
    with pytest.raises(Unavailable, match="STATE-01"):
        shop.sees("marketing")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.tuples(st.sampled_from([*IDS, *EMAIL.values()]), st.sampled_from(SAYINGS)), max_size=4),
    after=st.lists(st.tuples(st.sampled_from([*IDS, *EMAIL.values()]), st.sampled_from(SAYINGS)), max_size=4),
)
def test_a_read_shows_whom_the_ledger_allows_and_opens_nobody_before_the_next_publication(
    shop: Shop, before: list[Any], after: list[Any]
) -> None:
    bases = {"marketing": LegalBasis.CONSENT, "analytics": LegalBasis.LEGITIMATE_INTERESTS}
    for who, said in before:
        shop.say(who, *said)
    shop.publish()
    allowed = {purpose: shop.allows(purpose, basis) for purpose, basis in bases.items()}
    assert {purpose: shop.sees(purpose) for purpose in bases} == allowed
    for who, said in after:
        shop.say(who, *said)
    sleep(2 * WINDOW)
    for purpose, basis in bases.items():
        assert shop.sees(purpose) == [number for number in allowed[purpose] if number in shop.allows(purpose, basis)]


def mesh(project: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "mesh"), *words, "--json", "--project", str(project)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, json.loads(done.stdout or "{}")


def test_what_is_revoked_in_one_process_is_gone_from_the_next_read_in_another(shop: Shop, project: Path) -> None:
    roles = (project / "governance/roles.yaml").read_text()
    if "privacy-engineer" not in roles:
        (project / "governance/roles.yaml").write_text(roles + "  privacy-engineer: {roles: [privacy], region: EU}\n")
    query = ("query", "select customer_id from customer.profiles order by 1", "--as", "analyst", "--purpose", "marketing")
    code, told = mesh(project, *query)
    assert code == 0 and told["rows"] == [["C-1"], ["C-2"], ["C-3"]]
    revoke = ("consent", "revoke", "--subject", "customer_id:C-2", "--purpose", "marketing", "--as", "privacy-engineer")
    assert mesh(project, *revoke)[0] == 0
    code, told = mesh(project, *query)
    assert code == 0 and told["rows"] == [["C-1"], ["C-3"]]
    assert {entry["rule"] for entry in told["products"][0]["rows"]} == {"LEDGER-11"}
    assert shop.sees("marketing") == ["C-1", "C-3"]
