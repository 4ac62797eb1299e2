"""Retention as Dagster runs it: a daily job that applies it, and one that counts what stands past its time, apart from the first.

Every domain's location has the job for its own products, and the platform's has it for all: what a domain that does not load leaves undone is done
there. Done twice it finds nothing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import dagster as dg

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, NotFound
from mesh_platform.pipeline.edge import fail
from mesh_platform.pipeline.jobs import done, one_step
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.settings import Settings

if TYPE_CHECKING:
    from mesh_platform.retention import Done

CHECK = WHERE = "retention"
FIX = "`mesh retention plan` says more; `mesh retention apply` deletes them."


class Overdue(NamedTuple):
    """Rows of one product that stand past their time; `problem` tells why nobody could count them."""

    domain: str
    product: str
    rows: int
    problem: str = ""

    @property
    def fine(self) -> bool:
        return not self.rows and not self.problem

    @property
    def evaluation(self) -> dg.AssetCheckEvaluation:
        return dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey([self.domain, self.product]),
            check_name=CHECK,
            passed=self.fine,
            severity=dg.AssetCheckSeverity.ERROR,
            description=self.problem or (f"{self.rows} rows stand past their time." if self.rows else None),
            metadata={"overdue": self.rows},
        )


def retention_job(settings: Settings, domain: str | None = None) -> dg.JobDefinition:
    """The job that deletes or anonymises what is due: of one domain, or of all."""

    def apply_retention(context: dg.OpExecutionContext) -> None:
        each = done(settings, lambda mesh: applied(mesh, [domain] if domain else []), WHERE)
        rows = {one.due.product: sum(one.rows.values()) for one in each if one.rows}
        versions = {f"{one.due.product} version": one.version for one in each if one.version is not None}
        context.add_output_metadata({"products": len(each), "rows": sum(rows.values()), **rows, **versions})
        findings = [one.finding for one in each if one.finding is not None]
        for finding in findings:
            context.log.warning(str(finding))
        if findings:
            fail(findings[0])

    whose = f"the products of {domain}" if domain else "every product"
    name, called = (f"{domain}_retention", f"apply_retention_of_{domain}") if domain else ("retention", "")
    return one_step(name, f"Deletes or anonymises what is due in {whose}.", apply_retention, f"What is due in {whose}.", called)


def retention_check_job(settings: Settings) -> dg.JobDefinition:
    """The job that counts what is overdue in what is published, and says so as the `retention` check of each product."""

    def count_overdue_rows(context: dg.OpExecutionContext) -> None:
        found = done(settings, counted, WHERE)
        for one in found:
            context.instance.report_runless_asset_event(one.evaluation)
        late = [f"{one.domain}/{one.product}" for one in found if not one.fine]
        context.add_output_metadata({"products": len(found), "overdue": sum(one.rows for one in found)})
        if late:
            why = f"Of {len(late)} products rows stand past their time, or could not be looked at: {', '.join(late)}."
            fail(Finding("RETAIN-04", "published products", why, FIX))

    what = "Counts the rows that should be gone, apart from what deletes them."
    said = "Rows past their period and its grace, in every file of every held version."
    return one_step("retention_check", what, count_overdue_rows, said)


def applied(mesh: OpenedMesh, only: Sequence[str]) -> "tuple[Done, ...]":
    """What is due, carried out; nothing where nothing of a domain is published yet."""
    from mesh_platform.retention import keeper_of

    try:
        return keeper_of(mesh.runtime).apply(utc_now(), None, only)
    except NotFound:
        return ()


def counted(mesh: OpenedMesh) -> list[Overdue]:
    """What stands past its time and its grace, product by product."""
    from mesh_platform.retention import keeper_of

    return [
        Overdue(one.place.domain, one.place.product, 0, str(seen))
        if isinstance(seen, Finding)
        else Overdue(one.place.domain, one.place.product, seen.overdue)
        for one, seen in keeper_of(mesh.runtime).overdue(utc_now())
    ]
