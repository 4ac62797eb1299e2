"""How long the ledger's word takes to reach the rows of each domain, against its target; what is late opens a task, and closes it again.

Counted are events after which less is allowed, from the day on which the domain first published anything. One that has not been absorbed counts with its
age: a domain that never answers is measured too, and turns red.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from mesh_platform.actor import Role
from mesh_platform.ledger.events import OPENING
from mesh_platform.ledger.journal import highest
from mesh_platform.propagation.values import Outcome, Verdict
from mesh_platform.state import Database
from mesh_platform.state.tables import consent_batches, consent_progress, consent_receipts, ledger_events, publications
from mesh_platform.tasks import NewTask, TaskKind, Tasks

_B, _E, _L, _P, _R = consent_batches.c, ledger_events.c, publications.c, consent_progress.c, consent_receipts.c
WINDOW = timedelta(days=30)
ALERT = 0.5
"""The part of the target after which somebody is told."""
OK, LATE, BREACHED = "ok", "alert", "breach"


@dataclass(frozen=True, slots=True)
class Lag:
    """One domain. Times are seconds; None where nothing was recorded that it would have had to absorb.

    Attributes:
        watermark: the sequence that all of its products have absorbed.
        verified: the sequence up to which a second look agreed for each of them.
        newest: of the ledger.
        waiting: events not absorbed, after which less is allowed.
        first: the sequence of the oldest of those.
        failed: products of which the last receipt says that it failed, or was found false.
    """

    domain: str
    watermark: int
    verified: int
    newest: int
    waiting: int
    first: int | None
    p50: float | None
    p95: float | None
    worst: float | None
    age: float
    target: float
    failed: tuple[str, ...]

    @property
    def state(self) -> str:
        if self.age >= self.target:
            return BREACHED
        return LATE if self.age >= ALERT * self.target else OK

    def as_json(self) -> dict[str, object]:
        return {
            "domain": self.domain,
            "state": self.state,
            "watermark": self.watermark,
            "verified": self.verified,
            "newest": self.newest,
            "waiting": self.waiting,
            "waiting_seconds": self.age,
            "p50_seconds": self.p50,
            "p95_seconds": self.p95,
            "worst_seconds": self.worst,
            "target_seconds": self.target,
            "failed": list(self.failed),
        }


def measured(database: Database, targets: Mapping[str, timedelta], now: datetime) -> tuple[Lag, ...]:
    """The lag of each domain that `targets` names.

    Raises:
        Unavailable: where the control database cannot be read.
    """
    closing = _E.decision.not_in([decision.value for decision in OPENING])
    query = select(_E.sequence, _E.recorded_at).where(closing, _E.recorded_at > now - WINDOW).order_by(_E.sequence)
    with database.read() as con:
        found: Any = con.execute(query)
        events = [(int(sequence), recorded) for sequence, recorded in found]
        newest = highest(con)
        return tuple(_lag(con, domain, target, events, newest, now) for domain, target in sorted(targets.items()))


def _lag(
    con: Connection, domain: str, target: timedelta, events: Sequence[tuple[int, datetime]], newest: int, now: datetime
) -> Lag:
    rows: Any = con.execute(select(_B.sequence, _B.at).where(_B.domain == domain).order_by(_B.sequence, _B.id))
    batches = [(int(sequence), at) for sequence, at in rows]
    watermark = batches[-1][0] if batches else 0
    joined: Any = con.execute(
        select(func.min(_L.published_at)).where(_L.product.startswith(f"{domain}/", autoescape=True))
    ).scalar()
    asked = [(sequence, recorded) for sequence, recorded in events if joined is not None and recorded >= joined]
    waiting = [(sequence, recorded) for sequence, recorded in asked if sequence > watermark]
    ends = [sequence for sequence, _ in batches]
    took = [(batches[bisect_left(ends, sequence)][1] - recorded) for sequence, recorded in asked if sequence <= watermark]
    seconds = sorted(max(0.0, each.total_seconds()) for each in (*took, *(now - recorded for _, recorded in waiting)))
    verified: Any = con.execute(select(func.min(_P.verified)).where(_P.domain == domain)).scalar()
    age = max((now - recorded for _, recorded in waiting), default=timedelta(0)).total_seconds()
    return Lag(
        domain,
        watermark,
        int(verified or 0),
        newest,
        len(waiting),
        waiting[0][0] if waiting else None,
        _part(seconds, 0.5),
        _part(seconds, 0.95),
        seconds[-1] if seconds else None,
        max(0.0, age),
        target.total_seconds(),
        tuple(_failed(con, domain)),
    )


def _part(seconds: Sequence[float], share: float) -> float | None:
    return seconds[min(len(seconds) - 1, int(share * len(seconds)))] if seconds else None


def _failed(con: Connection, domain: str) -> Iterable[str]:
    """The products whose newest receipt does not hold."""
    newest = select(_R.product, _R.location, func.max(_R.at).label("at")).where(_R.domain == domain)
    last = newest.group_by(_R.product, _R.location).subquery()
    same = (last.c.product == _R.product) & (last.c.location == _R.location) & (last.c.at == _R.at)
    wrong = (_R.outcome == Outcome.FAILED.value) | (_R.verdict == Verdict.FALSE.value)
    found: Any = con.execute(select(_R.product).join(last, same).where(wrong).distinct().order_by(_R.product)).scalars()
    return list(found)


def tell(lags: Iterable[Lag], tasks: Tasks, now: datetime) -> int:
    """Open a task for each domain that is late, once per occasion and once more when its target has passed; resolve those that are over. How many
    were opened.
    """
    told = [task.key for task in tasks.listed(kind=TaskKind.PROPAGATION)]
    opened = 0
    for lag in lags:
        if lag.state != OK:
            task = _task(lag, now)
            opened += task.key not in told and tasks.find(task.key) is None
            tasks.open_task(task)
        for key in [key for key in told if key.split(":")[1] == lag.domain]:
            if int(key.rsplit(":", 1)[1]) <= lag.watermark:
                tasks.resolve_key(key, "absorbed", f"Its products have absorbed the ledger up to {lag.watermark}.")
    return opened


def _task(lag: Lag, now: datetime) -> NewTask:
    part = "has passed its target" if lag.state == BREACHED else "is past half of its target"
    hours = f"{lag.age / 3600:.1f} of {lag.target / 3600:.1f} hours"
    reason = f"{lag.domain} {part}: {lag.waiting} withdrawals and objections wait to be carried into its rows ({hours})."
    failed = f" Not brought along: {', '.join(lag.failed)}." if lag.failed else ""
    return NewTask(
        key=f"{TaskKind.PROPAGATION}:{lag.domain}:{lag.state}:{lag.first}",
        kind=TaskKind.PROPAGATION,
        product=lag.domain,
        reason=f"{reason}{failed} No read shows them meanwhile.",
        role=Role.PRIVACY if lag.state == BREACHED else Role.OWNER,
        due=now + timedelta(seconds=max(0.0, lag.target - lag.age)),
        rule="CONSENT-05" if lag.state == BREACHED else "CONSENT-04",
        command=f"mesh consent apply {lag.domain}",
    )
