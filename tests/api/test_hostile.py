"""What no honest client sends: refused cleanly, without a word of it in the answer, and the server goes on."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.conftest import Call

SQL = "select segment from customer.profiles"


@pytest.fixture(autouse=True)
def it_goes_on(call: Call) -> Iterator[None]:
    yield
    assert call("GET", "/healthz", None).status_code == 200


@pytest.fixture
def raw(address: str) -> Callable[[bytes], bytes]:
    """`raw(bytes)`: what comes back on a connection of its own."""
    split = urlsplit(address)

    def sent(content: bytes) -> bytes:
        with closing(socket.create_connection((split.hostname, split.port), timeout=10)) as wire:
            wire.settimeout(3)
            found = b""
            with suppress(OSError):  # it may hang up while we still send, or wait for more
                wire.sendall(content)
                while part := wire.recv(65_536):
                    found += part
            return found

    return sent


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"sql": "' + b"x" * (1 << 20) + b'"}', 413),
            (b'{"sql": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400),
            (b'{"sql": "select 1", "parameters": ' + b'[{"a":' * 40 + b"1" + b"}]" * 40 + b"}", 400),
            (b'{"sql": "\xff\xfe select"}', 400),
            (b'{"sql": "\\ud800"}', 422),
            (b'{"sql": "select 1", "limit": 1e400}', 422),
            (b'{"sql": "select 1", "limit": NaN}', 422),
            (b'{"sql": "select 1", "sql2": "secret-word"}', 422),
            (b"", 422),
            (b"null", 422),
            (b"\x00" * 100, 400),
        ],
    )
    def test_of_another_form(self, call: Call, body: bytes, status: int) -> None:
        answer = call("POST", "/v1/query", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert "secret-word" not in answer.text
        assert "xxxx" not in answer.text

    def test_a_number_that_no_column_holds(self, ask: Call) -> None:
        answer = ask("select ?", parameters=[10**400])
        assert answer.status_code in (400, 422), answer.text

    def test_a_body_without_end_is_refused_at_its_bound(self, address: str, token: Callable[[str], str]) -> None:
        def without_end() -> Iterator[bytes]:
            for _ in range(64):
                yield b" " * 65_536

        headers = {"Authorization": f"Bearer {token('analyst')}", "Content-Type": "application/json"}
        try:
            answer = httpx.post(f"{address}/v1/query", content=without_end(), headers=headers)
        except httpx.TransportError:  # it closed the connection while the client was still sending
            return
        assert answer.status_code == 413


class TestHeads:
    @pytest.mark.parametrize(
        "head",
        [
            b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n",
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 20_000 + b"\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 200_000 + b"\r\n\r\n",
            b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"POST /v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n",
            b"POST /v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            b"POST /v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
            b"GET /healthz HTTP/9.9\r\n\r\n",
        ],
    )
    def test_too_long_or_smuggled(self, raw: Callable[[bytes], bytes], head: bytes) -> None:
        answer = raw(head)
        assert answer.count(b"HTTP/1.1 200") == 0, answer[:200]

    @pytest.mark.parametrize(
        "accept", ["application/json\x7f", "text/csv, */*;q=2", "a" * 10_000, "../../etc/passwd", "*/*," * 3_000]
    )
    def test_an_accept_that_is_none_is_never_given_back(self, ask: Call, accept: str) -> None:
        answer = ask(SQL, accept=accept)
        assert answer.status_code in (200, 400, 406, 431)
        assert answer.headers["content-type"] in (
            "application/json",
            "text/csv; charset=utf-8",
            "application/problem+json",
            "text/plain; charset=utf-8",
        )
        assert "passwd" not in answer.text

    @pytest.mark.parametrize("word", ["Basic YTpi", "Bearer", "Bearer \u00e4", "bearer a b c", "Bearer " + "a" * 9_000, "a.b.c"])
    def test_what_is_no_bearer_token(self, address: str, word: str) -> None:
        answer = httpx.get(f"{address}/v1/products", headers={"Authorization": word.encode()})
        assert (answer.status_code, answer.json()["rule"]) == (401, "AUTH-04")
        assert "aaaa" not in answer.text

    def test_two_tokens_are_none(self, address: str, token: Callable[[str], str]) -> None:
        both = [("Authorization", f"Bearer {token(name)}") for name in ("analyst", "engineer")]
        assert httpx.get(f"{address}/v1/products", headers=both).status_code == 401


class TestAddresses:
    @pytest.mark.parametrize(
        "path",
        [
            "/v1/products/../../etc/passwd",
            "/v1/products/customer/%2e%2e%2fprofiles",
            "/v1/products/customer/profiles%00",
            "/v1/products/customer/profiles%0d%0aSet-Cookie:%20a=b",
            "/v1/products/сustomer/profiles",
            "/v1/products/customer/" + "p" * 5_000,
            "//v1/products",
            "/v1/products/",
            "/V1/PRODUCTS",
        ],
    )
    def test_that_lead_nowhere(self, raw: Callable[[bytes], bytes], token: Callable[[str], str], path: str) -> None:
        from urllib.parse import quote

        line = quote(path, safe="/%.:")
        head = f"GET {line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token('analyst')}\r\n\r\n"
        answer = raw(head.encode())
        status = int(answer.split(b" ", 2)[1])
        assert status in (404, 422), answer[:300]
        assert b"set-cookie" not in answer.lower()
        assert b"root:" not in answer


class TestMany:
    def test_at_once_are_all_answered(self, ask: Call) -> None:
        with ThreadPoolExecutor(16) as threads:
            found = list(threads.map(lambda _: ask(SQL).status_code, range(32)))
        assert set(found) <= {200, 503}
        assert found.count(200) > 16

    def test_that_hang_up_leave_no_worker_behind(self, ask: Call, address: str, token: Callable[[str], str]) -> None:
        body = json.dumps({"sql": "select count(*) from range(1000000000) a, range(1000) b", "purpose": "service"})
        headers = {"Authorization": f"Bearer {token('analyst')}", "Content-Type": "application/json"}
        for _ in range(4):
            with pytest.raises(httpx.TimeoutException):
                httpx.post(f"{address}/v1/query", content=body, headers=headers, timeout=0.3)
        begun = time.monotonic()
        assert ask(SQL).status_code == 200
        assert time.monotonic() - begun < 20  # the statements would have run for a minute
