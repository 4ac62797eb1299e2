"""Who is told that an interface did not keep its service level: the product's owner, and the domains that hold a contract or a grant.

Each is told once per promise, interface and month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from mesh_platform.access.grants import Grant, Kind, contract_grants
from mesh_platform.product import Lifecycle, Mesh, Product, ProductKey
from mesh_platform.registry import Registry
from mesh_platform.registry.service_levels import month_of
from mesh_platform.tasks import Task, Tasks, level_task

_TO_DECIDE = timedelta(days=7)
_LATE = timedelta(hours=1)
"""For so long counts of an ended month may still come in."""


def tell_of_levels(
    mesh: Mesh, registry: Registry, grants: Callable[[ProductKey], Sequence[Grant]], tasks: Tasks, now: datetime
) -> tuple[Task, ...]:
    """Open the tasks of promises that were not kept this month; those that stand, or were resolved, stay as they are."""
    found: list[Task] = []
    for month in sorted({month_of(now), month_of(now - _LATE)}):
        for key, levels in registry.service_levels(month).items():
            product = mesh.products.get(key)
            if product is None or product.descriptor.status in (Lifecycle.DRAFT, Lifecycle.RETIRED):
                continue
            for level in levels:
                for name, promise in level.broken(product.descriptor.sla):
                    said = f"{promise.measured:g} {'%' if name == 'availability' else 'seconds'}"
                    for reader in (None, *consumers(mesh, product, grants(key), now)):
                        task = level_task(
                            str(key),
                            level.interface,
                            name,
                            f"{month:%Y-%m}",
                            said,
                            promise.promised or "",
                            now + _TO_DECIDE,
                            reader,
                        )
                        found.append(tasks.open_task(task))
    return tuple(found)


def consumers(mesh: Mesh, product: Product, grants: Sequence[Grant], now: datetime) -> Iterator[str]:
    """The other domains, and products of them, that may read it now, each once. A role or a person has no desk of its own: the card tells them."""
    told = {
        each.consumer.name
        for each in (*contract_grants(mesh, product), *grants)
        if each.consumer.kind in (Kind.DOMAIN, Kind.PRODUCT) and each.holds_on(now)
    }
    yield from sorted(name for name in told if name.partition("/")[0] != product.key.domain)
