"""A governed read on its way out: what is small leaves whole, the rest streams as it comes, and nobody's going away leaves a statement running.

Rows that nobody takes, a caller who has gone, and a decision that became stricter while rows left end the statement and drop the connection.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mesh_platform.access.decision import Caller, Decision, stricter
from mesh_platform.access.reading import Admit, Reading
from mesh_platform.access.served import Answer, Served
from mesh_platform.access.worker import Awaited, Limits
from mesh_platform.api.envelope import envelope, in_header
from mesh_platform.api.forms import FORMS, IN_HEADER
from mesh_platform.api.limits import Broken
from mesh_platform.api.metrics import Metrics
from mesh_platform.api.negotiation import form_of
from mesh_platform.api.service import Service
from mesh_platform.api.signing_in import SignedIn
from mesh_platform.errors import Denied, MeshError

MOST_ROWS = 1_000_000
AHEAD = 4 << 20
"""Bytes that are read ahead of the first one that leaves; what fits leaves whole, and frees its worker at once."""
AGAIN = 1.0
"""Seconds between two looks at whether what streams may still leave."""
PATIENCE = 30.0
"""Seconds for which a caller may leave rows waiting."""
ENVELOPE = "Mesh-Envelope"


async def query(
    service: Service,
    request: Request,
    caller: SignedIn,
    purpose: str | None,
    sql: str,
    parameters: Sequence[object] = (),
    limit: int = MOST_ROWS,
    also: Admit | None = None,
) -> Response:
    """The answer to one statement, in the form that the caller asked for.

    Raises:
        MeshError: what `Reading.query` raises, and what stands between the caller and a product.
    """
    form = form_of(request.headers.get("accept"))
    who, limits = Caller.person(caller.actor), Limits(service.settings.api_seconds, limit)
    awaited = Awaited()

    def begin(reading: Reading) -> Outgoing:
        if awaited.given_up:
            raise Broken
        with service.workers.awaiting(awaited):
            return begun(reading)

    def begun(reading: Reading) -> Outgoing:
        now, mesh = service.clock(), service.mesh()
        first = service.admission.of(caller, mesh.governance)

        def admit(served: Served) -> None:
            first(served)
            if also is not None:
                also(served)

        answer = reading.query(who, purpose, sql, now, parameters, limits, admit)
        try:
            told = envelope(answer, purpose, limit, now, service.region, service.measures)
            outgoing = Outgoing(answer, form, told, still(service, answer, who, purpose))
        except BaseException:
            answer.rows.close()
            raise
        measured.came(served.product.key for served in answer.served)
        return outgoing

    with service.levels.measured(sql) as measured:
        outgoing = await _waited(service, request, awaited, service.reading(begin))
    headers = {ENVELOPE: in_header(outgoing.told)} if form in IN_HEADER else {}
    metrics: Metrics = request.app.state.metrics
    if outgoing.whole:
        metrics.rows.labels(form).inc(outgoing.rows.count)
        return Response(outgoing.first, headers=headers, media_type=form)
    return Streamed(service, outgoing, form, headers, metrics)


async def _waited(service: Service, request: Request, awaited: Awaited, reading: Coroutine[Any, Any, Outgoing]) -> Outgoing:
    """What the reading gives; where the caller goes away meanwhile, its statement is ended, and `Broken` is raised once it has."""
    coming, gone = asyncio.ensure_future(reading), asyncio.create_task(_gone(request.receive))
    try:
        await asyncio.wait({coming, gone}, return_when=asyncio.FIRST_COMPLETED)
        if coming.done():
            return coming.result()
        awaited.give_up()
        with suppress(MeshError, Broken):
            await service.aside((await coming).rows.close)
        raise Broken
    finally:
        gone.cancel()


Still = Callable[[Reading], bool]


class Outgoing:
    """The bytes of one answer. Used by one thread at a time."""

    def __init__(self, answer: Answer, form: str, told: dict[str, Any], still: Still) -> None:
        self.rows, self.told, self._still = answer.rows, told, still
        self._writer = FORMS[form](answer.rows.schema, told)
        self._batches: Iterator[pa.RecordBatch] = iter(answer.rows)
        self._looked = time.monotonic()
        self.whole = False
        parts, size = [self._writer.begin()], 0
        while size < AHEAD and not self.whole:
            part = self._part()
            parts.append(part)
            size += len(part)
        self.first = b"".join(parts)

    def next(self, reading: Reading) -> bytes:
        """The next bytes.

        Raises:
            Broken: where what is left may not leave any more.
            MeshError: where the statement failed.
        """
        if time.monotonic() - self._looked > AGAIN:
            self._looked = time.monotonic()
            if not self._still(reading):
                raise Broken
        return self._part()

    def _part(self) -> bytes:
        batch = next(self._batches, None)
        if batch is not None:
            return self._writer.rows(batch)
        self.whole = True
        return self._writer.end(self.rows.count, self.rows.cut)


def still(service: Service, answer: Answer, who: Caller, purpose: str | None) -> Still:
    """Whether what was decided would be decided now: columns, groups, legal basis, and that rows of people may be told apart at all.

    Who withdrew or was suppressed meanwhile is left out of the next read, not of the one that is under way.
    """

    def look(reading: Reading) -> bool:
        for made, served in zip(answer.decisions, answer.served, strict=True):
            stands = reading.served(served.product.key)
            now = reading.decision(who, stands, purpose, service.clock())
            if not now.allowed or now.basis != made.basis or _given(stricter(made, now)) != _given(made):
                return False
            try:
                reading.filtered(now, stands)
            except Denied:
                return False
        return True

    return look


def _given(decision: Decision) -> tuple[object, ...]:
    return decision.groups, {name: (column.treatment, column.mask) for name, column in decision.columns.items()}


class Streamed(Response):
    """An answer as it comes."""

    def __init__(self, service: Service, outgoing: Outgoing, form: str, headers: dict[str, str], metrics: Metrics) -> None:
        super().__init__(None, headers=headers, media_type=form)
        self._service, self._outgoing, self._form, self._metrics = service, outgoing, form, metrics
        self.raw_headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        self._metrics.streaming.inc()
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await _taken(send, self._outgoing.first, more=True)
            while not self._outgoing.whole:
                await _taken(send, await self._next(gone), more=True)
            await _taken(send, b"", more=False)
        except (MeshError, TimeoutError, OSError):
            raise Broken from None
        finally:
            gone.cancel()
            self._metrics.streaming.dec()
            self._metrics.rows.labels(self._form).inc(self._outgoing.rows.count)
            await asyncio.shield(self._service.aside(self._outgoing.rows.close))

    async def _next(self, gone: asyncio.Task[None]) -> bytes:
        """The next bytes; raises `Broken` where the caller has gone, and ends the statement then."""
        coming = asyncio.ensure_future(self._service.reading(self._outgoing.next))
        await asyncio.wait({coming, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            self._outgoing.rows.cancel()
            with suppress(MeshError, Broken):
                await coming
            raise Broken
        return coming.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _taken(send: Send, body: bytes, more: bool) -> None:
    async with asyncio.timeout(PATIENCE):
        await send({"type": "http.response.body", "body": body, "more_body": more})
