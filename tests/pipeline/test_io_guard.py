"""No data through Dagster: its default IO manager would pickle rows under its home."""

from __future__ import annotations

import dagster as dg

from mesh_platform.pipeline.io_guard import NoDataIOManager
from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.pipeline.platform_location import platform_definitions
from mesh_platform.settings import Settings
from tests.pipeline.steps import QUIET


def run_of(*assets: dg.AssetsDefinition, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        assets, instance=instance, resources={"io_manager": NoDataIOManager()}, run_config=QUIET, raise_on_error=False
    )


def test_an_asset_that_returns_nothing_goes_through(instance: dg.DagsterInstance) -> None:
    @dg.asset
    def quiet() -> None: ...

    assert run_of(quiet, instance=instance).success


def test_an_asset_that_returns_rows_is_refused_and_they_are_not_in_the_error(instance: dg.DagsterInstance) -> None:
    @dg.asset
    def loud() -> list[str]:
        return ["ana@example.org"]

    result = run_of(loud, instance=instance)
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert "returned a list" in str(failure.step_failure_data.error)
    assert "ana@" not in str(failure)


def test_an_asset_that_asks_for_rows_is_refused(instance: dg.DagsterInstance) -> None:
    @dg.asset
    def first() -> None: ...

    @dg.asset
    def second(first: object) -> None: ...

    result = run_of(first, second, instance=instance)
    assert not result.success
    assert "asks Dagster for data" in str([event for event in result.all_events if event.is_step_failure])


def test_it_is_the_default_of_every_location(settings: Settings) -> None:
    assert isinstance((mesh_definitions(settings).resources or {})["io_manager"], NoDataIOManager)
    assert isinstance((platform_definitions(settings).resources or {})["io_manager"], NoDataIOManager)
