"""What becomes of one row: a legal hold goes before a statutory minimum, that before an erasure, and that before the greatest age."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is done with a row."""

    HELD = "held"
    """Kept whole: a legal hold covers it."""
    KEPT = "kept"
    """Nothing asks for its end, or the law keeps it."""
    REDUCED = "reduced"
    """Erasure was asked for and the law keeps it: what the law does not need goes."""
    ENDED = "ended"
    """It goes: deleted, or for its age what the rule says."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one row."""

    held: bool
    within_minimum: bool
    erased: bool
    aged: bool


def verdict(row: Standing) -> Verdict:
    """The one word that counts."""
    if row.held and (row.erased or row.aged):
        return Verdict.HELD
    if row.within_minimum:
        return Verdict.REDUCED if row.erased else Verdict.KEPT
    return Verdict.ENDED if row.erased or row.aged else Verdict.KEPT


@dataclass(frozen=True, slots=True)
class Conditions:
    """The same four as conditions of SQL; what is unknown of a row (NULL) speaks for keeping it."""

    held: str = "false"
    within_minimum: str = "false"
    erased: str = "false"
    aged: str = "false"

    def of(self, asked: Verdict) -> str:
        """The condition that `verdict` of a row is `asked`."""
        held, minimum = f"coalesce(({self.held}), true)", f"coalesce(({self.within_minimum}), true)"
        erased, aged = f"coalesce(({self.erased}), false)", f"coalesce(({self.aged}), false)"
        ends = f"({erased} OR {aged})"
        return {
            Verdict.HELD: f"({held} AND {ends})",
            Verdict.REDUCED: f"(NOT {held} AND {minimum} AND {erased})",
            Verdict.ENDED: f"(NOT {held} AND NOT {minimum} AND {ends})",
            Verdict.KEPT: f"(NOT ({held} AND {ends}) AND (({minimum} AND NOT {erased}) OR (NOT {minimum} AND NOT {ends})))",
        }[asked]
