"""The ledger's word carried into a domain's rows, as Dagster runs it: a sensor that sees what waits, one idempotent batch per run, and a daily net.

The sensor asks the control database alone. A run key holds sequences and the number of the attempt (a failed batch would never be asked for again under
the same one), and never anything about a person.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import dagster as dg

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding
from mesh_platform.pipeline.asset import RESOURCE
from mesh_platform.pipeline.edge import at_the_edge, fail
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.settings import Settings

if TYPE_CHECKING:
    from mesh_platform.propagation import Applied
    from mesh_platform.propagation.pending import Pending

TICK = 30
_LONGEST = 1800.0
_UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def consent_job(domain: str) -> dg.JobDefinition:
    """The job that brings every product of the domain to where the ledger stands."""

    @dg.op(
        name=f"{domain}_carry_consent", required_resource_keys={RESOURCE}, description="One batch, looked at again by other code."
    )
    def carry(context: dg.OpExecutionContext) -> None:
        told(context, applied(getattr(context.resources, RESOURCE), domain, domain))

    @dg.job(
        name=f"{domain}_apply_consent", description="Carries withdrawals and objections into the rows of the domain's products."
    )
    def apply() -> None:
        carry()

    return apply


def applied(mesh: OpenedMesh, domain: str, by: str) -> "Applied":
    """One batch for the domain, by that location; what stood in the way fails the step."""
    done = at_the_edge(lambda: mesh.carry_consent(domain, by), domain, mesh.root)
    if isinstance(done, Finding):
        fail(done)
    return done


def told(context: dg.OpExecutionContext, done: "Applied") -> None:
    """Counts in the log; the step fails where a product was not brought along, so that it is asked for again."""
    rows, marked = (sum(getattr(one, name) for one in done.receipts) for name in ("rows", "marked"))
    context.log.info(
        f"{len(done.receipts)} receipts, {rows} rows gone, {marked} marked anew; the ledger stands at {done.sequence}."
    )
    if not done.whole:
        names = ", ".join(f"{one.product} ({one.rule or one.verdict.value})" for one in done.failed) or "a product"
        why, fix = f"Not brought along: {names}.", "The next batch tries again; what the rule asks for helps."
        fail(Finding("CONSENT-07", done.domain, why, fix))


def consent_sensor(domain: str, settings: Settings, job: dg.JobDefinition) -> dg.SensorDefinition:
    """What sees that events wait for the domain; its cursor is the ledger's sequence that was last asked for, with the number of attempts."""

    @dg.sensor(
        name=f"{domain}_consent",
        job=job,
        minimum_interval_seconds=TICK,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Carries what people withdraw and object to into the domain's rows, in one batch.",
    )
    def waits(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        found = waiting(settings, domain)
        if found is None or found.nothing:
            return dg.SkipReason("The domain has absorbed all that is on record.")
        if context.instance.get_runs(dg.RunsFilter(job_name=job.name, statuses=_UNDER_WAY), limit=1):
            return dg.SkipReason("A batch is under way.")
        cursor = next_attempt(context.cursor, found)
        if cursor is None:
            return dg.SkipReason("The last attempt failed; the next one waits.")
        key = f"{domain}:{found.since}-{found.sequence}:{cursor['attempt']}:{cursor['at']:.0f}"
        return dg.SensorResult([dg.RunRequest(run_key=key)], cursor=json.dumps(cursor))

    return waits


def consent_schedule(domain: str, settings: Settings, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Once a day, whatever the sensor left behind."""

    def request(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        found = waiting(settings, domain)
        return (
            dg.SkipReason("The domain has absorbed all that is on record.") if found is None or found.nothing else dg.RunRequest()
        )

    return dg.ScheduleDefinition(
        name=f"{domain}_consent_daily",
        job=job,
        cron_schedule="20 2 * * *",
        execution_fn=request,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Carries into the rows what the sensor left behind.",
    )


def waiting(settings: Settings, domain: str) -> "Pending | None":
    """What waits for the domain; None where nothing was ever recorded."""

    def asked() -> "Pending | None":
        from mesh_platform.propagation.pending import pending
        from mesh_platform.state import look_at_state

        with look_at_state(settings) as database:
            return pending(database, domain, utc_now()) if database is not None else None

    found = at_the_edge(asked, domain, settings.project.resolve())
    if isinstance(found, Finding):
        fail(found)
    return found


def next_attempt(cursor: str | None, found: "Pending") -> Mapping[str, float] | None:
    """The cursor of the next attempt: at once where more was recorded, else after a wait that doubles; None while it waits."""
    try:
        last = json.loads(cursor or "{}")
    except ValueError:
        last = {}
    now = utc_now().timestamp()
    if not isinstance(last, dict) or last.get("sequence") != found.sequence or last.get("since") != found.since:
        return {"sequence": found.sequence, "since": found.since, "attempt": 1, "at": now}
    attempt = int(last.get("attempt", 1))
    if now < float(last.get("at", 0)) + min(TICK * 2.0**attempt, _LONGEST):
        return None
    return {"sequence": found.sequence, "since": found.since, "attempt": attempt + 1, "at": now}
