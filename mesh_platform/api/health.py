"""`/healthz`: the process answers. `/readyz`: it could answer a read. Both tell nothing else, and need no token."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from mesh_platform.api.asking import TheService, problems

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
    """The mesh, registry, grants, ledger and a catalog can be read, a record would stand in the audit log, calls can be counted, and a worker stands."""
    await service.aside(service.ready)
    return Health()
