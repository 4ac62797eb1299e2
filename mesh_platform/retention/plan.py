"""What is due in each product at a moment: how many rows, since when, what becomes of them, and what keeps the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from mesh_platform.lake import Doomed, Reader, quote_name
from mesh_platform.lake.hidden import TOKENS
from mesh_platform.product import Retention
from mesh_platform.retention.calendar import cutoff
from mesh_platform.retention.holds import Hold
from mesh_platform.retention.kept import KeptProduct
from mesh_platform.retention.minimum import reducible
from mesh_platform.retention.precedence import Verdict
from mesh_platform.retention.store import matters


class State(StrEnum):
    """How one product stands."""

    DUE = "due"
    CLEAN = "clean"
    HELD = "held"
    BLOCKED = "blocked"
    NO_RULE = "no rule"


@dataclass(frozen=True, slots=True)
class Due:
    """One product at that moment.

    Attributes:
        product: `domain/product`.
        state: the word for it.
        rows: that are served.
        overdue: of them, those whose time is over and that nothing keeps.
        older: rows of older held versions of which the same is true.
        reduced: rows of erased people, kept by law, that still hold more than the law needs.
        held: rows whose time is over and that a legal hold keeps.
        minimum: rows of erased people that the law keeps.
        undated: rows that say nothing of their age; they stay.
        action: what becomes of those that are overdue.
        period, at_least, clock: the rule.
        cutoff: the last day, or moment, that is over.
        why, fix: in a sentence.
    """

    product: str
    state: State
    rows: int = 0
    overdue: int = 0
    older: int = 0
    reduced: int = 0
    held: int = 0
    minimum: int = 0
    undated: int = 0
    action: str | None = None
    period: str | None = None
    at_least: str | None = None
    clock: str | None = None
    cutoff: str | None = None
    why: str = ""
    fix: str = ""

    def as_json(self) -> dict[str, object]:
        names = ("product", "rows", "overdue", "older", "reduced", "held", "minimum", "undated", "action", "period")
        said = {name: getattr(self, name) for name in names}
        rest = {"minimum_period": self.at_least, "clock": self.clock, "cutoff": self.cutoff, "why": self.why, "fix": self.fix}
        return said | {"state": self.state.value} | rest


@dataclass(frozen=True, slots=True)
class Asked:
    """By what one product is judged: the open holds, the people who were erased (as short marks), and the moment."""

    holds: Collection[Hold]
    erased: Collection[int]
    now: datetime

    def where(self, one: KeptProduct, asked: Verdict, snapshot: int) -> str:
        """The condition that a row of that version has this verdict, and that something of it is left to go."""
        conditions = one.conditions(self.holds, self.erased, self.now, snapshot)
        condition = conditions.of(asked)
        if asked is Verdict.REDUCED and one.descriptor is not None:
            return f"({condition} AND {_filled(reducible(one.descriptor))})"
        if asked is Verdict.ENDED and one.rule is not None and one.rule.action == "anonymise":
            return f"({condition} AND (coalesce(({conditions.erased}), false) OR {_filled(one.identifying)}))"
        return condition

    def steps(self, one: KeptProduct) -> tuple[tuple[str, Doomed], ...]:
        """What is done, in this order, each by its name. Rows of erased people go, whatever becomes of others for their age."""
        assert one.rule is not None
        last = one.snapshots[-1]
        conditions = one.conditions(self.holds, self.erased, self.now, last)
        ended, erased = conditions.of(Verdict.ENDED), f"coalesce(({conditions.erased}), false)"
        steps = []
        if one.rule.action == "delete":
            steps.append(("delete", Doomed(where=ended)))
        else:
            steps.append(("delete", Doomed(where=f"({ended} AND {erased})")))
            left = f"({ended} AND NOT {erased} AND {_filled(one.identifying)})"
            steps.append(("anonymise", Doomed(where=left, emptied=one.emptied(one.identifying))))
        if one.rule.minimum is not None and one.descriptor is not None and (names := reducible(one.descriptor)):
            beside = tuple(
                TOKENS + name for name in names if TOKENS + name in (one.columns or {})
            )  # whose it is stays: reads leave it out by that
            steps.append(("reduce", Doomed(where=self.where(one, Verdict.REDUCED, last), emptied=(*names, *beside))))
        return tuple(steps)


def judged(one: KeptProduct, asked: Asked, reader: Reader) -> Due:
    """How the product stands, by counting its rows.

    Raises:
        Unavailable: where it cannot be read.
    """
    if one.problem is not None:
        return replace(_named(one, asked.now), state=State.BLOCKED, why=one.problem[0], fix=one.problem[1])
    if one.rule is None or one.clock is None:
        return Due(one.key, State.NO_RULE, why="It says nowhere how long its rows are kept.")
    last = one.snapshots[-1]
    conditions = one.conditions(asked.holds, asked.erased, asked.now, last)
    tests = {
        "rows": "true",
        "overdue": asked.where(one, Verdict.ENDED, last),
        "held": conditions.of(Verdict.HELD),
        "reduced": asked.where(one, Verdict.REDUCED, last),
        "minimum": conditions.of(Verdict.REDUCED),
        "undated": one.clock.undated(),
    }
    counts = ", ".join(f"count(*) FILTER (WHERE {test}) AS {quote_name(name)}" for name, test in tests.items())
    found = reader.follow({"t": one.place}, lambda con, over: con.execute(f"SELECT {counts} FROM {over['t']}").fetchone())
    counted = dict(zip(tests, map(int, found or (0,) * len(tests)), strict=True))
    older = sum(_older(one, asked, reader, snapshot) for snapshot in one.snapshots[:-1])
    named: Any = counted
    due = replace(_named(one, asked.now), older=older, **named)
    return _worded(due, one, asked)


def advised(due: Due, asked: date, today: date) -> Due:
    """What is due on the day that was asked for, with what helps today: what is to come cannot be applied yet, and what was due can be asked for alone."""
    if due.state is not State.DUE or asked == today:
        return due
    if asked > today:
        return replace(due, fix=f"Nothing is to be done before {asked:%Y-%m-%d}: the daily job does it then.")
    return replace(due, fix=f"`mesh retention apply --as-of {asked:%Y-%m-%d}`, or its daily job.")


def _older(one: KeptProduct, asked: Asked, reader: Reader, snapshot: int) -> int:
    """Rows of an older version that are overdue; where its rows do not say, all of them once it is old enough itself."""
    assert one.clock is not None and one.rule is not None
    relation = reader.relation(one.place, snapshot)
    have = {name for name, *_ in reader.con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
    if have >= {*(one.columns or {})}:
        condition = asked.where(one, Verdict.ENDED, snapshot)
    else:
        condition = str(cutoff(asked.now, one.rule.period, one.clock.zone).passed(one.clock.taken_in[snapshot])).lower()
    [[rows]] = reader.con.execute(f"SELECT count(*) FROM {relation} WHERE {condition}").fetchall()
    return int(rows)


def _named(one: KeptProduct, now: datetime) -> Due:
    rule, clock = one.rule, one.clock
    if rule is None:
        return Due(one.key, State.NO_RULE)
    told = cutoff(now, rule.period, clock.zone) if clock else None
    over = told.day or told.moment if told else None
    return Due(
        one.key,
        State.CLEAN,
        action=rule.action,
        period=str(rule.period),
        at_least=str(rule.minimum) if rule.minimum else None,
        clock=clock.told if clock else None,
        cutoff=over.isoformat() if over else None,
    )


def _worded(due: Due, one: KeptProduct, asked: Asked) -> Due:
    assert one.rule is not None
    if due.overdue or due.older or due.reduced:
        why = f"{due.overdue} of {due.rows} rows are past {_span(one.rule)}."
        if due.older:
            why += f" {due.older} more stand in older versions that are still held."
        if due.reduced:
            why += f" {due.reduced} rows of erased people hold more than the law needs."
        return replace(due, state=State.DUE, why=why, fix="`mesh retention apply`, or its daily job.")
    if due.held:
        touching = [hold for hold in asked.holds if hold.scope.touches(one.key, one.descriptor)]
        why = f"{due.held} rows that would go, past {_span(one.rule)} or of erased people, are kept by legal holds on it ({matters(touching)})."
        return replace(due, state=State.HELD, why=why, fix="Closing the hold lets them go: `mesh hold close`.")
    return replace(due, why=f"Nothing is past {_span(one.rule)}.")


def _span(rule: Retention) -> str:
    return f"its period of {rule.period}"


def _filled(names: Collection[str]) -> str:
    return f"({' OR '.join(f'{quote_name(name)} IS NOT NULL' for name in names) or 'false'})"
