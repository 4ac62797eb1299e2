"""`/v1/access-requests`: ask for columns of a product, say yes or no, take back; and end a grant. The rules are those of `mesh access`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body, Path, Query
from pydantic import AwareDatetime, Field

from mesh_platform.access.granting import Granting
from mesh_platform.access.grants import Consumer, Kind
from mesh_platform.access.requests import APPROVERS, AccessRequest, State, Wish
from mesh_platform.access.store import AccessStore
from mesh_platform.actor import MESH_WIDE, Actor, Role
from mesh_platform.api.asking import Asked, Searched, TheCaller, TheService, problems
from mesh_platform.api.names import key_of
from mesh_platform.api.service import Service
from mesh_platform.api.tasks import opened
from mesh_platform.errors import Denied
from mesh_platform.product import ProductKey

T = TypeVar("T")
router = APIRouter(tags=["access"])
MOST, MOST_COLUMNS = 200, 2_000
_ERRORS = problems(400, 401, 403, 404, 409, 413, 422, 431, 500, 503)
_NAME = Annotated[str, Field(min_length=1, max_length=200)]
_NAMES = Annotated[list[_NAME], Field(max_length=MOST_COLUMNS)]
Moment = Annotated[AwareDatetime, Field(strict=False)]
Number = Annotated[str, Path(max_length=100, description="Its id.", examples=["rq-1f0c2d3e4a"])]


class For(Asked):
    """For whom."""

    kind: Annotated[Kind, Field(strict=False)]
    name: _NAME


class Wished(Asked):
    """What is asked for."""

    product: _NAME = Field(description="domain/product.")
    purpose: _NAME
    columns: _NAMES | None = Field(default=None, min_length=1, description="All that are declared now where none is named.")
    raw: _NAMES = Field(default=[], description="Those of them that are needed unmasked.")
    consumer: For | None = Field(default=None, description="The caller where nobody is named.")
    region: _NAME | None = Field(default=None, description="From where it will be read; nowhere else then.")
    until: Moment | None = Field(default=None, description="Its end; as late as governance allows where none is named.")
    reason: str = Field(min_length=1, max_length=500, description="Why it is needed; no value out of the data.")


class Yes(Asked):
    """To all of it, or to less."""

    columns: _NAMES | None = None
    raw: _NAMES | None = None
    until: Moment | None = None
    note: str = Field(default="", max_length=500)


class No(Asked):
    """Why not, or why no more."""

    reason: str = Field(min_length=1, max_length=500)


class Wanted(Searched):
    """Which requests are wanted."""

    product: str | None = Field(default=None, max_length=200, description="Those on this product, or this domain's products.")
    state: State | None = None
    limit: int = Field(default=50, ge=1, le=MOST)
    offset: int = Field(default=0, ge=0, le=100_000)


EXAMPLE: Any = {
    "one": {
        "value": {
            "product": "customer/customer_360",
            "purpose": "enrichment",
            "columns": ["email"],
            "reason": "delivery notes need an address",
        }
    }
}


@router.get(
    "/v1/access-requests", summary="Requests", operation_id="access_requests", responses=problems(401, 413, 422, 431, 500, 503)
)
async def requests(caller: TheCaller, service: TheService, wanted: Annotated[Wanted, Query()]) -> dict[str, Any]:
    """The caller's own, those on domains that they answer for, and for the roles of the whole mesh all; the oldest first."""

    def look() -> dict[str, Any]:
        now = service.clock()
        every = AccessStore(service.database).requests(wanted.product)
        found = [one for one in every if _may_see(one, caller.actor) and wanted.state in (None, one.at(now))]
        page = found[wanted.offset : wanted.offset + wanted.limit]
        more = wanted.offset + len(page)
        told = [one.as_json(now) for one in page]
        return {"requests": told, "total": len(found), "next_offset": more if more < len(found) else None}

    return await service.aside(look)


