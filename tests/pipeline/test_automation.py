"""What runs by itself: derived products after their inputs, ingests by the clock, and once a day whatever was left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from mesh_platform.pipeline import dagster_home
from mesh_platform.pipeline.automation import cadence, safety_net
from mesh_platform.pipeline.card import Card
from mesh_platform.pipeline.location import definitions_of, mesh_definitions
from mesh_platform.settings import Settings

ORDERS = dg.AssetKey(["sales", "orders"])
LARGE = dg.AssetKey(["sales", "large_orders"])
NOON = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def definitions(settings: Settings) -> dg.Definitions:
    cards = (
        Card("sales", "orders"),
        Card("sales", "large_orders", inputs=(("sales", "orders"),)),
        Card("sales", "draft", lifecycle="draft"),
    )
    return definitions_of(settings, cards, ["sales"])


def published(instance: dg.DagsterInstance, key: dg.AssetKey) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(key))


def checked(instance: dg.DagsterInstance, key: dg.AssetKey, passed: bool) -> None:
    for check in ("contract", "quality", "retention", "residency", "policy"):
        instance.report_runless_asset_event(dg.AssetCheckEvaluation(asset_key=key, check_name=check, passed=passed, metadata={}))


class Ticks:
    """The automation sensor, tick by tick."""

    def __init__(self, definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
        self.definitions, self.instance, self.cursor, self.now = definitions, instance, None, NOON

    def requested(self, later: timedelta = timedelta(seconds=30)) -> set[dg.AssetKey]:
        self.now += later
        result = dg.evaluate_automation_conditions(
            self.definitions, instance=self.instance, cursor=self.cursor, evaluation_time=self.now
        )
        self.cursor = result.cursor  # type: ignore[assignment]
        return {key for key in (ORDERS, LARGE, dg.AssetKey(["sales", "draft"])) if result.get_num_requested(key)}


def test_a_new_ingest_runs_at_once_and_a_draft_never(definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
    ticks = Ticks(definitions, instance)
    assert ticks.requested() == {ORDERS}
    assert ticks.requested() == set()


def test_an_ingest_runs_again_when_its_hour_comes(definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
    ticks = Ticks(definitions, instance)
    ticks.requested()
    published(instance, ORDERS)
    checked(instance, ORDERS, passed=True)
    ticks.requested()
    assert ORDERS in ticks.requested(timedelta(days=1))
    assert ORDERS not in ticks.requested()


def test_a_derived_product_runs_after_its_input_was_published(definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
    ticks = Ticks(definitions, instance)
    assert LARGE not in ticks.requested()
    published(instance, ORDERS)
    checked(instance, ORDERS, passed=True)
    assert ticks.requested() == {LARGE}


def test_a_derived_product_is_held_back_while_a_check_of_its_input_fails(
    definitions: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    ticks = Ticks(definitions, instance)
    ticks.requested()
    published(instance, ORDERS)
    checked(instance, ORDERS, passed=False)
    assert ticks.requested() == set()


def test_a_product_runs_anew_when_its_files_change(settings: Settings, instance: dg.DagsterInstance) -> None:
    def location(version: str) -> dg.Definitions:
        orders = Card("sales", "orders", spec_hash="1")
        return definitions_of(
            settings, (orders, Card("sales", "large_orders", inputs=(("sales", "orders"),), spec_hash=version)), ["sales"]
        )

    ticks = Ticks(location("1"), instance)
    ticks.requested()
    for key in (ORDERS, LARGE):
        published(instance, key)
        checked(instance, key, passed=True)
    assert ticks.requested() == set()
    ticks.definitions = location("2")
    assert ticks.requested() == {LARGE}
    assert ticks.requested() == set()


@pytest.mark.parametrize(
    ("hours", "cron"),
    [
        (None, "0 2 * * *"),
        (0.1, "*/5 * * * *"),
        (1, "*/15 * * * *"),
        (4, "0 * * * *"),
        (24, "0 */4 * * *"),
        (24 * 7, "0 2 * * *"),
    ],
)
def test_a_source_is_fetched_often_enough_for_its_promise(hours: float | None, cron: str) -> None:
    assert cadence(None if hours is None else hours * 3600) == cron


def test_each_domain_has_a_running_sensor_and_a_running_safety_net(settings: Settings) -> None:
    repository = mesh_definitions(settings).get_repository_def()
    sensors = {sensor.name: sensor for sensor in repository.sensor_defs}
    assert set(sensors) == {"sales_automation", "finance_automation", "sales_consent", "finance_consent"}
    assert {sensor.default_status for sensor in sensors.values()} == {dg.DefaultSensorStatus.RUNNING}
    schedules = {schedule.name for schedule in repository.schedule_defs}
    assert schedules >= {f"{domain}_{name}" for domain in ("sales", "finance") for name in ("safety_net", "consent_daily")}
    assert {schedule.default_status for schedule in repository.schedule_defs} == {dg.DefaultScheduleStatus.RUNNING}


def test_the_safety_net_asks_for_what_was_not_published_within_the_day(
    definitions: dg.Definitions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = safety_net("sales", [Card("sales", "orders"), Card("sales", "large_orders", inputs=(("sales", "orders"),))])
    repository = definitions.get_repository_def()
    with dg.DagsterInstance.from_config(str(dagster_home.prepare(settings))) as stored:

        def asked() -> object:
            with dg.build_schedule_context(instance=stored, repository_def=repository) as context:
                told = schedule.evaluate_tick(context)
            keys = {tuple(key.path) for request in told.run_requests or [] for key in request.asset_selection or []}
            return keys or told.skip_message

        published(stored, ORDERS)
        assert asked() == {("sales", "large_orders")}
        published(stored, LARGE)
        assert asked() == "Every product was published within the day."
        monkeypatch.setenv("MESH_ENV", "test")
        monkeypatch.setenv("MESH_CLOCK", str(24 * 3600))
        assert asked() == {("sales", "orders"), ("sales", "large_orders")}
