"""A fault in what takes people out of texts, files, tokens, other systems, backups and files that left is found out; and one that nothing saw at its time, afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from mesh_platform.access.exports import Export
from mesh_platform.backups import create
from mesh_platform.clock import utc_now
from mesh_platform.lake import Doomed, Lake
from mesh_platform.lake.purge import Purged
from mesh_platform.product import load_mesh
from mesh_platform.propagation import holders
from mesh_platform.publish import Runtime
from mesh_platform.publish.desks import desk_of
from mesh_platform.subjects import Afterwards, Desk, Looked, Regime, Request, State, Verifier, running
from mesh_platform.subjects.erasure import erasing, recognise
from mesh_platform.subjects.erasure.asking import Door
from mesh_platform.subjects.erasure.landing_texts import TextLanding
from mesh_platform.subjects.erasure.redaction import Redactor
from mesh_platform.subjects.erasure.retained import _Change
from mesh_platform.tasks import TaskKind
from tests.faults.jobs import PLATFORM, backups_of
from tests.publish.bakery import write_product
from tests.subjects.holding_store import SECRET, HoldingStore, holding
from tests.subjects.test_other_strategies import SALT, TILLS, salted
from tests.subjects.town import (
    _EMAIL,
    _TOWN,
    ANA,
    ANN,
    BY,
    CUSTOMERS,
    _descriptor,
    _source,
    deliver,
    publish_all,
    town_at,
    write_town,
)

Patch = pytest.MonkeyPatch
TICKETS = "people/tickets"
pytestmark = pytest.mark.nightly


def texts_that_are_left(patch: Patch) -> None:
    patch.setattr(Redactor, "cell", lambda redactor, text, own=False: text)


def signs_that_are_not_read_past(patch: Patch) -> None:
    patch.setattr(recognise, "readings", lambda text: ())


def a_landing_text_that_was_said_to_be_cleaned(patch: Patch) -> None:
    patch.setattr(TextLanding, "erase", lambda landing, *more: 1)


def a_salt_that_was_forgotten(patch: Patch) -> None:
    patch.setattr(erasing, "secrets_of", lambda governance: ())


def a_store_that_is_not_asked_to_erase(patch: Patch) -> None:
    honest = Door.ask
    patch.setattr(Door, "ask", lambda door, operation: 1 if operation == "erase" else honest(door, operation))


def a_backup_that_keeps_its_rows(patch: Patch) -> None:
    honest = Lake.purge

    def purge(lake: Lake, place: Any, doomed: Doomed, *more: Any) -> Any:
        return (
            Purged(1, 1, 1, 1, lake.versions(place)[-1]) if "backups" in lake.home.parts else honest(lake, place, doomed, *more)
        )

    patch.setattr(Lake, "purge", purge)
    patch.setattr(_Change, "remove", lambda change, one: change.begin())


@dataclass(frozen=True)
class Told:
    """The task that tells of a fault, in which words, and how the task stands."""

    task: str
    why: str
    state: State = State.OPEN


FAULTS: dict[Callable[[Patch], None], Told] = {
    texts_that_are_left: Told(TICKETS, "column body ("),
    signs_that_are_not_read_past: Told(TICKETS, "column body ("),
    a_landing_text_that_was_said_to_be_cleaned: Told(TICKETS, "its source, column body", State.BLOCKED),
    a_salt_that_was_forgotten: Told(TILLS, "column card (sha256 with a registered salt"),
    a_store_that_is_not_asked_to_erase: Told("store ", "", State.OPEN),
    a_backup_that_keeps_its_rows: Told("backup ", "after all was done", State.BLOCKED),
}


def write_other_town(root: Path, store: HoldingStore) -> Path:
    """The town with tickets whose texts are redacted, in the files too, and tills that know people by salted hashes alone."""
    write_town(root)
    policies = root / "governance/policies.yaml"
    said = yaml.safe_load(policies.read_text())
    said["governancePolicies"]["dataClassification"] = {"salts": [{"name": "till", "secret": "env:TILL_SALT"}]}
    policies.write_text(yaml.safe_dump(said))
    unseen = "\u200b".join(ANA)
    (root / "landing/tickets.csv").write_text(
        f"ticket,email,body\nT-1,,{ANA} called twice\nT-2,,{unseen} wrote\nT-3,{ANN},{ANN} wrote\n"
    )
    deliver_tills(root, ANA, ANN)
    word = {"type": "string", "sensitivity": "internal"}
    body = {
        "type": "string",
        "sensitivity": "restricted",
        "category": "user.content.private",
        "identifiability": "direct",
        "mask": "redact",
    }
    source = _source("tickets.csv") | {"stores": [{"kind": "landing", "keys": {"email": "email"}}, store.declared()]}
    tickets = _descriptor(
        TICKETS,
        source=source,
        columns={"ticket": {**word, "unique": True}, "email": {**_EMAIL, "nullable": True}, "body": body},
        erasure={"strategy": "text_redact"},
    )
    write_product(root, TICKETS, tickets)
    card = {**_EMAIL, "category": "user.unique_id.pseudonymous"}
    tills = _descriptor(
        TILLS, source=_source("tills.csv"), columns={"card": card, "town": _TOWN}, erasure={"strategy": "delete_by_token"}
    )
    write_product(root, TILLS, tills)
    return root


def deliver_tills(root: Path, *people: str) -> None:
    (root / "landing/tills.csv").write_text("\n".join(["card,town", *(f"{salted(one)},Lisbon" for one in people), ""]))


@contextmanager
def other_town(root: Path, patch: Patch) -> Iterator[tuple[Runtime, Desk]]:
    """Published, with a backup; the files that are no store bring nobody again."""
    patch.setenv("TILL_SALT", SALT.decode())
    patch.setenv("STORE_SECRET", SECRET)
    with holding(ANA, ANN) as store, town_at(write_other_town(root, store)) as (runtime, _):
        publish_all(runtime)
        publish_all(runtime, TICKETS, TILLS)
        assert not create(backups_of(runtime), PLATFORM, utc_now()).left_out
        deliver(root, "ann", "joana", "unknown")
        deliver_tills(root, ANN)
        yield runtime, desk_of(load_mesh(root), runtime)


def erased(desk: Desk) -> Request:
    return desk.run(desk.open(Regime.GDPR, [("email", ANA)], BY).id, BY)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_faulty_eraser_is_found_out(fault: Callable[[Patch], None], tmp_path: Path, monkeypatch: Patch) -> None:
    told = FAULTS[fault]
    with other_town(tmp_path / "project", monkeypatch) as (_, desk):
        with monkeypatch.context() as patch:
            fault(patch)
            request = erased(desk)
        [task] = [one for one in request.tasks if one.product.startswith(told.task)]
        assert request.certified_at is None
        assert (task.state, told.why in task.reason) == (told.state, True), task
        assert desk.run(request.id, BY).state is State.CERTIFIED, "an honest run mends it"


def test_a_file_that_left_and_was_forgotten_is_asked_for_by_its_own_desk(tmp_path: Path, monkeypatch: Patch) -> None:
    with other_town(tmp_path / "project", monkeypatch) as (runtime, desk):
        now, mark = utc_now(), desk.ledger.tokens.subject63("email", ANA)
        people = desk.exports.keep_subjects("ex-1", [pa.array([mark], pa.int64())])
        made = Export("ex-1", "analyst", "analyst", "service", {}, "csv", 1, "0" * 64, people, now, now + timedelta(days=30))
        desk.exports.put(made, None, lambda con: None, desk.exports.absorbed())
        with monkeypatch.context() as patch:
            patch.setattr(running, "exported", lambda *asked: ())
            assert erased(desk).certified_at is not None, "nothing in the request tells"
        governance = desk.ledger.governance
        holders.put(runtime.database, desk.exports, governance, "test", now)
        assert holders.tell(runtime.database, desk.exports, governance, desk.tasks, now + timedelta(days=2)) == 1
        assert [task.command for task in desk.tasks.listed(kind=TaskKind.EXTERNAL)] == ["mesh access exports --cleaned ex-1"]


def test_what_eraser_and_verifier_both_passed_over_is_found_afterwards(tmp_path: Path, monkeypatch: Patch) -> None:
    with other_town(tmp_path / "project", monkeypatch) as (_, desk):
        honest = Lake.purge
        with monkeypatch.context() as patch:
            kept = lambda lake, place, *more: (  # noqa: E731
                Purged(1, 1, 1, 1, lake.versions(place)[-1]) if place.key == CUSTOMERS else honest(lake, place, *more)
            )
            patch.setattr(Lake, "purge", kept)
            patch.setattr(Redactor, "cell", lambda redactor, text, own=False: text)
            patch.setattr(Verifier, "look", lambda verifier, identifiers: Looked((), 1, 1))
            request = erased(replace(desk, retained=None, traces=None))
        assert request.certified_at is not None, "nothing saw it"
        found = Afterwards(desk.lake, desk.ledger, desk.store, desk.audit, desk.tasks).look(utc_now())
        assert {(one.product, one.where) for one in found} >= {(CUSTOMERS, "column email"), (TICKETS, "column body")}
        assert {one.requests for one in found} == {(request.id,)}
        assert {task.product for task in desk.tasks.listed(kind=TaskKind.RESURRECTION)} >= {CUSTOMERS, TICKETS}
