"""`regions.yaml`: which places lie in which region, and where a place copies its data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field

from mesh_platform.product.model import Model


def _tree(value: object) -> object:
    return value or {}


class Regions(Model):
    """A tree of regions; a leaf is a place where files can lie."""

    tree: Annotated[Mapping[str, object], BeforeValidator(_tree)] = Field(default={})
    replicates_to: Mapping[str, tuple[str, ...]] = Field(
        default={}, description="Place → the places that its storage is copied to; [] where it is copied nowhere."
    )

    @cached_property
    def _leaves(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        _collect(self.tree, found)
        return found

    def known(self, region: str) -> bool:
        return region in self._leaves

    def is_location(self, region: str) -> bool:
        return self._leaves.get(region) == frozenset({region})

    def locations(self, region: str) -> frozenset[str]:
        """The leaves at or under `region`; none where it is unknown."""
        return self._leaves.get(region, frozenset())

    def holding(self, location: str) -> frozenset[str]:
        """Every region that holds `location`, itself included where it is known."""
        return self._holding.get(location, frozenset())

    @cached_property
    def _holding(self) -> dict[str, frozenset[str]]:
        names = {*self._leaves}
        return {one: frozenset(name for name in names if self._leaves[one] <= self._leaves[name]) for one in names}

    def around(self, location: str | None) -> str | None:
        """The smallest region that is more than a place and holds `location`; the place itself where none does."""
        holding = [(len(leaves), name) for name, leaves in self._leaves.items() if location in leaves and name != location]
        return min(holding)[1] if holding else location

    def within(self, location: str, allowed: tuple[str, ...]) -> bool:
        """Whether `location` lies in one of the `allowed` regions."""
        return any(location == region or location in self.locations(region) for region in allowed)


def _collect(node: object, found: dict[str, frozenset[str]]) -> frozenset[str]:
    below: frozenset[str] = frozenset()
    for name, child in _children(node):
        leaves = _collect(child, found) or frozenset({name})
        found[name] = leaves
        below |= leaves
    return below


def _children(node: object) -> list[tuple[str, object]]:
    if isinstance(node, Mapping):
        return [(str(name), child) for name, child in node.items()]
    if isinstance(node, list | tuple):
        return [pair for item in node for pair in (_children(item) if isinstance(item, Mapping) else [(str(item), None)])]
    return [(node, None)] if isinstance(node, str) else []
