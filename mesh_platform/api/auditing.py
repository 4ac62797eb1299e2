"""`/v1/audit`: the audit log for whoever examines it, and the logs of regions under the same rights. That they looked is recorded before a word is shown."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import PlainTextResponse, Response

from mesh_platform.actor import Actor
from mesh_platform.api.asking import Searched, TheCaller, TheService, acting, problems
from mesh_platform.api.service import Service
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.audit.checkpoints import newest
from mesh_platform.audit.readers import READERS, for_record, sees
from mesh_platform.audit.reading import newest_records, records_at
from mesh_platform.audit.regions import log_of
from mesh_platform.errors import NotFound

router = APIRouter(tags=["audit"])
MOST = 1_000
_ERRORS = problems(401, 403, 404, 413, 421, 422, 431, 500, 503)
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


class Where(Searched):
    """Which log is meant."""

    region: str | None = Field(
        default=None,
        max_length=60,
        description="The log of this region, where it has one of its own; the log over them where none is named.",
    )


class Wanted(Where):
    """Which records are wanted."""

    act: str | None = Field(default=None, max_length=50, description="Only acts of this kind, such as `read`.")
    product: str | None = Field(default=None, max_length=200, description="Only what concerns this product.")
    limit: int = Field(default=50, ge=1, le=MOST, description="How many, the newest.")


@router.get("/v1/audit/records", summary="The newest records", operation_id="audit_records", responses=_ERRORS)
async def records(caller: TheCaller, service: TheService, wanted: Annotated[Wanted, Query()]) -> dict[str, Any]:
    """The oldest of them first. With the role for some domains (`domains`): what is about these, and what the caller did that is about none."""
    actor = acting(caller, *READERS)

    def look() -> dict[str, Any]:
        log = _log(service, wanted)
        found = newest_records(log.database, wanted.limit, wanted.act, wanted.product, partial(sees, actor))
        _looked(log, actor, len(found))
        return {"records": [each.as_json() for each in found], "domains": list(actor.domains)}

    return await service.aside(look)


@router.get(
    "/v1/audit/records/{seq}/proof",
    summary="A proof that a record stands in the log",
    operation_id="audit_proof",
    response_class=PlainTextResponse,
    responses=_TEXT | _ERRORS,
)
async def proof(
    caller: TheCaller,
    service: TheService,
    seq: Annotated[int, Path(ge=0, lt=2**53, description="The record's number.")],
    where: Annotated[Where, Query()],
) -> Response:
    """A `.tlog-proof` (C2SP), which is checked without the log; the record's bytes stand in the header `Mesh-Leaf`, hexadecimal. Of a record that `records` would show."""
    actor = acting(caller, *READERS)

    def prove() -> tuple[str, bytes]:
        log = _log(service, where)
        for_record(actor, next(records_at(log.database, [seq]), None))
        found = log.proof(seq)
        _looked(log, actor, 1)
        return found

    text, leaf = await service.aside(prove)
    return PlainTextResponse(text, headers={"Mesh-Leaf": leaf.hex()} if len(leaf) <= _HEADER else {})


_HEADER = 8_000


@router.get(
    "/v1/audit/checkpoint",
    summary="The newest checkpoint",
    operation_id="audit_checkpoint",
    response_class=PlainTextResponse,
    responses=_TEXT | _ERRORS,
)
async def checkpoint(caller: TheCaller, service: TheService, where: Annotated[Where, Query()]) -> Response:
    """The signed note (C2SP tlog-checkpoint) that the log's keys, its anchor and its witnesses hold it to."""
    acting(caller, *READERS)
    return PlainTextResponse(await service.aside(lambda: _newest(_log(service, where))))


@router.get("/v1/audit/keys", summary="The log's public keys", operation_id="audit_keys", responses=_ERRORS)
async def keys(caller: TheCaller, service: TheService, where: Annotated[Where, Query()]) -> dict[str, Any]:
    """For witnesses, and for whoever verifies an export: those that sign now, and the history from the first on with what proves each."""
    acting(caller, *READERS)
    signer = (await service.aside(lambda: _log(service, where))).signer
    return {"origin": signer.origin, "keys": [each.text for each in signer.verifiers], "history": signer.succession.text}


def _log(service: Service, where: Where) -> AuditLog:
    """The log that is meant; a region's only where this instance answers for the region."""
    regions = service.audit.regions
    if where.region is not None and regions is not None and where.region in regions.names:
        service.admission.here(where.region, "audit log", service.mesh().governance)
    return log_of(service.audit, where.region)


def _newest(log: AuditLog) -> str:
    with log.database.read() as con:
        note = newest(con)
    if note is None:
        raise NotFound.because(
            "AUDIT-16", "audit log", "Nothing was recorded yet.", "The first publication records its decision."
        )
    return note


def _looked(log: AuditLog, actor: Actor, count: int) -> None:
    """In the log that was looked into."""
    log.record(Act.READ, Phase.DONE, actor, What(what="audit log"), n=count)
