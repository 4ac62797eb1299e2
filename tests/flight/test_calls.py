"""Calls that are made by hand: who is let in, what is answered, and what a hostile caller is told."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import grpc
import pyarrow.flight as arrow_flight
import pytest

from mesh_platform.api.service import Service
from mesh_platform.errors import Denied
from mesh_platform.flight.calls import bearer
from mesh_platform.flight.messages import message, packed, read
from mesh_platform.flight.port import ACTIONS, SERVICE
from mesh_platform.flight.server import MOST_MESSAGE
from tests.flight.conftest import Client
from tests.ports.flight import token

Made = Callable[..., Client]
COMMAND = packed("CommandStatementQuery", query="select segment from customer.profiles")


class Bare:
    """A caller that sends bytes."""

    def __init__(self, address: str) -> None:
        self.channel = grpc.insecure_channel(address.removeprefix("grpc://"))

    def call(self, method: str, content: bytes, *head: tuple[str, str]) -> tuple[grpc.StatusCode, str]:
        """How it ends: the status and its text."""
        try:
            self.channel.unary_unary(f"/{SERVICE}/{method}")(content, metadata=head, timeout=30)
        except grpc.RpcError as error:
            return error.code(), error.details()
        return grpc.StatusCode.OK, ""


@pytest.fixture
def bare(address: str) -> Bare:
    return Bare(address)


@pytest.fixture(scope="module")
def shown(service: Service) -> tuple[str, str]:
    return "authorization", f"Bearer {token(service, 'analyst')}"


class TestWhoIsLetIn:
    @pytest.mark.parametrize(
        ("header", "rule"),
        [
            (None, "AUTH-01"),
            ("Bearer", "AUTH-04"),
            ("Bearer x.y.z", "AUTH-04"),
            ("Bearer eyJhbGciOiJub25lIn0.e30.", "AUTH-04"),
            ("Digest x", "AUTH-04"),
            ("Basic", "AUTH-04"),
            ("Basic !!!", "AUTH-04"),
            ("Basic " + b64encode(b"analyst").decode(), "AUTH-04"),
            ("Basic " + b64encode(b"analyst:analyst").decode(), "AUTH-04"),
            ("Bearer " + "x" * 9_000, "AUTH-04"),
        ],
    )
    def test_nobody_without_a_token_that_counts(self, bare: Bare, header: str | None, rule: str) -> None:
        head = [("authorization", header)] if header else []
        status, text = bare.call("GetFlightInfo", message("FlightDescriptor", cmd=COMMAND).SerializeToString(), *head)
        assert status is grpc.StatusCode.UNAUTHENTICATED
        assert text.startswith(f"{rule} ")

    def test_nobody_who_shows_two(self, bare: Bare, shown: tuple[str, str]) -> None:
        assert bare.call("GetFlightInfo", b"", shown, shown)[0] is grpc.StatusCode.UNAUTHENTICATED

    @pytest.mark.parametrize(
        "method",
        ["Handshake", "ListFlights", "PollFlightInfo", "GetSchema", "DoGet", "DoPut", "DoExchange", "DoAction", "ListActions"],
    )
    def test_on_every_call(self, bare: Bare, method: str) -> None:
        assert bare.call(method, b"")[0] is grpc.StatusCode.UNAUTHENTICATED

    def test_a_token_may_come_as_a_password(self, address: str, service: Service) -> None:
        with arrow_flight.connect(address) as client:
            header = client.authenticate_basic_token("token", token(service, "analyst"))
            head = [header, (b"x-mesh-purpose", b"service")]
            info = client.get_flight_info(
                arrow_flight.FlightDescriptor.for_command(COMMAND), arrow_flight.FlightCallOptions(headers=head)
            )
        assert info.schema.names == ["segment"]

    def test_a_password_is_a_token_or_nothing(self) -> None:
        assert bearer("Basic " + b64encode(b"who:a.b.c").decode()) == "Bearer a.b.c"
        with pytest.raises(Denied, match="AUTH-04"):
            bearer("Basic " + "A" * 40_000)


class TestWhatIsAsked:
    @pytest.mark.parametrize("purpose", ["x" * 201, "%ff", "%00", "%0a", "service%7f"])
    def test_a_purpose_that_cannot_be_one(self, bare: Bare, shown: tuple[str, str], purpose: str) -> None:
        content = message("FlightDescriptor", cmd=COMMAND).SerializeToString()
        status, text = bare.call("GetFlightInfo", content, shown, ("x-mesh-purpose", purpose))
        assert (status, text[:9]) == (grpc.StatusCode.INVALID_ARGUMENT, "FLIGHT-10")

    @pytest.mark.parametrize("purpose", ["", "%20", "gossip", "s%C3%A9rvice", "service;analytics"])
    def test_a_purpose_that_is_not_registered_is_denied(self, bare: Bare, shown: tuple[str, str], purpose: str) -> None:
        content = message("FlightDescriptor", cmd=COMMAND).SerializeToString()
        status, text = bare.call("GetFlightInfo", content, shown, ("x-mesh-purpose", purpose))
        assert (status, text[:7]) == (grpc.StatusCode.PERMISSION_DENIED, "CORE-14")

    def test_two_purposes_are_none(self, bare: Bare, shown: tuple[str, str]) -> None:
        content = message("FlightDescriptor", cmd=COMMAND).SerializeToString()
        status, text = bare.call("GetFlightInfo", content, shown, ("x-mesh-purpose", "service"), ("x-mesh-purpose", "analytics"))
        assert (status, text[:9]) == (grpc.StatusCode.INVALID_ARGUMENT, "FLIGHT-10")

    @pytest.mark.parametrize("content", [b"\xff", b"\x12\x03abc", b"\x08\x02", b"x" * 1000])
    @pytest.mark.parametrize("method", ["GetFlightInfo", "GetSchema", "DoGet", "DoPut", "DoAction"])
    def test_what_is_no_message_is_refused_as_that(self, bare: Bare, shown: tuple[str, str], method: str, content: bytes) -> None:
        status, text = bare.call(method, content, shown)
        assert status in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED)
        assert text.startswith(("FLIGHT-02", "FLIGHT-05"))

    @pytest.mark.parametrize("method", ["ListFlights", "PollFlightInfo", "DoExchange"])
    def test_other_calls_are_not_answered(self, bare: Bare, shown: tuple[str, str], method: str) -> None:
        status, text = bare.call(method, b"", shown)
        assert (status, text[:9]) == (grpc.StatusCode.UNIMPLEMENTED, "FLIGHT-05")

    @pytest.mark.parametrize("name", ["BeginTransaction", "EndTransaction", "CreatePreparedSubstraitPlan", "x" * 1000])
    def test_other_actions_are_not_answered(self, client: Made, name: str) -> None:
        with pytest.raises(NotImplementedError, match="FLIGHT-05") as caught:
            client().act(name)
        assert "xxx" not in str(caught.value)

    def test_a_statement_in_a_transaction_is_not_answered(self, client: Made) -> None:
        with pytest.raises(NotImplementedError, match="FLIGHT-05"):
            client().info(packed("CommandStatementQuery", query="select 1", transaction_id=b"1"))

    def test_the_actions_are_listed(self, client: Made) -> None:
        analyst = client()
        assert {each.type for each in analyst.client.list_actions(analyst.options)} == set(ACTIONS)

    def test_a_schema_is_told_without_rows(self, client: Made) -> None:
        analyst = client()
        found = analyst.client.get_schema(arrow_flight.FlightDescriptor.for_command(COMMAND), analyst.options)
        assert found.schema.names == ["segment"]

    def test_a_statement_that_does_not_run_cannot_be_cancelled(self, client: Made) -> None:
        analyst = client()
        info = read("FlightInfo", analyst.info(COMMAND).serialize())
        [answer] = analyst.act("CancelFlightInfo", message("CancelFlightInfoRequest", info=info).SerializeToString())
        assert read("CancelFlightInfoResult", answer).status == 3

    def test_nobody_cancels_for_another(self, client: Made) -> None:
        info = read("FlightInfo", client().info(COMMAND).serialize())
        with pytest.raises(arrow_flight.FlightUnauthorizedError, match="FLIGHT-03"):
            client("engineer").act("CancelFlightInfo", message("CancelFlightInfoRequest", info=info).SerializeToString())

    def test_an_error_that_nobody_foresaw_tells_nothing(
        self, bare: Bare, shown: tuple[str, str], service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(service.admission), "of", lambda *_: 1 / 0)
        status, text = bare.call("GetFlightInfo", message("FlightDescriptor", cmd=COMMAND).SerializeToString(), shown)
        assert status is grpc.StatusCode.INTERNAL
        assert text.startswith("FLIGHT-01")
        assert "Error" not in text


class TestBounds:
    def test_a_message_that_is_too_large_is_not_read(self, bare: Bare) -> None:
        status, text = bare.call("GetFlightInfo", b"x" * (MOST_MESSAGE + 1))
        assert status is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "larger than max" in text

    def test_a_head_that_is_too_large_is_not_read(self, bare: Bare, shown: tuple[str, str]) -> None:
        assert bare.call("GetFlightInfo", b"", shown, ("x-more", "x" * 70_000))[0] is grpc.StatusCode.RESOURCE_EXHAUSTED

    def test_one_caller_leaves_room_for_others(
        self, bare: Bare, shown: tuple[str, str], service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mesh_platform.flight.port.MOST_OF_ONE", 0)
        status, text = bare.call("ListActions", b"", shown)
        assert (status, text[:9]) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "FLIGHT-18")

    def test_calls_that_are_over_do_not_count(self, bare: Bare, shown: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mesh_platform.flight.port.MOST_OF_ONE", 2)
        assert {bare.call("GetFlightInfo", b"", shown)[0] for _ in range(6)} == {grpc.StatusCode.INVALID_ARGUMENT}

    def test_a_statement_that_is_too_long_is_refused(self, client: Made) -> None:
        with pytest.raises(arrow_flight.FlightUnauthorizedError, match="SQL-07"):
            client().info(packed("CommandStatementQuery", query="select 1" + " " * 200_000))