@router.post("/v1/access-requests", status_code=201, summary="Ask for access", operation_id="request_access", responses=_ERRORS)
async def request(
    caller: TheCaller, service: TheService, wished: Annotated[Wished, Body(openapi_examples=EXAMPLE)]
) -> dict[str, Any]:
    """The request, open or approved by a rule. The same asked again is the same request; what could open nothing is refused at once."""
    key = key_of(wished.product)

    def ask(desk: Granting) -> AccessRequest:
        return desk.request(_wish(service, key, wished, caller.actor), caller.actor)

    return (await _desk(service, ask)).as_json(service.clock())


@router.get("/v1/access-requests/{id}", summary="One request", operation_id="access_request", responses=_ERRORS)
async def one(caller: TheCaller, service: TheService, id: Number) -> dict[str, Any]:
    """Everything about it."""
    return await service.aside(lambda: _seen(AccessStore(service.database).request(id), caller.actor).as_json(service.clock()))


@router.post("/v1/access-requests/{id}/approve", summary="Say yes", operation_id="approve_access", responses=_ERRORS)
async def approve(caller: TheCaller, service: TheService, id: Number, yes: Yes) -> dict[str, Any]:
    """The grant, which the next read is held to. For approvers of the product's domain, never for whoever asked."""

    def say(desk: Granting) -> dict[str, object]:
        _seen(desk.store.request(id), caller.actor)
        return desk.approve(id, caller.actor, yes.note, yes.columns, yes.raw, yes.until).as_json(service.clock())

    return await _desk(service, say)


@router.post("/v1/access-requests/{id}/reject", summary="Say no", operation_id="reject_access", responses=_ERRORS)
async def reject(caller: TheCaller, service: TheService, id: Number, no: No) -> dict[str, Any]:
    """The request, rejected."""

    def say(desk: Granting) -> dict[str, object]:
        _seen(desk.store.request(id), caller.actor)
        return desk.reject(id, caller.actor, no.reason).as_json(service.clock())

    return await _desk(service, say)


@router.post(
    "/v1/access-requests/{id}/withdraw", summary="Take a request back", operation_id="withdraw_request", responses=_ERRORS
)
async def withdraw(caller: TheCaller, service: TheService, id: Number) -> dict[str, Any]:
    """For whoever asked, as long as nobody has decided."""

    def say(desk: Granting) -> dict[str, object]:
        _seen(desk.store.request(id), caller.actor)
        return desk.withdraw(id, caller.actor).as_json(service.clock())

    return await _desk(service, say)


@router.post("/v1/grants/{id}/revoke", summary="End a grant", operation_id="revoke_grant", responses=_ERRORS)
async def revoke(caller: TheCaller, service: TheService, id: Number, no: No) -> dict[str, Any]:
    """It opens nothing from the next read on, in every process, and what streams under it is broken off."""
    return await _desk(service, lambda desk: desk.revoke(id, caller.actor, no.reason).as_json(service.clock()))


async def _desk(service: Service, do: Callable[[Granting], T]) -> T:
    return await service.reading(
        lambda reading: do(Granting(service.mesh(), service.database, service.audit, opened(service), reading, service.clock))
    )


def _wish(service: Service, key: ProductKey, wished: Wished, by: Actor) -> Wish:
    mesh = service.mesh()
    columns = tuple(wished.columns) if wished.columns is not None else tuple(mesh.product(key).descriptor.columns)
    longest = timedelta(days=mesh.governance.policies.access_control.grant_days)
    consumer = Consumer(wished.consumer.kind, wished.consumer.name) if wished.consumer else Consumer(Kind.PERSON, by.name)
    until = wished.until or service.clock() + longest
    return Wish(key, consumer, wished.purpose, columns, until, wished.reason, tuple(wished.raw), wished.region)


def _may_see(request: AccessRequest, actor: Actor) -> bool:
    domain = request.wish.product.domain
    return (
        request.by == actor.name
        or request.wish.consumer.is_person(actor)
        or any(actor.may(role, domain) for role in (*APPROVERS, Role.OWNER))
        or any(actor.may(role) for role in MESH_WIDE)
    )


def _seen(request: AccessRequest, actor: Actor) -> AccessRequest:
    if not _may_see(request, actor):
        why = "It is neither the caller's own, nor on a domain that they answer for."
        raise Denied.because("ACCESS-27", request.id, why, "Leave it to whoever asked, or to an approver.")
    return request
