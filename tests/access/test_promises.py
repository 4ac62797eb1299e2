"""Who is told that a service level was not kept: the owner and the domains that read it, once in a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.access.promises import tell_of_levels
from mesh_platform.product import Mesh
from mesh_platform.registry import Registry
from mesh_platform.registry.service_levels import FAILED, day_of, step_of
from mesh_platform.state import Database
from mesh_platform.tasks import Task, Tasks
from tests.access.shop import PROFILES, mesh_of, profiles

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SLA = {"availability": 99.5, "latency": "< 100ms", "freshness": "< 1 day"}


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


def shop(**changes: Any) -> Mesh:
    return mesh_of(profiles(**{"sla": SLA, **changes}))


def counted(database: Database, seconds: float, answered: int, failed: int = 0, at: datetime = NOW) -> None:
    day = day_of(at)
    counts = {(str(PROFILES), "API", day, step_of(seconds)): answered, (str(PROFILES), "API", day, FAILED): failed}
    Registry(database, lambda: NOW).count_reads({key: number for key, number in counts.items() if number})


def told(database: Database, mesh: Mesh, *grants: Grant, now: datetime = NOW) -> list[tuple[str, str]]:
    """Rule and addressee of each task, after telling twice."""
    registry, tasks = Registry(database, lambda: NOW), Tasks(database, ("folder",), lambda: now)
    first: tuple[Task, ...] = tell_of_levels(mesh, registry, lambda key: grants, tasks, now)
    again = tell_of_levels(mesh, registry, lambda key: grants, tasks, now)
    assert [each.id for each in again] == [each.id for each in first], "once in a month"
    return [(each.rule, each.product) for each in first]


def test_what_was_kept_is_no_task(database: Database) -> None:
    counted(database, 0.01, 1_000, 1)
    assert told(database, shop()) == []


def test_failed_reads_and_slow_ones_are_told_to_the_owner_and_to_the_domain_of_a_contract(database: Database) -> None:
    counted(database, 0.3, 90, 10)
    assert told(database, shop()) == [
        ("SLA-01", str(PROFILES)),
        ("SLA-01", "sales"),
        ("SLA-02", str(PROFILES)),
        ("SLA-02", "sales"),
    ]


def test_a_grant_counts_while_it_stands_and_a_persons_has_no_desk(database: Database) -> None:
    counted(database, 0.3, 90)
    until = {"until": NOW + timedelta(days=1), "fields": None, "purpose": "service"}
    pipeline = Grant("g1", Consumer(Kind.PRODUCT, "finance/totals"), **until)  # type: ignore[arg-type]
    person = Grant("g2", Consumer(Kind.PERSON, "dana"), **until)  # type: ignore[arg-type]
    own = Grant("g3", Consumer(Kind.PRODUCT, "customer/other"), **until)  # type: ignore[arg-type]
    mesh = shop(dataContracts=None)
    assert told(database, mesh, pipeline, person, own) == [("SLA-02", str(PROFILES)), ("SLA-02", "finance/totals")]
    later = NOW + timedelta(days=2)
    assert ("SLA-02", "finance/totals") not in told(database, mesh, pipeline, now=later)


def test_the_words_name_product_interface_month_and_promise(database: Database) -> None:
    counted(database, 0.01, 90, 10)
    [found, _] = tell_of_levels(shop(), Registry(database, lambda: NOW), lambda key: (), Tasks(database, (), lambda: NOW), NOW)
    assert found.reason == "customer/profiles, API, 2026-11: 90 % of its allowed reads were answered; promised is 99.5 %."
    assert (found.command, found.role) == ("mesh levels customer/profiles", "owner")


def test_another_month_is_another_task(database: Database) -> None:
    december = datetime(2026, 12, 3, tzinfo=UTC)
    counted(database, 0.3, 90)
    counted(database, 0.3, 90, at=december)
    november = told(database, shop(dataContracts=None))
    assert told(database, shop(dataContracts=None), now=december) == november
    with database.read() as con:
        from mesh_platform.tasks import rows

        assert len(rows.listed(con)) == 2


def test_the_last_hours_of_a_month_are_looked_at_in_the_next(database: Database) -> None:
    counted(database, 0.3, 90)
    assert told(database, shop(dataContracts=None), now=datetime(2026, 12, 1, 0, 30, tzinfo=UTC)) == [("SLA-02", str(PROFILES))]


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_what_promises_nothing_yet_or_any_more_is_left_alone(database: Database, status: str) -> None:
    counted(database, 0.3, 90, 10)
    assert told(database, shop(status=status)) == []
