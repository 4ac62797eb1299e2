"""What every route shares: the service, the caller, and models that refuse what they do not know."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from mesh_platform.access.roles import required
from mesh_platform.actor import Actor
from mesh_platform.api.service import Service
from mesh_platform.api.signing_in import SignedIn

BEARER = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="A token of the identity provider, or of `mesh token issue`.",
    auto_error=False,
)


class Asked(BaseModel):
    """The body of a request: no unknown field, and no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Searched(BaseModel):
    """The parameters of an address: no unknown one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(BaseModel):
    """A refusal or an error (RFC 9457)."""

    type: str = Field(description="`urn:mesh-platform:rule:` and the rule.", examples=["urn:mesh-platform:rule:CORE-09"])
    title: str
    status: int
    detail: str
    rule: str = Field(description="The rule that decided; docs/reference/rules.md explains each.", examples=["CORE-09"])
    where: str
    why: str
    fix: str
    product: str | None = None
    exit_code: int = Field(description="What `mesh` would have ended with: 1 no, 2 usage, 3 denied, 4 not found, 5 unavailable.")
    endpoint: str | None = Field(default=None, description="With 421: who answers for the product's region.")


def service_of(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


async def the_service(request: Request) -> Service:
    """For routes: what is no coroutine would be called in a thread, for a millisecond of every request."""
    return service_of(request)


async def signed_in(
    request: Request, _shown: Annotated[Any, Security(BEARER)], service: Annotated[Service, Depends(the_service)]
) -> SignedIn:
    """Who calls; the request remembers it, so that a refusal is told of them."""
    given = request.headers.getlist("authorization")
    header = given[0] if len(given) == 1 else None if not given else ""
    caller = service.sign_in.known(header, service.clock())
    if caller is None:
        caller = await service.aside(lambda: service.sign_in(header, service.clock()))
    request.state.caller = caller
    return caller


def acting(caller: SignedIn, *roles: str) -> Actor:
    """The caller, where they have one of these roles."""
    return required(caller.actor, *roles)


TheService = Annotated[Service, Depends(the_service)]
TheCaller = Annotated[SignedIn, Depends(signed_in)]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route may answer with, for its description."""
    from mesh_platform.api.problems import PROBLEM, TITLES

    schema = {"$ref": "#/components/schemas/Problem"}
    found: dict[int | str, dict[str, Any]] = {
        status: {"description": TITLES[status], "content": {PROBLEM: {"schema": schema}}} for status in sorted({400, *statuses})
    }
    found[400]["content"]["text/plain"] = {
        "schema": {"type": "string", "description": "What is no HTTP, or has too long an address."}
    }
    return found
