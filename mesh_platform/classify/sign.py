"""One kind of data in a leaf, with its reason. Reasons speak of shares and rules and never repeat a value."""

from __future__ import annotations

from typing import NamedTuple

from mesh_platform.classify.entities import Entity

YEARS_ALONE = "years alone, "
"""What the reason for a date of birth begins with where the values are years and no days: they weigh less."""


class Sign(NamedTuple):
    """One kind of data in a leaf: the share of rows that hold it, the reason, and where it stands."""

    entity: Entity
    share: float
    why: str
    where: str = ""


def percent(share: float) -> str:
    return "all" if share >= 0.9995 else f"{share:.1%}" if share >= 0.001 else f"{share:.3%}"
