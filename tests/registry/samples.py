"""Small values that the registry's tests speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mesh_platform.product.key import ProductKey
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.registry import ColumnEntry, LineageEdge, ProductEntry, Publication

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNTS = ProductKey("crm", "accounts")
CUSTOMERS = ProductKey("customer", "customer_360")
ORDERS = ProductKey("sales", "orders")
REPORT = ProductKey("analytics", "revenue")

EMAIL = ColumnEntry("email", "string", Sensitivity.RESTRICTED, "user.contact.email", "email", "Where to write to")
ID = ColumnEntry("customer_id", "string", Sensitivity.CONFIDENTIAL, None, "customer_id", "Key of the person")


def entry(key: ProductKey = CUSTOMERS, **changes: object) -> ProductEntry:
    """A product as its descriptor might tell it."""
    plain = ProductEntry(
        key=key,
        version="1.2.0",
        status="active",
        sensitivity=Sensitivity.RESTRICTED,
        spec_hash="spec-1",
        title=key.name.replace("_", " ").title(),
        owner="customer-data-team@example.com",
        description="One current row per person.",
        region="EU",
        location="westeurope",
        columns=(ID, EMAIL),
        document={"name": key.name, "columns": {"email": {"type": "string"}}},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def publication(number: int, product: ProductKey = CUSTOMERS, **changes: object) -> Publication:
    """The publication that made snapshot `number`."""
    plain = Publication(
        id=f"00000000-0000-4000-8000-{number:012d}",
        product=product,
        version="1.2.0",
        snapshot_id=number,
        spec_hash="spec-1",
        rows=100 + number,
        sensitivity=Sensitivity.RESTRICTED,
        location="westeurope",
        published_at=NOON + timedelta(minutes=number),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Version:
    """One version as the lake tells it."""

    snapshot_id: int
    committed_at: datetime
    extra: Mapping[str, object]


def version(of: Publication, **extra: object) -> Version:
    """The lake's version that `of` stands in."""
    said = {
        "publication_id": of.id,
        "version": of.version,
        "spec_hash": of.spec_hash,
        "rows": of.rows,
        "ledger_seq": of.ledger_seq,
        "sensitivity": of.sensitivity.value,
        "location": of.location,
    }
    return Version(of.snapshot_id, of.published_at, {**said, **extra})


def edge(below: str, above: str) -> LineageEdge:
    """`edge("sales/orders.id", "crm/accounts.id")`; without a dot, the whole product."""
    product, _, column = below.partition(".")
    upstream, _, upstream_column = above.partition(".")
    return LineageEdge(ProductKey.parse(product), ProductKey.parse(upstream), column, upstream_column)
