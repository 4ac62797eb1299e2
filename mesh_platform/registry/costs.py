"""What compliance costs, out of the mesh's own records: when products were begun and first let through, how long people and controls took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select

from mesh_platform.product.key import ProductKey
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import audit_leaves, beginnings, control_times, gate_decisions, tasks

T = TypeVar("T")
WAITING = ("review", "approval", "waiver")
"""Kinds of tasks in which somebody waits for a person's word."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long one kind of decision took, of tasks that are resolved; and how many wait still."""

    domain: str
    kind: str
    decided: int
    waiting: int
    median: timedelta | None
    longest: timedelta | None


@dataclass(frozen=True, slots=True)
class FirstGate:
    """A product's way to its first open gate: `took` from `mesh new`, None where it was not begun with it or is not through."""

    product: str
    refused: int
    """Publications that the gate kept back before."""
    open_at: datetime | None
    took: timedelta | None


@dataclass(frozen=True, slots=True)
class Spent:
    """How long one control took at the publications of one domain, in milliseconds."""

    domain: str
    control: str
    publications: int
    median: float
    longest: float


def begin(db: Database, product: ProductKey, now: datetime) -> None:
    """Remember that a product was begun; made anew, it begins anew."""
    with db.write() as con:
        row = insert(con, beginnings)
        con.execute(
            row.on_conflict_do_update(index_elements=("product",), set_={"at": row.excluded.at}),
            {"product": str(product), "at": now},
        )


def spend(db: Database, product: ProductKey, publication: str, ms: Mapping[str, float], now: datetime) -> None:
    """Remember how long each control of a publication took."""
    rows = [
        {"publication": publication, "control": name, "product": str(product), "ms": value, "at": now}
        for name, value in ms.items()
    ]
    with db.write() as con:
        row = insert(con, control_times)
        con.execute(row.on_conflict_do_update(index_elements=("publication", "control"), set_={"ms": row.excluded.ms}), rows)


def first_gates(db: Database) -> tuple[FirstGate, ...]:
    """The way of each product to its first open gate at a publication."""
    d = gate_decisions.c
    with db.read() as con:
        begun: dict[str, datetime] = {row.product: row.at for row in con.execute(select(beginnings))}
        query = select(d.product, d.open, d.decided_at).where(d.place == "publish").order_by(d.id)
        decided: list[tuple[str, bool, datetime]] = [tuple(row) for row in con.execute(query)]  # type: ignore[misc]
    found = {key: FirstGate(key, 0, None, None) for key in begun}
    for product, is_open, at in decided:
        one, since = found.get(product, FirstGate(product, 0, None, None)), begun.get(product)
        if one.open_at is None and (since is None or at >= since):
            through = FirstGate(product, one.refused, at, at - since if since else None)
            found[product] = through if is_open else replace(one, refused=one.refused + 1)
    return tuple(found[key] for key in sorted(found))


def waits(db: Database) -> tuple[Waits, ...]:
    """How long people waited for people, by domain and kind."""
    t = tasks.c
    with db.read() as con:
        query = select(t.kind, t.product, t.created_at, t.resolved_at).where(t.kind.in_(WAITING))
        rows: list[tuple[str, str, datetime, datetime | None]] = [tuple(row) for row in con.execute(query)]  # type: ignore[misc]
    groups: dict[tuple[str, str], list[timedelta | None]] = {}
    for kind, product, created, resolved in rows:
        groups.setdefault((product.partition("/")[0], kind), []).append(resolved - created if resolved else None)
    return tuple(_waits(domain, kind, times) for (domain, kind), times in sorted(groups.items()))


def _waits(domain: str, kind: str, times: Iterable[timedelta | None]) -> Waits:
    every = list(times)
    done = sorted(one for one in every if one is not None)
    return Waits(domain, kind, len(done), len(every) - len(done), middle(done), done[-1] if done else None)


def middle(ordered: Sequence[T]) -> T | None:
    """The lower median of what is in order; None of nothing."""
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def spent(db: Database) -> tuple[Spent, ...]:
    """How long the controls of publications took, by domain; `whole` is the publication with them."""
    c = control_times.c
    with db.read() as con:
        query = select(c.product, c.control, c.ms).order_by(c.ms)
        rows: list[tuple[str, str, float]] = [tuple(row) for row in con.execute(query)]  # type: ignore[misc]
    groups: dict[tuple[str, str], list[float]] = {}
    for product, control, ms in rows:
        groups.setdefault((product.partition("/")[0], control), []).append(ms)
    return tuple(Spent(domain, control, len(ms), middle(ms) or 0.0, ms[-1]) for (domain, control), ms in sorted(groups.items()))


def records(db: Database) -> int:
    """How many records the audit log has."""
    with db.read() as con:
        return int(con.execute(select(func.count()).select_from(audit_leaves)).scalar() or 0)
