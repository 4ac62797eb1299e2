"""What the platform does beside the domains: measures how late each is, applies on behalf of one that does not answer, and goes on with people's requests."""

import dagster as dg

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding
from mesh_platform.pipeline.asset import RESOURCE
from mesh_platform.pipeline.consent import applied, told
from mesh_platform.pipeline.edge import at_the_edge, fail
from mesh_platform.pipeline.jobs import done, one_step
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.settings import Settings

BY = "platform"
_MINUTE = 60


def stand_in_job() -> dg.JobDefinition:
    """The job that applies for a domain that does not."""

    @dg.op(config_schema={"domain": str}, required_resource_keys={RESOURCE}, description="One batch, on behalf of a domain.")
    def carry_consent_for(context: dg.OpExecutionContext) -> None:
        told(context, applied(getattr(context.resources, RESOURCE), context.op_config["domain"], BY))

    @dg.job(description="Carries withdrawals into the rows of a domain whose own location does not answer within its target.")
    def apply_consent_for_domain() -> None:
        carry_consent_for()

    return apply_consent_for_domain


def lag_sensor(settings: Settings, job: dg.JobDefinition) -> dg.SensorDefinition:
    """What measures each domain against its target, opens and closes the tasks of those that are late, and has the platform step in."""

    @dg.sensor(
        name="consent_lag",
        job=job,
        minimum_interval_seconds=_MINUTE,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Names the domains that are late with withdrawals; the platform applies for one that has passed its target.",
    )
    def late(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        overdue = done(settings, OpenedMesh.tell_consent_lag)
        half_hour = int(utc_now().timestamp() // 1800)
        requests = [
            dg.RunRequest(
                run_key=f"{BY}:{domain}:{watermark}-{newest}:{half_hour}",
                run_config={"ops": {"carry_consent_for": {"config": {"domain": domain}}}},
            )
            for domain, watermark, newest in overdue
        ]
        return dg.SensorResult(requests) if requests else dg.SkipReason("No domain has passed its target.")

    return late


def recipients_job(settings: Settings) -> dg.JobDefinition:
    """The job that tells recipients outside of withdrawals and erasures."""

    def post_to_recipients(context: dg.OpExecutionContext) -> None:
        posted, acknowledged, red = done(settings, OpenedMesh.tell_recipients)
        context.log.info(f"{posted} posted, {acknowledged} acknowledged, {red} recipients and holders red.")

    what = "Tells recipients outside and holders of exported files of withdrawals and erasures until they acknowledge."
    return one_step("tell_recipients", what, post_to_recipients, "What is due, and what was not acknowledged yet.")


def canaries_job(settings: Settings) -> dg.JobDefinition:
    """The job that measures with canaries how withdrawals reach reads and rows."""

    def step_canaries(context: dg.OpExecutionContext) -> None:
        canaries, late = done(settings, OpenedMesh.measure_canaries)
        context.log.info(f"{canaries} canaries, {late} of them late, still shown or not seen.")

    what = "Measures with synthetic people how long a withdrawal takes, read by read and row by row."
    said = "One step of each canary: it withdraws, is looked for, or agrees again."
    return one_step("measure_canaries", what, step_canaries, said)


def canaries_schedule(settings: Settings, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Every quarter of an hour, where governance names canaries."""
    file = settings.project / "governance" / "canaries.yaml"

    def request(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return dg.RunRequest() if file.exists() else dg.SkipReason("governance/canaries.yaml names no canary.")

    running = dg.DefaultScheduleStatus.RUNNING
    return dg.ScheduleDefinition(job=job, cron_schedule="*/15 * * * *", execution_fn=request, default_status=running)


def requests_job(settings: Settings) -> dg.JobDefinition:
    """The job that goes on with erasures that have begun: what was busy, blocked or killed is tried again."""

    def go_on_with_requests(context: dg.OpExecutionContext) -> None:
        states = done(settings, OpenedMesh.go_on_with_requests)
        context.log.info(", ".join(f"{name}: {count}" for name, count in states.items()))

    what = "Goes on with people's requests: suppressed, erased, verified, certified."
    return one_step("erasure", what, go_on_with_requests, "Each request that has begun and is not certified.")


def requests_sensor(settings: Settings, job: dg.JobDefinition) -> dg.SensorDefinition:
    """What sees that a request may begin by itself: it was opened over HTTP, and it is known who asks."""

    def waiting() -> list[tuple[str, int]]:
        from mesh_platform.state import look_at_state
        from mesh_platform.subjects.requests.store import to_start

        with look_at_state(settings) as database:
            return to_start(database) if database is not None else []

    @dg.sensor(
        name="verified_requests",
        job=job,
        minimum_interval_seconds=_MINUTE,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Begins with requests that were opened over HTTP once it is known who asks.",
    )
    def verified(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        found = at_the_edge(waiting, "the platform", settings.project.resolve())
        if isinstance(found, Finding):
            fail(found)
        half_hour = int(utc_now().timestamp() // 1800)  # one that waits for a second principal is looked at again
        requests = [dg.RunRequest(run_key=f"request:{id}:{attempts}:{half_hour}") for id, attempts in found[:1]]
        return dg.SensorResult(requests) if requests else dg.SkipReason("No request waits to begin.")

    return verified


def erasure_check_job(settings: Settings) -> dg.JobDefinition:
    """The job that looks whether everybody who was erased is gone still, and has those erased again who are not."""

    def look_after_erasures(context: dg.OpExecutionContext) -> None:
        left, again = done(settings, OpenedMesh.look_after_erasures)
        products = sorted({product for product, _ in left})
        context.add_output_metadata({"products": len(products), "rows": sum(rows for _, rows in left), "certified_anew": again})
        if products:
            why = f"People who were erased stand again in what is published, or it cannot be looked into: {', '.join(products)}."
            fail(Finding("DSAR-44", "published products", why, "See the tasks that were opened: `mesh task list`."))

    said = "Each key and each redacted text of every held version, against certified erasures."
    what = "Looks whether everybody whose erasure was certified is gone still, and erases anew."
    return one_step("erasure_check", what, look_after_erasures, said)
