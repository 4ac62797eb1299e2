"""Answers that leave as they come: whole or visibly broken, and nobody who goes away leaves a statement running."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pyarrow as pa
import pytest

from mesh_platform.api import answers
from mesh_platform.api.forms import ARROW
from tests.api.conftest import Call


class TestWhole:
    def test_an_answer_that_does_not_fit_ahead_streams_and_is_whole(self, ask: Call) -> None:
        sql = "select i, p.segment from customer.profiles p, range(200000) r(i)"
        found = ask(sql, accept=ARROW)
        assert "content-length" not in found.headers
        assert pa.ipc.open_stream(found.content).read_all().num_rows == 600_000
        told = ask(sql, limit=250_000).json()
        assert (told["count"], len(told["rows"]), told["cut"]) == (250_000, 250_000, True)


BIG = {"sql": "select p.email, r.i from customer.profiles p, range(1000000) r(i)", "purpose": "service"}


@contextmanager
def streaming(address: str, token: str) -> Iterator[httpx.Response]:
    headers = {"Authorization": f"Bearer {token}", "Accept": ARROW}
    with httpx.stream("POST", f"{address}/v1/query", json=BIG, headers=headers, timeout=60) as answer:
        yield answer


class TestBrokenOff:
    def test_where_the_grant_is_taken_back_meanwhile(
        self, call: Call, address: str, token: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(answers, "AGAIN", 0.05)
        wish = {
            "product": "customer/profiles",
            "purpose": "service",
            "columns": ["email"],
            "raw": ["email"],
            "reason": "a stream",
        }
        number = call("POST", "/v1/access-requests", json=wish).json()["id"]
        grant = call("POST", f"/v1/access-requests/{number}/approve", "privacy", json={}).json()["id"]
        with streaming(address, token("analyst")) as answer, pytest.raises(httpx.RemoteProtocolError):
            parts = answer.iter_raw()
            assert next(parts)
            assert call("POST", f"/v1/grants/{grant}/revoke", "privacy", json={"reason": "it is over"}).status_code == 200
            time.sleep(0.2)
            for _ in parts:
                pass

    def test_where_the_caller_hangs_up_and_its_worker_is_free_again(
        self, ask: Call, address: str, token: Callable[[str], str]
    ) -> None:
        for _ in range(3):
            with streaming(address, token("analyst")) as answer:
                next(answer.iter_raw())
        assert ask("select count(*) from customer.profiles").json()["rows"] == [[3]]
        assert call_metric(address, "mesh_streaming_answers") == 0


def call_metric(address: str, name: str) -> float:
    """What the server counts, once it has come to rest."""
    for _ in range(50):
        text = httpx.get(f"{address}/metrics").text
        found = float(next(line for line in text.splitlines() if line.startswith(f"{name} ")).split()[1])
        if found == 0:
            break
        time.sleep(0.1)
    return found
