"""How the groups of an aggregate-only read are formed, and what part each column has in them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mesh_platform.product import Column, DataContract, Governance, Product
from mesh_platform.product.categories import Identifiability, category
from mesh_platform.product.models import PERIODS

if TYPE_CHECKING:
    from mesh_platform.access.grants import Grant

GROUP_MEAN = "group_mean"
"""The mask of a number that stands for its group's mean."""
_NUMBERS = frozenset({"int8", "int16", "int32", "integer", "float", "double", "decimal"})
_GROUPING = frozenset({"string", "boolean", "int8", "int16", "int32", "integer", "decimal", "date", "timestamp", "timestamptz"})


class Part(StrEnum):
    """What a column is in a group."""

    BY = "by"
    MEAN = "mean"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Groups:
    """How groups are formed.

    Attributes:
        by: columns whose values make a group; where one is too small, the last is given up first.
        period: what dates and times among them are cut to.
        least: fewest people of a group.
        people: columns that hold people's identifiers, the one that counts them first; none: each row counts as a person.
    """

    by: tuple[str, ...]
    period: str
    least: int
    people: tuple[str, ...] = ()

    @classmethod
    def of_contract(cls, contract: DataContract, product: Product, governance: Governance) -> Groups | None:
        """Those of a contract; None where it gives rows."""
        found = contract.aggregate
        if found is None:
            return None
        least = max(governance.policies.aggregates.min_group, found.min_group or 0)
        columns = product.descriptor.columns
        people = sorted(product.descriptor.subject_columns, key=lambda name: columns[name].nullable)
        counted = [name for name in people if not columns[name].nullable] or people[:1]
        return cls(found.by, found.period, least, tuple(counted))

    def as_json(self) -> dict[str, object]:
        return {"by": list(self.by), "period": self.period, "min_group": self.least}

    def __str__(self) -> str:
        by = f" by {', '.join(self.by)}" if self.by else ""
        return f"groups of at least {self.least} people{by}"


def in_force(held: Sequence[Grant], standing: Sequence[Grant]) -> tuple[list[Grant], Groups | None, Grant | None]:
    """What a caller reads under: its grants of rows, or the first that gives groups, and then how they are formed.

    Args:
        held: its grants for the purpose asked for, in their order.
        standing: its grants for any purpose.

    Returns:
        The third is a grant under which it has other groups already: both together would tell people apart.
    """
    rows = [grant for grant in held if grant.groups is None]
    if rows or not held:
        return rows, None, None
    one = held[0]
    first = next(grant for grant in standing if grant.groups is not None)
    assert first.groups is not None and one.groups is not None
    return [one], one.groups, first if first.groups != one.groups else None


def part_of(name: str, column: Column, groups: Groups) -> tuple[Part, str]:
    """What a granted column is in its groups, and why."""
    kind = column.type.text.partition("(")[0]
    found = category(column.category) if column.category else None
    identifies = column.identifiability or (found.identifiability if found else Identifiability.NONE)
    if column.subject or identifies in (Identifiability.DIRECT, Identifiability.PSEUDONYMOUS):
        return Part.NONE, "It points at a person, and groups are read, not people."
    if name in groups.by:
        if kind not in _GROUPING:
            return Part.NONE, f"Groups are not formed by a {kind}."
        return Part.BY, f"It is told of {groups}."
    if kind in _NUMBERS:
        return Part.MEAN, f"It is summed in {groups}: each row of a group has the group's mean."
    return Part.NONE, "It is no number, and the groups are not formed by it."


def stricter_groups(one: Groups | None, other: Groups | None) -> Groups | None:
    """What two decisions allow both: the coarser groups."""
    if one is None or other is None:
        return one or other
    period = max(one.period, other.period, key=PERIODS.index)
    people = (*one.people, *(name for name in other.people if name not in one.people))
    by = tuple(name for name in one.by if name in other.by)
    return replace(one, by=by, period=period, least=max(one.least, other.least), people=people)
