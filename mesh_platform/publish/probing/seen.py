"""What a probe saw of one control, as a version's commit keeps it: a verdict, counts, and names of columns. Never a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """One control.

    Attributes:
        holds: whether it is there; None where the probe shows nothing.
        why: the same in a sentence.
        rows: that were looked at.
        columns: each that was looked at, with what became of it.
        purposes: the same of each purpose.
        overdue: rows past their time, of the probe of retention.
    """

    holds: bool | None
    why: str
    rows: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    overdue: int = 0

    def as_json(self) -> dict[str, object]:
        told = {"holds": self.holds, "why": self.why, "rows": self.rows}
        more = {"columns": dict(self.columns), "purposes": dict(self.purposes), "overdue": self.overdue}
        return told | {name: one for name, one in more.items() if one}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Seen:
        return cls(
            said["holds"],
            str(said["why"]),
            int(said["rows"]),
            said.get("columns", {}),
            said.get("purposes", {}),
            said.get("overdue", 0),
        )
