"""`/v1/subject-requests`: what people ask for about their own data, brought by the systems that they talk to, and fetched by themselves.

A person is no principal here: for the right code they get a token of their own request, which opens that request and nothing else. Erasures are opened
here and carried out where the mesh runs, by themselves once it is known who asks.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Security
from fastapi.security import APIKeyHeader
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mesh_platform.api.admission import within_rate
from mesh_platform.api.asking import BEARER, Asked, TheCaller, TheService, acting, problems, signed_in
from mesh_platform.api.problems import Refused
from mesh_platform.api.service import Service
from mesh_platform.api.signing_in import SignedIn
from mesh_platform.errors import Denied
from mesh_platform.ledger import subject_of
from mesh_platform.subjects import Desk, Kind, Regime, Wish
from mesh_platform.subjects.closing import Ground
from mesh_platform.subjects.counter import OPENERS, Counter, asking_desk, ended, shown

router = APIRouter(tags=["people"])
MOST_SUBJECTS, MOST_TRIES = 20, 30
"""Identifiers of one person, and calls with one request's token in a minute."""
_ERRORS = problems(400, 401, 403, 404, 409, 413, 422, 429, 431, 500, 503)
Subject = Annotated[str, Field(max_length=1_100, description="namespace:identifier, such as email:ana@example.com.")]
Number = Annotated[str, Path(max_length=100, description="Its id.", examples=["3f9c1a"])]
TOKEN = "Mesh-Request-Token"  # noqa: S105 - the name of a header
SHOWN = APIKeyHeader(
    name=TOKEN,
    scheme_name="request token",
    description="The token that a person got for the right code; for their own request alone.",
    auto_error=False,
)
EXAMPLE: Any = {"access": {"value": {"kind": "access", "regime": "gdpr", "subjects": ["email:ana@example.com"]}}}


class Opened(Asked):
    """What is asked for, and by what the person is known."""

    kind: Annotated[Kind, Field(strict=False)]
    regime: Annotated[Regime, Field(strict=False)]
    subjects: list[Subject] = Field(min_length=1, max_length=MOST_SUBJECTS, description="Identifiers of one person.")
    purposes: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[], max_length=100, description="Of an objection; every one where none."
    )
    lift: bool = Field(default=False, description="End a restriction.")
    column: str | None = Field(default=None, max_length=200, description="Of a rectification: domain/product.column.")
    value: str | None = Field(default=None, max_length=1_000, description="Of a rectification: what is to stand there.")
    attested: bool = Field(
        default=False, description="The caller, with the role privacy, says who it is; a code has to come back otherwise."
    )


class Code(Asked):
    """What came back."""

    code: str = Field(min_length=1, max_length=50)


class Why(Asked):
    """Why it is taken back."""

    reason: str = Field(default="", max_length=500, description="In words that name nobody.")


NO_WORD = Why()


class Refusal(Asked):
    """Why a request is not carried out."""

    ground: Annotated[Ground, Field(strict=False)]
    reason: str = Field(min_length=1, max_length=500, description="Goes to the person.")
    told: str | None = Field(default=None, max_length=500, description="How the person was told, where no letter is to go out.")


async def person_or_caller(
    request: Request,
    service: TheService,
    bearer: Annotated[Any, Security(BEARER)],
    token: Annotated[str | None, Security(SHOWN)] = None,
) -> SignedIn | str:
    """Whoever is signed in; a person by the token of their request, where that is shown alone."""
    if token is not None and "authorization" not in request.headers:
        return token
    return await signed_in(request, bearer, service)


Either = Annotated[SignedIn | str, Depends(person_or_caller)]


@router.post(
    "/v1/subject-requests", status_code=201, summary="Open a request", operation_id="open_subject_request", responses=_ERRORS
)
async def open_(
    caller: TheCaller, service: TheService, opened: Annotated[Opened, Body(openapi_examples=EXAMPLE)]
) -> dict[str, Any]:
    """The request's id. Nothing is done for it before it is known who asks."""
    acting(caller, *OPENERS)
    named = [subject_of(each) for each in opened.subjects]
    wish = Wish(
        opened.kind, tuple(opened.purposes), opened.lift, opened.column, opened.value, attested=opened.attested, starts=True
    )
    return await service.aside(lambda: counter(service, caller).open(opened.regime, named, wish))


