"""The calls of Flight (gRPC service `arrow.flight.protocol.FlightService`), each signed in before its content is looked at.

| call | what it does here |
|---|---|
| GetFlightInfo, GetSchema | decide on a statement without reading, or say what the answer to a metadata command looks like |
| DoGet | decide anew, and stream the rows |
| DoPut | bind values to a prepared statement; whatever would change something is refused |
| DoAction | prepare a statement, close one, cancel one that runs |
| Handshake | hand back as a bearer token what a tool gave as a password |
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import grpc
import pyarrow as pa

from mesh_platform.access.accounts import record_refusal
from mesh_platform.access.reading import Admit, Reading
from mesh_platform.api.admission import HTTP, SQL, Admission
from mesh_platform.api.answers import PATIENCE
from mesh_platform.api.limits import trail
from mesh_platform.api.service import Service
from mesh_platform.errors import CheckFailed, Denied, Finding, MeshError
from mesh_platform.flight.calls import Call, signed_in
from mesh_platform.flight.catalogue import Catalogue
from mesh_platform.flight.frames import batch_frames, bound_values, schema_bytes, schema_frame
from mesh_platform.flight.messages import message, packed, read, unpacked, unreadable
from mesh_platform.flight.shapes import arrow_schema
from mesh_platform.flight.status import DETAILS, UNFORESEEN, not_here, read_only, status_of, structured, too_many, unforeseen
from mesh_platform.flight.streaming import Stream, begun
from mesh_platform.flight.tables import SCHEMAS, schema_of
from mesh_platform.flight.tickets import HANDLE, LIFETIMES, TICKET, Asked, Seals

T = TypeVar("T")
SERVICE = "arrow.flight.protocol.FlightService"
LOG = logging.getLogger("mesh.flight")
PREPARE, CLOSE, CANCEL = "CreatePreparedStatement", "ClosePreparedStatement", "CancelFlightInfo"
ACTIONS = {
    PREPARE: "Prepare a statement.",
    CLOSE: "Forget a prepared statement; nothing is kept of it here.",
    CANCEL: "End a statement that runs.",
}
_CANCELLED = 1  # CancelStatus
_NOT_CANCELLABLE = 3
MOST_OF_ONE = 64
"""Calls of one caller that are under way at once, in one process; those beyond are refused, so that others get through."""
_MOST_BOUND = 1 << 20  # bytes of bound values
_UPDATES = frozenset({"CommandStatementUpdate", "CommandPreparedStatementUpdate", "CommandStatementIngest"})


class Port:
    """The calls over one opened service."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        self._service = service
        self._seals = Seals(settings.home_path / "keys")
        self._admission = Admission(service.shared, service.region, {}, (SQL, HTTP))
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._running: dict[bytes, set[Stream]] = {}
        self._under_way: Counter[str] = Counter()

    def handlers(self) -> grpc.GenericRpcHandler:
        """What gRPC calls; requests and answers as bytes."""
        one, many = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
        both = grpc.stream_stream_rpc_method_handler
        methods: Mapping[str, Any] = {
            "Handshake": both(self._guarded(self._handshake)),
            "GetFlightInfo": one(self._guarded(self._flight_info)),
            "GetSchema": one(self._guarded(self._schema)),
            "DoGet": many(self._guarded(self._do_get)),
            "DoPut": both(self._guarded(self._do_put)),
            "DoAction": many(self._guarded(self._do_action)),
            "ListActions": many(self._guarded(self._list_actions)),
            "ListFlights": many(self._guarded(self._not_here("ListFlights"))),
            "PollFlightInfo": one(self._guarded(self._not_here("PollFlightInfo"))),
            "DoExchange": both(self._guarded(self._not_here("DoExchange"))),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def _guarded(self, do: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
        """`do`, its errors told as a status, and nothing of those that nobody foresaw."""

        async def call(request: Any, context: Any) -> Any:
            try:
                return await do(request, context)
            except MeshError as refusal:
                status, finding, code = status_of(refusal), refusal.finding, refusal.exit_code
            except Exception as error:
                if context.cancelled() or isinstance(error, grpc.aio.AbortError):
                    raise
                LOG.error("%s", trail(error))
                status, finding, code = grpc.StatusCode.INTERNAL, unforeseen(), UNFORESEEN
            return await context.abort(status, str(finding), ((DETAILS, structured(status, finding, code)),))

        return call

    async def _handshake(self, requests: AsyncIterator[bytes], context: Any) -> None:
        call = await self._signed_in(context)
        await context.send_initial_metadata((("authorization", call.shown),))
        await context.write(message("HandshakeResponse").SerializeToString())

    async def _flight_info(self, request: bytes, context: Any) -> bytes:
        call, descriptor = await self._signed_in(context), read("FlightDescriptor", request)
        schema, ticket = await self._told(call, descriptor.cmd)
        until = int((self._service.clock() + LIFETIMES[TICKET]).timestamp())
        endpoint = message(
            "FlightEndpoint", ticket=message("Ticket", ticket=ticket), expiration_time=message("Timestamp", seconds=until)
        )
        info = message("FlightInfo", schema=schema_bytes(schema), flight_descriptor=descriptor, endpoint=[endpoint])
        info.total_records = info.total_bytes = -1
        return bytes(info.SerializeToString())

    async def _schema(self, request: bytes, context: Any) -> bytes:
        call, descriptor = await self._signed_in(context), read("FlightDescriptor", request)
        schema, _ = await self._told(call, descriptor.cmd)
        return bytes(message("SchemaResult", schema=schema_bytes(schema)).SerializeToString())

    async def _told(self, call: Call, command: bytes) -> tuple[pa.Schema, bytes]:
        """What the rows of a command look like, and the ticket for them."""
        name, found = unpacked(command)
        if name in SCHEMAS:
            return schema_of(name, found), command
        asked = await self._recorded(call, lambda: self._asked(call, name, found))
        schema, _ = await self._service.reading(lambda reading: self._shape(reading, call, asked))
        return schema, packed("TicketStatementQuery", statement_handle=self._sealed(TICKET, asked, call))

    def _asked(self, call: Call, name: str, found: Any) -> Asked:
        if name == "CommandStatementQuery":
            if found.transaction_id:
                raise not_here("A statement in a transaction")
            return Asked(found.query, call.purpose)
        if name == "CommandPreparedStatementQuery":
            held = self._seals.open(HANDLE, found.prepared_statement_handle, call.actor, self._service.clock())
            return held if held.values is not None else Asked(held.sql, held.purpose, ())
        if name in _UPDATES:
            raise read_only()
        raise not_here("The command")

    def _shape(self, reading: Reading, call: Call, asked: Asked) -> tuple[pa.Schema, int]:
        admit = self._admit(call, counting=False)
        found = reading.shape(call.caller, asked.purpose, asked.sql, self._service.clock(), asked.values, admit)
        return arrow_schema(found.columns), found.parameters

    async def _do_get(self, request: bytes, context: Any) -> None:
        call, ticket = await self._signed_in(context), read("Ticket", request).ticket
        name, found = unpacked(ticket)
        if name in SCHEMAS:
            table = await self._service.reading(lambda reading: self._catalogue(reading, call).table(name, found))
            for part in (schema_frame(table.schema), *(part for batch in table.to_batches() for part in batch_frames(batch))):
                await self._sent(context, part)
            return
        if name != "TicketStatementQuery":
            raise unreadable()
        sealed = found.statement_handle
        asked = await self._opened(call, TICKET, sealed)
        admit = self._admit(call)
        turns = self._turns.setdefault(call.actor.name, asyncio.Semaphore(max(1, self._service.settings.api_workers - 1)))
        async with turns:
            with self._service.levels.measured(asked.sql) as measured:
                await self._rows(sealed, lambda reading: begun(self._service, call, admit, asked, reading, measured), context)

    async def _rows(self, sealed: bytes, begin: Callable[[Reading], Any], context: Any) -> None:
        stream = Stream(self._service)
        self._running.setdefault(sealed, set()).add(stream)
        try:
            async for part in stream.parts(begin):
                await self._sent(context, part)
        except MeshError:
            if not stream.cancelled:
                raise
        finally:
            self._running[sealed].discard(stream)
            if not self._running[sealed]:
                del self._running[sealed]
        if stream.cancelled:
            raise CheckFailed.because("FLIGHT-12", "the statement", "Its caller cancelled it.", "Ask it anew.")

    async def _sent(self, context: Any, part: bytes) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await context.write(part)
        except TimeoutError:
            why = f"Nobody took its rows for {PATIENCE:g} seconds."
            raise CheckFailed(Finding("FLIGHT-13", "the statement", why, "Take them as they come.")) from None

    async def _do_put(self, requests: AsyncIterator[bytes], context: Any) -> None:
        call, frames, size = await self._signed_in(context), list[Any](), 0
        handle: bytes | None = None
        async for content in requests:
            frame = read("FlightData", content)
            size += len(content)
            if size > _MOST_BOUND:
                raise unreadable()
            if handle is None:
                handle = await self._recorded(call, partial(_handle, frame.flight_descriptor.cmd))
            frames.append(frame)
        if handle is None:
            raise unreadable()
        held = await self._opened(call, HANDLE, handle)
        bound = Asked(held.sql, held.purpose, bound_values(frames))
        told = message("DoPutPreparedStatementResult", prepared_statement_handle=self._sealed(HANDLE, bound, call))
        await context.write(message("PutResult", app_metadata=told.SerializeToString()).SerializeToString())

    async def _do_action(self, request: bytes, context: Any) -> None:
        call, action = await self._signed_in(context), read("Action", request)
        if action.type == PREPARE:
            answer = await self._prepared(call, action.body)
        elif action.type == CANCEL:
            answer = await self._cancelled(call, read("CancelFlightInfoRequest", action.body).info)
        elif action.type == CLOSE:
            return
        else:
            raise not_here("The action")
        await context.write(message("Result", body=answer).SerializeToString())

    async def _prepared(self, call: Call, body: bytes) -> bytes:
        name, found = unpacked(body)
        if name != "ActionCreatePreparedStatementRequest":
            raise unreadable()
        if found.transaction_id:
            raise not_here("A statement in a transaction")
        asked = Asked(found.query, call.purpose)
        schema, count = await self._service.reading(lambda reading: self._shape(reading, call, asked))
        open_values = pa.schema([pa.field(f"parameter_{number}", pa.null()) for number in range(1, count + 1)])
        return packed(
            "ActionCreatePreparedStatementResult",
            prepared_statement_handle=self._sealed(HANDLE, asked, call),
            dataset_schema=schema_bytes(schema),
            parameter_schema=schema_bytes(open_values),
        )

    async def _cancelled(self, call: Call, info: Any) -> bytes:
        """End what runs for the tickets of an answer, which must be the caller's own."""
        running = list[Stream]()
        for endpoint in info.endpoint:
            name, found = unpacked(endpoint.ticket.ticket)
            if name == "TicketStatementQuery":
                sealed = found.statement_handle
                await self._opened(call, TICKET, sealed)
                running += self._running.get(sealed, ())
        for stream in running:
            stream.cancel()
        status = _CANCELLED if running else _NOT_CANCELLABLE
        return bytes(message("CancelFlightInfoResult", status=status).SerializeToString())

    async def _list_actions(self, request: bytes, context: Any) -> None:
        await self._signed_in(context)
        for name, description in ACTIONS.items():
            await context.write(message("ActionType", type=name, description=description).SerializeToString())

    def _not_here(self, name: str) -> Callable[[Any, Any], Awaitable[Any]]:
        async def refuse(request: Any, context: Any) -> None:
            await self._signed_in(context)
            raise not_here(name)

        return refuse

    async def _signed_in(self, context: Any) -> Call:
        """The caller, whose calls that are under way are counted from here on."""
        call = await signed_in(self._service, context)
        name = call.actor.name
        if self._under_way[name] >= MOST_OF_ONE:
            raise too_many()
        self._under_way[name] += 1
        context.add_done_callback(lambda _: self._over(name))
        return call

    def _over(self, name: str) -> None:
        self._under_way[name] -= 1
        if not self._under_way[name]:
            del self._under_way[name]

    async def _recorded(self, call: Call, do: Callable[[], T]) -> T:
        """What `do` gives; where it refuses, that is recorded."""
        try:
            return do()
        except Denied as refusal:
            found = refusal
        await self._service.aside(lambda: record_refusal(self._service.audit, call.caller, None, found))
        raise found

    async def _opened(self, call: Call, kind: str, sealed: bytes) -> Asked:
        return await self._recorded(call, partial(self._seals.open, kind, sealed, call.actor, self._service.clock()))

    def _admit(self, call: Call, counting: bool = True) -> Admit:
        return self._admission.of(call.signed_in, self._service.mesh().governance, counting)

    def _catalogue(self, reading: Reading, call: Call) -> Catalogue:
        return Catalogue(self._service, reading, call.caller, call.purpose, self._admit(call, counting=False))

    def _sealed(self, kind: str, asked: Asked, call: Call) -> bytes:
        return self._seals.seal(kind, asked, call.actor, self._service.clock())


def _handle(command: bytes) -> bytes:
    """The prepared statement whose values come."""
    name, found = unpacked(command)
    if name in _UPDATES:
        raise read_only()
    if name != "CommandPreparedStatementQuery":
        raise not_here("The command")
    return bytes(found.prepared_statement_handle)
