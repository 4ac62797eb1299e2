"""What the platform does for itself, on real storage: old runs, their logs, left-overs, late products."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.clock import utc_now
from mesh_platform.lake.place import Paths
from mesh_platform.pipeline import dagster_home
from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.platform_location import platform_definitions
from mesh_platform.pipeline.upkeep import late_products, notify, recover, remove_old_runs
from mesh_platform.product import ProductKey
from mesh_platform.publish import place_of
from mesh_platform.publish.desks import breaches_of
from mesh_platform.publish.review import tasks_of
from mesh_platform.settings import Settings, load_settings
from mesh_platform.state.tables import publications
from tests.pipeline.small_mesh import put
from tests.pipeline.steps import QUIET, Publications, execute
from tests.subjects.telling import BY, found, report

TOMORROW = timedelta(days=1)


@pytest.fixture
def stored(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Dagster's storage as the console uses it."""
    with dg.DagsterInstance.from_config(str(dagster_home.prepare(settings))) as found:
        yield found


@pytest.fixture
def storage(settings: Settings) -> Path:
    return dagster_home.home_of(settings) / "storage"


@pytest.fixture
def published(settings: Settings, stored: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two runs of the whole mesh, oldest first."""
    monkeypatch.setattr(OpenedMesh, "publish", lambda self, domain, name: Publications()(self, domain, name))
    return [execute(mesh_definitions(settings), stored).run_id for _ in range(2)]


def test_an_old_run_goes_with_its_events_and_its_compute_logs(
    stored: dg.DagsterInstance, storage: Path, published: list[str]
) -> None:
    first, last = published
    assert (storage / first).is_dir()
    assert remove_old_runs(stored, storage, utc_now() + TOMORROW) == 1
    assert not stored.has_run(first)
    assert stored.all_logs(first) == []
    assert not (storage / first).exists()
    assert stored.has_run(last)
    assert (storage / last).is_dir()


@pytest.mark.nightly
def test_the_run_that_published_last_stays_so_that_nothing_looks_missing(
    stored: dg.DagsterInstance, storage: Path, published: list[str]
) -> None:
    remove_old_runs(stored, storage, utc_now() + TOMORROW)
    event = stored.get_latest_materialization_event(dg.AssetKey(["sales", "orders"]))
    assert event is not None
    assert event.run_id == published[-1]


@pytest.mark.nightly
def test_a_young_run_stays(stored: dg.DagsterInstance, storage: Path, published: list[str]) -> None:
    assert remove_old_runs(stored, storage, utc_now() - TOMORROW) == 0
    assert all(stored.has_run(run) for run in published)


@pytest.mark.nightly
def test_logs_that_a_deleted_run_left_behind_go_too(stored: dg.DagsterInstance, storage: Path, published: list[str]) -> None:
    stored.delete_run(published[0])
    assert (storage / published[0]).is_dir()
    put(storage / "not-a-run" / "file", "stays")
    remove_old_runs(stored, storage, utc_now() + TOMORROW)
    assert not (storage / published[0]).exists()
    assert (storage / "not-a-run").is_dir()


def test_a_run_that_goes_on_is_never_removed(stored: dg.DagsterInstance, storage: Path) -> None:
    @dg.job
    def nothing() -> None: ...

    run = stored.create_run_for_job(nothing)
    remove_old_runs(stored, storage, utc_now() + TOMORROW)
    assert stored.has_run(run.run_id)


@pytest.mark.nightly
def test_the_job_removes_what_the_setting_says(
    settings: Settings, stored: dg.DagsterInstance, published: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_CLOCK", str((settings.run_retention_days + 1) * 86400))
    job = platform_definitions(settings).resolve_job_def("remove_old_runs_and_logs")
    assert job.execute_in_process(instance=stored, run_config=QUIET).success
    assert not stored.has_run(published[0])


def test_left_overs_are_cleared_and_rows_rebuilt(settings: Settings, instance: dg.DagsterInstance) -> None:
    assert execute(mesh_definitions(settings), instance).success
    session = OpenedMesh(settings.project)
    try:
        counts = {"products": 3, "busy": 0, "publication rows rebuilt": 0, "not brought into line": 0}
        assert recover(session) == (counts, ())
    finally:
        session.close()
    job = platform_definitions(settings).resolve_job_def("recover_lake_and_registry")
    assert job.execute_in_process(instance=instance, run_config=QUIET).success


def test_a_product_that_does_not_open_keeps_no_other_from_being_brought_into_line(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    assert execute(mesh_definitions(settings), instance).success
    opened = OpenedMesh(settings.project)
    try:
        with opened.runtime.database.write() as con:
            con.execute(publications.delete())
        revenue = place_of(opened.mesh.products[ProductKey("finance", "revenue")])  # the first of them
        Paths(settings.home_path, revenue).catalog.write_bytes(b"damaged")
        with opened.runtime.lake.writer(place_of(opened.mesh.products[ProductKey("sales", "orders")])):
            counts, findings = recover(opened)
    finally:
        opened.close()
    assert counts == {"products": 3, "busy": 1, "publication rows rebuilt": 2, "not brought into line": 1}
    assert [(finding.rule, finding.product) for finding in findings] == [("LAKE-12", "finance/revenue")]
    job = platform_definitions(settings).resolve_job_def("recover_lake_and_registry")
    assert not job.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=False).success


def test_late_products_are_named(settings: Settings, instance: dg.DagsterInstance) -> None:
    session = OpenedMesh(settings.project)
    try:
        now = utc_now()
        assert [line.partition(",")[0] for line in late_products(session, now)] == [
            "finance/revenue: never published",
            "sales/large_orders: never published",
            "sales/orders: never published",
        ]
        execute(mesh_definitions(settings), instance)
        assert late_products(session, utc_now()) == []
        assert late_products(session, utc_now() + timedelta(hours=7))[0] == "finance/revenue: 7.0 hours old, promised < 6 hours"
    finally:
        session.close()


def test_a_product_that_ends_soon_becomes_a_task_and_its_notice_goes_out(
    project: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = project / "domains/sales/large_orders/product.yaml"
    sunset = (utc_now() + timedelta(days=20)).date().isoformat()
    ending = f"  status: deprecated\n  sunset: {sunset}\n  successor: sales/orders\n  columns:\n"
    descriptor.write_text(descriptor.read_text().replace("  columns:\n", ending))
    monkeypatch.setenv("MESH_NOTICE_FOLDER", "notices")
    settings = load_settings(project)
    job = platform_definitions(settings).resolve_job_def("open_tasks_and_send_notices")
    for _ in range(2):
        assert job.execute_in_process(instance=instance, run_config=QUIET).success
    opened = OpenedMesh(project)
    try:
        told = {(task.kind, task.product, task.role) for task in tasks_of(opened.runtime).listed()}
        notices = list((project / "notices").iterdir())
        assert len(notices) == len(tasks_of(opened.runtime).listed())
    finally:
        opened.close()
    assert ("sunset", "sales/large_orders", "owner") in told
    assert all('"event": "task.opened"' in notice.read_text() for notice in notices)


def test_the_platforms_location_loads_where_no_domain_does(settings: Settings) -> None:
    for path in (settings.project / "domains").rglob("*.yaml"):
        put(path, "{")
    repository = platform_definitions(settings).get_repository_def()
    assert {job.name for job in repository.get_all_jobs()} >= {"remove_old_runs_and_logs", "recover_lake_and_registry"}
    assert {schedule.default_status for schedule in repository.schedule_defs} == {dg.DefaultScheduleStatus.RUNNING}
    assert {sensor.default_status for sensor in repository.sensor_defs} == {dg.DefaultSensorStatus.RUNNING}


def test_a_breach_whose_clock_ran_out_is_told_by_the_job_of_notices_and_once(settings: Settings) -> None:
    opened, now = OpenedMesh(settings.project), utc_now()
    breaches_of(opened.mesh, opened.runtime).open(report(now - 3 * TOMORROW), found(), BY, now)
    for _ in range(2):
        notify(opened, now + TOMORROW)
    [task] = tasks_of(opened.runtime).listed(kind="deadline")
    opened.close()
    assert (task.rule, task.role, task.due) == ("BREACH-09", "privacy", now) and "overdue" in task.reason
