"""`/v1/products`: what there is, and what one caller would see of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.api.service import Service
from tests.api.conftest import Call


class TestFinding:
    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({}, True),
            ({"text": "profiles"}, True),
            ({"text": "zebras"}, False),
            ({"category": "user.contact"}, True),
            ({"category": "user.cont"}, False),
            ({"purpose": "service.repair"}, True),
            ({"purpose": "marketing"}, False),
            ({"region": "EU"}, True),
            ({"region": "US"}, False),
            ({"owner": "Bakery-team@Example.com"}, True),
            ({"domain": "sales"}, False),
            ({"text": "profiles", "region": "westeurope", "purpose": "service"}, True),
        ],
    )
    def test_all_that_is_asked_for_must_hold(self, call: Call, wanted: dict[str, str], found: bool) -> None:
        answer = call("GET", "/v1/products", params=wanted).json()
        assert [each["product"] for each in answer["products"]] == ["customer/profiles"] * found
        assert answer["total"] == found

    def test_pages_end_with_the_last_product(self, call: Call) -> None:
        answer = call("GET", "/v1/products", params={"limit": 1}).json()
        assert (len(answer["products"]), answer["next_offset"]) == (1, None)
        assert call("GET", "/v1/products", params={"offset": 1}).json() == {"products": [], "total": 1, "next_offset": None}

    def test_an_unknown_parameter_is_refused(self, call: Call) -> None:
        assert call("GET", "/v1/products", params={"txet": "profiles"}).status_code == 422

    def test_nobody_looks_without_a_token(self, call: Call) -> None:
        assert call("GET", "/v1/products", None).status_code == 401


class TestOne:
    def test_tells_what_the_caller_would_see_for_each_purpose(self, call: Call) -> None:
        found = call("GET", "/v1/products/customer/profiles").json()
        service, analytics = found["access"]
        assert (service["purpose"], service["decision"], analytics["purpose"]) == ("service", "allow", "analytics")
        assert service["columns"]["email"]["treatment"] == "mask"
        assert analytics["columns"]["customer_id"]["treatment"] == "raw"
        assert analytics["columns"]["email"]["treatment"] == "deny"
        assert found["published"]["rows"] == 3
        assert [each["name"] for each in found["columns"]][:2] == ["customer_id", "email"]

    def test_tells_somebody_else_why_not(self, call: Call) -> None:
        [decision] = call("GET", "/v1/products/customer/profiles", "abroad", params={"purpose": "service"}).json()["access"]
        assert (decision["decision"], decision["rule"]) == ("deny", "CORE-07")
        assert decision["fix"]

    @pytest.mark.parametrize(
        "path", ["customer/nothing", "Customer/profiles", "customer/..%2f..%2fsecrets", "%00/x", "käse/brot"]
    )
    def test_what_is_no_product_is_not_found(self, call: Call, path: str) -> None:
        answer = call("GET", f"/v1/products/{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"

    def test_does_not_say_that_nothing_is_served_where_nothing_opens(self, service: Service, call: Call, tmp_path: Path) -> None:
        [catalog] = (service.settings.home_path / "catalogs").rglob("profiles.ducklake")
        catalog.rename(tmp_path / "aside")
        catalog.write_bytes(b"no catalog" * 1_000)
        try:
            answer = call("GET", "/v1/products/customer/profiles")
            assert (answer.status_code, answer.json()["exit_code"]) == (503, 5)
        finally:
            (tmp_path / "aside").rename(catalog)
        assert call("GET", "/v1/products/customer/profiles").json()["access"]
