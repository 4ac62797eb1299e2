"""Backups as Dagster runs them: one a day where the settings name an hour, and those that ended removed daily, whoever made them.

A backup from which a product had to be left out counts, and fails its run: nobody is to believe that it holds everything.
"""

import dagster as dg

from mesh_platform.actor import MESH, Actor, Role
from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding
from mesh_platform.pipeline.edge import fail
from mesh_platform.pipeline.jobs import done, one_step, running
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.settings import Settings

BY = Actor(MESH, (Role.PLATFORM,))
WHERE = "the backups"


def backup_job(settings: Settings) -> dg.JobDefinition:
    """The job that makes a backup of everything that is published."""

    def copy_everything(context: dg.OpExecutionContext) -> None:
        left_out = done(settings, make, WHERE)
        if left_out:
            why = f"It was made without {', '.join(left_out)}."
            fail(Finding("BACKUP-12", "the backup", why, "`mesh doctor` says what ails them; the next backup tries again."))

    what = "Makes a backup of every published product and of the control database."
    return one_step("make_backup", what, copy_everything, "Products and the control database, copied; those that ended go.")


def expiry_job(settings: Settings) -> dg.JobDefinition:
    """The job that removes the backups that ended."""

    def remove_backups(context: dg.OpExecutionContext) -> None:
        context.log.info(f"{done(settings, expire, WHERE)} backups ended.")

    what = "Removes the backups that ended: what they hold has a retention too."
    return one_step("expire_backups", what, remove_backups, "Those whose day has come, keys first.")


def backup_schedules(settings: Settings, make: dg.JobDefinition, expire: dg.JobDefinition) -> list[dg.ScheduleDefinition]:
    """A backup each day at the hour that is set, where one is; the removal each day."""
    made = [running(make, f"7 {settings.backup_hour} * * *")] if settings.backup_hour is not None else []
    return [*made, running(expire, "53 5 * * *")]


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
