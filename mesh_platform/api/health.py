"""`/healthz`: the process answers. `/readyz`: it could answer a read. Both tell nothing else, and need no token."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from mesh_platform.api.asking import TheService, problems
from mesh_platform.api.service import Service
from mesh_platform.errors import Finding, MeshError, Unavailable

router = APIRouter(tags=["run"])


class Health(BaseModel):
    """That it does."""

    status: str = "ok"


@router.get("/healthz", summary="Whether the process answers", operation_id="healthz", responses=problems(500))
async def healthz() -> Health:
    """It does."""
    return Health()


@router.get("/readyz", summary="Whether it could answer a read", operation_id="readyz", responses=problems(500, 503))
async def readyz(service: TheService) -> Health:
    """The control database answers, the mesh can be read and calls can be counted."""
    await service.aside(lambda: _looked(service))
    return Health()


def _looked(service: Service) -> None:
    try:
        service.mesh()
        service.database.revision()
        service.shared.look()
    except MeshError as error:
        why = f"A part of it does not answer ({error.finding.rule})."
        raise Unavailable(Finding("HTTP-11", "the server", why, "`mesh doctor` says more.")) from None
