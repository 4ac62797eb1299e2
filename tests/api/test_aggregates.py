"""`/aggregates`: numbers by groups, over what the caller would see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Call

AGGREGATES = "/v1/products/customer/profiles/aggregates"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [[3]]),
        ({"by": "segment"}, [["gold", 2], ["silver", 1]]),
        ({"by": "segment", "measure": "max:latitude"}, [["gold", 2, 52.5], ["silver", 1, 53.6]]),
        ({"by": "email", "where": "segment:eq:gold"}, [["…@firm.test", 1], ["…@mail.test", 1]]),
    ],
)
def test_numbers_by_groups(call: Call, wanted: dict[str, Any], expected: list[list[Any]]) -> None:
    answer = call("GET", AGGREGATES, params={"purpose": "service", **wanted})
    assert answer.json()["rows"] == expected


@pytest.mark.parametrize(
    ("wanted", "status", "rule"),
    [
        ({"by": "region"}, 403, "CORE-09"),
        ({"measure": "max:region"}, 403, "CORE-09"),
        ({"measure": "string_agg:email"}, 400, "HTTP-17"),
        ({"measure": "latitude"}, 400, "HTTP-17"),
    ],
)
def test_what_is_refused(call: Call, wanted: dict[str, Any], status: int, rule: str) -> None:
    answer = call("GET", AGGREGATES, params={"purpose": "service", **wanted})
    assert (answer.status_code, answer.json()["rule"]) == (status, rule)
