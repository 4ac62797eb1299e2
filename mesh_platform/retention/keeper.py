"""Carrying out what is due: product by product, under each one's lock, recorded before and after, and looked at by others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import uuid4

from mesh_platform.actor import MESH, Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.errors import Finding, MeshError, NotFound, UsageProblem
from mesh_platform.failpoints import fp
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.lake import Doomed, Lake, Reader
from mesh_platform.ledger import suppressed_now
from mesh_platform.registry import ClockFloor, Registry
from mesh_platform.retention.coverage import Covers, coverage
from mesh_platform.retention.holds import Hold
from mesh_platform.retention.kept import KeptProduct, kept, kept_products
from mesh_platform.retention.looking import Looked, look
from mesh_platform.retention.plan import Asked, Due, State, judged
from mesh_platform.retention.runs import Ended, Run, ran
from mesh_platform.retention.store import Holds
from mesh_platform.settings import Settings
from mesh_platform.state import Database


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did to one product: rows by step, the version that is served since, and what the look from outside still found.

    `finding` says why it is not done, or not proven.
    """

    due: Due
    rows: dict[str, int] = field(default_factory=dict)
    version: int | None = None
    left: int | None = None
    finding: Finding | None = None

    def as_json(self) -> dict[str, object]:
        told = {"rows_by_step": dict(self.rows), "version": self.version, "left": self.left}
        return self.due.as_json() | told | {"finding": self.finding.as_json() if self.finding else None}


class Around(Protocol):
    """What is at hand where retention runs."""

    @property
    def settings(self) -> Settings: ...
    @property
    def lake(self) -> Lake: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def database(self) -> Database: ...


