"""A published shop behind the port for SQL tools, asked by real drivers: ADBC's, and Arrow's own client where calls are made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pyarrow.flight as arrow_flight
import pytest
from adbc_driver_flightsql.dbapi import Connection
from adbc_driver_manager import Error

from mesh_platform.api.service import Service
from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import PROFILES, write_project
from tests.ports.answers import Refused
from tests.ports.flight import connected, listening, refused, token

Connect = Callable[..., Connection]
Ask = Callable[..., list[tuple[object, ...]]]
ROWS = "cross join customer.profiles"


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    root = tmp_path_factory.mktemp("flight") / "project"
    mesh = write_project(root)
    settings = Settings(project=root, threads=2, api_workers=2)
    with open_runtime(settings) as runtime:
        assert publish(mesh, PROFILES, runtime).status is Status.PUBLISHED
    with Service(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def address(service: Service) -> Iterator[str]:
    with listening(service) as found:
        yield found


@pytest.fixture(scope="session")
def connection(service: Service, address: str) -> Iterator[Connect]:
    """`connection(who, purpose, **options of the driver)`; kept for the session."""
    kept: dict[tuple[object, ...], Connection] = {}
    with ExitStack() as opened:

        def connect(who: str = "analyst", purpose: str | None = "service", **options: str) -> Connection:
            key = (who, purpose, *options.items())
            if key not in kept:
                kept[key] = opened.enter_context(connected(address, token(service, who), purpose, **options))
            return kept[key]

        yield connect


@pytest.fixture(scope="session")
def ask(connection: Connect) -> Ask:
    """`ask(sql, values, who, purpose)`: the rows."""

    def rows(sql: str, values: object = None, who: str = "analyst", purpose: str | None = "service") -> list[tuple[object, ...]]:
        with connection(who, purpose).cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    return rows


@pytest.fixture(scope="session")
def refusal(ask: Ask) -> Callable[..., Refused]:
    """`refusal(…)`: what `ask(…)` is refused with."""

    def found(*given: object, **named: object) -> Refused:
        with pytest.raises(Error) as caught:
            ask(*given, **named)
        return refused(caught.value)

    return found


class Client:
    """Arrow's own client, with a caller's token on each call."""

    def __init__(self, address: str, shown: str | None, purpose: str | None = "service") -> None:
        self.client = arrow_flight.connect(address)
        head = [(b"authorization", f"Bearer {shown}".encode())] if shown else []
        head += [(b"x-mesh-purpose", purpose.encode())] if purpose else []
        self.options = arrow_flight.FlightCallOptions(headers=head, timeout=60)

    def info(self, command: bytes) -> arrow_flight.FlightInfo:
        return self.client.get_flight_info(arrow_flight.FlightDescriptor.for_command(command), self.options)

    def rows(self, ticket: bytes) -> list[dict[str, object]]:
        return self.client.do_get(arrow_flight.Ticket(ticket), self.options).read_all().to_pylist()

    def act(self, name: str, body: bytes = b"") -> list[bytes]:
        return [found.body.to_pybytes() for found in self.client.do_action(arrow_flight.Action(name, body), self.options)]


@pytest.fixture(scope="session")
def client(service: Service, address: str) -> Iterator[Callable[..., Client]]:
    """`client(who, purpose)`."""
    with ExitStack() as opened:

        def made(who: str = "analyst", purpose: str | None = "service", shown: str | None = None) -> Client:
            found = Client(address, shown or token(service, who), purpose)
            opened.callback(found.client.close)
            return found

        yield made
