"""Backups as the platform's location runs them: made daily where an hour is set, and ended daily in any case."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.backups import Shelf
from mesh_platform.clock import utc_now
from mesh_platform.pipeline.platform_location import platform_definitions
from mesh_platform.settings import Settings


def schedules(settings: Settings) -> dict[str, object]:
    found = platform_definitions(settings).schedules or ()
    return {one.job_name: one.cron_schedule for one in found if isinstance(one, dg.ScheduleDefinition)}


def test_one_is_scheduled_where_an_hour_is_set_and_their_end_always(tmp_path: Path) -> None:
    assert "make_backup" not in schedules(Settings(project=tmp_path))
    set_ = schedules(Settings(project=tmp_path, backup_hour=1))
    assert (set_["make_backup"], set_["expire_backups"]) == ("7 1 * * *", "53 5 * * *")


@pytest.mark.nightly
def test_the_job_makes_one_and_the_other_removes_it_on_its_day(
    published_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(project=shutil.copytree(published_shop, tmp_path / "project"))
    platform, shelf = platform_definitions(settings), Shelf.of(settings)
    with dg.DagsterInstance.ephemeral() as instance:
        assert platform.resolve_job_def("make_backup").execute_in_process(instance=instance).success
        [made] = shelf.entries()
        assert made.reachable
        expire = platform.resolve_job_def("expire_backups")
        assert expire.execute_in_process(instance=instance).success and shelf.entries()
        monkeypatch.setattr("mesh_platform.pipeline.backups.utc_now", lambda: made.ends_at)
        monkeypatch.setattr("mesh_platform.backups.making._believe", lambda *_: None)
        assert expire.execute_in_process(instance=instance).success and not shelf.entries()
        assert not made.folder.exists()
    assert utc_now() + timedelta(days=34) < made.ends_at
