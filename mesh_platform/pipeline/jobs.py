"""The shape of every job that is no product: one step, the mesh opened for it, and a schedule that runs from the start."""

from collections.abc import Callable
from typing import TypeVar

import dagster as dg

from mesh_platform.errors import Finding
from mesh_platform.pipeline.edge import at_the_edge, fail
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.settings import Settings

T = TypeVar("T")
THE_PLATFORM = "the platform"


def one_step(
    name: str, description: str, step: Callable[[dg.OpExecutionContext], None], said: str, called: str = ""
) -> dg.JobDefinition:
    """A job of one step.

    Args:
        name, description: of the job.
        step: what it does.
        said: what is said of the step.
        called: the step's name, where that of its function would stand twice in a location.
    """
    op = dg.op(name=called or step.__name__, description=said)(step)

    @dg.job(name=name, description=description)
    def job() -> None:
        op()

    return job


def running(job: dg.JobDefinition, cron: str) -> dg.ScheduleDefinition:
    """Its schedule, which nobody has to start."""
    return dg.ScheduleDefinition(job=job, cron_schedule=cron, default_status=dg.DefaultScheduleStatus.RUNNING)


def done(settings: Settings, call: Callable[[OpenedMesh], T], where: str = THE_PLATFORM) -> T:
    """What `call` gives for the mesh, opened for it; what stands in the way fails the step or the tick, as a finding of `where`."""
    root = settings.project.resolve()

    def opened() -> T:
        mesh = OpenedMesh(root)
        try:
            return call(mesh)
        finally:
            mesh.close()

    found = at_the_edge(opened, where, root)
    if isinstance(found, Finding):
        fail(found)
    return found
