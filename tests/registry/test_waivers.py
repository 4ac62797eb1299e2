"""Waivers in the control database, on SQLite and on PostgreSQL: who takes one back, and how often one is renewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, Finding
from mesh_platform.policy.rule import Vector
from mesh_platform.policy.waiving import let_through
from mesh_platform.registry.waivers import Asked, Waivers, approved_in
from mesh_platform.state import Database
from mesh_platform.tasks import Tasks
from tests.policy.vectors import facts_of

MESH = facts_of(Vector("", True)).mesh
FOUND = Finding("CORE-05", "here", "It is labelled internal.", "Label it.", "customer/profiles", waivable=True, about="columns.a")
OWNER = Actor("customer-owner", ("owner",), ("customer",))
PRIVACY = Actor("dana", ("privacy",))
OTHER = Actor("finn", ("privacy",))


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(database: Database, clock: Clock) -> Waivers:
    return Waivers(database, Tasks(database), clock)


def ask(desk: Waivers, by: Actor = OWNER, control: str = "nobody has a grant", **change: str) -> Asked:
    return desk.ask(MESH, replace(FOUND, **change), "it is being mended", control, 90, by)


def waive(desk: Waivers, by: Actor = OWNER, control: str = "nobody has a grant", **change: str) -> Asked:
    return desk.decide(MESH, ask(desk, by, control, **change).id, True, "agreed", OTHER)


def test_who_asked_takes_it_back_where_nobody_else_could_decide_and_may_ask_anew(desk: Waivers, database: Database) -> None:
    asked = ask(desk, PRIVACY)
    with pytest.raises(Denied, match="WAIVER-07"):
        desk.decide(MESH, asked.id, False, "on second thoughts", PRIVACY)
    with pytest.raises(Denied, match="WAIVER-02"):
        desk.withdraw(asked.id, "no", Actor("eve", ("consumer",)))
    done = desk.withdraw(asked.id, "on second thoughts", PRIVACY)
    assert done.standing(done.expires) == "withdrawn"
    assert not Tasks(database).listed()
    assert approved_in(database) == ()
    with pytest.raises(CheckFailed, match="WAIVER-06"):
        desk.decide(MESH, asked.id, True, "yes", OTHER)
    assert waive(desk).state == "approved"


def test_what_was_decided_is_not_withdrawn(desk: Waivers) -> None:
    approved = waive(desk)
    with pytest.raises(CheckFailed, match="approved already"):
        desk.withdraw(approved.id, "no", OWNER)


def test_a_third_renewal_takes_the_role_privacy_and_another_control_and_tells_since_when(
    desk: Waivers, clock: Clock, database: Database
) -> None:
    since = clock.now.date()
    for _ in range(3):
        waive(desk)
        clock.now += timedelta(days=90)
    with pytest.raises(CheckFailed, match=r"WAIVER-10.*renewed 3 times, exempt since 2026-03-01"):
        ask(desk)
    with pytest.raises(CheckFailed, match="was said before"):
        ask(desk, PRIVACY, about="columns.renamed")
    fourth = waive(desk, PRIVACY, "it is masked for everybody", about="columns.renamed")
    assert (fourth.chain.renewals, fourth.chain.since) == (3, since)
    assert [one.chain.renewals for one in reversed(desk.listed())] == [0, 1, 2, 3]
    told = let_through(replace(FOUND, about="columns.renamed"), approved_in(database), clock.now.date())
    assert "renewed 3 times, exempt since 2026-03-01" in told.why


def test_another_rule_or_product_is_another_exemption(desk: Waivers, clock: Clock) -> None:
    for _ in range(3):
        waive(desk)
        clock.now += timedelta(days=90)
    assert waive(desk, rule="CORE-02").chain.renewals == 0


def test_what_was_rejected_or_withdrawn_renews_nothing(desk: Waivers, clock: Clock) -> None:
    for _ in range(3):
        desk.decide(MESH, ask(desk).id, False, "no", OTHER)
        desk.withdraw(ask(desk).id, "no", OWNER)
        clock.now += timedelta(days=30)
    assert waive(desk).chain.renewals == 0
