"""Tasks as rows of the control database; each call is a part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from mesh_platform.errors import NotFound
from mesh_platform.state import insert
from mesh_platform.state.tables import tasks
from mesh_platform.tasks.values import OPEN, RESOLVED, SUPERSEDED, NewTask, Task

_T = tasks.c
_RESOLUTION = ("decision", "evidence", "resolved_at", "resolved_by", "resolved_person", "resolved_role")


def opened(con: Connection, task: NewTask, now: datetime, again: bool = False) -> tuple[Task, bool]:
    """The task of that key, and whether it is new; one that stands, resolved or not, stays as it is, unless another took its place.

    With `again`, one that was resolved is opened anew whatever was decided.
    """
    row = {
        "key": task.key,
        "kind": str(task.kind),
        "product": task.product,
        "reason": task.reason,
        "role": str(task.role),
        "due": task.due,
        "rule": task.rule,
        "command": task.command,
        "state": OPEN,
        "created_at": now,
        "created_by": task.created_by,
        "created_person": task.created_person,
    }
    made = con.execute(insert(con, tasks).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(_T.id)).scalar()
    found = by_key(con, task.key)
    assert found is not None
    if found.decision == SUPERSEDED or (again and not found.open):
        fresh = {"state": OPEN, "due": task.due, "created_at": now, **dict.fromkeys(_RESOLUTION)}
        con.execute(update(tasks).where(_T.id == found.id).values(fresh))
        return by_id(con, found.id), True
    return found, made is not None


def by_key(con: Connection, key: str) -> Task | None:
    row = con.execute(select(tasks).where(_T.key == key)).mappings().one_or_none()
    return None if row is None else _value(row)


def by_id(con: Connection, id: int) -> Task:
    row = con.execute(select(tasks).where(_T.id == id)).mappings().one_or_none()
    if row is None:
        raise NotFound.because("TASK-01", f"task {id}", "There is no such task.", "`mesh task list --all` lists them.")
    return _value(row)


def listed(
    con: Connection,
    *,
    resolved: bool = False,
    role: str | None = None,
    product: str | None = None,
    kind: str | None = None,
    due_before: datetime | None = None,
) -> tuple[Task, ...]:
    """Those that fit, the most urgent first."""
    where: list[ColumnElement[bool]] = [] if resolved else [_T.state == OPEN]
    where += [column == value for column, value in ((_T.role, role), (_T.kind, kind)) if value is not None]
    if product is not None:
        where.append(_T.product == product if "/" in product else _T.product.startswith(f"{product}/", autoescape=True))
    if due_before is not None:
        where.append(_T.due < due_before)
    rows = con.execute(select(tasks).where(*where).order_by(_T.state, _T.due, _T.id)).mappings()
    return tuple(_value(row) for row in rows)


def assign(con: Connection, id: int, assignee: str, by: str, now: datetime) -> None:
    con.execute(update(tasks).where(_T.id == id).values(assignee=assignee, assigned_by=by, assigned_at=now))


def resolve(con: Connection, id: int, values: Mapping[str, object]) -> None:
    con.execute(update(tasks).where(_T.id == id, _T.state == OPEN).values(state=RESOLVED, **values))


def _value(row: Mapping[Any, Any]) -> Task:
    return Task(**row)
