"""The published products as retention sees them: what their served versions say, and which of their rows are due."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mesh_platform.errors import Unavailable
from mesh_platform.lake import Lake, Place, Reader, quote_name
from mesh_platform.lake.hidden import SUBJECTS, TOKENS
from mesh_platform.product import DataProduct, ProductKey, Retention
from mesh_platform.product.categories import Identifiability
from mesh_platform.product.models import served_descriptor
from mesh_platform.registry import Registry
from mesh_platform.retention.clocks import Clock, clock_of
from mesh_platform.retention.holds import Hold, Holder, covered
from mesh_platform.retention.precedence import Conditions

Problem = tuple[str, str]
"""Why it cannot be judged, and what helps."""


@dataclass(frozen=True, slots=True)
class KeptProduct:
    """One published product.

    Attributes:
        place: where it lies.
        descriptor: of the served version; None where this release cannot read it.
        columns: of the served rows, those of the platform among them, with their DuckDB types.
        clock: from when its rows count; None where it has no rule.
        snapshots: that are held, the oldest first.
        problem: what keeps it from being judged.
    """

    place: Place
    descriptor: DataProduct | None = None
    columns: Mapping[str, str] | None = None
    clock: Clock | None = None
    snapshots: tuple[int, ...] = ()
    problem: Problem | None = None

    @property
    def key(self) -> str:
        return self.place.key

    @property
    def rule(self) -> Retention | None:
        return self.descriptor.retention if self.descriptor else None

    @property
    def holder(self) -> Holder:
        """What holds ask of it."""
        return Holder(self.key, self.descriptor, self.columns or {})

    @property
    def marks(self) -> tuple[str, ...]:
        """The platform's columns that say whose a row is."""
        return tuple(name for name in self.columns or () if name.startswith(SUBJECTS))

    def conditions(self, holds: Collection[Hold], erased: Collection[int], now: datetime, snapshot: int) -> Conditions:
        """What decides on each row of that version.

        Args:
            holds: those that are open.
            erased: the people who were erased, by their short marks: what the law kept of them goes with its minimum.
            now: the moment.
            snapshot: of the version.
        """
        assert self.rule is not None and self.clock is not None
        minimum = self.rule.minimum
        gone = ", ".join(map(str, sorted(erased)))
        theirs = [f"coalesce({quote_name(mark)} IN ({gone}), false)" for mark in self.marks] if gone and minimum else []
        return Conditions(
            held=covered(holds, self.holder),
            within_minimum=f"NOT ({self.clock.over(now, minimum, snapshot)})" if minimum else "false",
            erased=" OR ".join(theirs) or "false",
            aged=self.clock.over(now, self.rule.period, snapshot),
        )

    @property
    def identifying(self) -> tuple[str, ...]:
        """The columns that make a row somebody's: subject keys, and whatever is not said to point at nobody."""
        columns = self.descriptor.columns if self.descriptor else {}
        own = [
            name
            for name, column in columns.items()
            if column.subject
            or column.identifiability not in (None, Identifiability.NONE)
            or (column.identifiability is None and (column.category or "").startswith("user"))
        ]
        return tuple(name for name in own if name != (self.clock.column if self.clock else ""))

    def emptied(self, names: Collection[str]) -> tuple[str, ...]:
        """These columns, and what the platform wrote of them beside the rows."""
        beside = [prefix + name for name in names for prefix in (SUBJECTS, TOKENS)]
        return (*names, *(name for name in beside if name in (self.columns or {})))


def kept_products(lake: Lake, reader: Reader, registry: Registry, only: Collection[str] = ()) -> Iterator[KeptProduct]:
    """Every place of which a version is served, its folder there or not; one that does not open is told, and keeps no other back.

    Args:
        only: `domain/product` or `domain`; all of them where none is named.
    """
    for place in sorted(lake.places()):
        if (only and place.key not in only and place.domain not in only) or not lake.published(place):
            continue
        try:
            yield kept(place, reader, registry)
        except Unavailable as error:
            why = f"It does not open ({error.finding.rule}), so nobody can say how old its rows are."
            yield KeptProduct(place, problem=(why, f"See `mesh doctor`; restore it, or end it with `mesh retire {place.key}`."))


def kept(place: Place, reader: Reader, registry: Registry) -> KeptProduct:
    """One product as it stands now.

    Raises:
        Unavailable: where its catalog does not open.
    """
    versions = reader.versions(place)
    descriptor = served_descriptor(versions[-1].extra)
    if descriptor is None:
        return KeptProduct(place, problem=("What was published of it cannot be read by this release.", "Publish it anew."))
    columns = dict(reader.columns(place, hidden=True))
    one = KeptProduct(place, descriptor, columns, None, tuple(version.snapshot_id for version in versions))
    if descriptor.retention is None:
        return one
    publications = registry.publications(ProductKey(place.domain, place.product))
    published = {each.id: each.published_at for each in publications}
    added = {each.snapshot_id: each.published_at for each in publications} if descriptor.load == "append" else {}
    clock = clock_of(descriptor.retention, columns, versions, published, added)
    one = replace(one, clock=clock, problem=clock.problem)
    return replace(one, problem=_contradicted(one)) if clock.problem is None else one


def _contradicted(one: KeptProduct) -> Problem | None:
    """A rule that cannot be carried out on these rows."""
    if one.rule is None or one.rule.action != "anonymise" or one.descriptor is None:
        return None
    fixed = [name for name in one.identifying if not one.descriptor.columns[name].nullable]
    if not fixed:
        return None
    why = f"Its rows are to be anonymised, and {', '.join(fixed)} may not be empty."
    return why, "Declare `nullable: true` there, or `action: delete`, and publish it."
