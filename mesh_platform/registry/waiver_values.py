"""One waiver of the control database, as a value: what was asked, what became of it, and the exemption that it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mesh_platform.policy.renewals import Chain, Spell

WITHDRAWN = "withdrawn"


class State(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Asked:
    """One waiver, whatever became of it. The persons are who stands behind the principals."""

    id: int
    product: str
    rule: str
    about: str
    covers: str
    finding: str
    reason: str
    control: str
    expires: date
    requested_by: str
    requested_person: str
    requested_at: datetime
    state: State
    decided_by: str | None = None
    decided_person: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    ended_by: str | None = None
    ended_person: str | None = None
    ended_at: datetime | None = None
    ended_note: str | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
    chain: Chain = Chain()
    """The exemption that it stands in, those before it included."""

    @property
    def became(self) -> str:
        """What was last done with it."""
        return WITHDRAWN if self.state is State.ENDED and self.decided_at is None else self.state.value

    def standing(self, today: date) -> str:
        """`asked`, `approved`, `rejected`, `withdrawn`, `ended`, or `expired`."""
        return "expired" if self.state is State.APPROVED and self.expires < today else self.became

    @property
    def spell(self) -> Spell | None:
        """The days on which it counted, or is to count; None where nobody approved it."""
        if self.state not in (State.APPROVED, State.ENDED) or self.decided_at is None:
            return None
        ended = self.ended_at.date() if self.ended_at else self.expires
        return Spell(self.decided_at.date(), min(ended, self.expires), self.control)

    def as_json(self, today: date) -> dict[str, object]:
        return {
            "id": self.id,
            "product": self.product,
            "rule": self.rule,
            "about": self.about,
            "covers": self.covers,
            "finding": self.finding,
            "measured": dict(self.measured),
            "reason": self.reason,
            "compensating_control": self.control,
            "expires": self.expires.isoformat(),
            "days_left": max((self.expires - today).days, 0) if self.standing(today) == State.APPROVED else None,
            "state": self.standing(today),
            "requested_by": self.requested_by,
            "requested_person": self.requested_person,
            "requested_at": self.requested_at.isoformat(),
            "decided_by": self.decided_by,
            "decided_person": self.decided_person,
            "decided_at": self.decided_at.isoformat() if self.decided_at else None,
            "note": self.note,
            "ended_by": self.ended_by,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "ended_note": self.ended_note,
            "renewals": self.chain.renewals,
            "exempt_since": self.chain.since.isoformat() if self.chain.since else None,
        }
