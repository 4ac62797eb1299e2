"""The HTTP API as a port, once in each form in which rows leave; no part of the client stands in between."""

from __future__ import annotations

import csv
import io
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq

from mesh_platform.api.forms import ARROW, CSV, JSON, PARQUET
from mesh_platform.errors import Denied
from tests.ports.answers import Answered, Refused
from tests.ports.in_process import LIMITS, answered
from tests.ports.mesh import Published
from tests.ports.serving import Token, served

STATUS: Mapping[int, int] = {1: 409, 2: 400, 3: 403, 4: 404, 5: 503}
"""Of each exit code; what took too long is 504."""


OF_THE_CALL = frozenset({"date", "request-id", "x-request-id"})
"""Headers that differ from call to call."""


class Http:
    """Asks `/v1/query` in one form."""

    def __init__(self, http: httpx.Client, token: Token, form: str) -> None:
        self._http, self._token, self._form = http, token, form

    def ask(self, persona: str, sql: str, purpose: str | None, parameters: Sequence[object] = ()) -> Answered | Refused:
        try:
            token = self._token(persona)
        except Denied as refusal:  # whoever gets no token asks nothing
            return Refused(refusal.finding.rule, refusal.exit_code, str(refusal))
        answer = self._http.post(
            "/v1/query",
            json={"sql": sql, "purpose": purpose, "parameters": list(parameters), "limit": LIMITS.rows},
            headers={"Accept": self._form, "Authorization": f"Bearer {token}"},
        )
        if answer.status_code == 200:
            assert answer.headers["content-type"].partition(";")[0] == self._form
            assert answer.headers["cache-control"] == "no-store"
            return READ[self._form](answer)
        told = answer.json()
        assert answer.status_code == told["status"] == (504 if told["rule"] == "ACCESS-05" else STATUS[told["exit_code"]])
        headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_CALL}
        return Refused(told["rule"], told["exit_code"], answer.text + repr(headers))


def _json(answer: httpx.Response) -> Answered:
    told = answer.json()
    assert told["count"] == len(told["rows"])
    names = tuple(column["name"] for column in told["columns"])
    return Answered(names, [tuple(row) for row in told["rows"]], tuple(column["type"] for column in told["columns"]))


def _csv(answer: httpx.Response) -> Answered:
    """Everything is text there; nulls and empty texts are told apart by quotes, which Python's reader does not do."""
    names, *rows = csv.reader(io.StringIO(answer.text), strict=True)
    return Answered(tuple(names), [tuple(row) for row in rows])


def _parquet(answer: httpx.Response) -> Answered:
    file = pq.ParquetFile(io.BytesIO(answer.content))
    told, table = json.loads(file.metadata.metadata[b"mesh"]), file.read()
    assert told["count"] == table.num_rows
    assert _products(told) == _products(in_header(answer))
    return answered(table)


def _arrow(answer: httpx.Response) -> Answered:
    return answered(pa.ipc.open_stream(answer.content).read_all())


READ: Mapping[str, Callable[[httpx.Response], Answered]] = {JSON: _json, CSV: _csv, PARQUET: _parquet, ARROW: _arrow}


def in_header(answer: httpx.Response) -> dict[str, Any]:
    """The envelope of the header."""
    text = answer.headers["Mesh-Envelope"]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def _products(told: dict[str, Any]) -> list[str]:
    return [each["product"] for each in told["products"]]


@contextmanager
def _opened(form: str, published: Published) -> Iterator[Http]:
    with served(published) as (address, token), httpx.Client(base_url=address, timeout=60) as http:
        yield Http(http, token, form)


OPENED = {name: partial(_opened, form) for name, form in (("json", JSON), ("csv", CSV), ("parquet", PARQUET), ("arrow", ARROW))}
