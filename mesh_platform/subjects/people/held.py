"""The products that hold rows now, as their published versions say: in the lake, whether their folder still stands or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.errors import Unavailable
from mesh_platform.lake import Lake, Place, Reader
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.product import DataProduct
from mesh_platform.product.models import served_descriptor


@dataclass(frozen=True, slots=True)
class Held:
    """One published product.

    Attributes:
        key: `domain/product`; with its location in front where another one holds rows of that name.
        descriptor: of the version that is served; None where this release cannot read it.
        subjects: subject column → namespace.
        marked: the subject columns beside which the platform wrote whose the row is.
        versions: snapshots held, oldest first.
        problem: the rule of what kept it from being opened.
        inputs: the products that it was made of.
    """

    key: str
    place: Place
    descriptor: DataProduct | None
    subjects: Mapping[str, str]
    marked: frozenset[str]
    versions: tuple[int, ...]
    problem: str = ""
    inputs: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        made_of = frozenset(str(entry.product) for entry in self.descriptor.inputs) if self.descriptor else frozenset[str]()
        object.__setattr__(self, "inputs", made_of)  # asked for again and again by a plan

    @property
    def person_keys(self) -> frozenset[str]:
        """The subject columns of which each value stands in one row: the row is the person's own."""
        unique = {group[0] for group in self.descriptor.unique_groups if len(group) == 1} if self.descriptor else set[str]()
        return frozenset(unique & self.subjects.keys())


def held_products(lake: Lake, reader: Reader) -> tuple[Held, ...]:
    """Every place of which a version is served, by key."""
    return tuple(sorted(_held(lake, reader), key=lambda each: each.place))


def _held(lake: Lake, reader: Reader) -> Iterator[Held]:
    published = [place for place in lake.places() if lake.published(place)]
    named = Counter(place.key for place in published)
    for place in published:
        key = place.key if named[place.key] == 1 else str(place)
        try:
            yield _opened(key, place, reader)
        except Unavailable as error:  # one that does not open keeps no other waiting
            yield Held(key, place, None, {}, frozenset(), (), error.finding.rule)


def _opened(key: str, place: Place, reader: Reader) -> Held:
    versions = reader.versions(place)
    descriptor = served_descriptor(versions[-1].extra)
    subjects = descriptor.subject_columns if descriptor else {}
    written = {name for name, _ in reader.columns(place, hidden=True)} if subjects else set()
    marked = frozenset(name for name in subjects if SUBJECTS + name in written)
    return Held(key, place, descriptor, subjects, marked, tuple(version.snapshot_id for version in versions))


def rows_over(reader: Reader, one: Held, sql: str) -> list[dict[str, Any]]:
    """The rows of a SELECT over the product's served table, with the platform's columns in it, as `{t}`."""
    return reader.follow(
        {"t": one.place}, lambda con, over: con.execute(sql.replace("{t}", over["t"])).to_arrow_table().to_pylist()
    )