@router.get("/v1/subject-requests", summary="Requests", operation_id="subject_requests", responses=_ERRORS)
async def listed(caller: TheCaller, service: TheService) -> dict[str, Any]:
    """Those that there are, the newest first; a system sees its own."""
    return {"requests": await service.aside(lambda: counter(service, caller).listed())}


@router.get("/v1/subject-requests/{id}", summary="One request", operation_id="subject_request", responses=_ERRORS)
async def one(caller: Either, service: TheService, id: Number) -> dict[str, Any]:
    """How far it is and when it is due. With the token of the request: that alone, without the products."""

    def look() -> dict[str, Any]:
        if not isinstance(caller, str):
            return counter(service, caller).one(id)
        room = desk(service)
        _known(service, room, id, caller)
        return shown(room.status(id, service.clock()))

    return await service.aside(look)


@router.post(
    "/v1/subject-requests/{id}/code", status_code=202, summary="Send a code", operation_id="send_subject_code", responses=_ERRORS
)
async def send_code(caller: TheCaller, service: TheService, id: Number) -> dict[str, Any]:
    """A one-time code goes to an address of the person's, and stands in no answer."""
    return await service.aside(lambda: counter(service, caller).send_code(id))


@router.post("/v1/subject-requests/{id}/identity", summary="Show a code", operation_id="show_subject_code", responses=_ERRORS)
async def show_code(caller: TheCaller, service: TheService, id: Number, code: Code) -> dict[str, Any]:
    """For the right code a token, which is for the person and is told once. After five wrong ones none is accepted any more."""
    return await service.aside(lambda: counter(service, caller).show_code(id, code.code))


@router.post(
    "/v1/subject-requests/{id}/withdraw",
    summary="Take a request back",
    operation_id="withdraw_subject_request",
    responses=_ERRORS,
)
async def withdraw(caller: Either, service: TheService, id: Number, why: Annotated[Why, Body()] = NO_WORD) -> dict[str, Any]:
    """What was erased by then stays erased; a suppression that this request alone caused is lifted where nothing was. For the person with the token of the
    request, for the system that opened it, and for the role privacy."""

    def take_back() -> dict[str, Any]:
        if not isinstance(caller, str):
            return counter(service, caller).withdraw(id, why.reason)
        room = desk(service)
        _known(service, room, id, caller)
        return ended(room.withdraw_by(id, caller, service.clock()))

    return await service.aside(take_back)


@router.post(
    "/v1/subject-requests/{id}/refuse", summary="Refuse a request", operation_id="refuse_subject_request", responses=_ERRORS
)
async def refuse(caller: TheCaller, service: TheService, id: Number, refused: Refusal) -> dict[str, Any]:
    """With its ground, and the person told why; for the role privacy."""
    given = (refused.ground, refused.reason, refused.told)
    return await service.aside(lambda: counter(service, caller).refuse(id, *given))


@router.get(
    "/v1/subject-requests/{id}/package",
    summary="Fetch the package",
    operation_id="subject_package",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "JSON, CSV and a page to read."}, **_ERRORS},
)
async def package(caller: Either, service: TheService, id: Number) -> Response:
    """What is held about the person, for themselves with the token of the request, or for the role privacy; made where it is not yet."""

    def fetch() -> bytes:
        room = desk(service)
        if isinstance(caller, str):
            _known(service, room, id, caller)
            return room.package_of(id, caller, service.clock())[1]
        return counter(service, caller).package(id)

    archive = await service.heavy(fetch)
    headers = {"Content-Disposition": 'attachment; filename="package.zip"', "Cache-Control": "no-store"}
    return Response(archive, media_type="application/zip", headers=headers)


def counter(service: Service, caller: SignedIn) -> Counter:
    """The counter, with whoever is signed in before it."""
    return Counter(desk(service), caller.actor, service.clock())


def desk(service: Service) -> Desk:
    """The desk over what the process holds open; it publishes nothing anew."""
    return asking_desk(service.settings, service.database, service.lake, service.registry, service.ledger, service.audit)


def _known(service: Service, room: Desk, id: str, token: str) -> None:
    """Refuse a token that is not the request's, as one that is not accepted."""
    within_rate(service.shared, f"request {id}", "subject-requests/token", MOST_TRIES, "the token of a request")
    try:
        room.by_token(id, token)
    except Denied as error:
        raise Refused(401, error.finding, {"WWW-Authenticate": "Bearer"}) from None
