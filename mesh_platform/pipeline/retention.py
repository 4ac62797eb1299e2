"""Retention as Dagster runs it: a daily job that applies it, and one that counts what stands past its time, apart from the first.

Every domain's location has the job for its own products, and the platform's has it for all: what a domain that does not load leaves undone is done
there. Done twice it finds nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import dagster as dg

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, NotFound
from mesh_platform.pipeline.edge import at_the_edge, fail
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.settings import Settings

if TYPE_CHECKING:
    from mesh_platform.retention import Done, Keeper

T = TypeVar("T")
CHECK = "retention"


def retention_job(settings: Settings, domain: str | None = None) -> dg.JobDefinition:
    """The job that deletes or anonymises what is due: of one domain, or of all."""
    whose = f"the products of {domain}" if domain else "every product"

    @dg.op(name=f"apply_retention_of_{domain}" if domain else "apply_retention", description=f"What is due in {whose}.")
    def apply(context: dg.OpExecutionContext) -> None:
        def applied() -> "tuple[Done, ...]":
            with _keeper(settings) as keeper:
                try:
                    return keeper.apply(utc_now(), None, [domain] if domain else [])
                except NotFound:  # nothing of it is published yet
                    return ()

        done = _at_the_edge(settings, applied)
        rows = {one.due.product: sum(one.rows.values()) for one in done if one.rows}
        versions = {f"{one.due.product} version": one.version for one in done if one.version is not None}
        context.add_output_metadata({"products": len(done), "rows": sum(rows.values()), **rows, **versions})
        findings = [one.finding for one in done if one.finding is not None]
        for finding in findings:
            context.log.warning(str(finding))
        if findings:
            fail(findings[0])

    @dg.job(name=f"{domain}_retention" if domain else "retention", description=f"Deletes or anonymises what is due in {whose}.")
    def job() -> None:
        apply()

    return job


def retention_check_job(settings: Settings) -> dg.JobDefinition:
    """The job that counts what is overdue in what is published, and says so as the `retention` check of each product."""

    @dg.op(description="Rows past their period and its grace, in every file of every held version.")
    def count_overdue_rows(context: dg.OpExecutionContext) -> None:
        def counted() -> list[tuple[str, str, int, str]]:
            with _keeper(settings) as keeper:
                return [
                    (one.place.domain, one.place.product, -1, str(seen))
                    if isinstance(seen, Finding)
                    else (one.place.domain, one.place.product, seen.overdue, "")
                    for one, seen in keeper.overdue(utc_now())
                ]

        found = _at_the_edge(settings, counted)
        for domain, product, overdue, problem in found:
            told = dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey([domain, product]),
                check_name=CHECK,
                passed=overdue == 0,
                severity=dg.AssetCheckSeverity.ERROR,
                description=problem or (f"{overdue} rows stand past their time." if overdue else None),
                metadata={"overdue": max(overdue, 0)},
            )
            context.instance.report_runless_asset_event(told)
        late = [f"{domain}/{product}" for domain, product, overdue, _ in found if overdue]
        context.add_output_metadata({"products": len(found), "overdue": sum(max(overdue, 0) for *_, overdue, _ in found)})
        if late:
            why = f"Of {len(late)} products rows stand past their time, or could not be looked at: {', '.join(late)}."
            fail(
                Finding(
                    "RETAIN-04",
                    "published products",
                    why,
                    "`mesh retention plan` says more; `mesh retention apply` deletes them.",
                )
            )

    @dg.job(name="retention_check", description="Counts the rows that should be gone, apart from what deletes them.")
    def job() -> None:
        count_overdue_rows()

    return job


@contextmanager
def _keeper(settings: Settings) -> "Iterator[Keeper]":
    from mesh_platform.retention import keeper_of

    mesh = OpenedMesh(settings.project.resolve())
    try:
        yield keeper_of(mesh.runtime)
    finally:
        mesh.close()


def _at_the_edge(settings: Settings, call: Callable[[], T]) -> T:
    done = at_the_edge(call, "retention", settings.project.resolve())
    if isinstance(done, Finding):
        fail(done)
    return done


def daily(job: dg.JobDefinition, cron: str) -> dg.ScheduleDefinition:
    """Its schedule, running."""
    return dg.ScheduleDefinition(job=job, cron_schedule=cron, default_status=dg.DefaultScheduleStatus.RUNNING)
