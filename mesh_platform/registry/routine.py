"""The share of routine tasks that were closed without a privacy engineer, from the task log: findings, reviews, requests for access, waivers.

A task whose place another one took was closed by nobody and does not count. Each figure has its number and its interval.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from mesh_platform.actor import Role
from mesh_platform.registry.evaluation import Share
from mesh_platform.tasks import SUPERSEDED, Task, TaskKind

ROUTINE = (TaskKind.FINDING, TaskKind.REVIEW, TaskKind.APPROVAL, TaskKind.WAIVER)
_ITSELF = "mesh"


@dataclass(frozen=True, slots=True)
class Routine:
    """Routine tasks of one kind, or of all: how many are open, and how many of the closed ones took no privacy engineer."""

    kind: str
    open: int
    closed: int
    without: int

    @property
    def share(self) -> Share:
        return Share(self.without, self.closed)

    def as_json(self) -> dict[str, Any]:
        return {"open": self.open, "closed": self.closed, "without_privacy_engineer": self.without, "share": self.share.as_json()}


def routine(tasks: Iterable[Task], engineers: Collection[str]) -> tuple[Routine, ...]:
    """All routine tasks together, then kind by kind.

    Args:
        tasks: every task, resolved ones among them.
        engineers: the principals with the role privacy, as far as they are known here; who decided a task of that role counts as one anyway.
    """
    counted = [task for task in tasks if task.kind in ROUTINE and task.decision != SUPERSEDED]
    return (_of("all", counted, engineers), *(_of(kind, [t for t in counted if t.kind == kind], engineers) for kind in ROUTINE))


def _of(kind: str, tasks: list[Task], engineers: Collection[str]) -> Routine:
    closed = [task for task in tasks if not task.open]
    return Routine(kind, len(tasks) - len(closed), len(closed), sum(not _took_one(task, engineers) for task in closed))


def _took_one(task: Task, engineers: Collection[str]) -> bool:
    """Whether a privacy engineer closed it; several names are told with commas between them."""
    by = [name.strip() for name in (task.resolved_by or "").split(",")]
    if by == [_ITSELF]:
        return False
    return task.role == Role.PRIVACY or any(name in engineers for name in by)
