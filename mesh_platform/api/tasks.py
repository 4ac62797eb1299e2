"""`/v1/tasks`: what needs a person. Shown are those of the caller's roles and domains; the roles that hold for the whole mesh see all."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from mesh_platform.access.authentication import development_issuer
from mesh_platform.access.development import principal_of
from mesh_platform.actor import MESH_WIDE, Actor
from mesh_platform.api.asking import Asked, Searched, TheCaller, TheService, problems
from mesh_platform.api.service import Service
from mesh_platform.errors import Denied
from mesh_platform.settings import DEVELOPMENT
from mesh_platform.tasks import Task, TaskKind, Tasks
from mesh_platform.tasks.channels import channel_names

router = APIRouter(tags=["tasks"])
Number = Annotated[int, Path(ge=1, le=2**31, description="The task's number.")]
_ERRORS = problems(400, 401, 403, 404, 409, 413, 422, 431, 500, 503)
MOST = 200


class Wanted(Searched):
    """Which tasks are wanted."""

    kind: TaskKind | None = None
    product: str | None = Field(default=None, max_length=200, description="Those about this product, or this domain's products.")
    state: Literal["open", "all"] = "open"
    overdue: bool = Field(default=False, description="Those alone whose day has passed.")
    limit: int = Field(default=50, ge=1, le=MOST)
    offset: int = Field(default=0, ge=0, le=100_000)


class Assigned(Asked):
    """Who is to do it."""

    assignee: str = Field(min_length=1, max_length=200)


class Resolved(Asked):
    """What was decided, and on what ground."""

    decision: str = Field(min_length=1, max_length=200)
    evidence: str = Field(min_length=1, max_length=2_000)


@router.get("/v1/tasks", summary="Tasks of the caller", operation_id="tasks", responses=problems(401, 413, 422, 431, 500, 503))
async def tasks(caller: TheCaller, service: TheService, wanted: Annotated[Wanted, Query()]) -> dict[str, Any]:
    """The most urgent first."""
    return await service.aside(lambda: _listed(service, caller.actor, wanted))


@router.get("/v1/tasks/{number}", summary="One task", operation_id="task", responses=_ERRORS)
async def task(caller: TheCaller, service: TheService, number: Number) -> dict[str, Any]:
    """Everything about it."""
    return await service.aside(lambda: _seen(opened(service).get(number), caller.actor).as_json(service.clock()))


@router.post("/v1/tasks/{number}/assign", summary="Name who is to do it", operation_id="assign_task", responses=_ERRORS)
async def assign(caller: TheCaller, service: TheService, number: Number, asked: Assigned) -> dict[str, Any]:
    """Needs the task's role for its domain; so does whoever is named, as far as their roles are known here."""

    def done() -> Task:
        _seen(opened(service).get(number), caller.actor)
        return opened(service).assign(number, _assignee(service, asked.assignee), caller.actor)

    return (await service.aside(done)).as_json(service.clock())


@router.post("/v1/tasks/{number}/resolve", summary="Resolve it", operation_id="resolve_task", responses=_ERRORS)
async def resolve(caller: TheCaller, service: TheService, number: Number, asked: Resolved) -> dict[str, Any]:
    """Needs the task's role for its domain. A review is decided where the files are, with `mesh review`."""

    def done() -> Task:
        _seen(opened(service).get(number), caller.actor)
        return opened(service).resolve(number, asked.decision, asked.evidence, caller.actor)

    return (await service.aside(done)).as_json(service.clock())


def _listed(service: Service, actor: Actor, wanted: Wanted) -> dict[str, Any]:
    now = service.clock()
    every = opened(service).listed(
        resolved=wanted.state == "all", product=wanted.product, kind=wanted.kind.value if wanted.kind else None
    )
    found = [each for each in every if _may_see(each, actor) and (not wanted.overdue or each.overdue(now))]
    page = found[wanted.offset : wanted.offset + wanted.limit]
    more = wanted.offset + len(page)
    return {
        "tasks": [each.as_json(now) for each in page],
        "total": len(found),
        "next_offset": more if more < len(found) else None,
    }


def opened(service: Service) -> Tasks:
    return Tasks(service.database, channel_names(service.settings), service.clock)


def _may_see(task: Task, actor: Actor) -> bool:
    return actor.may(task.role, task.domain) or any(actor.may(role) for role in MESH_WIDE)


def _seen(task: Task, actor: Actor) -> Task:
    if not _may_see(task, actor):
        why = "It is for another role, or another domain."
        raise Denied.because("TASK-03", f"task {task.id}", why, "Leave it to somebody who has it.", task.product)
    return task


def _assignee(service: Service, name: str) -> str | Actor:
    """The principal of that name where the development issuer knows them; the name alone where an identity provider does."""
    if service.settings.issuer != DEVELOPMENT:
        return name
    development_issuer(service.settings)
    return principal_of(service.mesh().governance, name, name)
