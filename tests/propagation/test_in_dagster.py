"""As Dagster runs it: a sensor per domain that asks once for what waits, a job that applies, and the platform in place of a domain that does not answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from mesh_platform.clock import utc_now
from mesh_platform.pipeline.consent import next_attempt
from mesh_platform.pipeline.location import definitions_of, mesh_definitions
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.platform_location import platform_definitions
from mesh_platform.propagation.pending import Pending
from mesh_platform.tasks import TaskKind, Tasks
from tests.propagation.shop import LETTERS, Shop, email


def ticked(definitions: dg.Definitions, sensor: str, instance: dg.DagsterInstance, cursor: str | None = None) -> Any:
    """What the sensor asks for, and its cursor after that."""
    repository = definitions.get_repository_def()
    with dg.build_sensor_context(instance=instance, cursor=cursor, repository_def=repository) as context:
        return repository.get_sensor_def(sensor).evaluate_tick(context)


def test_each_location_carries_a_running_sensor_and_a_scheduled_job_for_consent(shop: Shop) -> None:
    found = definitions_of(shop.runtime.settings, (), ["shop", "office"]).get_repository_def()
    assert {sensor.name for sensor in found.sensor_defs} == {"shop_consent", "office_consent"}
    assert {sensor.default_status for sensor in found.sensor_defs} == {dg.DefaultSensorStatus.RUNNING}
    assert {schedule.name for schedule in found.schedule_defs} >= {"shop_consent_daily", "office_consent_daily"}
    platform = platform_definitions(shop.runtime.settings).get_repository_def()
    assert "consent_lag" in {sensor.name for sensor in platform.sensor_defs}
    assert "erasure" in {schedule.job_name for schedule in platform.schedule_defs}
    assert {schedule.default_status for schedule in platform.schedule_defs} == {dg.DefaultScheduleStatus.RUNNING}


def test_the_sensor_asks_once_for_what_waits_and_the_job_brings_the_domain_there(shop: Shop) -> None:
    mesh = OpenedMesh(shop.root)
    definitions = mesh_definitions(shop.runtime.settings, mesh)
    with dg.DagsterInstance.ephemeral() as instance:
        assert not ticked(definitions, "shop_consent", instance).run_requests
        shop.say("ana", "withdrawn", "marketing")
        sequence = shop.say("ben", "withdrawn", "marketing")
        asked = ticked(definitions, "shop_consent", instance)
        [request] = asked.run_requests
        assert not ticked(definitions, "shop_consent", instance, asked.cursor).run_requests, "one batch for both, asked for once"
        result = definitions.resolve_job_def("shop_apply_consent").execute_in_process(instance=instance)
        assert result.success and shop.held(LETTERS) == ["ann", "eva"]
        assert not ticked(definitions, "shop_consent", instance, asked.cursor).run_requests
        told = json.dumps([[str(entry) for entry in instance.all_logs(result.run_id)], request.run_key, request.tags])
    mesh.close()
    token = shop.ledger.tokens.token("email", email("ana"))
    for secret in (email("ana"), "ana@", token.hex(), str(shop.ledger.tokens.subject63("email", email("ana")))):
        assert secret not in told, "nothing about a person stands in what Dagster keeps"
    assert request.run_key.startswith(f"shop:4-{sequence}:1:")


def test_a_failed_batch_is_asked_for_again_under_another_key_after_a_wait_that_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    now = utc_now()
    monkeypatch.setattr("mesh_platform.pipeline.consent.utc_now", lambda: now)
    found = Pending("shop", 4, 6, 0, lapsed=False)
    first = next_attempt("not json", found)
    assert first is not None and first["attempt"] == 1
    assert next_attempt(json.dumps(first), found) is None
    now += timedelta(seconds=61)
    second = next_attempt(json.dumps(first), found)
    assert second is not None and second["attempt"] == 2
    now += timedelta(seconds=61)
    assert next_attempt(json.dumps(second), found) is None
    more = next_attempt(json.dumps(second), Pending("shop", 4, 7, 0, lapsed=False))
    assert more is not None and more["attempt"] == 1, "what is new waits for nothing"


@pytest.mark.nightly
def test_the_platform_applies_for_a_domain_that_has_passed_its_target(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    sequence = shop.say("ana", "withdrawn", "marketing")
    platform, tasks = platform_definitions(shop.runtime.settings), Tasks(shop.runtime.database)
    with dg.DagsterInstance.ephemeral() as instance:
        assert not ticked(platform, "consent_lag", instance).run_requests
        assert not tasks.listed(kind=TaskKind.PROPAGATION)
        tomorrow = utc_now() + timedelta(hours=25)
        monkeypatch.setattr("mesh_platform.pipeline.opened_mesh.utc_now", lambda: tomorrow)
        asked = ticked(platform, "consent_lag", instance).run_requests
        assert [one.run_config["ops"]["carry_consent_for"]["config"]["domain"] for one in asked] == ["office", "shop"]
        assert {task.rule for task in tasks.listed(kind=TaskKind.PROPAGATION)} == {"CONSENT-05"}
        job = platform.resolve_job_def("apply_consent_for_domain")
        for one in asked:
            assert job.execute_in_process(run_config=one.run_config, instance=instance).success
        assert not ticked(platform, "consent_lag", instance).run_requests
    assert shop.held(LETTERS) == ["ann", "ben", "eva"]
    assert {one.by for one in shop.receipts.receipts() if one.sequence == sequence} == {"platform"}
    assert not tasks.listed(kind=TaskKind.PROPAGATION), "what is over closes its task"
