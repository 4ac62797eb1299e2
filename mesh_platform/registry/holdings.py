"""Every place that holds data of a product, whether or not a folder of it stands: what erasure, retention and holds have to walk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from mesh_platform.errors import UsageProblem
from mesh_platform.product.key import ProductKey
from mesh_platform.registry.registry import Registry
from mesh_platform.registry.values import ProductEntry

State = Literal["registered", "retired", "moved", "orphaned", "unknown"]


class OnDisk(Protocol):
    """What is read of a place of the lake."""

    @property
    def location(self) -> str: ...
    @property
    def key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Holding:
    """One place that holds data, and how its product stands.

    `orphaned`: its folder is gone. `moved`: the product lies elsewhere now, and these rows stayed. `unknown`: the registry never heard of it.
    Only what is `registered` is served.
    """

    product: ProductKey
    location: str
    state: State
    entry: ProductEntry | None = None


def holdings(registry: Registry, places: Iterable[OnDisk]) -> tuple[Holding, ...]:
    """Every one of the lake's `places` as a holding, none left out.

    Args:
        registry: knows products whose folders stand, and those whose do not.
        places: all that the lake holds anything of (`Lake.places()`).
    """
    known = {entry.key: entry for entry in registry.products(gone=True)}
    found = []
    for place in places:
        key = _key(place.key)
        entry = known.get(key)
        found.append(Holding(key, place.location, _state(entry, place.location), entry))
    return tuple(sorted(found, key=lambda held: (held.product, held.location)))


def _key(text: str) -> ProductKey:
    try:
        return ProductKey.parse(text)
    except UsageProblem:
        domain, _, name = text.partition("/")
        return ProductKey(domain, name)  # nobody could have registered it, and it holds data all the same


def _state(entry: ProductEntry | None, location: str) -> State:
    if entry is None:
        return "unknown"
    if entry.gone_at is not None:
        return "orphaned"
    if entry.location and entry.location != location:
        return "moved"
    return "retired" if entry.status == "retired" else "registered"
