"""What a contract can say, one kind of rule beside the other, and the identifier under which a finding names it.

This module holds words and numbers only; it evaluates nothing and never sees a value from the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from mesh_platform.errors import Severity


class Kind(StrEnum):
    """The kinds of rule, each with the identifier of its findings, which is published and never changes.

    The first four are about the table's shape; the two before the last about rules that gave no verdict.
    """

    code: str

    def __new__(cls, value: str, code: str) -> Self:
        kind = str.__new__(cls, value)
        kind._value_, kind.code = value, code
        return kind

    MISSING = "missing", "CONTRACT-01"
    UNDECLARED = "undeclared", "CONTRACT-02"
    WRONG_TYPE = "wrong_type", "CONTRACT-03"
    ORDER = "order", "CONTRACT-04"
    NOT_NULL = "not_null", "CONTRACT-05"
    UNIQUE = "unique", "CONTRACT-06"
    VALUE = "value", "CONTRACT-07"
    ROW = "row", "CONTRACT-08"
    TABLE = "table", "CONTRACT-09"
    REFERENCE = "reference", "CONTRACT-10"
    ROWS = "rows", "CONTRACT-11"
    FRESHNESS = "freshness", "CONTRACT-12"
    NOT_COMPILED = "not_compiled", "CONTRACT-13"
    NOT_EVALUATED = "not_evaluated", "CONTRACT-14"
    DRIFT = "drift", "CONTRACT-15"


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
