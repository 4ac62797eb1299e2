"""The page about the API is what the API says of itself, and each of its examples is a call that the API takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from mesh_platform.api.app import ROUTERS, described
from mesh_platform.api.problems import TITLES, exit_code_of, problem
from mesh_platform.api.reference import BODIES, QUERIES, ROOMS, example, operations, with_addresses
from mesh_platform.errors import CheckFailed, Denied, Finding, MeshError, NotFound, Unavailable, UsageProblem
from tests.api.conftest import Call
from tests.docs.pages import DOCS

PAGE = DOCS / "reference" / "http-api.md"
CALLERS = {"consent": "privacy", "audit": "examiner", "evidence": "examiner", "tasks": "owner"}


def found() -> Iterator[tuple[str, str, Any]]:
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    yield from operations(described(app))


OPERATIONS = list(found())
NAMES = [operation["operationId"] for _, _, operation in OPERATIONS]


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_addresses(page) == page, "write it anew: python -m mesh_platform.api.reference docs/reference/http-api.md"


def test_every_address_stands_in_one_room() -> None:
    assert {tuple(operation["tags"]) for _, _, operation in OPERATIONS} == {(tag,) for tag in ROOMS}
    assert {*BODIES, *QUERIES} <= set(NAMES)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_the_example_is_a_call_that_the_api_takes(call: Call, method: str, path: str, operation: Any) -> None:
    address, body = example(method, path, operation)
    more = {"json": dict(body)} if body is not None else {}
    answer = call(method, address, CALLERS.get(operation["tags"][0], "analyst"), **more)
    rule = answer.json()["rule"] if answer.headers["content-type"] == "application/problem+json" else ""
    assert (answer.status_code, rule) not in {(404, "HTTP-13"), (405, "HTTP-14"), (422, "HTTP-12"), (400, "HTTP-17")}
    assert answer.status_code < 500


@pytest.mark.parametrize("kind", [CheckFailed, UsageProblem, Denied, NotFound, Unavailable])
def test_the_table_of_exit_codes_is_what_errors_end_with(kind: type[MeshError]) -> None:
    answer = problem(kind(Finding("X-01", "", "", "")))
    assert exit_code_of(answer.status_code) == kind.exit_code
    assert answer.status_code in TITLES
