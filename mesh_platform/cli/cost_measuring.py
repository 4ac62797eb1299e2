"""What `mesh cost` tells, gathered: records of the control database, the clock on a decision of each product, and the sizes of files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_platform.cli.cost import seconds
from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.product import Product, ProductKey

TIMES = 200
"""Decisions on each product."""


def measured(session: Session) -> dict[str, Any]:
    """All figures."""
    from mesh_platform.cli.demo import LANDING
    from mesh_platform.demo import made_in

    recorded, served = _recorded(session)
    return {
        "demo": made_in(session.settings.project / LANDING) is not None,
        **recorded,
        "reads": _reads(session, served),
        "storage": {"domains": _domains(session), **_together(session, recorded.pop("records"))},
    }


def _recorded(session: Session) -> tuple[dict[str, Any], frozenset[ProductKey]]:
    from mesh_platform.registry import Registry, costs
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as db:
        if db is None:
            return {"first_gate": [], "waiting": [], "publications": [], "records": 0}, frozenset()
        first = [
            {
                "product": o.product,
                "refused": o.refused,
                "open_at": o.open_at.isoformat(timespec="seconds") if o.open_at else None,
                "seconds": seconds(o.took),
            }
            for o in costs.first_gates(db)
        ]
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
        return {"first_gate": first, "waiting": waits, "publications": spent, "records": costs.records(db)}, served


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


def _domains(session: Session) -> list[dict[str, Any]]:
    home = session.settings.home_path
    return [
        {
            "domain": domain,
            **{
                kind: sum(_bytes(folder) for folder in (home / kind).glob(f"*/{domain}"))
                for kind in ("data", "catalogs", "subjects")
            },
        }
        for domain in sorted(session.mesh.domains)
    ]


def _together(session: Session, records: int) -> dict[str, Any]:
    """What no domain has for itself. A control database on PostgreSQL is not looked into: its size is None."""
    from mesh_platform.backups import Shelf

    home = session.settings.home_path
    own = None if session.settings.database_url is not None else sum(_bytes(path) for path in home.glob("control.db*"))
    folder = Shelf.of(session.settings).root
    return {"control_database": own, "audit_records": records, "backups": _bytes(folder), "keys": _bytes(home / "keys")}


def _bytes(path: Path) -> int:
    """The bytes of a file, or of all files below a folder; one that goes while it is looked at counts nothing."""
    try:
        if path.is_file():
            return path.stat().st_size
        return sum(_bytes(one) for one in path.iterdir()) if path.is_dir() else 0
    except OSError:
        return 0
