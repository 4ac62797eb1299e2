"""What a product promised and what its API kept stands on its card, without a word of who asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from mesh_platform.api.service import Service
from tests.access.test_nothing_leaves import OUT_OF_ORDER
from tests.api.conftest import Call

SQL = "select segment from customer.profiles"


def of_the_api(service: Service, call: Call) -> dict[str, Any]:
    service.levels.flush()
    found = call("GET", "/v1/products/customer/profiles").json()["sla"]["interfaces"]
    return next((each for each in found if each["interface"] == "API"), {"reads": 0, "failed": 0})


def test_an_answer_counts_and_a_refusal_does_not(service: Service, call: Call, ask: Call) -> None:
    before = of_the_api(service, call)
    assert ask(SQL).status_code == 200
    assert ask(SQL, who="abroad").status_code == 403
    assert ask("select nothing from customer.profiles").status_code == 400
    after = of_the_api(service, call)
    assert (after["reads"] - before["reads"], after["failed"] - before["failed"]) == (1, 0)
    assert after["latency"]["measured"] > 0
    assert after["availability"]["unit"] == "percent"


def test_a_read_that_cannot_be_decided_is_one_that_failed(service: Service, call: Call, ask: Call) -> None:
    before = of_the_api(service, call)
    breaks, mends = OUT_OF_ORDER["the grants"]
    with closing(sqlite3.connect(service.settings.home_path / "control.db", isolation_level=None)) as database:
        database.execute(breaks)
        try:
            assert ask(SQL).status_code == 503
        finally:
            database.execute(mends)
    after = of_the_api(service, call)
    assert (after["reads"] - before["reads"], after["failed"] - before["failed"]) == (1, 1)
