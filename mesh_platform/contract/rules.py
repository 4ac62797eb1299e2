"""What a contract can say, one kind of rule beside the other, and the identifier under which a finding names it.

This module holds words and numbers only; it evaluates nothing and never sees a value from the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mesh_platform.errors import Severity


class Kind(StrEnum):
    """The kinds of rule; the first four are about the table's shape, the last two about rules that gave no verdict."""

    MISSING = "missing"
    UNDECLARED = "undeclared"
    WRONG_TYPE = "wrong_type"
    ORDER = "order"
    NOT_NULL = "not_null"
    UNIQUE = "unique"
    VALUE = "value"
    ROW = "row"
    TABLE = "table"
    REFERENCE = "reference"
    ROWS = "rows"
    FRESHNESS = "freshness"
    NOT_COMPILED = "not_compiled"
    NOT_EVALUATED = "not_evaluated"

    @property
    def code(self) -> str:
        """The rule identifier of findings of this kind."""
        return f"CONTRACT-{list(type(self)).index(self) + 1:02d}"


ACCURACY = frozenset({Kind.VALUE, Kind.ROW, Kind.REFERENCE})
"""Kinds whose rules a row satisfies or not: accuracy is the share of rows that satisfy all of them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its identifier within the contract, its kind, the columns it is about, what it says, and the descriptor's key for it."""

    id: str
    kind: Kind
    columns: tuple[str, ...]
    says: str
    severity: Severity = Severity.BLOCK
    key: tuple[str | int, ...] = ()

    @property
    def what(self) -> str:
        """The rule in a finding's words."""
        if not self.columns:
            return f"rule {self.id}"
        return f"column{'s' if len(self.columns) > 1 else ''} {', '.join(self.columns)}"
