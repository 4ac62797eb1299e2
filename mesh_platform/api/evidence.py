"""`/v1/evidence`: a package of evidence for whoever examines the mesh or their domain of it, the same as `mesh evidence export` writes. Who asked stands in the
audit log before anything is read, and so does the package's hash before a byte of it leaves. It is sent from a file without a name, and one package is made at a time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BeforeValidator, Field
from starlette.responses import Response

from mesh_platform.api.admission import within_rate
from mesh_platform.api.asking import Searched, TheCaller, TheService, acting, problems
from mesh_platform.api.service import Service
from mesh_platform.interop.evidence.export import export
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.scope import READERS, Scope
from mesh_platform.publish.runtime import runtime_over
from mesh_platform.registry.waivers import with_waivers

router = APIRouter(tags=["evidence"])
MOST = 10
"""Packages of one caller in a minute."""
_LAST = date.max - timedelta(days=1)


def _written(value: object) -> object:
    """A number would be read as seconds since 1970."""
    if isinstance(value, str) and value[4:5] != "-":
        raise ValueError("write it like 2026-11-30, and a moment like 2026-11-30T12:00:00Z")
    return value


Day = Annotated[date, BeforeValidator(_written)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
_ERRORS = problems(400, 401, 403, 404, 413, 421, 422, 429, 431, 500, 503)


class Part(Searched):
    """What the evidence is about."""

    domain: str | None = Field(default=None, max_length=100, description="Only this domain.")
    product: str | None = Field(default=None, max_length=200, description="Only this product: domain/product.")
    since: Day | None = Field(default=None, alias="from", description="Records from this day on (UTC).")
    until: Day | None = Field(default=None, alias="to", description="Records up to this day, with it (UTC).")
    as_of: Moment | None = Field(default=None, description="The moment at which everything is told; now where none.")

    def scope(self, framework: Framework, now: datetime) -> Scope:
        """As it is asked for; who may have it is settled later."""
        first = _midnight(self.since) if self.since else None
        last = _midnight(min(self.until, _LAST)) + timedelta(days=1) if self.until else None
        return Scope(framework, self.as_of or now, first, last, self.domain, self.product)


@router.get(
    "/v1/evidence/{framework}",
    summary="A package of evidence",
    operation_id="evidence",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "A page, JSON, proofs and their seal."}, **_ERRORS},
)
async def evidence(
    caller: TheCaller,
    service: TheService,
    framework: Annotated[Framework, Path(description="Whose controls.")],
    part: Annotated[Part, Query()],
) -> Response:
    """A zip that is verified without the platform (`mesh evidence verify`). Whoever has the role for one domain gets that domain."""
    actor = acting(caller, *READERS)
    within_rate(service.shared, actor.name, "evidence", MOST, "evidence")

    def made(out: BinaryIO) -> None:
        mesh, now = with_waivers(service.mesh(), service.database), service.clock()
        _here(service)
        runtime = runtime_over(service.settings, service.database, service.lake, service.audit)
        export(mesh, runtime, part.scope(framework, now), actor, now, out)

    headers = {"Content-Disposition": f'attachment; filename="evidence-{framework.value}.zip"', "Cache-Control": "no-store"}
    return await service.handing.made(actor.name, lambda out: service.heavy(lambda: made(out)), "application/zip", headers)


def _here(service: Service) -> None:
    """Records of regions are in it: an instance that answers for some alone hands out no other's."""
    for region in service.audit.regions.names if service.audit.regions else ():
        service.admission.here(region, "audit log", service.mesh().governance)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
