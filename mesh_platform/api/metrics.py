"""`/metrics` for Prometheus: counts and times by route, method, status and form. No name of a caller, a product or a purpose is a label;
logs stand under their public origin."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from mesh_platform.api.asking import problems, service_of
from mesh_platform.api.service import Service
from mesh_platform.errors import MeshError
from mesh_platform.publish.canary_figures import canary_figures
from mesh_platform.registry.routine import chores_in, routine

router = APIRouter(tags=["run"])
KIND = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What one process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        labels = ("method", "route")
        self._requests = Counter("mesh_requests", "Answers.", (*labels, "status"), registry=self.registry)
        self._seconds = Histogram(
            "mesh_request_seconds", "Time to the end of an answer.", labels, registry=self.registry, buckets=_SECONDS
        )
        self.rows = Counter("mesh_rows", "Rows that left.", ("form",), registry=self.registry)
        self._unwitnessed = Gauge(
            "mesh_audit_unwitnessed_seconds",
            "How long records of an audit log wait for a quorum of its witnesses; -1 where none are set.",
            ("log",),
            registry=self.registry,
        )
        self._overdue = Gauge(
            "mesh_audit_witness_overdue",
            "Whether that is too long: 1 stops publications of restricted data and the end of erasures.",
            ("log",),
            registry=self.registry,
        )
        self._routine = Gauge(
            "mesh_routine_tasks",
            "Routine tasks (findings, reviews, requests, waivers) by kind: open, closed, and closed without a privacy engineer.",
            ("kind", "state"),
            registry=self.registry,
        )
        self.streaming = Gauge("mesh_streaming_answers", "Answers that leave as they come, now.", registry=self.registry)
        self._canaries = Gauge(
            "mesh_canary_seconds",
            "Worst of the newest rounds of canaries in a domain: until out of reads, out of rows, certified; what is not done has its age.",
            ("domain", "step", "done"),
            registry=self.registry,
        )

    def measured(self, figures: dict[tuple[str, str, bool], float]) -> None:
        """What canaries measured, by domain, step and whether it is done."""
        self._canaries.clear()
        for (domain, step, done), seconds in figures.items():
            self._canaries.labels(domain, step, str(done).lower()).set(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is the pattern of an address and never the address."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status or "none")).inc()
        self._seconds.labels(known, route).observe(seconds)

    def watched(self, service: Service) -> None:
        """How the audit log, and those of regions that are open here, stand with their witnesses; not a number and 1 where that cannot be told."""
        regions = service.audit.regions.opened() if service.audit.regions is not None else ()
        for log in (service.audit, *regions):
            age, overdue = float("nan"), 1.0
            with suppress(MeshError):
                found = log.unwitnessed()
                age, overdue = (found.age.total_seconds(), float(found.overdue)) if found is not None else (-1.0, 0.0)
            self._unwitnessed.labels(log.origin).set(age)
            self._overdue.labels(log.origin).set(overdue)

    def routine(self, service: Service) -> None:
        """How much of the routine took no privacy engineer; what stood before stays where the tasks cannot be read."""
        principals = service.mesh().governance.roles.principals
        with suppress(MeshError):
            for one in routine(chores_in(service.database, principals)):
                for state, count in (("open", one.open), ("closed", one.closed), ("without_privacy_engineer", one.without)):
                    self._routine.labels(one.name, state).set(count)


@router.get(
    "/metrics",
    summary="Counts and times, for Prometheus",
    operation_id="metrics",
    response_class=PlainTextResponse,
    responses=problems(500),
)
async def metrics(request: Request) -> Response:
    """In the text format; of this process alone, but for the audit log's witnesses, what canaries measured, and the routine tasks."""
    found: Metrics = request.app.state.metrics
    service = service_of(request)
    await service.aside(lambda: found.watched(service))
    await service.aside(lambda: found.routine(service))
    with suppress(MeshError):  # what the process counts is told without the database too
        found.measured(await service.aside(lambda: canary_figures(service.database, service.clock())))
    return Response(generate_latest(found.registry), media_type=KIND)
