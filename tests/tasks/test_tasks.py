"""What needs a person: opened once, listed by urgency, assigned, resolved once by somebody who may."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, NotFound, UsageProblem
from mesh_platform.state import Database
from mesh_platform.tasks import SUPERSEDED, Tasks, orphan_task, review_task, sunset_task
from tests.tasks.conftest import START, Clock, new_task

DANA = Actor("privacy-engineer", ("privacy",), impersonated_by="dana")


def test_a_task_of_one_key_is_opened_once(tasks: Tasks) -> None:
    first = tasks.open_task(new_task())
    assert tasks.open_task(new_task(days=1)) == first
    assert tasks.listed() == (first,)


def test_many_at_once_open_one(database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: Tasks(database).open_task(new_task()).id, range(12)))
    assert len(set(opened)) == 1


def test_the_most_urgent_comes_first_and_what_is_late_is_overdue(tasks: Tasks, clock: Clock) -> None:
    late, soon = tasks.open_task(new_task("b", days=9)), tasks.open_task(new_task("a", days=1))
    assert tasks.listed() == (soon, late)
    assert tasks.overdue(clock()) == ()
    clock.pass_by(days=2)
    assert tasks.overdue(clock()) == (soon,)
    assert tasks.get(soon.id).as_json(clock())["overdue"] is True


def test_tasks_are_found_by_role_product_domain_and_kind(tasks: Tasks) -> None:
    orders = tasks.open_task(new_task("a"))
    owners = tasks.open_task(new_task("b", "sales_eu/orders", role="owner"))
    assert tasks.listed(role="owner") == (owners,)
    assert tasks.listed(product="sales/orders") == (orders,)
    assert tasks.listed(product="sales") == (orders,)
    assert tasks.listed(product="sales_e%") == ()
    assert tasks.listed(kind="review") == ()


def test_a_resolved_task_says_who_decided_what_on_which_ground(tasks: Tasks) -> None:
    task = tasks.open_task(new_task())
    assigned = tasks.assign(task.id, "privacy-engineer", DANA)
    assert (assigned.assignee, assigned.assigned_by) == ("privacy-engineer", "privacy-engineer")
    done = tasks.resolve(task.id, "not the same person", "ticket 7", DANA)
    assert (done.state, done.decision, done.evidence) == ("resolved", "not the same person", "ticket 7")
    assert (done.resolved_by, done.resolved_person, done.resolved_at) == ("privacy-engineer", "dana", START)
    assert tasks.listed() == ()
    assert tasks.listed(resolved=True) == (done,)
    assert tasks.overdue(START + timedelta(days=99)) == ()


def test_a_task_is_decided_once(tasks: Tasks) -> None:
    task = tasks.open_task(new_task())
    tasks.resolve(task.id, "yes", "ticket 7", DANA)
    with pytest.raises(CheckFailed, match="TASK-02"):
        tasks.resolve(task.id, "no", "ticket 8", DANA)
    with pytest.raises(CheckFailed, match="TASK-02"):
        tasks.assign(task.id, "privacy-engineer", DANA)
    assert tasks.open_task(new_task()).decision == "yes"


@pytest.mark.parametrize(
    "by",
    [Actor("sales-owner", ("owner",), ("sales",)), Actor("other-privacy", ("privacy",), ("customer",)), Actor("nobody")],
    ids=lambda actor: actor.name,
)
def test_a_task_is_not_decided_by_somebody_without_its_role_there(tasks: Tasks, by: Actor) -> None:
    task = tasks.open_task(new_task())
    with pytest.raises(Denied, match="TASK-03"):
        tasks.resolve(task.id, "yes", "because", by)
    with pytest.raises(Denied, match="TASK-03"):
        tasks.assign(task.id, by.name, by)
    assert tasks.get(task.id) == task


def test_a_review_is_not_decided_by_its_task(tasks: Tasks) -> None:
    task = tasks.open_task(review_task("sales/orders", "f" * 64, 2, START))
    with pytest.raises(UsageProblem, match="TASK-04"):
        tasks.resolve(task.id, "approve", "because", DANA)


def test_a_number_that_no_task_has_is_not_found(tasks: Tasks) -> None:
    for call in (lambda: tasks.get(7), lambda: tasks.resolve(7, "a", "b", DANA), lambda: tasks.assign(7, "a", DANA)):
        with pytest.raises(NotFound, match="TASK-01"):
            call()


def test_what_resolves_itself_is_resolved_by_its_key_and_only_once(tasks: Tasks) -> None:
    tasks.open_task(new_task())
    done = tasks.resolve_key("edge:1", "gone", "the product was retired")
    assert done is not None
    assert done.resolved_by == "mesh"
    assert tasks.resolve_key("edge:1", "again", "x") is None
    assert tasks.resolve_key("edge:none", "again", "x") is None


def test_a_task_whose_place_another_took_is_opened_again_when_its_occasion_returns(
    tasks: Tasks, database: Database, clock: Clock
) -> None:
    first = tasks.open_task(review_task("sales/orders", "a" * 64, 1, START))
    second = tasks.open_task(review_task("sales/orders", "b" * 64, 1, START))
    with database.write() as con:
        tasks.supersede_in(con, "sales/orders", "review", second.key)
    assert tasks.get(first.id).decision == SUPERSEDED
    assert tasks.listed() == (second,)
    clock.pass_by(hours=1)
    again = tasks.open_task(review_task("sales/orders", "a" * 64, 1, START))
    assert (again.id, again.open, again.decision) == (first.id, True, None)


def test_a_sunset_becomes_a_task_thirty_days_before_it() -> None:
    sunset = date(2027, 6, 30)
    assert sunset_task("sales/orders", sunset, sunset - timedelta(days=31)) is None
    task = sunset_task("sales/orders", sunset, sunset - timedelta(days=30))
    assert task is not None
    assert (task.role, task.due.date(), task.key) == ("owner", sunset, "sunset:sales/orders:2027-06-30")


def test_an_orphan_is_a_task_per_occasion() -> None:
    one, other = (orphan_task("sales/orders", occasion, START) for occasion in ("p-1", "p-2"))
    assert one.key != other.key
    assert one.role == "owner"
