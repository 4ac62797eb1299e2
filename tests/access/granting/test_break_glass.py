"""Break-glass: at once, short, recorded before it counts, told to others, and never over what the law closes."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, Unavailable, UsageProblem
from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.ledger.ledger import WINDOW
from mesh_platform.product import Governance
from mesh_platform.publish import Runtime
from mesh_platform.publish.people import ledger_of
from mesh_platform.state.tables import audit_leaves
from tests.access.granting.conftest import ANALYST, OWNER, PRIVACY, STEWARD, Desk
from tests.access.shop import PROFILES

pytestmark = pytest.mark.sqlite_by_day

ENGINEER = Actor("engineer", ("platform",), (), "EU", "a fifth")


def broken(
    desk: Desk, by: Actor = ENGINEER, minutes: int = 10, purpose: str | None = "service", reason: str = "an outage"
) -> str:
    return desk.granting.break_glass(PROFILES, purpose, minutes, reason, by).id


def test_everything_is_raw_but_what_a_rule_masks_for_its_minutes_and_nothing_after(desk: Desk) -> None:
    assert desk.decision(ENGINEER, "service").refusal is not None
    broken(desk)
    shown = desk.granted(ENGINEER, "service")
    assert {name for name, treatment in shown.items() if treatment != "raw"} == {"card"}
    assert desk.decision(ENGINEER, "service").columns["card"].rule == "PCI-3.4.1"
    assert desk.rows("select email from customer.profiles order by 1", ENGINEER, "service")[0] == ("ana@mail.test",)
    assert desk.decision(replace(ENGINEER, name="another-engineer"), "service").refusal is not None
    desk.now += timedelta(minutes=10)
    assert desk.decision(ENGINEER, "service").refusal is not None


def test_region_and_purposes_hold_as_ever(desk: Desk) -> None:
    broken(desk, purpose="analytics")
    assert desk.decision(replace(ENGINEER, region="US"), "analytics").refusal is not None
    assert "birth_date" not in desk.granted(ENGINEER, "analytics")
    assert desk.decision(ENGINEER, "service").refusal is not None


def test_rows_of_people_who_do_not_allow_the_purpose_stay_hidden(desk: Desk, shop: Runtime) -> None:
    broken(desk, purpose="analytics")
    sql, everybody = "select email from customer.profiles order by 1", ["ana@mail.test", "ben@mail.test", "eva@firm.test"]

    def seen() -> list[object]:
        time.sleep(2 * WINDOW)
        return [email for (email,) in desk.rows(sql, ENGINEER, "analytics")]

    assert seen() == everybody
    said(desk, shop, "objected")
    try:
        assert seen() == ["ana@mail.test", "eva@firm.test"]
    finally:
        said(desk, shop, "lifted")
    assert seen() == everybody


def said(desk: Desk, shop: Runtime, decision: str) -> None:
    """C-2 says it of analytics."""
    ledger = ledger_of(shop, desk.mesh.governance)
    token = ledger.tokens.token("customer_id", "C-2")
    event = Event(token, "customer_id", Kind.OBJECTION, Decision(decision), "web", f"glass-{uuid.uuid4()}", "analytics")
    ledger.append(event, by=PRIVACY)


@pytest.mark.parametrize("by", [ANALYST, STEWARD, OWNER, replace(PRIVACY, roles=("privacy",), domains=("sales",))])
def test_it_takes_a_role_that_governance_names_for_the_domain(desk: Desk, by: Actor) -> None:
    with pytest.raises(Denied, match="ACCESS-29"):
        broken(desk, by)
    assert not desk.store.grants()


def test_governance_may_name_nobody(desk: Desk) -> None:
    policies: dict[str, object] = {"policies": {"accessControl": {"breakGlass": []}}}
    none = Governance.model_validate(policies, by_alias=True, by_name=False).policies
    mesh = replace(desk.mesh, governance=desk.mesh.governance.model_copy(update={"policies": none}))
    with pytest.raises(Denied, match="of nobody"):
        desk.over(mesh).break_glass(PROFILES, "service", 5, "an outage", ENGINEER)


def test_a_worn_principal_breaks_it_under_the_development_issuer_alone(desk: Desk) -> None:
    elsewhere = desk.over(desk.mesh, development=False)
    with pytest.raises(Denied, match=r"ACCESS-29.*worn"):
        elsewhere.break_glass(PROFILES, "service", 5, "an outage", ENGINEER)
    assert not desk.store.grants()
    assert elsewhere.break_glass(PROFILES, "service", 5, "an outage", replace(ENGINEER, impersonated_by=None)).id


@pytest.mark.parametrize(
    ("changes", "purpose", "rule"),
    [({"region": "US"}, "service", "CORE-07"), ({"region": None}, "service", "CORE-07"), ({}, "marketing", "CORE-08")],
)
def test_where_it_would_open_nothing_it_stays_whole(desk: Desk, changes: dict[str, Any], purpose: str, rule: str) -> None:
    with pytest.raises(Denied, match=rule):
        broken(desk, replace(ENGINEER, **changes), purpose=purpose)
    assert not desk.store.grants()
    assert not desk.tasks.listed(kind="audit_flag")


def test_where_no_row_says_whose_it_is_for_the_purpose_it_stays_whole(desk: Desk) -> None:
    purposes = {**desk.mesh.governance.purposes, "service.later": desk.mesh.governance.purposes["service.repair"]}
    mesh = replace(desk.mesh, governance=desk.mesh.governance.model_copy(update={"purposes": purposes}))
    desk.reading._mesh = mesh
    with pytest.raises(Denied, match="ACCESS-40"):
        desk.over(mesh).break_glass(PROFILES, "service.later", 5, "an outage", ENGINEER)
    assert not desk.store.grants()


def test_one_of_a_person_stands_at_a_time(desk: Desk) -> None:
    first = broken(desk)
    for again in (ENGINEER, replace(ENGINEER, name="Engineer"), replace(ENGINEER, name="other", impersonated_by="engineer")):
        with pytest.raises(Denied, match=rf"ACCESS-29.*already.*{first}"):
            broken(desk, again, purpose="analytics")
    assert broken(desk, PRIVACY)
    desk.granting.revoke(first, ENGINEER, "it is over")
    broken(desk)
    desk.now += timedelta(minutes=10)
    assert broken(desk)


@pytest.mark.parametrize(
    ("minutes", "purpose", "reason", "rule"),
    [
        (61, "service", "an outage", "ACCESS-29"),
        (0, "service", "an outage", "ACCESS-29"),
        (5, None, "an outage", "ACCESS-29"),
        (5, "service", "", "ACCESS-21"),
    ],
)
def test_it_is_short_and_says_why(desk: Desk, minutes: int, purpose: str | None, reason: str, rule: str) -> None:
    with pytest.raises(UsageProblem, match=rule):
        broken(desk, minutes=minutes, purpose=purpose, reason=reason)


def test_owner_and_privacy_each_look_into_it_and_whoever_broke_it_does_not(desk: Desk) -> None:
    id = broken(desk, PRIVACY)
    tasks = desk.tasks.listed(kind="audit_flag")
    assert {task.role for task in tasks} == {"privacy", "owner"}
    assert all(id in task.reason for task in tasks)
    own = next(task for task in tasks if task.role == "privacy")
    with pytest.raises(Denied, match="TASK-05"):
        desk.tasks.resolve(own.id, "fine", "it was fine", PRIVACY)


def test_it_is_not_renewed(desk: Desk) -> None:
    with pytest.raises(CheckFailed, match="ACCESS-28"):
        desk.granting.renew(broken(desk), desk.now + timedelta(days=1), "more", ENGINEER)


def test_it_is_on_record_with_its_minutes(desk: Desk) -> None:
    id = broken(desk)
    desk.audit.checkpoint()
    with desk.database.read() as con:
        bodies: list[bytes] = [*con.execute(select(audit_leaves.c.body)).scalars()]
    records = [json.loads(bytes(body)) for body in bodies]
    [said] = [record for record in records if record["act"] == "grant"]
    assert (said["obj"]["what"], said["obj"]["ref"], said["n"], said["phase"]) == ("break glass", id, 10, "done")


def test_without_its_record_nothing_opens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise Unavailable.because("AUDIT-12", "audit log", "It is away.", "Mend it.")

    monkeypatch.setattr(desk.audit._writer, "within", away)
    with pytest.raises(Unavailable):
        broken(desk)
    assert not desk.store.grants()
    assert desk.decision(ENGINEER, "service").refusal is not None
