"""After the certificate: somebody who stands there again is found, without the spellings that went with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.subjects import Afterwards, Desk, Regime, Request, State
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


def afterwards(desk: Desk) -> Afterwards:
    return Afterwards(desk.lake, desk.ledger, desk.store, desk.audit, desk.tasks)


def said(desk: Desk, request: Request, decision: Decision) -> None:
    assert request.closure is not None
    for one in request.closure.identifiers:
        desk.ledger.append(Event(one.token, one.namespace, Kind.SUPPRESSION, decision, "crm", one.token.hex() + decision), by=BY)
