"""The application: its routes, how its errors are told, and its description."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mesh_platform.api import (
    auditing,
    catalogue,
    classifying,
    consents,
    evidence,
    grouped,
    health,
    metrics,
    people,
    querying,
    requests,
    rows,
    tasks,
)
from mesh_platform.api.asking import Problem, service_of
from mesh_platform.api.limits import USUAL, Bounds, Limits
from mesh_platform.api.problems import problem, status_of, told
from mesh_platform.api.service import Service
from mesh_platform.api.signing_in import SignedIn
from mesh_platform.errors import Finding, MeshError, UsageProblem

ROUTERS = tuple(
    room.router
    for room in (
        querying,
        catalogue,
        rows,
        grouped,
        requests,
        consents,
        people,
        classifying,
        tasks,
        auditing,
        evidence,
        health,
        metrics,
    )
)
_MOST_TOLD = 5
_LONGEST_NAME = 80


def create_app(service: Service, bounds: Bounds = USUAL) -> FastAPI:
    """The application over an opened service."""
    app = FastAPI(
        title="Mesh",
        version=version("mesh-platform"),
        description="Governed reads of data products, and what belongs to them. Every row passes the same decision as on each other port.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service, app.state.metrics = service, metrics.Metrics()
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(MeshError, _mesh_error)
    app.add_exception_handler(RequestValidationError, _another_form)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(Limits, bounds=bounds, counted=app.state.metrics.answered)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """The description (OpenAPI 3.1), with the problem that every refusal is."""
    if not app.openapi_schema:
        from fastapi.openapi.utils import get_openapi

        found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = found
    return app.openapi_schema


async def _mesh_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, MeshError)
    caller: SignedIn | None = getattr(request.state, "caller", None)
    if caller is not None and status_of(error) == 403 and not error.on_record:
        service, actor, rule = service_of(request), caller.actor, error.finding.rule
        await service.aside(lambda: service.sign_in.refused(actor, rule))
    return problem(error)


async def _another_form(request: Request, error: Exception) -> Response:
    """Which parts have another form than they must; never what was sent."""
    assert isinstance(error, RequestValidationError)
    parts = [f"{_place(each['loc'])}: {each['type'].replace('_', ' ')}" for each in error.errors()[:_MOST_TOLD]]
    finding = Finding("HTTP-12", "the request", f"It has another form than it must: {'; '.join(parts)}.", "See /openapi.json.")
    return told(422, finding, UsageProblem.exit_code)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    rule, why = {
        404: ("HTTP-13", "There is no such address."),
        405: ("HTTP-14", "The method is not for this address."),
    }.get(error.status_code, ("HTTP-12", "It cannot be read."))
    finding = Finding(rule, "the request", why, "See /openapi.json, or docs/reference/http-api.md for people.")
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else {}
    return told(error.status_code, finding, 4 if error.status_code == 404 else UsageProblem.exit_code, headers)


def _allowed(request: Request) -> str:
    """Every method of the address: one route tells of its own alone."""
    found = {
        method
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.path_regex.match(request.scope["path"])
        for method in route.methods or ()
    }
    return ", ".join(sorted(found))


def _place(location: Sequence[Any]) -> str:
    """Where in the request: names as they were sent stand in it only where they are plain."""
    names = [str(part)[:_LONGEST_NAME] for part in location]
    return ".".join(name if name.isidentifier() or name.isdigit() else "…" for name in names)
