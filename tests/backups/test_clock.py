"""A clock that cannot be believed ends no backup before its time; whoever says which day it is lets them end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.backups import Backups, create, expire
from mesh_platform.clock import utc_now
from mesh_platform.errors import Unavailable
from mesh_platform.registry import ClockFloor
from tests.faults.jobs import PLATFORM, backups_of
from tests.subjects.town import ORDER, town_at


@pytest.fixture
def of(published_town: Path, tmp_path: Path) -> Iterator[Backups]:
    with town_at(shutil.copytree(published_town, tmp_path / "project")) as (runtime, _):
        yield backups_of(runtime)


@pytest.mark.by_day("3650-RETAIN-02")
@pytest.mark.parametrize(("days", "rule"), [(3650, "RETAIN-02"), (36, "RETAIN-02"), (-365, None), (0, None)])
def test_a_clock_that_leaps_or_goes_back_or_stands_still_ends_no_backup(of: Backups, days: int, rule: str | None) -> None:
    kept = create(of, PLATFORM, utc_now())
    wrong = utc_now() + timedelta(days=days)
    if rule is None:
        assert expire(of, PLATFORM, wrong) == ()
    else:
        with pytest.raises(Unavailable, match=rule):
            expire(of, PLATFORM, wrong)
    made = create(of, PLATFORM, wrong)
    assert {entry.id for entry in of.shelf.entries()} == {kept.id, made.id}, "a new one is made all the same, and none goes"
    assert len([*of.shelf.get(kept.id).folder.rglob("*.key")]) == len(ORDER)


def test_a_backup_ends_on_its_day_and_after_a_leap_once_somebody_confirmed_it(of: Backups) -> None:
    kept, floor = create(of, PLATFORM, utc_now()), ClockFloor(of.database, of.leap)
    for step in range(1, 6):
        floor.raised(utc_now() + timedelta(days=6 * step))
    assert expire(of, PLATFORM, kept.ends_at - timedelta(seconds=1)) == ()
    assert expire(of, PLATFORM, kept.ends_at) == (kept.id,)

    again = create(of, PLATFORM, kept.ends_at)
    with pytest.raises(Unavailable, match="RETAIN-02"):
        expire(of, PLATFORM, again.ends_at + timedelta(days=300))
    floor.confirmed()
    assert expire(of, PLATFORM, again.ends_at + timedelta(days=300)) == (again.id,)
