"""`/v1/products/{domain}/{product}/data`: a statement made of columns, filters and an order, under the same decision."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Call

DATA = "/v1/products/customer/profiles/data"


def rows(call: Call, **wanted: Any) -> list[list[Any]]:
    answer = call("GET", DATA, params={"purpose": "service", **wanted})
    assert answer.status_code == 200, answer.text
    found: list[list[Any]] = answer.json()["rows"]
    return found


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"columns": "segment", "order": "segment"}, [["gold"], ["gold"], ["silver"]]),
        (
            {"columns": "segment,email", "order": "-segment,email", "limit": 2},
            [["silver", "…@mail.test"], ["gold", "…@firm.test"]],
        ),
        ({"columns": "segment", "where": "segment:eq:silver"}, [["silver"]]),
        ({"columns": "segment", "where": ["segment:ne:gold", "email:prefix:…@mail"]}, [["silver"]]),
        ({"columns": "segment", "where": 'segment:in:["silver", "bronze"]'}, [["silver"]]),
        ({"columns": "birth_date", "where": "birth_date:lt:1990-01-01"}, [["1984-01-01"]]),
        ({"columns": "latitude", "where": "latitude:ge:53"}, [[53.6]]),
        ({"columns": "segment", "where": "birth_date:null:true"}, []),
        ({"columns": "segment", "where": "email:eq:ana@mail.test"}, []),
        ({"columns": "segment", "where": "segment:eq:gold' or '1'='1"}, []),
    ],
)
def test_filters_and_orders_see_what_the_caller_sees(call: Call, wanted: dict[str, Any], expected: list[list[Any]]) -> None:
    assert rows(call, **wanted) == expected


@pytest.mark.parametrize(
    ("wanted", "status", "rule"),
    [
        ({"columns": "region"}, 403, "CORE-09"),
        ({"where": "region:eq:north"}, 403, "CORE-09"),
        ({"order": "region"}, 403, "CORE-09"),
        ({"where": "segment=gold"}, 400, "HTTP-17"),
        ({"where": "segment:like:%"}, 400, "HTTP-17"),
        ({"where": "segment:in:gold"}, 400, "HTTP-17"),
        ({"where": "birth_date:lt:soon"}, 400, "SQL-10"),
        ({"columns": ""}, 400, "HTTP-17"),
        ({"columns": 'segment" from customer.profiles --'}, 400, "SQL-08"),
        ({"limit": "0"}, 422, "HTTP-12"),
        ({"as_of": "2020-01-01T00:00:00Z"}, 403, "HTTP-18"),
        ({"as_of": "yesterday"}, 422, "HTTP-12"),
        ({"purpose": ""}, 403, "CORE-14"),
    ],
)
def test_what_is_refused(call: Call, wanted: dict[str, Any], status: int, rule: str) -> None:
    answer = call("GET", DATA, params={"purpose": "service", **wanted})
    assert (answer.status_code, answer.json()["rule"]) == (status, rule)


def test_the_version_that_is_served_may_be_named_by_a_moment(call: Call) -> None:
    assert len(rows(call, columns="segment", as_of="2999-01-01T00:00:00Z")) == 3
