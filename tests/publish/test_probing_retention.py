"""Retention at publication: rows past their period, and whether the job that deletes them has run over the product."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.policy import Control
from mesh_platform.product import load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, publish
from mesh_platform.publish.probes import probe_published
from mesh_platform.publish.probing.retention import AWAY, stands
from mesh_platform.publish.probing.seen import Seen
from mesh_platform.retention import Holds, Scope, keeper_of
from mesh_platform.retention.runs import Run, last_run, ran
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = timedelta(days=5)
BY = Actor("privacy-engineer", ("privacy",))


def kept_by(project: Path, **rule: Any) -> None:
    """Two of the three orders are past their period by a month; the third is of today."""
    today = utc_now().date()
    old = today - timedelta(days=760)
    lines = ["order_id,email,town,amount,at", f"1,ana@mail.test,Lisbon,10,{old}", f"2,ben@mail.test,Lisbon,20,{old}"]
    (project / "landing/orders.csv").write_text("\n".join([*lines, f"3,eva@mail.test,Porto,5,{today}"]) + "\n")
    write_product(
        project, "bakery/orders", order_descriptor(retention={"period": "2 years", "from": "at", "action": "delete"} | rule)
    )


@pytest.fixture
def at(project: Path, runtime: Runtime) -> Callable[..., Outcome]:
    """Publish the orders so many days from now."""
    return lambda after=timedelta(0): publish(load_mesh(project), ORDERS, runtime, utc_now() + after)


def seen(project: Path, runtime: Runtime, after: timedelta = timedelta(0)) -> Seen:
    found = load_mesh(project)
    probed = probe_published(found, found.products[ORDERS], runtime.lake, runtime.settings, runtime.database, utc_now() + after)
    return probed.seen[Control.RETENTION]


def objections(outcome: Outcome) -> list[str]:
    return [finding.why for finding in outcome.findings if finding.blocks]


def test_a_first_delivery_may_bring_old_rows_and_proves_nothing(
    project: Path, runtime: Runtime, at: Callable[..., Outcome]
) -> None:
    kept_by(project)
    assert at().status is Status.PUBLISHED
    found = seen(project, runtime)
    assert (found.holds, found.overdue) == (None, 2) and "has never run over it" in found.why


def test_old_rows_that_no_job_deletes_keep_the_next_version_back_until_it_has_run(
    project: Path, runtime: Runtime, at: Callable[..., Outcome]
) -> None:
    kept_by(project)
    at()
    blocked = at(LATER)
    assert blocked.status is Status.BLOCKED
    [why] = objections(blocked)
    assert "The job that deletes has never run over it. 2 rows are past their period" in why
    assert seen(project, runtime, LATER).holds is False
    keeper_of(runtime).apply(utc_now() + LATER, None)
    assert at(LATER).status is Status.PUBLISHED
    assert seen(project, runtime, LATER).holds is True


def test_a_job_that_stays_away_again_is_missed_again(project: Path, runtime: Runtime, at: Callable[..., Outcome]) -> None:
    kept_by(project)
    at()
    keeper_of(runtime).apply(utc_now(), None)
    assert at(AWAY - timedelta(hours=1)).status is Status.PUBLISHED
    assert "The job that deletes last ran over it on" in objections(at(LATER))[0]


def test_without_old_rows_nothing_is_late_and_a_run_shows_that_the_job_comes(
    project: Path, runtime: Runtime, at: Callable[..., Outcome]
) -> None:
    assert at().status is Status.PUBLISHED
    assert at(LATER).status is Status.PUBLISHED
    assert seen(project, runtime).holds is None
    keeper_of(runtime).apply(utc_now() + LATER, None)
    assert seen(project, runtime, LATER).holds is True
    assert seen(project, runtime, 2 * LATER).holds is None


@pytest.mark.parametrize("rule", [{"period": "3 years"}, {"grace": "60 days"}])
def test_rows_within_their_period_or_its_grace_are_not_late(
    project: Path, runtime: Runtime, at: Callable[..., Outcome], rule: dict[str, Any]
) -> None:
    kept_by(project, **rule)
    at()
    assert at(LATER).status is Status.PUBLISHED, objections(at(LATER))
    assert seen(project, runtime).overdue == 0


def test_rows_that_a_legal_hold_keeps_are_not_late(project: Path, runtime: Runtime, at: Callable[..., Outcome]) -> None:
    kept_by(project)
    at()
    scope = Scope(products=("bakery/orders",))
    Holds(runtime.database).open("M-1", "counsel", "A claim.", scope, BY, runtime.audit, utc_now())
    assert at(LATER).status is Status.PUBLISHED
    assert seen(project, runtime).overdue == 0


def test_rows_counted_from_their_delivery_are_late_once_that_is(
    project: Path, runtime: Runtime, at: Callable[..., Outcome]
) -> None:
    rule = {"period": "30 days", "from": "ingested", "action": "delete"}
    write_product(project, "bakery/orders", order_descriptor(retention=rule, load="append"))
    assert at().status is Status.PUBLISHED
    landing = project / "landing/orders.csv"
    landing.write_text(landing.read_text().replace("1,ana", "4,zoe").replace("2,ben", "5,yan").replace("3,eva", "6,lea"))
    assert "3 rows are past their period" in objections(at(timedelta(days=60)))[0]
    assert at(timedelta(days=60)).status is Status.BLOCKED


def test_a_run_that_failed_is_none_and_one_for_an_earlier_day_is_not_counted(
    project: Path, runtime: Runtime, at: Callable[..., Outcome]
) -> None:
    at()
    keeper_of(runtime).apply(utc_now(), None, as_of=utc_now() - timedelta(days=3))
    assert last_run(runtime.database, "bakery/orders") is None
    ran(runtime.database, "bakery/orders", Run(NOW, "failed"))
    ran(runtime.database, "bakery/orders", Run(NOW, "blocked"))
    assert last_run(runtime.database, "bakery/orders") == Run(NOW, "blocked")


@pytest.mark.parametrize(
    ("run", "overdue", "since", "holds"),
    [
        (Run(NOW, "done"), 0, None, True),
        (Run(NOW - AWAY, "done"), 7, NOW - LATER, True),
        (Run(NOW - AWAY - timedelta(seconds=1), "done"), 0, NOW - LATER, None),
        (Run(NOW - AWAY - timedelta(seconds=1), "done"), 7, NOW - LATER, False),
        (Run(NOW, "failed"), 0, NOW - LATER, None),
        (Run(NOW, "failed"), 7, NOW, False),
        (Run(NOW, "blocked"), 7, NOW - LATER, None),
        (None, 0, None, None),
        (None, 7, None, None),
        (None, 7, NOW - AWAY, None),
        (None, 7, NOW - AWAY - timedelta(seconds=1), False),
        (None, 0, NOW - LATER, None),
    ],
)
def test_what_the_last_run_and_the_rows_come_to(
    run: Run | None, overdue: int, since: datetime | None, holds: bool | None
) -> None:
    assert stands(run, overdue, since, NOW).holds is holds
