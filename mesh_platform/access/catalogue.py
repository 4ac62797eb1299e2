"""What there is, for whom and in which state; and what one caller would see of a product. No row is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mesh_platform.access.decision import Caller
from mesh_platform.access.envelope import Measures, freshness, quality
from mesh_platform.access.reading import Reading
from mesh_platform.access.served import Served
from mesh_platform.errors import Denied, NotFound
from mesh_platform.product import Mesh, Product, ProductKey, Sensitivity
from mesh_platform.registry import Publication, Registry

Search = Callable[[Mesh, str], Sequence[ProductKey]]
"""Words to products, the best first."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which products are wanted; all of it must hold."""

    text: str | None = None
    category: str | None = None
    purpose: str | None = None
    region: str | None = None
    owner: str | None = None
    domain: str | None = None
    limit: int = 50
    offset: int = 0


def listed(mesh: Mesh, registry: Registry, search: Search, wanted: Sought) -> dict[str, Any]:
    """Products that fit, in the order of their keys, or the best hit first where words are searched for."""
    served = registry.latest_publications()
    order: Iterable[ProductKey] = sorted(mesh.products)
    if wanted.text is not None:
        order = [key for key in search(mesh, wanted.text) if key in mesh.products]
    found = [mesh.products[key] for key in order if _fits(mesh, mesh.products[key], wanted)]
    page = found[wanted.offset : wanted.offset + wanted.limit]
    more = wanted.offset + len(page)
    return {
        "products": [_short(mesh, each, served.get(each.key)) for each in page],
        "total": len(found),
        "next_offset": more if more < len(found) else None,
    }


def _fits(mesh: Mesh, product: Product, wanted: Sought) -> bool:
    descriptor, governance = product.descriptor, mesh.governance
    if wanted.domain is not None and product.key.domain != wanted.domain:
        return False
    if wanted.owner is not None and mesh.owner(product.key).casefold() != wanted.owner.casefold():
        return False
    if wanted.region is not None and product.location not in {wanted.region, *governance.regions.locations(wanted.region)}:
        return False
    if wanted.purpose is not None:
        asked = governance.purpose(wanted.purpose)
        if asked is None or not any(governance.purpose_covers(one, asked) for one in descriptor.purposes):
            return False
    if wanted.category is not None:
        below = f"{wanted.category}."
        return any(f"{column.category or ''}.".startswith(below) for column in descriptor.columns.values())
    return True


def _short(mesh: Mesh, product: Product, served: Publication | None) -> dict[str, Any]:
    descriptor = product.descriptor
    return {
        "product": str(product.key),
        "name": descriptor.name or product.key.name,
        "description": descriptor.description,
        "owner": mesh.owner(product.key),
        "status": descriptor.status.value,
        "sensitivity": descriptor.sensitivity.value,
        "region": descriptor.data_residency.region or mesh.governance.regions.around(product.location),
        "location": product.location,
        "purposes": list(descriptor.purposes),
        "published": _published(served) if served is not None else None,
        "href": f"/v1/products/{product.key}",
    }


def _published(served: Publication) -> dict[str, Any]:
    return {"version": served.version, "rows": served.rows, "at": served.published_at.isoformat()}


def described(
    mesh: Mesh,
    registry: Registry,
    measures: Measures,
    reading: Reading,
    who: Caller,
    key: ProductKey,
    purpose: str | None,
    now: datetime,
) -> dict[str, Any]:
    """Schema, sensitivity, promises and measures, quality, lineage; and for each purpose, or the one that is named, the decision per column."""
    standing = mesh.product(key)
    descriptor = standing.descriptor
    served = _served(reading, key)
    sla = descriptor.sla
    asked = [purpose] if purpose is not None else list(descriptor.purposes)
    return _short(mesh, standing, registry.latest(key)) | {
        "version": descriptor.version,
        "approvers": list(mesh.approvers(key.domain)),
        "sunset": descriptor.sunset.isoformat() if descriptor.sunset else None,
        "successor": str(descriptor.successor) if descriptor.successor else None,
        "legal_bases": {name: basis.value for name, basis in descriptor.purposes.items()},
        "columns": [
            {
                "name": name,
                "type": column.type.text,
                "nullable": column.nullable,
                "sensitivity": (column.sensitivity or Sensitivity.RESTRICTED).value,
                "category": column.category,
                "subject": column.subject,
                "description": column.description,
            }
            for name, column in descriptor.columns.items()
        ],
        "sla": {
            "promised": sla.model_dump(mode="json", exclude_none=True) if sla is not None else {},
            "freshness": freshness(served, now) if served is not None else None,
            "interfaces": [each.as_json(sla) for each in registry.service_levels(now, key).get(key, ())],
        },
        "quality": quality(served, measures) if served is not None else None,
        "lineage": {
            "inputs": [
                {"product": str(each.product), "purpose": each.purpose, "fields": list(each.fields)} for each in descriptor.inputs
            ],
            "upstream": _reached(key, (step.product for step in registry.upstream(key))),
            "downstream": _reached(key, (step.product for step in registry.downstream(key))),
        },
        "interfaces": [each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in descriptor.interfaces],
        "rate_limit": descriptor.rate_limit,
        "access": [reading.decision(who, served, one, now).as_json() for one in asked] if served is not None else [],
    }


def _served(reading: Reading, key: ProductKey) -> Served | None:
    """What is served of it; None where nothing is, or nobody knows what may be handed out."""
    try:
        return reading.served(key)
    except (NotFound, Denied):
        return None


def _reached(key: ProductKey, steps: Iterable[ProductKey]) -> list[str]:
    return list(dict.fromkeys(str(step) for step in steps if step != key))
