"""The port for SQL tools, asked by the real driver: ADBC for Flight SQL over a real socket, with tokens of the development issuer."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import pyarrow as pa
from adbc_driver_flightsql import DatabaseOptions
from adbc_driver_flightsql.dbapi import Connection, connect
from adbc_driver_manager import Error

from mesh_platform.access.authentication import development_issuer, impersonate
from mesh_platform.api.service import Service
from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError
from mesh_platform.flight.messages import read
from mesh_platform.flight.server import Tls, server
from mesh_platform.flight.status import DETAILS
from tests.ports.answers import Answered, Refused
from tests.ports.in_process import answered
from tests.ports.mesh import Published


@contextmanager
def listening(service: Service, tls: Tls | None = None) -> Iterator[str]:
    """The address of a server in a thread of this process."""
    loop, port = asyncio.new_event_loop(), list[int]()
    begun, ended = threading.Event(), asyncio.Event()

    async def serve() -> None:
        running, number = server(service, "127.0.0.1", 0, tls)
        await running.start()
        port.append(number)
        begun.set()
        await ended.wait()
        await running.stop(None)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert begun.wait(20)
    try:
        yield f"{'grpc+tls' if tls else 'grpc'}://127.0.0.1:{port[0]}"
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()


def token(service: Service, name: str) -> str:
    """A token of the development issuer for that principal."""
    actor = impersonate(name, service.mesh().governance, service.settings)
    return development_issuer(service.settings).issue(actor, utc_now(), timedelta(hours=1))


def connected(address: str, shown: str | None, purpose: str | None, **options: str) -> Connection:
    """The driver, connected with that token and for that purpose."""
    header = DatabaseOptions.RPC_CALL_HEADER_PREFIX.value
    found = dict(options)
    if shown is not None:
        found[DatabaseOptions.AUTHORIZATION_HEADER.value] = f"Bearer {shown}"
    if purpose is not None:
        found[f"{header}x-mesh-purpose"] = quote(purpose, safe=" ")
    return connect(address, db_kwargs=found, autocommit=True)


class FlightSql:
    """Asks with the ADBC driver, one connection per persona and purpose."""

    def __init__(self, service: Service, address: str) -> None:
        self._service, self._address = service, address
        self._open: dict[tuple[str, str | None], Connection] = {}

    def ask(self, persona: str, sql: str, purpose: str | None, parameters: Sequence[object] = ()) -> Answered | Refused:
        try:
            return answered(self.table(persona, sql, purpose, parameters))
        except Error as refusal:
            return refused(refusal)
        except MeshError as refusal:
            return Refused(refusal.finding.rule, refusal.exit_code, json.dumps(refusal.finding.as_json()))
        except (OverflowError, UnicodeError, pa.ArrowInvalid):  # a value that the driver itself cannot send
            return Refused("FLIGHT-07", 2)

    def table(self, persona: str, sql: str, purpose: str | None, parameters: Sequence[object] = ()) -> pa.Table:
        with self.connection(persona, purpose).cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetch_arrow_table()

    def connection(self, persona: str, purpose: str | None) -> Connection:
        key = (persona, purpose)
        if key not in self._open:
            self._open[key] = connected(self._address, token(self._service, persona), purpose)
        return self._open[key]

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()


def refused(error: Error) -> Refused:
    """A driver's error as a refusal: its parts, and all that the driver tells of it."""
    [detail] = [value for name, value in error.details if name in (DETAILS, DETAILS.encode())]
    info = read("ErrorInfo", read("Any", detail).value)
    parts = {each.key: each.value for each in info.metadata}
    assert f"{info.reason} {parts['where']}: {parts['why']} Fix: {parts['fix']}" in str(error)
    return Refused(info.reason, int(parts["exit_code"]), json.dumps(parts) + str(error))


@contextmanager
def opened(published: Published) -> Iterator[FlightSql]:
    settings = published.runtime.settings.model_copy(update={"api_workers": 2, "api_seconds": 20.0})
    with Service(settings) as service, listening(service) as address:
        port = FlightSql(service, address)
        try:
            yield port
        finally:
            port.close()
