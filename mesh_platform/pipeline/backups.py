"""Backups as Dagster runs them: one a day where the settings name an hour, and those that ended removed daily, whoever made them.

A backup from which a product had to be left out counts, and fails its run: nobody is to believe that it holds everything.
"""

from collections.abc import Callable
from typing import TypeVar

import dagster as dg

from mesh_platform.actor import Actor, Role
from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding
from mesh_platform.pipeline.asset import RESOURCE
from mesh_platform.pipeline.edge import at_the_edge, fail
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.retention import daily
from mesh_platform.settings import Settings

T = TypeVar("T")
BY = Actor("mesh", (Role.PLATFORM,))


def backup_job(settings: Settings) -> dg.JobDefinition:
    """The job that makes a backup of everything that is published."""

    @dg.op(required_resource_keys={RESOURCE}, description="Products and the control database, copied; those that ended go.")
    def copy_everything(context: dg.OpExecutionContext) -> None:
        left_out = _done(context, settings, make)
        if left_out:
            why = f"It was made without {', '.join(left_out)}."
            fail(Finding("BACKUP-12", "the backup", why, "`mesh doctor` says what ails them; the next backup tries again."))

    @dg.job(name="make_backup", description="Makes a backup of every published product and of the control database.")
    def make_backup() -> None:
        copy_everything()

    return make_backup


def expiry_job(settings: Settings) -> dg.JobDefinition:
    """The job that removes the backups that ended."""

    @dg.op(required_resource_keys={RESOURCE}, description="Those whose day has come, keys first.")
    def remove_backups(context: dg.OpExecutionContext) -> None:
        context.log.info(f"{_done(context, settings, expire)} backups ended.")

    @dg.job(name="expire_backups", description="Removes the backups that ended: what they hold has a retention too.")
    def expire_backups() -> None:
        remove_backups()

    return expire_backups


def backup_schedules(settings: Settings, make: dg.JobDefinition, expire: dg.JobDefinition) -> list[dg.ScheduleDefinition]:
    """A backup each day at the hour that is set, where one is; the removal each day."""
    made = [daily(make, f"7 {settings.backup_hour} * * *")] if settings.backup_hour is not None else []
    return [*made, daily(expire, "53 5 * * *")]


def make(mesh: OpenedMesh) -> tuple[str, ...]:
    """Make one; the products that are not in it."""
    from mesh_platform.backups import create
    from mesh_platform.publish.backing_up import backups_of

    return tuple(one.place.key for one in create(backups_of(mesh.runtime), BY, utc_now()).left_out)


def expire(mesh: OpenedMesh) -> int:
    """Remove those that ended; how many."""
    from mesh_platform.backups import expire
    from mesh_platform.publish.backing_up import backups_of

    backups = backups_of(mesh.runtime)
    with backups.shelf.alone():
        return len(expire(backups, BY, utc_now()))


def _done(context: dg.OpExecutionContext, settings: Settings, call: Callable[[OpenedMesh], T]) -> T:
    mesh: OpenedMesh = getattr(context.resources, RESOURCE)
    done = at_the_edge(lambda: call(mesh), "the backups", settings.project.resolve())
    if isinstance(done, Finding):
        fail(done)
    return done
