"""A product of people of whom one stands out, with an aggregate-only contract: `customer/members`, 400 of them, read by sales."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from mesh_platform.product import DataProduct, Mesh, Product, ProductKey, load_mesh
from tests.access.shop import descriptor as shop_descriptor
from tests.access.shop import write_project
from tests.publish.bakery import write_product

MEMBERS = ProductKey("customer", "members")
REGIONS, SEGMENTS = ("north", "south", "west"), ("gold", "silver", "bronze")
COLUMNS: dict[str, dict[str, Any]] = {
    "member_id": {"type": "string", "sensitivity": "confidential", "subject": "customer_id", "category": "user.unique_id"},
    "email": {"type": "string", "sensitivity": "restricted", "subject": "email", "category": "user.contact.email"},
    "region": {"type": "string", "sensitivity": "internal"},
    "segment": {"type": "string", "sensitivity": "internal"},
    "joined": {"type": "date", "sensitivity": "internal"},
    "spent": {"type": "double", "sensitivity": "confidential"},
    "visits": {"type": "integer", "sensitivity": "internal"},
    "debt": {"type": "double", "nullable": True, "sensitivity": "restricted"},
    "plan": {"type": "string", "sensitivity": "internal"},
}
FIELDS = ["region", "segment", "joined", "spent", "visits", "debt", "plan", "email"]
GROUPS = {"by": ["region", "segment", "joined"], "period": "quarter"}
CONTRACTS: list[dict[str, Any]] = [
    {"consumer": "sales", "purpose": "analytics", "fields": FIELDS, "aggregate": GROUPS},
    {"consumer": "sales", "purpose": "service.repair", "fields": ["region", "spent"], "aggregate": {"by": ["region"]}},
]
VICTIM = ("M-007", "south", "gold", "2026-01-15", 250_000.0, 3, 777_777.0)
"""The one gold member of the south: whoever knows that much finds this row and no other. Nothing else comes near these two sums."""

SOLO = ("M-008", "west", "solo", "2026-02-15", 120.0, 3, "")
"""The one member of a segment of its own."""


def people(seed: int = 1, count: int = 400) -> list[tuple[Any, ...]]:
    """Rows without the addresses: id, region, segment, day, spent, visits, debt."""
    draw = random.Random(seed)
    rows: list[tuple[Any, ...]] = [VICTIM, SOLO]
    for i in range(1000, 1000 + count - 2):
        region, segment = draw.choice(REGIONS), draw.choice(SEGMENTS)
        segment = "silver" if (region, segment) == ("south", "gold") else segment
        day = f"2026-{draw.randint(1, 6):02}-{draw.randint(1, 28):02}"
        debt = round(draw.uniform(10, 500), 2) if draw.random() < 0.1 else ""
        rows.append((f"M-{i}", region, segment, day, round(draw.lognormvariate(5, 0.6), 2), draw.randint(1, 30), debt))
    return rows


def csv_of(rows: list[tuple[Any, ...]]) -> str:
    lines = ["member_id,email,region,segment,joined,spent,visits,debt,plan"]
    lines += [f"{i},{i.lower()}@mail.test,{r},{s},{d},{a},{v},{o},basic" for i, r, s, d, a, v, o in rows]
    return "\n".join(lines) + "\n"


def descriptor(**changes: Any) -> dict[str, Any]:
    own = {
        **shop_descriptor(),
        "name": "Members",
        "purposes": {"service": "contract", "analytics": "legitimate_interests"},
        "columns": COLUMNS,
        "dataContracts": CONTRACTS,
    }
    own["source"] = {**own["source"], "path": "landing/members.csv"}
    return {key: value for key, value in {**own, **changes}.items() if value is not None}


def members(**changes: Any) -> Product:
    """customer/members as a value."""
    found = DataProduct.model_validate(descriptor(**changes), by_alias=True, by_name=False)
    return Product(MEMBERS, Path(), found, None, None, "", "westeurope", str(MEMBERS))


def write_club(root: Path, rows: list[tuple[Any, ...]] | None = None) -> Mesh:
    """The project under `root`, with customer/members in it."""
    write_project(root)
    (root / "landing" / "members.csv").write_text(csv_of(rows or people()))
    write_product(root, str(MEMBERS), descriptor())
    return load_mesh(root)
