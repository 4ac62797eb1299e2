"""Changes that only protect more need no review; anything else that matters to people among them does."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_platform.product import diff
from mesh_platform.product.models import DataProduct
from mesh_platform.product.tightening import tightened

BASE: dict[str, Any] = {
    "name": "Orders",
    "domain": "shop",
    "purposes": {"service": "contract", "marketing": "consent"},
    "retention": {"period": "3 years", "from": "at", "action": "delete"},
    "columns": {
        "id": {"type": "string", "sensitivity": "confidential", "subject": "customer_id"},
        "city": {"type": "string", "sensitivity": "internal", "mask": "geo"},
        "at": {"type": "timestamp", "sensitivity": "internal"},
    },
    "dataContracts": [
        {"consumer": "sales", "purpose": "service", "fields": ["id", "city"]},
        {"consumer": "ops", "purpose": "service", "fields": ["city"]},
    ],
}


def changed(**change: Any) -> tuple[str, ...]:
    new = {**BASE, **change}
    return tuple(one.path for one in tightened(diff(DataProduct.model_validate(BASE), DataProduct.model_validate(new))))


def columns(**change: Any) -> dict[str, Any]:
    return {name: {**column, **change.get(name, {})} for name, column in BASE["columns"].items()}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"columns": columns(city={"sensitivity": "confidential"})}, "columns.city.sensitivity"),
        ({"columns": columns(city={"mask": "redact"})}, "columns.city.mask"),
        ({"columns": columns(city={"purposes": ["service"]})}, "columns.city.purposes"),
        ({"columns": {name: one for name, one in columns().items() if name != "city"}}, "columns.city"),
        ({"retention": {"period": "1 year", "from": "at", "action": "delete"}}, "retention.period"),
        ({"purposes": {"service": "contract"}}, "purposes.marketing"),
        ({"dataContracts": BASE["dataContracts"][:1]}, "dataContracts[ops, service]"),
        (
            {"dataContracts": [{**BASE["dataContracts"][0], "fields": ["city"]}, BASE["dataContracts"][1]]},
            "dataContracts[sales, service].fields",
        ),
    ],
)
def test_what_protects_more_is_told(change: dict[str, Any], path: str) -> None:
    assert path in changed(**change)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"description": "told otherwise"},
        {"columns": columns(city={"sensitivity": "public"})},
        {"columns": {**columns(), "more": {"type": "string", "sensitivity": "public"}}},
        {"retention": {"period": "9 years", "from": "at", "action": "delete"}},
        {"columns": columns(city={"sensitivity": "confidential"}), "purposes": {**BASE["purposes"], "research": "consent"}},
        {"qualityMetrics": {"completeness": 99}},
    ],
)
def test_what_loosens_or_touches_nobody_is_not_and_one_loosening_takes_all_of_it(change: dict[str, Any]) -> None:
    assert changed(**change) == ()
