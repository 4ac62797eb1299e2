"""What the classifier found in the staged columns, as plain values: kinds, counts, shares and reasons; never a value of the data."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mesh_platform.errors import Measured
from mesh_platform.product.categories import Identifiability
from mesh_platform.product.sensitivity import Sensitivity


@dataclass(frozen=True, slots=True)
class Found:
    """One kind of data in a column.

    `kind` is how a verdict names it: an entity of the classifier, or the class of a rule of the organisation. `rows` and `share` say how
    many of the scanned rows hold it. `personal` is false for what tells people apart only together with other columns.
    """

    kind: str
    level: Sensitivity
    category: str = ""
    identifiability: Identifiability = Identifiability.NONE
    personal: bool = True
    rows: int = 0
    share: float = 1.0
    why: str = ""
    subject: str = ""
    """The namespace whose identifiers they are, where the mesh itself holds them."""

    @property
    def sort(self) -> str:
        """The sort of data (`user.contact`, `user.health`) that the kind is of."""
        return ".".join(self.category.split(".")[:2]) or self.kind

    @property
    def weight(self) -> tuple[int, bool, float]:
        """The greater, the more it says of the column."""
        return self.level.rank, self.personal, self.share


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scan of one column came to; `not_scanned` says what it did not look at, and why.

    `changed`: how the values differ from those that the column's verdicts were given for; then these cover nothing.
    """

    found: tuple[Found, ...] = ()
    not_scanned: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def extent(found: Iterable[Found]) -> tuple[Measured, ...]:
    """In how many rows each sort of data stands, in whole percent as a verdict's `upTo` has it: what a waiver of the finding remembers."""
    most: dict[str, int] = {}
    for one in found:
        most[one.sort] = max(most.get(one.sort, 1), math.ceil(one.share * 100))
    return tuple(Measured(f"percent of rows with {sort}", percent) for sort, percent in sorted(most.items()))
