"""How long records of the log have gone without a quorum of witnesses, and when that is too long. Pure: moments come in as arguments.

The wait begins with the oldest record that no quorum has cosigned and ends with the quorum; a log with nothing new does not wait. A clock that
went back while something waited leaves nobody able to say how long it was, so the deadline counts as passed until a quorum answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mesh_platform.errors import Finding

RULE = "AUDIT-26"
TOLERANCE = timedelta(minutes=5)
"""How far two machines' clocks may lie apart."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of the witnesses' word from look to look.

    Attributes:
        policy: hash of the policy by which the quorum was counted.
        size: records under the newest checkpoint that met it; 0 where none did.
        note: that checkpoint, with the cosignatures.
        began_at: since when something waits for the quorum; None where nothing does.
        seen_at: the latest moment of a look.
        doubtful: the clock went back while something waited.
    """

    policy: str
    size: int
    note: str | None
    began_at: datetime | None
    seen_at: datetime
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Unwitnessed:
    """The records that no quorum has cosigned, since when, and whether that is too long."""

    records: int
    since: datetime | None
    age: timedelta
    limit: timedelta
    doubtful: bool = False

    @property
    def overdue(self) -> bool:
        return self.since is not None and (self.doubtful or self.age >= self.limit)

    @property
    def words(self) -> str:
        """Since when, in words."""
        if self.since is None:
            return "a quorum of witnesses has cosigned all of it"
        doubt = ", and the clock went back meanwhile" if self.doubtful else ""
        return f"{self.records} records wait for a quorum of witnesses, for {self.age / HOUR:.1f} of {self.limit / HOUR:g} hours{doubt}"

    def as_json(self) -> dict[str, object]:
        since = self.since.isoformat() if self.since else None
        hours = {"hours": round(self.age / HOUR, 3), "limit_hours": self.limit / HOUR}
        return {"records": self.records, "since": since, **hours, "doubtful": self.doubtful, "overdue": self.overdue}

    def finding(self, where: str) -> Finding:
        """What is told of an overdue log."""
        why = f"No quorum of witnesses has seen the newest of the audit log: {self.words}."
        fix = "See that the witnesses of `audit_witnesses` run and can be reached, then `mesh audit checkpoint`; this cannot be waived."
        return Finding(RULE, where, why, fix)


def looked(
    kept: Remembered | None, policy: str, records: int, now: datetime, oldest: datetime | None, met: tuple[int, str] | None = None
) -> Remembered:
    """What is to be remembered after a look.

    Args:
        kept: what was remembered; of another policy, its checkpoint counts only where it was brought as `met`.
        policy: hash of the policy in force.
        records: in the log now.
        now: the moment of the look.
        oldest: what the oldest record says that no quorum has seen, of its own time.
        met: size and note of a checkpoint that met the quorum just now.
    """
    same = kept is not None and kept.policy == policy
    before = (kept.size, kept.note) if kept is not None and same else (0, None)
    size, note = max(met, before, key=lambda one: one[0]) if met is not None else before
    if records <= size:
        return Remembered(policy, size, note, None, now)
    waiting = kept is not None and kept.began_at is not None
    if met is not None or kept is None or not (same or waiting):
        return Remembered(policy, size, note, now, now)
    if kept.began_at is None:
        return Remembered(policy, size, note, min(now, oldest or now), now)
    doubt = kept.doubtful or now < kept.seen_at - TOLERANCE
    return replace(kept, policy=policy, size=size, note=note, seen_at=max(kept.seen_at, now), doubtful=doubt)


def standing(kept: Remembered, records: int, limit: timedelta) -> Unwitnessed:
    """How long the log waits, as it was remembered by the newest look."""
    waited = kept.seen_at - kept.began_at if kept.began_at is not None else timedelta()
    return Unwitnessed(max(0, records - kept.size), kept.began_at, max(timedelta(), waited), limit, kept.doubtful)
