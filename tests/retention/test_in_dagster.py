"""Retention as Dagster runs it: counts in the run's metadata, and the check of each product apart from the job."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.pipeline.retention import retention_check_job, retention_job
from mesh_platform.settings import Settings
from tests.retention.books import ORDERS


@pytest.mark.nightly
def test_the_check_fails_until_the_job_has_run(project: Path) -> None:
    settings, key = Settings(project=project), dg.AssetKey(ORDERS.split("/"))
    with dg.DagsterInstance.ephemeral() as instance:
        check, shop = retention_check_job(settings), retention_job(settings, "shop")
        assert not check.execute_in_process(instance=instance, raise_on_error=False).success
        done = shop.execute_in_process(instance=instance)
        told = [event.step_output_data.metadata for event in done.all_node_events if event.is_successful_output]
        assert {name: value.value for name, value in told[0].items()}[ORDERS] == 2
        assert retention_job(settings).execute_in_process(instance=instance).success
        assert check.execute_in_process(instance=instance).success
        found = instance.event_log_storage.get_latest_asset_check_execution_by_key([dg.AssetCheckKey(key, "retention")])
        assert [record.status.value for record in found.values()] == ["SUCCEEDED"]
