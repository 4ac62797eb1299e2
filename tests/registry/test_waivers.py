"""Waivers in the control database, on SQLite and on PostgreSQL: who takes one back, how often one is renewed, races, clocks, and rows that were edited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from mesh_platform.actor import Actor
from mesh_platform.audit import AuditLog
from mesh_platform.audit.verify import verify
from mesh_platform.errors import CheckFailed, Denied, Finding, MeshError
from mesh_platform.policy.rule import Vector
from mesh_platform.policy.waiving import counts, covers, let_through
from mesh_platform.registry.waiver_values import Asked
from mesh_platform.registry.waivers import Waivers, approved_in, rows_amiss, with_waivers
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_intake, audit_leaves, waivers
from mesh_platform.tasks import Tasks
from tests.audit.conftest import opened
from tests.policy.vectors import facts_of
from tests.processes import processes

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
def log(database: Database, tmp_path: Path) -> Iterator[AuditLog]:
    with opened(database, tmp_path, anchored=False) as made:
        yield made


@pytest.fixture
def desk(database: Database, clock: Clock, log: AuditLog) -> Waivers:
    return Waivers(database, Tasks(database), clock, log)


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


EDITS: dict[str, dict[str, Any]] = {
    "another end": {"expires": date(2026, 5, 1)},
    "another finding": {"covers": "0" * 16},
    "another product": {"product": "sales/segments"},
    "a worse measure": {"measured": {"distance": 0.9}},
    "another control": {"control": "none"},
    "another approver": {"decided_by": "somebody"},
    "another day of approval": {"decided_at": datetime(2026, 4, 1, tzinfo=UTC)},
}


def edited(database: Database, id: int, **values: Any) -> None:
    with database.write() as con:
        con.execute(update(waivers).where(waivers.c.id == id).values(values))


@pytest.mark.parametrize("edit", EDITS)
def test_a_row_that_was_edited_in_the_database_counts_for_nothing_and_is_told(
    desk: Waivers, database: Database, log: AuditLog, edit: str
) -> None:
    one = waive(desk)
    assert [each.number for each in approved_in(database)] == [str(one.id)] and rows_amiss(database) == ((), ())
    edited(database, one.id, **EDITS[edit])
    assert approved_in(database) == ()
    [told], _ = rows_amiss(database)
    assert (told.rule, told.where) == ("WAIVER-11", f"waiver {one.id}") and "was changed after it was approved" in told.why
    log.checkpoint()
    assert verify(log).ok, "the log itself was not touched"


def test_the_check_of_the_product_tells_of_it(desk: Waivers, database: Database) -> None:
    one = waive(desk)
    edited(database, one.id, expires=date(2026, 5, 2))
    found = with_waivers(MESH, database)
    key = next(key for key in found.products if str(key) == one.product)
    assert "WAIVER-11" in {each.rule for each in found.findings_of(key)} and found.waivers == ()


@pytest.mark.parametrize("become", ["asked", "ended", "rejected"])
def test_one_that_is_made_to_stand_approved_by_hand_counts_for_nothing(
    desk: Waivers, database: Database, clock: Clock, become: str
) -> None:
    """What was ended is put back as it was, and what was asked is given an approval."""
    if become == "ended":
        one = waive(desk)
        desk.end(one.id, "mended", OWNER)
        nothing = {"ended_by": None, "ended_person": None, "ended_at": None, "ended_note": None}
        edited(database, one.id, state="approved", **nothing)
    else:
        one = ask(desk)
        one = desk.decide(MESH, one.id, False, "no", OTHER) if become == "rejected" else one
        said = {"decided_by": "finn", "decided_person": "finn", "decided_at": clock.now, "note": "agreed"}
        edited(database, one.id, state="approved", **said)
    assert approved_in(database) == () and len(rows_amiss(database)[0]) == 1


def test_a_row_that_was_put_there_by_hand_counts_for_nothing(desk: Waivers, database: Database) -> None:
    one = waive(desk)
    with database.write() as con:
        row = dict(con.execute(select(waivers)).mappings().one())
        con.execute(insert(waivers), {**row, "id": one.id + 1})
        con.execute(delete(waivers).where(waivers.c.id == one.id))
    assert approved_in(database) == ()


def test_where_the_record_cannot_be_written_nothing_is_approved(
    desk: Waivers, database: Database, log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = ask(desk)

    def failing(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(log._writer, "within", failing)
    with pytest.raises(OSError, match="full"):
        desk.decide(MESH, one.id, True, "yes", OTHER)
    assert desk.get(one.id).state == "asked"


def act(url: str, root: str, id: int, what: str, ready: Any, said: Any) -> None:
    """In a process of its own: one act on one waiver, at the moment at which another process does its own."""
    with closing(Database(url)) as database, opened(database, Path(root), anchored=False) as log:
        desk = Waivers(database, Tasks(database), Clock(), log)
        ready.wait(60)
        try:
            if what == "withdraw":
                desk.withdraw(id, "no", OWNER)
            elif what == "end":
                desk.end(id, "no", OWNER)
            else:
                desk.decide(MESH, id, what == "approve", what, OTHER if what == "approve" else PRIVACY)
            said.put(what)
        except MeshError as error:
            said.put(error.finding.rule)


@pytest.mark.parametrize(
    "both", [("approve", "approve"), ("approve", "reject"), ("approve", "withdraw"), ("end", "end")], ids=" and ".join
)
def test_of_two_processes_that_act_on_one_waiver_at_once_one_does_and_row_log_and_task_say_the_same(
    desk: Waivers, database: Database, database_url: str, log: AuditLog, tmp_path: Path, both: tuple[str, str]
) -> None:
    one = waive(desk) if both == ("end", "end") else ask(desk)
    ready, said = processes.Barrier(2), processes.Queue()
    running = [processes.Process(target=act, args=(database_url, str(tmp_path), one.id, what, ready, said)) for what in both]
    for each in running:
        each.start()
    told = sorted(said.get(timeout=120) for _ in running)
    for each in running:
        each.join(60)
    [won] = [what for what in told if what != "WAIVER-06"]
    assert "WAIVER-06" in told
    became = {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn", "end": "ended"}[won]
    assert desk.get(one.id).standing(one.expires) == became and rows_amiss(database) == ((), ())
    kinds = {task.kind for task in Tasks(database).listed()}
    assert kinds == ({"waiver_end"} if became == "approved" else set())
    log.settle()
    with database.read() as con:
        bodies = [*con.execute(select(audit_leaves.c.body)).scalars(), *con.execute(select(audit_intake.c.body)).scalars()]
    assert sum(f"waiver {became}".encode() in bytes(body) for body in bodies) == 1


def test_a_clock_that_is_set_forward_ends_it_and_one_that_is_set_back_before_its_approval_does_not_make_it_count(
    desk: Waivers, database: Database, clock: Clock
) -> None:
    late = ask(desk)
    clock.now += timedelta(days=91)
    with pytest.raises(CheckFailed, match="Its last day has passed"):
        desk.decide(MESH, late.id, True, "yes", OTHER)
    desk.withdraw(late.id, "too late", OWNER)
    today = clock.now.date()
    waive(desk)
    [value] = approved_in(database)
    days = {days: counts(value, today + timedelta(days=days)) for days in (-30, -2, 0, 90, 91)}
    assert days == {-30: False, -2: False, 0: True, 90: True, 91: False}
    clock.now -= timedelta(days=30)
    with pytest.raises(CheckFailed, match="WAIVER-04"):
        ask(desk)
    assert covers(FOUND) == value.covers
