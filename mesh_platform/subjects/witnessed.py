"""An erasure counts as verified only where somebody beside the platform sees the log that says so. Pure, but for asking the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mesh_platform.audit import AuditLog
from mesh_platform.audit.watch import overdue
from mesh_platform.errors import Finding
from mesh_platform.subjects.requests.values import State, Task

WITNESS, WHERE = "witness", "the audit log"
"""Strategy and name of the task that stands for it."""
_AGAIN = "The request goes on by itself within the hour after that; `mesh dsar run` does so at once."


def overdue_for_erasures(audit: AuditLog) -> Finding | None:
    """AUDIT-26 where the log of the mesh, or that of a region which this process wrote to, went without its witnesses for too long.

    Raises:
        Unavailable: where a log cannot be looked into.
    """
    for one in (audit, *(audit.regions.opened() if audit.regions is not None else ())):
        if (found := overdue(one)) is not None:
            return found
    return None


def held_back(tasks: Iterable[Task], late: Finding | None) -> tuple[Task, ...]:
    """The tasks as they count while the log is overdue: none is verified, and one of its own says why. Without that, the one of before is settled."""
    known = tuple(tasks)
    others = tuple(one for one in known if one.strategy != WITNESS)
    if late is not None:
        erased = tuple(replace(one, state=State.ERASED) if one.state is State.VERIFIED else one for one in others)
        return (*erased, Task(WHERE, WITNESS, State.BLOCKED, 0, late.why, f"{late.fix} {_AGAIN}"))
    if len(others) == len(known):
        return others
    return (*others, Task(WHERE, WITNESS, State.UNTOUCHED, 0, "Its witnesses have seen it."))
