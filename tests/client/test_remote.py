"""The client over an address: the same results and errors, and what it does where a server or a network does not behave."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import pyarrow as pa
import pytest

import mesh_platform
from mesh_platform import Connection
from mesh_platform.client import remote as door
from mesh_platform.client.remote import RemoteDoor
from mesh_platform.errors import Denied, MeshError, Unavailable, UsageProblem
from tests.client.forking import LARGE, SQL, ends_well
from tests.client.test_local import ROWS
from tests.ports.serving import Token

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(scope="module")
def mesh(api: tuple[str, Token]) -> Iterator[Connection]:
    address, token = api
    with mesh_platform.connect(address, purpose="service", token=lambda: token("analyst")) as opened:
        yield opened


def behind(handler: Handler) -> Connection:
    """A connection to a server that does as `handler` says."""
    return Connection(RemoteDoor("https://mesh.test", "t", transport=httpx.MockTransport(handler)), "service")


def stream(end: bool = True, count: int = 2) -> bytes:
    """An answer's bytes; without its end, or with another count than it has."""
    schema, sink = pa.schema([("n", pa.int64())], {b"mesh": json.dumps({"products": []})}), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch({"n": [1, 2]}, schema=schema))
        if end:
            none = pa.record_batch({"n": []}, schema=schema)
            writer.write_batch(none, custom_metadata={b"mesh": json.dumps({"count": count, "cut": False})})
    return bytes(sink.getvalue())


class TestSame:
    def test_rows_masks_and_decision_are_those_of_a_local_read(self, mesh: Connection) -> None:
        found = mesh.sql(SQL)
        assert list(found) == ROWS
        assert found.masked["customer/profiles.email"] == "email_domain"
        assert (found.cut, found.known_count) == (False, 3)

    def test_a_refusal_is_the_same_error(self, mesh: Connection) -> None:
        with pytest.raises(Denied) as told:
            mesh.sql("select region from customer.profiles")
        assert (told.value.finding.rule, told.value.finding.where) == ("CORE-09", "customer/profiles.region")

    def test_large_answers_stream(self, mesh: Connection) -> None:
        with mesh.sql(LARGE, limit=700_000) as found:
            assert found.known_count is None
            assert sum(batch.num_rows for batch in found.batches()) == 700_000
            assert found.cut

    def test_a_fork_asks_over_connections_of_its_own(self, api: tuple[str, Token], monkeypatch: pytest.MonkeyPatch) -> None:
        address, token = api
        monkeypatch.setenv("MESH_TOKEN", token("analyst"))
        assert ends_well(address)


