"""After the certificate: somebody who stands there again is found, without the spellings that went with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.subjects import Afterwards, Desk, Regime, Request, State
from mesh_platform.subjects.again import Again, erased_again
from mesh_platform.subjects.requests.history import Happened, history
from mesh_platform.tasks import TaskKind
from tests.subjects.town import ANA, BY, CUSTOMERS, VISITS, Town, deliver, publish_all

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def test_who_signed_up_anew_is_nobody_s_fault_and_who_came_back_is_told_with_the_request(town: Town, project: Path) -> None:
    runtime, desk = town
    deliver(project, "ann", "joana", "unknown")
    done = desk.run(desk.open(Regime.GDPR, (("email", ANA),), BY).id, BY)
    assert done.state is State.CERTIFIED and afterwards(desk).look(NOW) == ()

    said(desk, done, Decision.LIFTED)
    deliver(project, "ana", "ann", "joana", "unknown")
    publish_all(runtime, CUSTOMERS, VISITS)
    assert afterwards(desk).look(NOW + timedelta(days=1)) == ()

    said(desk, done, Decision.IMPOSED)  # and nothing took the rows out
    found = afterwards(desk).look(NOW + timedelta(days=2))
    assert {(one.product, one.where, one.rows, one.requests) for one in found} == {
        (CUSTOMERS, "column customer_id", 1, (done.id,)),
        (CUSTOMERS, "column email", 1, (done.id,)),
        (VISITS, "column cookie", 1, (done.id,)),
        (VISITS, "column hash", 1, (done.id,)),
    }
    tasks = desk.tasks.listed(kind=TaskKind.RESURRECTION)
    assert {task.product for task in tasks} == {CUSTOMERS, VISITS} and ANA not in str(tasks)


def test_who_came_back_is_erased_again_and_the_request_certified_anew(town: Town, project: Path) -> None:
    runtime, desk = town
    deliver(project, "ann", "joana", "unknown")
    done = desk.run(desk.open(Regime.GDPR, (("email", ANA),), BY).id, BY)
    said(desk, done, Decision.LIFTED)
    deliver(project, "ana", "ann", "joana", "unknown")
    publish_all(runtime, CUSTOMERS, VISITS)
    said(desk, done, Decision.IMPOSED)
    deliver(project, "ann", "joana", "unknown")
    found = afterwards(desk).look(NOW)
    assert {one.product for one in found} == {CUSTOMERS, VISITS}

    Again(desk, BY).reopen(done.id, found, NOW)
    opened = desk.store.get(done.id)
    assert opened.state is State.OPEN and opened.certified_at is None
    told = {task.product: task.reason for task in opened.tasks if task.state is State.OPEN}
    assert "column email (keyed token; 1 rows)" in told[CUSTOMERS] and ANA not in str(told)
    again = desk.run(done.id, BY)
    assert again.state is State.CERTIFIED and again.record != done.record and again.answered_at == done.answered_at
    assert {place["product"] for place in (again.certificate or {})["erased_again"]} == {CUSTOMERS, VISITS}
    assert afterwards(desk).look(NOW) == () and not desk.tasks.listed(kind=TaskKind.RESURRECTION)
    assert [one.event for one in history(desk.store.database, done.id)].count(Happened.REOPENED) == 1


def test_what_cannot_be_taken_out_again_blocks_the_request_and_says_what_helps(
    town: Town, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, desk = town
    deliver(project, "ann", "joana", "unknown")
    done = desk.run(desk.open(Regime.GDPR, (("email", ANA),), BY).id, BY)
    said(desk, done, Decision.LIFTED)
    deliver(project, "ana", "ann", "joana", "unknown")
    publish_all(runtime, CUSTOMERS, VISITS)
    said(desk, done, Decision.IMPOSED)
    [customers] = [place for place in desk.lake.places() if place.key == CUSTOMERS]
    found = afterwards(desk).look(NOW)
    monkeypatch.setattr(desk.lake, "lock_wait", 0.2)
    with desk.lake.writer(customers, doing="a publication"):  # somebody holds it
        assert erased_again(desk, desk.run, found, BY, NOW) == frozenset()
    blocked = desk.store.get(done.id)
    [waits] = [task for task in blocked.tasks if task.product == CUSTOMERS]
    assert blocked.state is State.BLOCKED and waits.state is State.BLOCKED and waits.fix
    assert desk.run(done.id, BY).state is State.CERTIFIED, "the job takes it up again, and it is free"


def afterwards(desk: Desk) -> Afterwards:
    return Afterwards(desk.lake, desk.ledger, desk.store, desk.audit, desk.tasks)


def said(desk: Desk, request: Request, decision: Decision) -> None:
    assert request.closure is not None
    for one in request.closure.identifiers:
        desk.ledger.append(Event(one.token, one.namespace, Kind.SUPPRESSION, decision, "crm", one.token.hex() + decision), by=BY)
