"""What an answer tells of itself, and how it stands in a header: shortened to names and masks, without the words."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from mesh_platform.access.envelope import Measures, envelope, freshness, quality

__all__ = ["Measures", "envelope", "freshness", "in_header", "quality"]
LONGEST_HEADER = 6_000  # bytes before base64; clients bound a whole head to 64 KB or less


def in_header(found: Mapping[str, Any]) -> str:
    """The envelope as base64url of JSON, for the header `Mesh-Envelope`; `columns` is null where they do not fit."""
    products = [
        {
            **{name: value for name, value in product.items() if name not in ("why", "columns")},
            "columns": _short(product["columns"]),
        }
        for product in found["products"]
    ]
    text = _packed({**found, "products": products})
    if len(text) > LONGEST_HEADER:
        text = _packed({**found, "products": [{**product, "columns": None} for product in products]})
    if len(text) > LONGEST_HEADER:
        text = _packed({**found, "products": [{"product": product["product"]} for product in products]})
    return urlsafe_b64encode(text).decode("ascii").rstrip("=")


def _short(columns: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Granted columns with their masks, the others left out."""
    return {name: said.get("mask", "") for name, said in columns.items() if said["treatment"] != "deny"}


def _packed(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
