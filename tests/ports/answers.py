"""What a port gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """Rows, and what their columns are called."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    types: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that the caller sees, as text."""
        return repr((self.columns, self.rows))


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal: by which rule, and its status as an exit code (1 a check, 2 usage, 3 denied, 4 not found, 5 unavailable)."""

    rule: str
    status: int
    text: str = ""
    """All that the caller is told of it."""
