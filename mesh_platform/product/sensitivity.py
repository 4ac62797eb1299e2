"""Sensitivity: four levels in one order, joined by their maximum along lineage."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Sensitivity(StrEnum):
    """`public` < `internal` < `confidential` < `restricted`."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        return _RANKS[self.value]

    def __lt__(self, other: object) -> bool:
        return self.rank < Sensitivity(str(other)).rank

    def __gt__(self, other: object) -> bool:
        return self.rank > Sensitivity(str(other)).rank

    def __le__(self, other: object) -> bool:
        return self.rank <= Sensitivity(str(other)).rank

    def __ge__(self, other: object) -> bool:
        return self.rank >= Sensitivity(str(other)).rank

    def __hash__(self) -> int:
        return hash(self.value)

    @classmethod
    def highest(cls, levels: Iterable[Sensitivity]) -> Sensitivity:
        """The highest of `levels`; `public` of none."""
        return max(levels, key=lambda level: level.rank, default=cls.PUBLIC)


_RANKS = {level.value: rank for rank, level in enumerate(Sensitivity)}
