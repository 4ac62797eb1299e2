"""The share of routine that was closed without a privacy engineer: findings, reviews, requests for access, waivers, and people's own requests.

Each occasion counts once, by who closed it: the platform alone, the domain, or a privacy engineer. Where that was not kept it is
unknown, and counts as closed but not as closed without one; of people whom no file knows a privacy engineer is presumed. What one person
both opened and closed is no routine and is told apart, and so is what nobody closed: another task took its place, its product was retired,
or it was taken back. A change that only protects more asks nobody for a review: it was never a task, and is told apart. Each figure has its
number and its interval.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any

from sqlalchemy import select

from mesh_platform.actor import MESH, Role
from mesh_platform.product.governance.registers import Principal
from mesh_platform.registry.evaluation import Share
from mesh_platform.registry.waiver_values import WITHDRAWN
from mesh_platform.state import Database
from mesh_platform.state.tables import subject_events, subject_requests
from mesh_platform.tasks import GONE, NOT_NEEDED, RETIRED, SUPERSEDED, Task, TaskKind, Tasks

SUBJECTS = "subject_request"
ROUTINE = (*(kind.value for kind in (TaskKind.FINDING, TaskKind.REVIEW, TaskKind.APPROVAL, TaskKind.WAIVER)), SUBJECTS)
GOAL = 0.7
"""What self-service handled of routine tasks in the experience that this platform is held against."""
_R, _E = subject_requests.c, subject_events.c
_OF_THE_PERSON = "the person"


class Hand(StrEnum):
    """Who closed something; unknown where it was not kept as what somebody did, which counts as none of the others."""

    PLATFORM = "platform"
    DOMAIN = "domain"
    PRIVACY = "privacy"
    UNKNOWN = "unknown"


_HANDS = {MESH: Hand.PLATFORM, Role.PRIVACY.value: Hand.PRIVACY}


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing that came up, and what became of it. `hand` None: it is open, or nobody closed it; `same`: one person opened and closed it."""

    kind: str
    domain: str
    opened_at: datetime
    closed_at: datetime | None = None
    hand: Hand | None = None
    same: bool = False
    spared: bool = False
    """A review that nobody was asked for, as the change only protects more."""

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def counts(self) -> bool:
        return self.closed_at is not None and self.hand is not None and not self.same

    @property
    def hours(self) -> float:
        return (self.closed_at - self.opened_at).total_seconds() / 3600 if self.closed_at else 0.0


@dataclass(frozen=True, slots=True)
class Routine:
    """Routine of one kind or domain, or all of it: what is open, who closed the rest, and how long that took."""

    name: str
    open: int
    closed: int
    without: int
    by: dict[Hand, int]
    one_hand: int
    """Opened and closed by the same person: not among the closed."""
    spared: int
    """Reviews that nobody was asked for: not among the closed."""
    hours: float | None
    """Median from opened to closed."""

    @property
    def share(self) -> Share:
        return Share(self.without, self.closed)

    def as_json(self) -> dict[str, Any]:
        return {
            "open": self.open,
            "closed": self.closed,
            "without_privacy_engineer": self.without,
            "share": self.share.as_json(),
            "closed_by": {hand.value: count for hand, count in self.by.items()},
            "one_hand": self.one_hand,
            "review_not_needed": self.spared,
            "median_hours": None if self.hours is None else round(self.hours, 2),
        }


def chores_in(db: Database, principals: Mapping[str, Principal]) -> tuple[Chore, ...]:
    """All routine on record in this control database; `principals` as `governance/roles.yaml` has them."""
    engineers = {name for name, one in principals.items() if Role.PRIVACY in one.roles}
    return (*of_tasks(Tasks(db).listed(resolved=True)), *of_requests(db, principals, engineers))


def of_tasks(tasks: Iterable[Task]) -> Iterator[Chore]:
    """The routine among these tasks, resolved ones included."""
    for task in tasks:
        if task.kind in ROUTINE:
            hand = None if task.open or _by_nobody(task) else _hand(task)
            spared = task.decision == NOT_NEEDED
            yield Chore(task.kind, task.domain, task.created_at, task.resolved_at, hand, _same(task), spared)


def of_requests(db: Database, principals: Collection[str], engineers: Collection[str]) -> tuple[Chore, ...]:
    """People's own requests, from their log: by the platform where nobody but it, the person and the system that took the request did anything.

    Args:
        db: the control database.
        principals: those that are known here; whoever is not is presumed to be a privacy engineer.
        engineers: those among them with the role privacy.
    """
    with db.read() as con:
        found = con.execute(select(_R.id, _R.by, _R.opened_at, _R.certified_at, _R.answered_at, _R.ended)).all()
        acted: dict[str, set[str]] = {}
        for one in con.execute(select(_E.request, _E.by).distinct()):
            acted.setdefault(str(one.request), set()).add(str(one.by))
    chores = []
    for row in found:
        names = {row.by, *acted.get(row.id, ())} - {MESH, _OF_THE_PERSON}
        took_one = any(name in engineers or name not in principals for name in names)
        hand = None if row.ended == "withdrawn" else Hand.PRIVACY if took_one else Hand.PLATFORM
        chores.append(Chore(SUBJECTS, "", row.opened_at, row.certified_at or row.answered_at, hand))
    return tuple(chores)


def routine(chores: Iterable[Chore], since: datetime | None = None) -> tuple[Routine, ...]:
    """All of it together, then kind by kind; of what was closed, only since that moment."""
    counted = _counted(chores, since)
    return (_of("all", counted), *(_of(kind, [one for one in counted if one.kind == kind]) for kind in ROUTINE))


def by_domain(chores: Iterable[Chore], since: datetime | None = None) -> tuple[Routine, ...]:
    """The same for each domain; people's requests go through all of them and are left out."""
    counted = [one for one in _counted(chores, since) if one.domain]
    return tuple(_of(name, [one for one in counted if one.domain == name]) for name in sorted({one.domain for one in counted}))


def _counted(chores: Iterable[Chore], since: datetime | None) -> list[Chore]:
    """What is open, and what was closed since then."""
    return [one for one in chores if since is None or one.closed_at is None or one.closed_at >= since]


def _of(name: str, chores: list[Chore]) -> Routine:
    closed = [one for one in chores if one.counts]
    by = {hand: sum(one.hand is hand for one in closed) for hand in Hand}
    return Routine(
        name,
        open=sum(one.open for one in chores),
        closed=len(closed),
        without=by[Hand.PLATFORM] + by[Hand.DOMAIN],
        by=by,
        one_hand=sum(not one.open and one.same and one.hand is not None for one in chores),
        spared=sum(one.spared for one in chores),
        hours=median(one.hours for one in closed) if closed else None,
    )


def _hand(task: Task) -> Hand:
    if task.resolved_role is None:
        return Hand.UNKNOWN
    return _HANDS.get(task.resolved_role, Hand.DOMAIN)


def _by_nobody(task: Task) -> bool:
    """Whether nobody closed it in truth; that a finding is done is seen, and not believed to the domain that has it."""
    believed = task.kind == TaskKind.FINDING and task.decision != GONE and _hand(task) is Hand.DOMAIN
    return believed or task.decision in (SUPERSEDED, RETIRED, NOT_NEEDED, WITHDRAWN)


def _same(task: Task) -> bool:
    """Whether one person opened and closed it, under whatever names; what the platform opened or closed has no person."""
    if task.open or task.created_by == MESH or task.resolved_role == MESH:
        return False
    opened, closed = (task.created_person or task.created_by), (task.resolved_person or task.resolved_by or "")
    return opened.casefold() == closed.casefold()
