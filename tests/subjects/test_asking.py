"""Stores that are asked over HTTP: done is what they no longer find and verify, and never what they say that they erased."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from mesh_platform.actor import Actor
from mesh_platform.audit import AuditLog, open_audit
from mesh_platform.lake import Place
from mesh_platform.product import DataProduct
from mesh_platform.settings import Settings
from mesh_platform.state import open_state
from mesh_platform.state.tables import audit_leaves
from mesh_platform.subjects import Identifier, State
from mesh_platform.subjects.erasure.asking import Asking, http_stores
from mesh_platform.subjects.keeping import Keeping
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.requests.values import Task
from tests.publish.bakery import COMMON
from tests.subjects.holding_store import SECRET, HoldingStore, holding

ANA = Identifier("email", b"a" * 16, ("ana@ex.test", " Ana@ex.test"))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[HoldingStore]:
    monkeypatch.setenv("STORE_SECRET", SECRET)
    with holding("ana@ex.test", "ann@ex.test") as found:
        yield found


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuditLog]:
    root = tmp_path_factory.mktemp("asked")
    (root / "workspace.yaml").write_text("load_from: []\n")
    settings = Settings(project=root)
    with closing(open_state(settings)) as database, open_audit(settings, database) as log:
        yield log


def people(*stores: dict[str, Any], **more: Any) -> Held:
    """A product whose source declares these stores."""
    source = {"path": "landing/people.csv", "stores": [*stores]}
    document = {**COMMON, "name": "People", "domain": "Crm", "source": source, **more}
    descriptor = DataProduct.model_validate(document, by_alias=True, by_name=False)
    return Held("crm/people", Place("westeurope", "crm", "people"), descriptor, {}, frozenset(), (1,))


def asked(audit: AuditLog, one: Held, identifier: Identifier = ANA) -> Task:
    asking = Asking(audit, Keeping((), ()), "r1", Actor("privacy-engineer", ("privacy",)), [identifier])
    [found] = [asking.ask(one, store) for store in http_stores(one)]
    return found


def test_a_store_that_finds_and_verifies_nobody_after_it_was_asked_to_erase_is_verified(
    audit: AuditLog, store: HoldingStore
) -> None:
    task = asked(audit, people(store.declared()))
    assert (task.state, task.rows, store.people) == (State.VERIFIED, 1, ["ann@ex.test"])
    assert [each["operation"] for each in store.asked] == ["find", "verify", "erase", "find", "verify"]
    assert store.asked[0]["identifiers"] == {"mail": [" Ana@ex.test", "ana@ex.test"]}
    assert all(headers["Mesh-Signature"].startswith("t=") for headers in store.headers)
    assert asked(audit, people(store.declared())).state is State.VERIFIED and len(store.asked) == 7, (
        "nobody is there: nothing to erase"
    )
    with audit.database.read() as con:
        bodies = b"".join(bytes(body) for body in con.execute(select(audit_leaves.c.body)).scalars())
    assert b"store asked" in bodies and b"ana@" not in bodies.lower()


@pytest.mark.parametrize("how", ["keeps", "hides"])
def test_one_that_lies_is_residue(how: str, audit: AuditLog, store: HoldingStore) -> None:
    store.how = how
    task = asked(audit, people(store.declared()))
    assert task.state is State.OPEN and "erase them: 1." in task.reason and "ana@" not in task.reason
    store.how = "honest"
    assert asked(audit, people(store.declared())).state is State.VERIFIED


@pytest.mark.parametrize("how", ["fails", "hangs up", "is unsigned", "answers another question", "counts in words"])
def test_one_that_gives_no_answer_that_counts_keeps_the_request_blocked(how: str, audit: AuditLog, store: HoldingStore) -> None:
    store.how = how
    task = asked(audit, people(store.declared()))
    assert task.state is State.BLOCKED and task.fix and store.people == ["ana@ex.test", "ann@ex.test"]


def test_so_do_one_that_nobody_can_verify_a_secret_that_is_none_and_identifiers_that_do_not_open(
    audit: AuditLog, store: HoldingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = asked(audit, people(store.declared(verify=False)))
    assert task.state is State.BLOCKED and "no endpoint that verifies" in task.reason and store.people == ["ann@ex.test"]
    assert asked(audit, people(store.declared()), replace(ANA, spellings=())).state is State.BLOCKED
    monkeypatch.setenv("STORE_SECRET", "short")
    assert asked(audit, people(store.declared())).state is State.BLOCKED


def test_what_the_law_keeps_and_who_is_not_known_there_is_asked_of_nobody(audit: AuditLog, store: HoldingStore) -> None:
    minimum = {"retention": {"period": "10 years", "from": "ingested", "action": "delete", "minimum": "10 years", "basis": "tax"}}
    assert asked(audit, people(store.declared(), **minimum)).state is State.EXEMPT
    assert asked(audit, people(store.declared(number="customer_id"))).state is State.UNTOUCHED
    assert store.asked == []
    task = asked(audit, people(store.declared(who="any")))
    assert task.state is State.VERIFIED and store.asked[0]["identifiers"]["who"][-1] == "email:ana@ex.test"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "http", "keys": {"a": "email"}, "find": "https://a.test", "erase": "https://a.test"},
        {"kind": "http", "keys": {"a": "email"}, "find": "http://a.test", "erase": "https://a.test", "secret": "env:A"},
        {"kind": "landing", "keys": {"a": "email"}, "verify": "https://a.test"},
    ],
)
def test_a_store_that_is_half_declared_or_open_to_readers_on_the_way_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        people(wrong)
