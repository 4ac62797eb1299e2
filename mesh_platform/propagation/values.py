"""What a domain says that it did with the ledger's word, product by product, and how far each has come; nobody is named in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of the ledger's word in one product."""

    APPLIED = "applied"
    NOT_PRESENT = "not_present"
    """None of those of whom something was recorded stands in it."""
    HELD = "held"
    """Rows that would go stay for a legal hold; no read shows them."""
    EXEMPT = "exempt"
    """They stay for a rule; no read shows them."""
    FAILED = "failed"


class Verdict(StrEnum):
    """What the second look made of a receipt."""

    OPEN = "open"
    HOLDS = "holds"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one product did with the events after `since` up to `sequence`. It is a claim: `verdict` says what a second look found."""

    id: str
    domain: str
    product: str
    location: str
    since: int
    sequence: int
    outcome: Outcome
    rule: str
    rows: int
    marked: int
    snapshot: int | None
    by: str
    at: datetime
    verdict: Verdict = Verdict.OPEN

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "product": self.product,
            "location": self.location,
            "since": self.since,
            "sequence": self.sequence,
            "outcome": self.outcome.value,
            "rule": self.rule,
            "rows": self.rows,
            "marked": self.marked,
            "snapshot": self.snapshot,
            "by": self.by,
            "at": self.at.isoformat(),
            "verdict": self.verdict.value,
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one product has come: its rows have absorbed the ledger up to `sequence`, as of `at`; a second look agreed up to `verified`."""

    product: str
    location: str
    domain: str
    sequence: int
    at: datetime
    publication: str
    verified: int


@dataclass(frozen=True, slots=True)
class Applied:
    """One batch of one domain. `whole`: every product has absorbed `sequence`, and the second look agreed."""

    domain: str
    since: int
    sequence: int
    receipts: tuple[Receipt, ...]
    whole: bool

    @property
    def failed(self) -> tuple[Receipt, ...]:
        return tuple(one for one in self.receipts if one.outcome is Outcome.FAILED or one.verdict is Verdict.FALSE)
