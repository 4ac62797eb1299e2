"""`Tasks`: open, list, assign and resolve what needs a person. Each call is one transaction, the notice of it included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from mesh_platform.actor import MESH, Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Denied, UsageProblem
from mesh_platform.state import Database
from mesh_platform.tasks import outbox, rows
from mesh_platform.tasks.values import SUPERSEDED, NewTask, Task, TaskKind

_DECIDED = "It is approved or rejected, which resolves its task."
_ELSEWHERE = {
    TaskKind.REVIEW: _DECIDED,
    TaskKind.APPROVAL: _DECIDED,
    TaskKind.WAIVER: _DECIDED,
    TaskKind.BREACH: "Telling them is written into the register of breaches, which resolves its task.",
}
"""What is decided by a command of its own, and how."""


class Tasks:
    """The tasks in a migrated control database.

    Every method may raise `Unavailable` where the database cannot be used.
    """

    def __init__(self, db: Database, channels: tuple[str, ...] = (), clock: Callable[[], datetime] = utc_now) -> None:
        """`channels` are the names of those by which notices go out; without any, none are written."""
        self._db = db
        self._channels = channels
        self._clock = clock

    def open_task(self, task: NewTask) -> Task:
        """Open it, or give the one of that key that stands. A new one is told on every channel."""
        with self._db.write() as con:
            return self.opened_in(con, task)

    def opened_in(self, con: Connection, task: NewTask, *, again: bool = False) -> Task:
        """The same inside of a transaction of the caller's. With `again`, one that was resolved is opened anew, and told anew."""
        found, new = rows.opened(con, task, self._clock(), again)
        if new:
            outbox.put(con, found, "task.opened", self._channels, self._clock())
        return found

    def get(self, id: int) -> Task:
        """One task.

        Raises:
            NotFound: TASK-01, where there is none of that number.
        """
        with self._db.read() as con:
            return rows.by_id(con, id)

    def find(self, key: str) -> Task | None:
        """The task of that key, None where none was opened."""
        with self._db.read() as con:
            return rows.by_key(con, key)

    def listed(
        self, *, resolved: bool = False, role: str | None = None, product: str | None = None, kind: str | None = None
    ) -> tuple[Task, ...]:
        """Open tasks (and resolved ones), of a role, a product or domain, or a kind; the most urgent first."""
        with self._db.read() as con:
            return rows.listed(con, resolved=resolved, role=role, product=product, kind=kind)

    def overdue(self, now: datetime) -> tuple[Task, ...]:
        """Open tasks whose day has passed."""
        with self._db.read() as con:
            return rows.listed(con, due_before=now)

    def assign(self, id: int, assignee: str | Actor, by: Actor) -> Task:
        """Name who is to do it.

        Raises:
            NotFound: TASK-01. CheckFailed: TASK-02, where it is resolved. Denied: TASK-03, where `by` lacks its role, or the assignee does
                whose roles are known.
        """
        with self._db.write() as con:
            task = _allowed(_still_open(rows.by_id(con, id)), by)
            name = _allowed_name(task, assignee) if isinstance(assignee, Actor) else assignee
            rows.assign(con, id, name, by.name, self._clock())
            return rows.by_id(con, id)

    def resolve(self, id: int, decision: str, evidence: str, by: Actor) -> Task:
        """Write down what was decided, and on what ground.

        Raises:
            NotFound: TASK-01. CheckFailed: TASK-02, where it is resolved already. Denied: TASK-03, where `by` has not its role.
            UsageProblem: TASK-04, for what is decided with a command of its own: reviews, requests for access, waivers, breaches.
            Denied: TASK-05, for a flag about `by`, under whatever name.
        """
        with self._db.write() as con:
            task = _allowed(_still_open(rows.by_id(con, id)), by)
            if task.kind in _ELSEWHERE:
                why = _ELSEWHERE[TaskKind(task.kind)]
                raise UsageProblem.because("TASK-04", f"task {id}", why, f"`{task.command}` says how.", task.product)
            if task.kind == TaskKind.AUDIT_FLAG and _is_about(task, by):
                why = "It is about the person who would resolve it."
                raise Denied.because("TASK-05", f"task {id}", why, "Leave it to somebody else with its role.", task.product)
            return self._resolved(con, task, decision, evidence, by.name, by.impersonated_by, by.voice(task.domain))

    def resolve_in(
        self,
        con: Connection,
        key: str,
        decision: str,
        evidence: str,
        by: str,
        person: str | None = None,
        role: str | None = None,
    ) -> Task | None:
        """Resolve the open task of that key, if there is one, inside of a transaction of the caller's; `role`: as what `by` did it."""
        task = rows.by_key(con, key)
        return self._resolved(con, task, decision, evidence, by, person, role) if task is not None and task.open else None

    def resolve_key(self, key: str, decision: str, evidence: str, by: str = MESH, role: str | None = MESH) -> Task | None:
        """Resolve the open task of that key, if there is one; for what resolves itself."""
        found = self.find(key)
        if found is None or not found.open:
            return None
        with self._db.write() as con:
            return self.resolve_in(con, key, decision, evidence, by, role=role)

    def settled(self, task: NewTask, decision: str, evidence: str, by: str = MESH, role: str | None = MESH) -> Task:
        """Write down what was decided as it came up, so that nobody was asked: opened and resolved in one, and told to nobody.

        One of that key that stands resolved stays as it is: the same occasion counts once.
        """
        with self._db.write() as con:
            found, _ = rows.opened(con, task, self._clock())
            return self.resolve_in(con, task.key, decision, evidence, by, role=role) or found

    def supersede_in(self, con: Connection, product: str, kind: str, but: str) -> None:
        """Resolve the open tasks of that kind about that product, all but the one of the key `but`."""
        for task in rows.listed(con, product=product, kind=kind):
            if task.key != but:
                self._resolved(con, task, SUPERSEDED, "Another occasion took its place.", MESH, None, MESH)

    def _resolved(
        self, con: Connection, task: Task, decision: str, evidence: str, by: str, person: str | None, role: str | None
    ) -> Task:
        now = self._clock()
        rows.resolve(
            con,
            task.id,
            {
                "decision": decision,
                "evidence": evidence,
                "resolved_at": now,
                "resolved_by": by,
                "resolved_person": person,
                "resolved_role": role,
            },
        )
        return rows.by_id(con, task.id)


def _still_open(task: Task) -> Task:
    if not task.open:
        why = f"It was resolved already ({task.decision})."
        raise CheckFailed.because("TASK-02", f"task {task.id}", why, "`mesh task show` says by whom.", task.product)
    return task


def _is_about(task: Task, by: Actor) -> bool:
    flagged = {task.created_by.casefold(), (task.created_person or task.created_by).casefold()}
    return not flagged.isdisjoint({by.name.casefold(), by.person.casefold()})


def _allowed(task: Task, by: Actor) -> Task:
    if not by.may(task.role, task.domain):
        why = f"It is for the role {task.role} in the domain {task.domain}, which {by.name} lacks."
        raise Denied.because("TASK-03", f"task {task.id}", why, "Leave it to somebody who has it.", task.product)
    return task


def _allowed_name(task: Task, assignee: Actor) -> str:
    _allowed(task, assignee)
    return assignee.name
