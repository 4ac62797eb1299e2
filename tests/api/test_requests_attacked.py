"""Requests that mean two things, come in a coding, slowly or under another method, or carry more than they say: refused, and nothing of them is given back."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mesh_platform.api.app import create_app
from mesh_platform.api.limits import Bounds
from mesh_platform.api.service import Service
from mesh_platform.audit.reading import newest_records
from tests.api.conftest import Call

JSON = {"Content-Type": "application/json"}
QUERY = b'{"sql": "select segment from customer.profiles", "purpose": "service"}'


@pytest.fixture(autouse=True)
def it_goes_on(call: Call) -> Iterator[None]:
    yield
    assert call("GET", "/healthz", None).status_code == 200


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b'{"sql": "select 1", "sql": "select segment from customer.profiles", "purpose": "service"}',
            b'{"sql": "select segment from customer.profiles", "purpose": "nothing", "purpose": "service"}',
            b'{"sql": "select 1", "s\\u0071l": "select 2"}',
            QUERY.decode().encode("utf-16"),
            QUERY.decode().encode("utf-16-be"),
            QUERY.decode().encode("utf-32"),
        ],
    )
    def test_that_can_be_read_in_two_ways(self, call: Call, body: bytes) -> None:
        answer = call("POST", "/v1/query", content=body, headers=JSON)
        assert (answer.status_code, answer.json()["rule"]) == (400, "HTTP-20")

    def test_about_consent_say_one_thing(self, call: Call) -> None:
        body = b'{"subject": "customer_id:C-1", "kind": "consent", "decision": "withdrawn", "decision": "granted", "all_purposes": true}'
        assert call("POST", "/v1/consents", "privacy", content=body, headers=JSON).json()["rule"] == "HTTP-20"

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "GZIP", "gzip, identity", "aes128gcm"])
    def test_in_a_coding_are_not_opened(self, call: Call, coding: str) -> None:
        bomb = zlib.compress(b" " * 50_000_000) if coding == "deflate" else gzip.compress(b" " * 50_000_000)
        answer = call("POST", "/v1/query", content=bomb[:900_000], headers={**JSON, "Content-Encoding": coding})
        assert (answer.status_code, answer.json()["rule"]) == (415, "HTTP-21")

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
    def test_that_a_form_on_another_site_could_send_are_none(self, call: Call, kind: str) -> None:
        answer = call("POST", "/v1/query", content=QUERY, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["rule"]) == (422, "HTTP-12")

    def test_that_come_drop_by_drop_are_waited_for_so_long_and_no_longer(
        self, service: Service, token: Callable[[str], str]
    ) -> None:
        app = create_app(service, Bounds(seconds=0.3))
        sent: list[dict[str, Any]] = []

        async def drops() -> dict[str, Any]:
            await asyncio.sleep(0.05)
            return {"type": "http.request", "body": b" ", "more_body": True}

        async def told(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/v1/query", "raw_path": b"/v1/query", "query_string": b"",
            "headers": [(b"authorization", f"Bearer {token('analyst')}".encode())], "app": app,
        }  # fmt: skip
        begun = time.monotonic()
        asyncio.run(app(scope, drops, told))  # type: ignore[arg-type]
        assert (sent[0]["status"], time.monotonic() - begun < 3) == (408, True)


class TestHeads:
    @pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "PROPFIND"])
    @pytest.mark.parametrize("path", ["/v1/query", "/v1/access-requests", "/healthz"])
    def test_of_another_method_have_no_content(self, call: Call, method: str, path: str) -> None:
        answer = call(method, path, headers={"X-Sent": "secret-word"})
        assert answer.status_code == 405
        assert answer.headers["allow"] in ("GET", "POST", "GET, POST")
        assert "secret-word" not in answer.text

    @pytest.mark.parametrize("who", [None, "analyst"])
    def test_from_a_page_elsewhere_are_told_of_no_permission(self, call: Call, who: str | None) -> None:
        origin = {
            "Origin": "https://evil.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        }
        for method, path in (("OPTIONS", "/v1/query"), ("GET", "/v1/products"), ("POST", "/v1/query")):
            answer = call(method, path, who, headers=origin)
            assert not [name for name in answer.headers if name.startswith("access-control")]
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-HTTP-Method-Override": "DELETE"},
            {"X-Original-URL": "/v1/audit", "X-Rewrite-URL": "/v1/audit"},
            {"X-Forwarded-User": "privacy", "X-Forwarded-Host": "evil.example.com", "Forwarded": "for=127.0.0.1"},
            {"Range": "bytes=0-0", "If-None-Match": "*", "If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"},
        ],
    )
    def test_of_a_proxy_or_a_cache_change_nothing(self, call: Call, headers: dict[str, str]) -> None:
        plain, given = (call("GET", "/v1/products/customer/profiles", headers=each) for each in ({}, headers))
        assert (given.status_code, given.json().keys()) == (200, plain.json().keys())
        assert given.headers["cache-control"] == "no-store"
        assert "evil" not in given.text + str(given.headers)

    def test_that_bring_the_token_elsewhere_bring_none(self, call: Call, token: Callable[[str], str]) -> None:
        shown = token("analyst")
        for path, headers in (
            (f"/v1/products?access_token={shown}", {}),
            ("/v1/products", {"Cookie": f"Authorization=Bearer {shown}"}),
            ("/v1/products", {"X-Authorization": f"Bearer {shown}"}),
            ("/v1/products", {"Proxy-Authorization": f"Bearer {shown}"}),
        ):
            answer = call("GET", path, None, headers=headers)
            assert (answer.status_code, answer.json()["rule"]) == (401, "AUTH-01")
            assert shown[-20:] not in answer.text

    @pytest.mark.parametrize("expects", [b"100-continue", b"200-ok"])
    def test_that_expect_something_are_answered_or_refused(self, address: str, expects: bytes) -> None:
        split = urlsplit(address)
        with closing(socket.create_connection((str(split.hostname), int(split.port or 0)), timeout=5)) as wire:
            wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: " + expects + b"\r\n\r\n")
            assert wire.recv(65_536).startswith(b"HTTP/1.1")


class TestWords:
    @pytest.mark.parametrize(
        "purpose",
        [
            "service\r\nSet-Cookie: a=b",
            "service\x00",
            "\u202eecivres",
            "\uff53ervice",
            "service\u200b",
            "s\u0435rvice",
            "x" * 200,
            "'; --",
        ],
    )
    def test_that_look_like_a_purpose_are_none_and_stand_in_no_head_and_on_no_record(
        self, service: Service, ask: Call, purpose: str
    ) -> None:
        answer = ask("select segment from customer.profiles", purpose=purpose)
        assert (answer.status_code, answer.json()["rule"]) == (403, "CORE-14")
        assert "set-cookie" not in answer.headers
        time.sleep(0.15)
        [last] = newest_records(service.database, 1, act="read")
        assert (last.phase, last.reason) == ("denied", "CORE-14")
        assert purpose not in str(last.record)

    @pytest.mark.parametrize(
        ("sql", "rules"),
        [
            ("select \uff45mail from customer.profiles", {"SQL-08"}),
            ('select "\u017fegment" from customer.profiles', {"SQL-08"}),
            ('select "segment\u200b" from customer.profiles', {"SQL-08"}),
            ("select segment from customer.\uff50rofiles", {"SQL-04", "NAME-02"}),
            ('select segment from customer."profile\u017f"', {"SQL-04", "NAME-02"}),
            ('select segment from "customer/../customer"."profiles"', {"SQL-04", "NAME-02"}),
            ('select segment from customer."../profiles"', {"SQL-04", "NAME-02"}),
            ('select segment from customer."profiles\r\nX: y"', {"SQL-04", "NAME-02"}),
            ("select segment from customer.profiles where segment = 'a\x00'", {"SQL-01"}),
        ],
    )
    def test_that_look_like_a_name_are_none(self, service: Service, ask: Call, sql: str, rules: set[str]) -> None:
        answer = ask(sql)
        assert answer.status_code in (400, 403, 404)
        assert answer.json()["rule"] in rules
        time.sleep(0.15)
        [last] = newest_records(service.database, 1, act="read")
        assert "\u017f" not in str(last.record) and "\r" not in str(last.record) and "../" not in str(last.record)

    def test_of_a_column_s_alias_stay_in_the_body(self, ask: Call) -> None:
        answer = ask('select segment as "a\r\nSet-Cookie: x=y" from customer.profiles', accept="text/csv")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers


class TestSignals:
    @pytest.mark.parametrize("value", ["0", "true", "1,0", "1, 1", "\uff11", "yes", ""])
    def test_of_another_form_are_told_and_nothing_is_recorded(self, service: Service, call: Call, value: str) -> None:
        before = service.ledger.sequence()
        said = {"subject": "customer_id:C-9", "kind": "consent", "decision": "granted", "purpose": "service"}
        for body in ({"subject": "customer_id:C-9"}, said):
            answer = call("POST", "/v1/consents", "privacy", json=body, headers={"Sec-GPC": value.encode()})
            assert answer.status_code == 422
        assert service.ledger.sequence() == before

    def test_and_a_grant_in_one_request_are_both_recorded_the_signal_last(self, service: Service, call: Call) -> None:
        body = {"subject": "customer_id:C-9", "kind": "consent", "decision": "granted", "all_purposes": False, "purpose": "marketing",
                "notice_version": "v1", "captured_at": "2026-01-01T00:00:00Z", "event_id": f"gpc-{time.time_ns()}"}  # fmt: skip
        answer = call("POST", "/v1/consents", "privacy", json=body, headers={"Sec-GPC": "1"}).json()
        assert [each["signal"] for each in answer["recorded"]] == [None, "gpc"]
        again = call("POST", "/v1/consents", "privacy", json=body, headers={"Sec-GPC": "1"}).json()
        assert {form["outcome"] for each in again["recorded"] for form in each["forms"]} <= {"known", "stands"}

    def test_of_one_id_never_say_two_things(self, call: Call) -> None:
        body = {
            "subject": "customer_id:C-9",
            "kind": "consent",
            "decision": "withdrawn",
            "purpose": "marketing",
            "event_id": f"two-{time.time_ns()}",
        }
        assert call("POST", "/v1/consents", "privacy", json=body).status_code == 200
        other = call("POST", "/v1/consents", "privacy", json={**body, "subject": "customer_id:C-1"})
        assert (other.status_code, other.json()["rule"]) == (409, "LEDGER-04")


def test_a_repeated_parameter_does_not_get_past_what_one_is_held_to(call: Call) -> None:
    for query in ("limit=1&limit=1000000000", "limit=1000000000", "purpose=service&purpose=nothing&columns=email", "__proto__=1"):
        answer = call("GET", f"/v1/products/customer/profiles/data?purpose=service&{query}")
        assert answer.status_code in (200, 400, 403, 422), httpx.URL(query)
        assert "ana@" not in answer.text
