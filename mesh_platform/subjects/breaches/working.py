"""The tasks of a breach: one for each duty that stands, and one for each time that a clock was told of; they end when somebody was told."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from mesh_platform.actor import Actor, Role
from mesh_platform.subjects.breaches.duties import TERMS, Duty
from mesh_platform.subjects.breaches.values import Breach, Happened
from mesh_platform.tasks import NewTask, TaskKind, Tasks

_CLOCKS = (Happened.WARNED, Happened.OVERDUE)


def key_of(breach: str, duty: str) -> str:
    """The key of the task of one duty."""
    return f"{TaskKind.BREACH}:{breach}:{duty}"


def task_of(breach: Breach, duty: Duty) -> NewTask:
    """Tell them, until then."""
    house = " (a house rule: the law gives no number)" if duty.term.house else ""
    return NewTask(
        key=key_of(breach.id, duty.key),
        kind=TaskKind.BREACH,
        product="",
        reason=f"Tell the {duty.term.to} of the breach {breach.id} by {duty.due_at:%Y-%m-%d %H:%M} UTC{house}: {duty.term.source}.",
        role=Role.PRIVACY,
        due=duty.due_at,
        rule=duty.term.rule,
        command=f"mesh breach notify {breach.id} {duty.term.rule} {duty.term.to}",
    )


def task_of_deadline(breach: Breach, duty: Duty, event: Happened) -> NewTask:
    """A clock runs out, or has run out: told once each."""
    return NewTask(
        key=_clock_key(breach.id, duty.key, event),
        kind=TaskKind.DEADLINE,
        product="",
        reason=f"Telling the {duty.term.to} of the breach {breach.id} is {event.value}: {duty.due_at:%Y-%m-%d %H:%M} UTC ({duty.term.rule}).",
        role=Role.PRIVACY,
        due=duty.due_at,
        rule="BREACH-09",
        command=f"mesh breach show {breach.id}",
    )


def settle(con: Connection, tasks: Tasks, breach: Breach, duties: Iterable[Duty], by: Actor) -> None:
    """Open the tasks of duties that stand, and resolve those of what was told or is not asked any more; within the caller's transaction."""
    standing = {one.key: one for one in duties}
    for key in {term.key for term in TERMS}:
        duty = standing.get(key)
        if duty is not None and duty.answer is None:
            tasks.opened_in(con, task_of(breach, duty), again=True)
            continue
        decision = "not required" if duty is None or duty.answer is None or duty.answer.spared else "told"
        why = "What is known of the breach does not ask for it." if duty is None else "It stands in the register of breaches."
        for one in (key_of(breach.id, key), *(_clock_key(breach.id, key, event) for event in _CLOCKS)):
            tasks.resolve_in(con, one, decision, why, by.name, by.impersonated_by, by.voice(""))


def _clock_key(breach: str, duty: str, event: Happened) -> str:
    return f"{TaskKind.DEADLINE}:{breach}:{duty}:{event.name}"
