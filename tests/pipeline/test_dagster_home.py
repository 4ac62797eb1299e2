"""Dagster's home: its configuration is ours and valid, nothing is sent to anyone, and an operator's own file stands."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest
import yaml

from mesh_platform.errors import Unavailable
from mesh_platform.pipeline import dagster_home
from mesh_platform.settings import Settings
from tests.pipeline.small_mesh import put


def test_dagster_accepts_the_configuration_and_it_says_what_we_mean(settings: Settings) -> None:
    home = dagster_home.prepare(settings)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.run_monitoring_enabled
        assert instance.get_settings("run_monitoring")["free_slots_after_run_end_seconds"] == 60
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
        assert instance.get_settings("retention")["schedule"]["purge_after_days"] == settings.run_retention_days
        assert type(instance.compute_log_manager).__name__ == "LocalComputeLogManager"


def test_runs_in_this_process_keep_no_compute_logs(settings: Settings) -> None:
    home = dagster_home.prepare(settings)
    with dg.DagsterInstance.from_config(str(home), dagster_home.IN_PROCESS) as instance:
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"


def test_no_path_of_this_machine_stands_in_it_so_that_a_copied_home_opens_elsewhere(settings: Settings) -> None:
    home = dagster_home.prepare(settings)
    assert str(settings.project) not in (home / "dagster.yaml").read_text(encoding="utf-8")


def test_the_home_is_closed_to_others(settings: Settings) -> None:
    assert dagster_home.prepare(settings).stat().st_mode & 0o077 == 0


def test_an_operators_own_file_is_left_alone(settings: Settings) -> None:
    own = "telemetry: {enabled: false}\n"
    put(dagster_home.home_of(settings) / "dagster.yaml", own)
    home = dagster_home.prepare(settings)
    assert (home / "dagster.yaml").read_text(encoding="utf-8") == own


def test_a_changed_setting_reaches_the_file(settings: Settings) -> None:
    dagster_home.prepare(settings)
    home = dagster_home.prepare(settings.model_copy(update={"run_retention_days": 3}))
    told = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8"))
    assert told["retention"]["schedule"]["purge_after_days"] == 3


def test_a_home_that_cannot_be_written_is_told(settings: Settings) -> None:
    put(settings.home_path, "a file where the home should be")
    with pytest.raises(Unavailable) as caught:
        dagster_home.prepare(settings)
    assert caught.value.finding.rule == "HOME-01"


def test_a_child_sends_no_statistics(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "")
    told = dagster_home.environment(settings)
    assert told["DAGSTER_DISABLE_TELEMETRY"] == "yes"
    assert told["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert told["DO_NOT_TRACK"] == "1"
    assert Path(told["DAGSTER_HOME"]) == dagster_home.home_of(settings)
    assert os.environ["DAGSTER_DISABLE_TELEMETRY"] == ""