def keeper_of(around: Around) -> Keeper:
    """Retention over that mesh."""
    leap = timedelta(days=around.settings.clock_leap_days)
    return Keeper(around.lake, around.registry, around.audit, around.database, leap)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Retention over one mesh.

    `leap` is how far the clock may have jumped forward since the latest moment seen without somebody confirming it.
    """

    lake: Lake
    registry: Registry
    audit: AuditLog
    database: Database
    leap: timedelta

    @property
    def holds(self) -> Holds:
        return Holds(self.database)

    def plan(self, now: datetime, only: Collection[str] = ()) -> tuple[Due, ...]:
        """What is due at that moment, product by product; nothing is changed.

        Raises:
            NotFound: RETAIN-05, where `only` names nothing that is published.
        """
        with self.lake.reader() as reader:
            asked = self._asked(now)
            return tuple(self._judged(one, asked, reader) for one in self._products(reader, only))

    def apply(
        self, now: datetime, actor: Actor | None, only: Collection[str] = (), as_of: datetime | None = None
    ) -> tuple[Done, ...]:
        """Carry out what is due; each product by itself, so that one that is busy or broken keeps no other back.

        Args:
            now: what the clock says.
            actor: who asked for it; the platform where None.
            only: products and domains; all of them where none is named.
            as_of: what was due at that earlier moment, and no more.

        Raises:
            Unavailable: RETAIN-01, RETAIN-02, where the clock cannot be believed. UsageProblem: RETAIN-03, where `as_of` is to come yet.
            NotFound: RETAIN-05.
        """
        self.trust(now)
        if as_of is not None and as_of > now:
            why = "It is a day to come, and what is not due yet is not deleted."
            raise UsageProblem.because("RETAIN-03", "--as-of", why, "`mesh retention plan --as-of` shows what would be due then.")
        run = uuid4().hex
        with self.lake.reader() as reader:
            asked = self._asked(as_of or now)
            done = tuple(self._applied(one, asked, actor, run, reader) for one in self._products(reader, only))
        for one in done if as_of is None else ():
            self._remember(one, now)
        return done

    def overdue(self, now: datetime, only: Collection[str] = ()) -> Iterator[tuple[KeptProduct, Looked | Finding]]:
        """The check: what stands past its time and its grace, counted apart from what deletes."""
        with self.lake.reader() as reader:
            asked = self._asked(now)
            for one in self._products(reader, only):
                if one.problem is not None:
                    yield one, Finding("RETAIN-06", one.key, *one.problem, one.key)
                    continue
                try:
                    yield one, look(self.lake, one, asked.holds, asked.erased, now, grace=True)
                except MeshError as error:
                    yield one, error.finding.of(one.key)

    def trust(self, now: datetime) -> None:
        """Refuse a moment at which nothing may be deleted for its age: a clock that went back, or leapt.

        Raises:
            Unavailable: RETAIN-01, RETAIN-02.
        """
        ClockFloor(self.database, self.leap).believe(now)

    def confirm(self, today: date, now: datetime, actor: Actor) -> None:
        """Somebody says which day it is: the clock's leap is no leap where the clock says the same.

        Raises:
            UsageProblem: RETAIN-03, where the clock says another day.
        """
        if abs(today - now.date()) > timedelta(days=1):
            why = f"You say that it is {today:%Y-%m-%d}, and the machine's clock says {now:%Y-%m-%d}."
            raise UsageProblem.because("RETAIN-03", "--today", why, "Set the clock right.")
        self.audit.record(Act.RETENTION, Phase.DONE, actor, What(what=f"clock confirmed {today.isoformat()}"))
        ClockFloor(self.database, self.leap).confirmed()

    def covers(self, hold: Hold) -> tuple[Covers, ...]:
        """What the hold covers of what is published now."""
        with self.lake.reader() as reader:
            return coverage(hold, kept_products(self.lake, reader, self.registry), reader)

    def settle(self, hold: Hold) -> None:
        """Return once what was under way in the products that a new hold touches has ended: it may have begun before.

        Raises:
            Unavailable: LAKE-10, where a product stays busy.
        """
        for place in self.lake.places():
            if hold.scope.touches(place.key, None):
                self.lake.settled(place)

    def _asked(self, now: datetime) -> Asked:
        return Asked(self.holds.listed(only_open=True), self._erased(), now)

    def _erased(self) -> frozenset[int]:
        """Everybody who is suppressed, by the short mark beside rows."""
        with self.database.read() as con:
            return frozenset(map(subject63_of, suppressed_now(con)))

    def _products(self, reader: Reader, only: Collection[str]) -> tuple[KeptProduct, ...]:
        found = tuple(kept_products(self.lake, reader, self.registry, only))
        known = {name for one in found for name in (one.key, one.place.domain)}
        if missing := sorted({*only} - known):
            why = f"Nothing of {missing[0]} is published."
            raise NotFound.because("RETAIN-05", missing[0], why, "`mesh products` shows what is.")
        return found

    def _judged(self, one: KeptProduct, asked: Asked, reader: Reader) -> Due:
        try:
            return judged(one, asked, reader)
        except MeshError as error:
            return Due(one.key, State.BLOCKED, why=error.finding.why, fix=error.finding.fix)

    def _applied(self, one: KeptProduct, asked: Asked, actor: Actor | None, run: str, reader: Reader) -> Done:
        due = self._judged(one, asked, reader)
        if due.state is State.BLOCKED:
            return Done(due, finding=Finding("RETAIN-06", one.key, due.why, due.fix, one.key))
        if due.state is not State.DUE:
            return Done(due)
        try:
            return self._carried_out(one, due, asked.now, actor, run, reader)
        except MeshError as error:
            self._say(Phase.FAILED, actor, one, run, "not done", reason=error.finding.rule)
            return Done(due, finding=error.finding.of(one.key))

    def _remember(self, done: Done, now: datetime) -> None:
        """That it ran over the product, whether anything was due or not."""
        if done.due.state is not State.NO_RULE:
            ended: Ended = "blocked" if done.due.state is State.BLOCKED else "failed" if done.finding else "done"
            ran(self.database, done.due.product, Run(now, ended))

    def _carried_out(self, one: KeptProduct, due: Due, now: datetime, actor: Actor | None, run: str, reader: Reader) -> Done:
        self._say(Phase.INTENT, actor, one, run, due.action or "delete", n=due.overdue)
        fp("retention.intended")
        rows, version = dict[str, int](), None
        for name, decide in self._steps(one, now, reader):
            purged = self.lake.purge_what(one.place, decide, MESH, f"retention {run}")
            fp("retention.purged")
            if purged is not None:
                rows[name], version = purged.rows, purged.version.snapshot_id
                self._say(Phase.DONE, actor, one, run, f"{name} snapshot {version}", n=purged.rows)
                fp("retention.recorded")
        asked = self._asked(now)
        looked = look(self.lake, kept(one.place, reader, self.registry), asked.holds, asked.erased, now)
        fp("retention.looked")
        done = Done(due, rows, version, looked.overdue)
        if not looked.overdue:
            return done
        self._say(Phase.FAILED, actor, one, run, "looked", reason="RETAIN-04", n=looked.overdue)
        why = f"{looked.overdue} rows that should be gone were found after the deletion."
        return replace(
            done, finding=Finding("RETAIN-04", one.key, why, "Run it again; if they stay, tell the platform team.", one.key)
        )

    def _steps(self, one: KeptProduct, now: datetime, reader: Reader) -> Iterator[tuple[str, Callable[[], Doomed | None]]]:
        """Each step, decided on once the lock is held: by the holds, the rows and the rule as they are then."""
        names = [name for name, _ in self._asked(now).steps(one)]
        for number, name in enumerate(names):

            def decide(name: str = name, first: bool = not number) -> Doomed | None:
                fresh, asked = kept(one.place, reader, self.registry), self._asked(now)
                doomed = dict(asked.steps(fresh)).get(name) if fresh.problem is None else None
                due = judged(fresh, asked, reader)
                if doomed is None or not (self._any(fresh, doomed, reader) or (first and due.older)):
                    return None
                return doomed

            yield name, decide

    def _any(self, one: KeptProduct, doomed: Doomed, reader: Reader) -> bool:
        query = f"SELECT count(*) FROM {{t}} WHERE {doomed.condition()}"
        [[rows]] = reader.follow({"t": one.place}, lambda con, over: con.execute(query.replace("{t}", over["t"])).fetchall())
        return bool(rows)

    def _say(
        self,
        phase: Phase,
        actor: Actor | None,
        one: KeptProduct,
        run: str,
        what: str,
        n: int | None = None,
        reason: str | None = None,
    ) -> None:
        self.audit.record(Act.RETENTION, phase, actor, What(product=one.key, what=what, ref=run), reason=reason, n=n)
