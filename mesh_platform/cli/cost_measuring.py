"""What `mesh cost` tells, gathered: records of the control database, and the clock on a decision of each product."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mesh_platform.cli.cost import seconds
from mesh_platform.cli.cost_storage import storage
from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from datetime import datetime

    from mesh_platform.product import Product, ProductKey
    from mesh_platform.registry.costs import FirstGate, Recorded

TIMES = 200
"""Decisions on each product."""


def measured(session: Session) -> dict[str, Any]:
    """All figures."""
    from mesh_platform.cli.demo import LANDING
    from mesh_platform.demo import made_in

    recorded, served, records = _recorded(session)
    return {
        "demo": made_in(session.settings.project / LANDING) is not None,
        **recorded,
        "reads": _reads(session, served),
        "storage": storage(session, records),
    }


def _first(session: Session, gates: Iterable[FirstGate]) -> list[dict[str, Any]]:
    """What was let through, and what waits still: products whose folder is gone wait for nothing."""
    from mesh_platform.clock import utc_now

    def moment(at: datetime | None) -> str | None:
        return at.isoformat(timespec="seconds") if at else None

    now, there = utc_now(), {str(key) for key in (*session.mesh.products, *session.mesh.broken)}
    return [
        {
            "product": o.product,
            "refused": o.refused,
            "since": moment(o.since),
            "open_at": moment(o.open_at),
            "seconds": seconds(o.took),
            "waits_seconds": seconds(o.waits(now)),
            "kept_back_by": list(o.rules),
        }
        for o in gates
        if o.open_at is not None or o.product in there
    ]


def _recorded(session: Session) -> tuple[dict[str, Any], frozenset[ProductKey], dict[str, Recorded]]:
    from mesh_platform.registry import Registry, costs
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as db:
        if db is None:
            return {"first_gate": [], "waiting": [], "publications": []}, frozenset(), {}
        first = _first(session, costs.first_gates(db))
        waits = [
            {
                "domain": o.domain,
                "kind": o.kind,
                "decided": o.decided,
                "waiting": o.waiting,
                "median_seconds": seconds(o.median),
                "longest_seconds": seconds(o.longest),
            }
            for o in costs.waits(db)
        ]
        spent = [
            {
                "domain": o.domain,
                "control": o.control,
                "publications": o.publications,
                "median_ms": round(o.median, 1),
                "longest_ms": round(o.longest, 1),
            }
            for o in costs.spent(db)
        ]
        served = frozenset(Registry(db).latest_publications())
        return {"first_gate": first, "waiting": waits, "publications": spent}, served, costs.recorded(db)


def _reads(session: Session, served: frozenset[ProductKey]) -> list[dict[str, Any]]:
    """How long the decision of one read takes, by domain: what a governed read adds before the engine begins."""
    found: dict[str, list[float]] = {}
    products: dict[str, int] = {}
    for key, product in session.mesh.products.items():
        if key in served and product.descriptor.purposes:
            found.setdefault(key.domain, []).extend(_decided(session, product))
            products[key.domain] = products.get(key.domain, 0) + 1
    return [
        {"domain": domain, "products": products[domain], "p50_ms": _at(ms, 0.50), "p99_ms": _at(ms, 0.99)}
        for domain, ms in sorted(found.items())
    ]


def _decided(session: Session, product: Product) -> Iterator[float]:
    from mesh_platform.access.decision import Caller, decide
    from mesh_platform.access.grants import contract_grants, own_domain
    from mesh_platform.actor import Actor

    purpose = next(iter(product.descriptor.purposes))
    region = product.descriptor.data_residency.region
    caller = Caller.person(Actor("nobody", ("consumer",), (product.key.domain,), region))
    grants = (*contract_grants(session.mesh, product), *own_domain(product.key, product.descriptor.purposes))
    for _ in range(TIMES):
        begun = time.perf_counter()
        decide(caller, product, purpose, grants, session.mesh.governance, session.today)
        yield (time.perf_counter() - begun) * 1000


def _at(ms: list[float], share: float) -> float:
    return round(sorted(ms)[int(share * (len(ms) - 1))], 4)
