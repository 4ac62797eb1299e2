"""The platform's own code location: jobs that keep storage small and clean, and the sensor that names late products.

It loads no domain's code, so it runs where a domain does not load.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import dagster as dg

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding
from mesh_platform.pipeline.asset import RESOURCE
from mesh_platform.pipeline.backups import backup_job, backup_schedules, expiry_job
from mesh_platform.pipeline.consent_platform import (
    canaries_job,
    canaries_schedule,
    erasure_check_job,
    lag_sensor,
    recipients_job,
    requests_job,
    stand_in_job,
)
from mesh_platform.pipeline.dagster_home import home_of
from mesh_platform.pipeline.edge import at_the_edge, fail
from mesh_platform.pipeline.io_guard import NoDataIOManager
from mesh_platform.pipeline.location import mesh_resource
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.retention import retention_check_job, retention_job
from mesh_platform.pipeline.upkeep import late_products, notify, orphaned_products, recover, remove_old_runs
from mesh_platform.settings import Settings

T = TypeVar("T")
_TEN_MINUTES = 600


def platform_definitions(settings: Settings) -> dg.Definitions:
    """Jobs, schedules and sensors of the platform."""
    jobs = [_removal(settings), _recovery(settings), _notices(settings), retention_job(settings), retention_check_job(settings)]
    crons = ["41 4 * * *", "*/30 * * * *", "*/5 * * * *", "23 4 * * *", "11 5 * * *", "17 * * * *", "*/10 * * * *", "47 5 * * *"]
    jobs += [requests_job(settings), recipients_job(settings), erasure_check_job(settings)]
    stand_in = stand_in_job()
    canaries, made, ended = canaries_job(settings), backup_job(settings), expiry_job(settings)
    return dg.Definitions(
        jobs=[*jobs, stand_in, canaries, made, ended],
        schedules=[
            dg.ScheduleDefinition(job=job, cron_schedule=cron, default_status=dg.DefaultScheduleStatus.RUNNING)
            for job, cron in zip(jobs, crons, strict=True)
        ]
        + [canaries_schedule(settings, canaries), *backup_schedules(settings, made, ended)],
        sensors=[_late(settings), _orphaned(settings), lag_sensor(settings, stand_in, _done)],
        resources={RESOURCE: mesh_resource(settings.project.resolve()), "io_manager": NoDataIOManager()},
        executor=dg.in_process_executor,
    )


def _removal(settings: Settings) -> dg.JobDefinition:
    @dg.op(description=f"Runs older than {settings.run_retention_days} days, with their events and compute logs.")
    def remove_runs(context: dg.OpExecutionContext) -> None:
        before = utc_now() - timedelta(days=settings.run_retention_days)
        storage = home_of(settings) / "storage"
        removed = _at_the_edge(settings, lambda: remove_old_runs(context.instance, storage, before))
        context.log.info(f"{removed} runs removed.")

    @dg.job(description="Removes old runs and their logs: what Dagster keeps has a retention too.")
    def remove_old_runs_and_logs() -> None:
        remove_runs()

    return remove_old_runs_and_logs


def _recovery(settings: Settings) -> dg.JobDefinition:
    @dg.op(description="Left-over copies and orphan files of killed publications; publication rows that were never written.")
    def recover_products(context: dg.OpExecutionContext) -> None:
        counts, findings = _done(settings, recover)
        context.log.info(", ".join(f"{name}: {count}" for name, count in counts.items()))
        for finding in findings:
            context.log.warning(str(finding))
        if findings:
            fail(findings[0])

    @dg.job(description="Clears what killed publications left behind and makes registry and lake agree.")
    def recover_lake_and_registry() -> None:
        recover_products()

    return recover_lake_and_registry


def _notices(settings: Settings) -> dg.JobDefinition:
    @dg.op(description="Tasks of products that end soon; notices that are due, on the channels that the settings open.")
    def send_notices(context: dg.OpExecutionContext) -> None:
        done = _done(settings, lambda opened: notify(opened, utc_now()))
        context.log.info(f"{done.sent} sent, {done.failed} failed, {done.waiting} waiting, {done.dead} given up.")
        for error in done.errors:
            context.log.warning(error)

    @dg.job(description="Opens the tasks that a day brings, and sends what people are to be told of.")
    def open_tasks_and_send_notices() -> None:
        send_notices()

    return open_tasks_and_send_notices


def _late(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="late_products",
        minimum_interval_seconds=_TEN_MINUTES,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Names the products that are older than their freshness promise.",
    )
    def late(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        found = _done(settings, lambda opened: late_products(opened, utc_now()))
        for line in found:
            context.log.warning(line)
        return dg.SkipReason("Late: " + "; ".join(found) if found else "Every product is as fresh as it promises.")

    return late


def _orphaned(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="orphaned_products",
        minimum_interval_seconds=_TEN_MINUTES,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Names the products whose folders are gone while their rows are held: they are not served, and wait for `mesh retire`.",
    )
    def orphaned(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        found = _done(settings, orphaned_products)
        for line in found:
            context.log.warning(line)
        return dg.SkipReason("Orphaned: " + "; ".join(found) if found else "Every product that is held has its folder.")

    return orphaned


def _done(settings: Settings, call: Callable[[OpenedMesh], T]) -> T:
    """What `call` returns for the mesh, opened for it."""

    def opened() -> T:
        mesh = OpenedMesh(settings.project.resolve())
        try:
            return call(mesh)
        finally:
            mesh.close()

    return _at_the_edge(settings, opened)


def _at_the_edge(settings: Settings, call: Callable[[], T]) -> T:
    done = at_the_edge(call, "the platform", settings.project.resolve())
    if isinstance(done, Finding):
        fail(done)
    return done
