"""The products of which rows are served now, as their versions tell of their people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from mesh_platform.access.filters import ABSORBED, LEDGER
from mesh_platform.errors import Finding, NotFound, Unavailable
from mesh_platform.lake import Lake, Place, Version
from mesh_platform.lake.hidden import CONSENT, SUBJECTS
from mesh_platform.product import DataProduct
from mesh_platform.product.models import LegalBasis, served_descriptor


@dataclass(frozen=True, slots=True)
class Published:
    """One product as it is served; `problem` tells why it does not open. `versions` are those held, the served one last."""

    place: Place
    versions: tuple[Version, ...]
    descriptor: DataProduct | None
    marked: bool
    problem: Finding | None = None

    @property
    def version(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def key(self) -> str:
        return self.place.key

    @property
    def keys(self) -> tuple[str, ...]:
        """Its subject columns."""
        return tuple(self.descriptor.subject_columns) if self.descriptor else ()

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(str(entry.product) for entry in self.descriptor.inputs) if self.descriptor else ()

    @property
    def about_people(self) -> bool:
        """Whether it has something to absorb; one that cannot be read may have."""
        return self.descriptor is None or bool(self.keys or self.inputs)

    @property
    def told(self) -> Mapping[str, Any] | None:
        """For which sequence, moment, bits and bases its rows speak; None where they say nothing that can be gone by."""
        told = self.version.extra.get(LEDGER) if self.version else None
        return told if isinstance(told, dict) and self.marked and "bases" in told else None

    @property
    def bases(self) -> dict[str, list[LegalBasis]]:
        told = self.told
        return {purpose: [LegalBasis(basis)] for purpose, basis in told["bases"].items()} if told else {}

    @property
    def publication(self) -> str:
        return str(self.version.extra.get("publication_id", "")) if self.version else ""

    @property
    def stands_at(self) -> tuple[int, datetime]:
        """What it has absorbed by its versions' own word, and the moment for which they say so: an older one holds what the served one left out."""
        return min(map(_absorbed, self.versions), default=(0, datetime.fromtimestamp(0, UTC)))

    def fresh(self, sequence: int) -> bool:
        """Whether the served version was made of what the ledger said then, or later."""
        return self.version is not None and _absorbed(self.version)[0] >= sequence


def _absorbed(version: Version) -> tuple[int, datetime]:
    told, absorbed = version.extra.get(LEDGER), version.extra.get(ABSORBED)
    if not isinstance(told, dict):
        return int(str(absorbed or 0)), version.committed_at
    sequence = int(told["sequence"])
    return min(sequence, int(str(absorbed or sequence))), datetime.fromisoformat(told["at"])


class Shelf:
    """What is served, opened as it is asked for; for one batch."""

    def __init__(self, lake: Lake) -> None:
        self._lake, self._opened = lake, dict[Place, Published]()
        self._places = sorted(place for place in lake.places() if lake.published(place))

    def of_domain(self, domain: str) -> tuple[Published, ...]:
        """The domain's products, what they derive from before them."""
        own = {place: self.at(place) for place in self._places if place.domain == domain}
        graph = {place: [other for other in own if other.key in one.inputs] for place, one in own.items()}
        try:
            return tuple(own[place] for place in TopologicalSorter(graph).static_order())
        except CycleError:
            return tuple(own.values())

    def named(self, key: str) -> tuple[Published, ...]:
        """The product of that name, at each place where it is served."""
        return tuple(self.at(place) for place in self._places if place.key == key)

    def at(self, place: Place, again: bool = False) -> Published:
        if again or place not in self._opened:
            self._opened[place] = _opened(self._lake, place)
        return self._opened[place]


def _opened(lake: Lake, place: Place) -> Published:
    try:
        versions = tuple(lake.versions(place))
        descriptor = served_descriptor(versions[-1].extra)
        keys = descriptor.subject_columns if descriptor else {}
        with lake.reader() as reader:
            columns = {name for name, _ in reader.columns(place, hidden=True)} if keys else set()
        marked = bool(keys) and {CONSENT, *(SUBJECTS + name for name in keys)} <= columns
        return Published(place, versions, descriptor, marked)
    except (Unavailable, NotFound) as error:
        return Published(place, (), None, False, error.finding)
