"""What compliance costs, out of the mesh's own records: when products were begun and first let through, how long people and controls took."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from mesh_platform.audit.leaf import raw
from mesh_platform.errors import Severity
from mesh_platform.product.key import ProductKey
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import audit_leaves, beginnings, control_times, gate_decisions, tasks

T = TypeVar("T")
_ABOUT = re.compile(rb'"(?:product|domain)":"([^"/\\\\@]+)')
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
    """How often the gate kept it back before, at a publication or when it was loaded."""
    open_at: datetime | None
    took: timedelta | None
    since: datetime | None = None
    """When it was begun, or else first judged."""
    rules: tuple[str, ...] = ()
    """The rules that kept it back the last time, while it is not through."""

    def waits(self, now: datetime) -> timedelta | None:
        """How long it has waited for its first open gate; None where it is through."""
        return now - self.since if self.open_at is None and self.since is not None else None


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
        query = (
            select(d.product, d.place, d.open, d.decided_at, d.findings).where(d.place.in_(("publish", "load"))).order_by(d.id)
        )
        decided = [(row.product, row.place, row.open, row.decided_at, row.findings) for row in con.execute(query)]
    found = {key: FirstGate(key, 0, None, None, since) for key, since in begun.items()}
    for product, place, is_open, at, findings in decided:
        since = begun.get(product)
        one = found.get(product, FirstGate(product, 0, None, None, at))
        if one.open_at is not None or (since is not None and at < since):
            continue
        if not is_open:
            found[product] = replace(one, refused=one.refused + 1, rules=_closing(findings))
        elif place == "publish":
            found[product] = FirstGate(product, one.refused, at, at - since if since else None, one.since)
    return tuple(found[key] for key in sorted(found))


def _closing(findings: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one["rule"]) for one in findings if one.get("severity") == Severity.BLOCK.value))


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


@dataclass(slots=True)
class Recorded:
    """Records of the audit log and the bytes of what they say."""

    records: int = 0
    bytes: int = 0


def recorded(db: Database) -> dict[str, Recorded]:
    """What the audit log holds, by the domain that each record is about; under an empty name what is about none, and what was dropped."""
    found: dict[str, Recorded] = {}
    with db.read() as con:
        for (body,) in con.execute(select(audit_leaves.c.body).execution_options(yield_per=10_000)):
            about = _ABOUT.search(said := raw(body))
            one = found.setdefault(about[1].decode("utf-8", "replace") if about else "", Recorded())
            one.records += 1
            one.bytes += len(said)
    return found