class TestToken:
    def test_that_of_the_environment_counts_where_none_is_given(
        self, api: tuple[str, Token], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address, token = api
        monkeypatch.setenv("MESH_TOKEN", token("analyst"))
        with mesh_platform.connect(address, purpose="service") as opened:
            assert list(opened.sql(SQL)) == ROWS
            monkeypatch.delenv("MESH_TOKEN")
            with pytest.raises(Denied, match="AUTH-01"):
                opened.sql(SQL)

    def test_one_that_is_not_accepted_is_denied(self, api: tuple[str, Token]) -> None:
        with mesh_platform.connect(api[0], token="e30.e30.", purpose="service") as opened, pytest.raises(Denied, match="AUTH-04"):
            opened.sql(SQL)

    @pytest.mark.parametrize("token", ["a b", "a\nHost: x", "ä"])
    def test_one_that_no_header_holds_is_not_sent(self, token: str) -> None:
        opened = Connection(RemoteDoor("https://mesh.test", token, transport=httpx.MockTransport(lambda _: httpx.Response(200))))
        with pytest.raises(Denied, match="AUTH-04") as told:
            opened.sql(SQL)
        assert token not in str(told.value)

    @pytest.mark.parametrize(
        "address",
        ["http://mesh.example.com", "http://127.0.0.1.example.com", "ftp://x", "https://u:p@x", "https://x?token=1", "https://"],
    )
    def test_it_goes_to_no_address_where_others_could_read_it(self, address: str) -> None:
        with pytest.raises(UsageProblem, match="CLIENT-06"):
            mesh_platform.connect(address, token="t")

    def test_it_does_not_follow_to_another_address(self) -> None:
        asked = list[str]()

        def elsewhere(request: httpx.Request) -> httpx.Response:
            asked.append(str(request.url))
            return httpx.Response(307, headers={"Location": "https://else.test/v1/query"})

        with pytest.raises(Unavailable, match="CLIENT-09"):
            behind(elsewhere).sql(SQL)
        assert asked == ["https://mesh.test/v1/query"]

    def test_nobody_acts_as_somebody_else_over_an_address(self) -> None:
        with pytest.raises(UsageProblem, match="CLIENT-01"):
            mesh_platform.connect("https://mesh.test", as_="analyst")


class TestTrouble:
    @pytest.mark.parametrize("body", [stream(end=False), stream()[:-40], stream(count=3), stream()[:200]])
    def test_an_answer_that_is_not_whole_is_none(self, body: bytes) -> None:
        with pytest.raises(Unavailable, match=r"CLIENT-0[89]"):
            behind(lambda _: httpx.Response(200, content=body)).sql(SQL).arrow()

    @pytest.mark.parametrize("answer", [(200, b"<html>"), (200, b""), (502, b"bad gateway"), (500, b'{"rule": 1}')])
    def test_an_answer_of_something_else_is_told_as_that(self, answer: tuple[int, bytes]) -> None:
        with pytest.raises(Unavailable, match="CLIENT-09"):
            behind(lambda _: httpx.Response(answer[0], content=answer[1])).sql(SQL)

    @pytest.mark.parametrize(
        "told", [[], {}, {"products": 1}, {"products": [], "next_offset": 0}, {"products": [], "next_offset": "x"}]
    )
    def test_a_page_that_leads_nowhere_is_told_as_that(self, told: object) -> None:
        with pytest.raises(Unavailable, match="CLIENT-09"):
            behind(lambda _: httpx.Response(200, json=told)).products()

    def test_what_changes_something_is_asked_once_where_its_connection_breaks(self) -> None:
        asked = list[str]()

        def breaking(request: httpx.Request) -> httpx.Response:
            asked.append(request.method)
            raise httpx.RemoteProtocolError("gone")

        with pytest.raises(Unavailable, match="CLIENT-07"):
            behind(breaking).request_access("customer/visits", reason="plan")
        assert asked == ["POST"]
        with pytest.raises(Unavailable, match="CLIENT-07"):
            behind(breaking).sql(SQL)
        assert len(asked) == 4

    def test_a_busy_server_is_asked_again_when_it_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        waited, asked = list[float](), list[int]()
        monkeypatch.setattr(door.time, "sleep", waited.append)

        def busy(request: httpx.Request) -> httpx.Response:
            asked.append(1)
            if len(asked) == 1:
                return httpx.Response(503, headers={"Retry-After": "2"})
            return httpx.Response(200, content=stream())

        assert list(behind(busy).sql(SQL)) == [(1,), (2,)]
        assert waited == [2.0]

    @pytest.mark.parametrize(("status", "times"), [(503, 3), (429, 1), (403, 1), (500, 1)])
    def test_what_asking_again_does_not_mend_is_told_at_once(
        self, status: int, times: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(door.time, "sleep", lambda _: None)
        asked = list[int]()

        def refusing(request: httpx.Request) -> httpx.Response:
            asked.append(1)
            return httpx.Response(status, headers={"Retry-After": "1"})

        with pytest.raises(MeshError):
            behind(refusing).sql(SQL)
        assert len(asked) == times

    def test_nobody_listening_is_told_with_the_address(self) -> None:
        with (
            mesh_platform.connect("http://127.0.0.1:9", token="t") as opened,
            pytest.raises(Unavailable, match=r"CLIENT-07 http://127\.0\.0\.1:9"),
        ):
            opened.sql(SQL)
