"""What an answer tells of itself, on every port: of which version, how old and where it lies, what was promised and measured, what was masked and why.

It holds no value of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from mesh_platform.access.decision import Decision
from mesh_platform.access.served import Answer, Served
from mesh_platform.product import ProductKey

VERSION = 1
Measures = Callable[[ProductKey, str], Mapping[str, float | None]]


def envelope(
    answer: Answer, purpose: str | None, limit: int, now: datetime, region: str | None, measured: Measures
) -> dict[str, Any]:
    """What is told of an answer.

    Args:
        answer: the rows and what decided them.
        purpose: as it was asked for.
        limit: the most rows that it may have.
        now: the moment of the answer.
        region: where it is answered from.
        measured: the quality measures of a publication.
    """
    pairs = zip(answer.decisions, answer.served, strict=True)
    products = [_product(decision, served, now, measured) for decision, served in pairs]
    return {"version": VERSION, "purpose": purpose, "limit": limit, "region": region, "products": products}


def freshness(served: Served, now: datetime) -> dict[str, object]:
    """How old the served version is, and how old it may be."""
    sla = served.product.descriptor.sla
    promised, since = sla.freshness if sla is not None else None, served.version.committed_at
    return {
        "published_at": since.isoformat(),
        "age_seconds": max(0, int((now - since).total_seconds())),
        "promised": promised.text if promised is not None else None,
        "kept": since >= promised.before(now) if promised is not None else None,
    }


def quality(served: Served, measured: Measures) -> dict[str, object]:
    """Promised floors and measured values, in percent."""
    promised = served.product.descriptor.quality_metrics
    floors = promised.model_dump(exclude_none=True) if promised is not None else {}
    publication = str(served.version.extra.get("publication_id", ""))
    return {"promised": floors, "measured": dict(measured(served.product.key, publication))}


def _product(decision: Decision, served: Served, now: datetime, measured: Measures) -> dict[str, Any]:
    return decision.as_json() | {
        "version": str(served.version.extra.get("version", "")),
        "location": served.place.location,
        "freshness": freshness(served, now),
        "quality": quality(served, measured),
    }
