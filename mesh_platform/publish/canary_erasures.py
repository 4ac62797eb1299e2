"""Canaries that are erased on a schedule, as any person is: a request, run to its certificate, measured domain by domain; then they come back.

After the certificate the suppression is lifted, as that of anybody who signs up anew, and the canary is planted again. An erasure that something stands in
the way of stays open, is red once its time is over, and names the products that keep it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update

from mesh_platform.actor import Role
from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, UsageProblem
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.ledger.canaries import canary_tokens
from mesh_platform.product.governance import Canary
from mesh_platform.propagation.canaries import SOURCE
from mesh_platform.propagation.lag import ALERT, BREACHED, LATE, OK
from mesh_platform.publish.planting import PLATFORM
from mesh_platform.state.tables import canary_erasures, canary_rounds
from mesh_platform.subjects import Desk, Regime, Request, State, Task
from mesh_platform.subjects.people.held import held_products, rows_over
from mesh_platform.subjects.requests.values import SETTLED
from mesh_platform.tasks import NewTask, TaskKind, Tasks

_E, _R = canary_erasures.c, canary_rounds.c
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class InDomain:
    """One domain in the newest erasure of a canary. `seconds`: until it was certified; None where it is not, and `waits` names what keeps it."""

    domain: str
    state: str
    seconds: float | None
    products: tuple[str, ...]
    waits: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        told = {"domain": self.domain, "state": self.state, "seconds": self.seconds}
        return {**told, "products": list(self.products), "waits": list(self.waits)}


@dataclass(frozen=True, slots=True)
class Erased:
    """The newest erasure of one canary, by domain."""

    canary: str
    request: str
    began_at: datetime
    certified_at: datetime | None
    domains: tuple[InDomain, ...]

    @property
    def state(self) -> str:
        return max((one.state for one in self.domains), key=[OK, LATE, BREACHED].index, default=OK)

    @property
    def late(self) -> bool:
        return self.state != OK

    def as_json(self) -> dict[str, object]:
        at = self.certified_at.isoformat() if self.certified_at else None
        told = {"canary": self.canary, "request": self.request, "state": self.state, "certified_at": at}
        return {**told, "began_at": self.began_at.isoformat(), "domains": [one.as_json() for one in self.domains]}


@dataclass(frozen=True, slots=True)
class Erasures:
    """The erasures of canaries over one desk; `targets` tells how long each domain may take."""

    desk: Desk
    targets: Mapping[str, timedelta]

    def step(self, now: datetime) -> tuple[Erased, ...]:
        """Take each canary that is due one step further: begin an erasure, go on with it, or let the canary come back.

        Raises:
            Unavailable: where ledger or audit log cannot be had.
        """
        for name, canary in self._asked():
            newest = self._newest(name)
            if newest is not None and newest["lifted_at"] is None:
                self._go_on(name, canary, newest["request"], now)
            elif self._due(name, canary, newest, now):
                self._begin(name, canary, now)
        return self.standing(now)

    def standing(self, now: datetime) -> tuple[Erased, ...]:
        """Where the newest erasure of each canary stands, without a step."""
        rows = [self._newest(name) for name in self.desk.ledger.governance.canaries]
        return tuple(self._erased(row, now) for row in rows if row is not None)

    @property
    def under_way(self) -> frozenset[str]:
        """Canaries that are being erased, and are not to be planted meanwhile."""
        rows = {name: self._newest(name) for name in self.desk.ledger.governance.canaries}
        return frozenset(name for name, row in rows.items() if row is not None and row["lifted_at"] is None)

    def _asked(self) -> Iterator[tuple[str, Canary]]:
        yield from ((name, one) for name, one in self.desk.ledger.governance.canaries.items() if one.erase is not None)

    def _due(self, name: str, canary: Canary, newest: Mapping[str, Any] | None, now: datetime) -> bool:
        """Whether it is time: no withdrawal of it is being measured, and a product holds it."""
        assert canary.erase is not None
        if newest is not None and now < newest["began_at"] + canary.erase.approximate:
            return False
        with self.desk.database.read() as con:
            open_round = select(_R.canary).where(_R.canary == name, _R.gone_at.is_(None)).limit(1)
            if con.execute(open_round).scalar() is not None:
                return False
        return self._held(canary)

    def _held(self, canary: Canary) -> bool:
        marks = ", ".join(str(subject63_of(token)) for token in canary_tokens(self.desk.ledger.tokens, canary))
        with self.desk.lake.reader() as reader:
            for one in held_products(self.desk.lake, reader) if marks else ():
                theirs = " OR ".join(f'"_mesh_subject_{column}" IN ({marks})' for column in sorted(one.marked))
                if theirs and list(rows_over(reader, one, f"SELECT 1 AS rows FROM {{t}} WHERE {theirs} LIMIT 1")):
                    return True
        return False

    def _begin(self, name: str, canary: Canary, now: datetime) -> None:
        named = [(space, text) for space, text in canary.identifiers.items() if self._names_one(space, text)]
        request = self.desk.open(Regime.GDPR, named, PLATFORM, now)
        with self.desk.database.write() as con:
            con.execute(insert(canary_erasures), {"request": request.id, "canary": name, "began_at": now})
        self._go_on(name, canary, request.id, now)

    def _names_one(self, namespace: str, text: str) -> bool:
        try:
            self.desk.identified(namespace, text)
        except UsageProblem:
            return False
        return True

    def _go_on(self, name: str, canary: Canary, id: str, now: datetime) -> None:
        request = self.desk.store.get(id)
        if request.state is not State.CERTIFIED:
            try:
                request = self.desk.run(id, PLATFORM, now)
            except MeshError:  # the request says what stands in the way, and the next step tries again
                return
        if request.state is State.CERTIFIED and request.closure is not None:
            self._lift(request)
            ended = max(now, utc_now())  # a certificate bears the moment at which its run began
            values = {"certified_at": ended, "lifted_at": ended}
            with self.desk.database.write() as con:
                con.execute(update(canary_erasures).where(_E.request == id).values(**values))

    def _lift(self, request: Request) -> None:
        """Let it come back, as somebody who signs up anew."""
        assert request.closure is not None
        id = uuid4().hex
        events = [
            Event(one.token, one.namespace, Kind.SUPPRESSION, Decision.LIFTED, SOURCE, f"{id}/{number}")
            for number, one in enumerate(request.closure.identifiers)
        ]
        self.desk.ledger.append(*events, by=PLATFORM)

    def _newest(self, name: str) -> Mapping[str, Any] | None:
        query = select(canary_erasures).where(_E.canary == name).order_by(_E.began_at.desc(), _E.request).limit(1)
        with self.desk.database.read() as con:
            return con.execute(query).mappings().one_or_none()  # type: ignore[return-value]

    def _erased(self, row: Mapping[str, Any], now: datetime) -> Erased:
        request = self.desk.store.get(row["request"])
        domains = by_domain(request.tasks, row["began_at"], row["certified_at"], now, self.targets)
        return Erased(row["canary"], row["request"], row["began_at"], row["certified_at"], domains)


def by_domain(
    tasks: tuple[Task, ...], began: datetime, certified: datetime | None, now: datetime, targets: Mapping[str, timedelta]
) -> tuple[InDomain, ...]:
    """The domains that held the canary, and what of theirs keeps the certificate; pure."""
    each: dict[str, list[Task]] = {}
    for task in tasks:
        domain, slash, _ = task.product.partition("/")
        if slash and " " not in domain and task.state is not State.UNTOUCHED:
            each.setdefault(domain, []).append(task)
    age = (certified or now) - began
    return tuple(
        InDomain(
            domain,
            _state(age, targets.get(domain, A_DAY), certified is not None),
            round(age.total_seconds(), 3) if certified else None,
            tuple(task.product for task in of),
            () if certified else tuple(task.product for task in of if task.state not in SETTLED),
        )
        for domain, of in sorted(each.items())
    )


def _state(age: timedelta, target: timedelta, done: bool) -> str:
    if age >= target:
        return BREACHED
    return LATE if not done and age >= ALERT * target else OK


def tell_erasures(each: tuple[Erased, ...], tasks: Tasks, now: datetime) -> int:
    """A task for each canary whose erasure is late, until it is certified; how many are."""
    told = tasks.listed(kind=TaskKind.PROPAGATION)
    for one in each:
        stem = f"{TaskKind.PROPAGATION}:canary-erasure/{one.canary}:"
        key = f"{stem}{one.state}:{one.request}"
        if one.late and one.certified_at is None:
            late = (
                ", ".join(name for domain in one.domains if domain.state != OK for name in domain.waits)
                or "the request as a whole"
            )
            reason = f"The erasure of the canary {one.canary} is late: {late}."
            command = f"mesh dsar status {one.request}"
            tasks.open_task(NewTask(key, TaskKind.PROPAGATION, "canary", reason, Role.PRIVACY, now, "CONSENT-12", command))
        for task in told:
            if task.key.startswith(stem) and (task.key != key or one.certified_at is not None):
                tasks.resolve_key(task.key, "measured", f"It stands at {one.state} since.")
    return sum(one.late for one in each)
