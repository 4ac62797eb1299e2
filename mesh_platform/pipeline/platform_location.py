"""The platform's own code location: jobs that keep storage small and clean, and the sensor that names late products.

It loads no domain's code, so it runs where a domain does not load.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

import dagster as dg

from mesh_platform.clock import utc_now
from mesh_platform.pipeline.asset import RESOURCE
from mesh_platform.pipeline.backups import backup_job, backup_schedules, expiry_job
from mesh_platform.pipeline.consent_platform import (
    canaries_job,
    canaries_schedule,
    erasure_check_job,
    lag_sensor,
    recipients_job,
    requests_job,
    requests_sensor,
    stand_in_job,
)
from mesh_platform.pipeline.dagster_home import home_of
from mesh_platform.pipeline.edge import fail
from mesh_platform.pipeline.io_guard import NoDataIOManager
from mesh_platform.pipeline.jobs import done, one_step, running
from mesh_platform.pipeline.location import mesh_resource
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.retention import retention_check_job, retention_job
from mesh_platform.pipeline.upkeep import late_products, notify, orphaned_products, recover, remove_old_runs
from mesh_platform.settings import Settings

_TEN_MINUTES = 600


def platform_definitions(settings: Settings) -> dg.Definitions:
    """Jobs, schedules and sensors of the platform."""
    requests = requests_job(settings)
    scheduled = {
        _removal(settings): "41 4 * * *",
        _recovery(settings): "*/30 * * * *",
        _notices(settings): "*/5 * * * *",
        retention_job(settings): "23 4 * * *",
        retention_check_job(settings): "11 5 * * *",
        requests: "17 * * * *",
        recipients_job(settings): "*/10 * * * *",
        erasure_check_job(settings): "47 5 * * *",
    }
    stand_in, canaries = stand_in_job(), canaries_job(settings)
    made, ended = backup_job(settings), expiry_job(settings)
    return dg.Definitions(
        jobs=[*scheduled, stand_in, canaries, made, ended],
        schedules=[
            *(running(job, cron) for job, cron in scheduled.items()),
            canaries_schedule(settings, canaries),
            *backup_schedules(settings, made, ended),
        ],
        sensors=[_late(settings), _orphaned(settings), lag_sensor(settings, stand_in), requests_sensor(settings, requests)],
        resources={RESOURCE: mesh_resource(settings.project.resolve()), "io_manager": NoDataIOManager()},
        executor=dg.in_process_executor,
    )


def _removal(settings: Settings) -> dg.JobDefinition:
    def remove_runs(context: dg.OpExecutionContext) -> None:
        before = utc_now() - timedelta(days=settings.run_retention_days)
        storage = home_of(settings) / "storage"
        removed = done(settings, lambda _: remove_old_runs(context.instance, storage, before))
        context.log.info(f"{removed} runs removed.")

    what = "Removes old runs and their logs: what Dagster keeps has a retention too."
    said = f"Runs older than {settings.run_retention_days} days, with their events and compute logs."
    return one_step("remove_old_runs_and_logs", what, remove_runs, said)


def _recovery(settings: Settings) -> dg.JobDefinition:
    def recover_products(context: dg.OpExecutionContext) -> None:
        counts, findings = done(settings, recover)
        context.log.info(", ".join(f"{name}: {count}" for name, count in counts.items()))
        for finding in findings:
            context.log.warning(str(finding))
        if findings:
            fail(findings[0])

    what = "Clears what killed publications left behind and makes registry and lake agree."
    said = "Left-over copies and orphan files of killed publications; publication rows that were never written."
    return one_step("recover_lake_and_registry", what, recover_products, said)


def _notices(settings: Settings) -> dg.JobDefinition:
    def send_notices(context: dg.OpExecutionContext) -> None:
        told = done(settings, lambda opened: notify(opened, utc_now()))
        context.log.info(f"{told.sent} sent, {told.failed} failed, {told.waiting} waiting, {told.dead} given up.")
        for error in told.errors:
            context.log.warning(error)

    what = "Opens the tasks that a day brings, and sends what people are to be told of."
    said = "Clocks of breaches; tasks of products that end soon; notices that are due, on the channels that the settings open."
    return one_step("open_tasks_and_send_notices", what, send_notices, said)


def _late(settings: Settings) -> dg.SensorDefinition:
    what = "Names the products that are older than their freshness promise."
    words = ("Late", "Every product is as fresh as it promises.")
    return _naming(settings, "late_products", what, words, lambda opened: late_products(opened, utc_now()))


def _orphaned(settings: Settings) -> dg.SensorDefinition:
    what = "Names the products whose folders are gone while their rows are held: they are not served, and wait for `mesh retire`."
    words = ("Orphaned", "Every product that is held has its folder.")
    return _naming(settings, "orphaned_products", what, words, orphaned_products)


def _naming(
    settings: Settings, name: str, what: str, words: tuple[str, str], look: Callable[[OpenedMesh], Sequence[str]]
) -> dg.SensorDefinition:
    """A sensor that starts nothing, and names what it finds: in a warning each, and in the answer of its tick."""

    @dg.sensor(
        name=name,
        minimum_interval_seconds=_TEN_MINUTES,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=what,
    )
    def named(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        found = done(settings, look)
        for line in found:
            context.log.warning(line)
        heading, fine = words
        return dg.SkipReason(f"{heading}: {'; '.join(found)}" if found else fine)

    return named
