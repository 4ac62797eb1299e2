"""The description (OpenAPI) is whole, and the server keeps to it: schemathesis asks every address what it says it answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import cast

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from mesh_platform.api.app import create_app
from mesh_platform.api.service import Service

EXAMPLES = 400 if os.environ.get("MESH_NIGHTLY") else 4
OPEN = {"/healthz", "/readyz", "/metrics"}
load_all_checks()
LEFT_OUT = CHECKS.get_by_names(["positive_data_acceptance"])
"""A text of the right form may still be no statement, and no name of a product: both are refused, as the description says."""
REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "422", "429", "431"]
CONFIG = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}})
schema = schemathesis.openapi.from_dict(create_app(cast(Service, None)).openapi(), config=CONFIG)


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_address_answers_as_it_is_described(case: schemathesis.Case, address: str, token: Callable[[str], str]) -> None:
    headers = {"Authorization": f"Bearer {token('privacy')}"}
    case.call_and_validate(base_url=address, headers=headers, timeout=60, excluded_checks=LEFT_OUT)


class TestWhole:
    def test_every_address_tells_its_refusals_and_what_it_is_for(self, service: Service) -> None:
        found = create_app(service).openapi()
        for path, methods in found["paths"].items():
            for method, operation in methods.items():
                where = f"{method} {path}"
                assert operation["summary"] and operation["operationId"] and operation["description"], where
                assert operation.get("security") or path in OPEN, where
                refusals = {status for status in operation["responses"] if not status.startswith("2")}
                assert "500" in refusals, where
                assert path in OPEN or {"401", "413", "422"} <= refusals, where

    def test_the_way_to_sign_in_stands_in_it(self, service: Service) -> None:
        found = create_app(service).openapi()
        assert found["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
        assert "HTTPValidationError" not in str(found)
