"""Canaries at work: each withdraws on a schedule, and how long it takes to be gone from the reads and from the rows of each product is measured.

A canary comes with the rows that sources bring, as any person does (`publish/planting.py` puts it there where governance says so). It measures one round at a time: where it is seen, it
withdraws; once no row of any version shows it, it agrees again, and is back with the next publications. Where it is still shown or there is
late, somebody is told. Reads are measured where every port asks who is shown.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update

from mesh_platform.access.decision import Decision as Decided
from mesh_platform.access.filters import LEDGER
from mesh_platform.access.reading import Reading
from mesh_platform.access.served import Served
from mesh_platform.actor import MESH, Actor, Role
from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, NotFound
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.lake import Lake, Place, quote_name
from mesh_platform.lake.hidden import CONSENT, SUBJECTS
from mesh_platform.ledger import Decision, Event, Kind, Ledger
from mesh_platform.ledger.canaries import canary_tokens
from mesh_platform.ledger.law import Reason
from mesh_platform.product import ProductKey
from mesh_platform.product.bases import basis_for
from mesh_platform.product.governance import Canary
from mesh_platform.propagation.lag import ALERT, BREACHED, LATE, OK
from mesh_platform.state.tables import canary_rounds
from mesh_platform.tasks import NewTask, TaskKind, Tasks

_R = canary_rounds.c
SOURCE = "canary"
"""The source of their events in the ledger."""
A_DAY = timedelta(days=1)
PATIENCE = 2.0
"""Seconds for which a read is asked again before the canary counts as still shown."""
UNSEEN, ERASED = "not seen", "erased"


@dataclass(frozen=True, slots=True)
class Round:
    """One product in the newest round of a canary. `hidden_ms`: until a read was without it; `gone_at`: no row shows it since."""

    product: str
    location: str
    sequence: int
    began_at: datetime
    hidden_ms: int | None
    gone_at: datetime | None

    def as_json(self) -> dict[str, object]:
        gone = round((self.gone_at - self.began_at).total_seconds(), 3) if self.gone_at else None
        return {"product": self.product, "location": self.location, "hidden_ms": self.hidden_ms, "gone_seconds": gone}


@dataclass(frozen=True, slots=True)
class Measured:
    """Where one canary stands: `state` is `ok`, `alert`, `breach`, `not seen` (no product shows it, so nothing is measured) or `erased`."""

    canary: str
    state: str
    rounds: tuple[Round, ...]

    @property
    def late(self) -> bool:
        return self.state in (LATE, BREACHED, UNSEEN)

    def as_json(self) -> dict[str, object]:
        began = self.rounds[0].began_at.isoformat() if self.rounds else None
        return {
            "canary": self.canary,
            "state": self.state,
            "withdrew_at": began,
            "products": [one.as_json() for one in self.rounds],
        }


@dataclass(frozen=True, slots=True)
class Canaries:
    """The canaries of a mesh; `targets` tells how long each domain may take."""

    lake: Lake
    ledger: Ledger
    reading: Reading
    targets: Mapping[str, timedelta]
    by: Actor = Actor(MESH, (Role.PRIVACY,))

    def measure(self, now: datetime) -> tuple[Measured, ...]:
        """Take each canary one step further, and say where it stands.

        Raises:
            Unavailable: where the ledger cannot be read or written. UsageProblem: LEDGER-01, where a canary's purpose is not registered.
        """
        for name, canary in self.ledger.governance.canaries.items():
            self._step(name, canary, now)
        return self.standing(now)

    def standing(self, now: datetime) -> tuple[Measured, ...]:
        """Where each canary stands, without a step."""
        return tuple(self._standing(name, one, now) for name, one in self.ledger.governance.canaries.items())

    def _step(self, name: str, canary: Canary, now: datetime) -> None:
        tokens, newest = canary_tokens(self.ledger.tokens, canary), self._newest(name)
        purpose = self.ledger.purposes.key(canary.purpose)
        self.ledger.forget()
        reasons = {answer.reason for answer in self.ledger.check_many([*tokens], purpose)}
        if not tokens or Reason.SUPPRESSED in reasons:
            return
        if any(one.gone_at is None for one in newest):
            newest = self._looked(name, newest, purpose, tokens)
        every = canary.every.approximate if canary.every else A_DAY
        if any(one.gone_at is None for one in newest):
            return
        if reasons & {Reason.WITHDRAWN, Reason.NO_RECORD}:
            self._say(tokens, purpose, Decision.GRANTED, now)
        elif not newest or now >= newest[0].began_at + every:
            self._withdraw(name, tokens, purpose, now)

    def _withdraw(self, name: str, tokens: Mapping[bytes, str], purpose: str, now: datetime) -> None:
        """Begin a round in each product that shows it; nothing where none does."""
        marks = [subject63_of(token) for token in tokens]
        seen = [(served, decided) for served, decided in self._products(purpose) if self.reading.shows(served, decided, marks)]
        if not seen:
            return
        sequence, began = self._say(tokens, purpose, Decision.WITHDRAWN, now), time.monotonic()
        rows = []
        for served, decided in seen:
            hidden = self._hidden_after(served, decided, marks, began)
            place = {"product": str(served.product.key), "location": served.place.location}
            rows.append({"canary": name, "sequence": sequence, **place, "began_at": now, "hidden_ms": hidden})
        with self.ledger.database.write() as con:
            con.execute(insert(canary_rounds), rows)

    def _hidden_after(self, served: Served, decided: Decided, marks: Sequence[int], began: float) -> int | None:
        """Milliseconds until a read was without it; None where it was still shown after all patience."""
        until = time.monotonic() + PATIENCE
        while self.reading.shows(served, decided, marks):
            if time.monotonic() > until:
                return None
            time.sleep(0.005)
        return int((time.monotonic() - began) * 1000)

    def _looked(self, name: str, rounds: Sequence[Round], purpose: str, tokens: Mapping[bytes, str]) -> tuple[Round, ...]:
        """The round after a look at what is not gone yet."""
        marks = {subject63_of(token) for token in tokens}
        with_it = {str(served.product.key): (served, decided) for served, decided in self._products(purpose)}
        for one in rounds:
            values: dict[str, object] = {}
            if one.hidden_ms is None and (one.product not in with_it or not self.reading.shows(*with_it[one.product], [*marks])):
                values["hidden_ms"] = int((utc_now() - one.began_at).total_seconds() * 1000)
            if one.gone_at is None and self._gone(Place(one.location, *one.product.split("/")), purpose, marks):
                values["gone_at"] = utc_now()
            if values:
                this = (_R.canary == name) & (_R.sequence == one.sequence) & (_R.product == one.product)
                with self.ledger.database.write() as con:
                    con.execute(update(canary_rounds).where(this, _R.location == one.location).values(values))
        return self._newest(name)

    def _gone(self, place: Place, purpose: str, marks: Collection[int]) -> bool:
        """Whether no row of any file of any version shows it for the purpose; a product that is busy or does not open is looked at again."""
        try:
            with self.lake.scan(place, 0) as scan:
                told: Any = scan.versions[-1].extra.get(LEDGER)
                names = (
                    [name for name, *_ in scan.con.execute(f"DESCRIBE SELECT * FROM {scan.files[0]}").fetchall()]
                    if scan.files
                    else []
                )
                whose = [quote_name(name) for name in names if name.startswith(SUBJECTS)]
                if not whose or not isinstance(told, dict):
                    return not scan.files
                theirs = " OR ".join(f"{name} IN ({', '.join(map(str, marks))})" for name in whose)
                bit = 1 << int(told["bits"][purpose])
                query = f"SELECT count(*) FROM {{}} WHERE ({theirs}) AND ({CONSENT} & {bit}) <> 0"
                return all(scan.con.execute(query.format(file)).fetchone() == (0,) for file in scan.files)
        except NotFound:
            return True
        except MeshError:
            return False

    def _products(self, purpose: str) -> Iterator[tuple[Served, Decided]]:
        """Every product that serves the purpose and says whose its rows are, as it is served."""
        for place in sorted(place for place in self.lake.places() if self.lake.published(place)):
            try:
                served = self.reading.served(ProductKey.parse(place.key))
            except MeshError:  # it serves nobody
                continue
            basis = basis_for(served.product.descriptor.purposes, purpose, self.ledger.governance)
            if served.place == place and basis is not None and served.product.descriptor.subject_columns:
                yield served, Decided(served.product.key, purpose, basis=basis)

    def _say(self, tokens: Mapping[bytes, str], purpose: str, decision: Decision, now: datetime) -> int:
        """Tell the ledger, as any source would; the sequence since."""
        evidence: dict[str, Any] = {"notice_version": SOURCE, "captured_at": now} if decision is Decision.GRANTED else {}
        id = uuid4().hex
        events = [
            Event(token, namespace, Kind.CONSENT, decision, SOURCE, f"{id}/{number}", purpose, **evidence)
            for number, (token, namespace) in enumerate(tokens.items())
        ]
        recorded = self.ledger.append(*events, by=self.by)
        self.ledger.forget()
        return max(one.sequence for one in recorded)

    def _newest(self, name: str) -> tuple[Round, ...]:
        """The newest round, product by product."""
        with self.ledger.database.read() as con:
            rows = con.execute(select(canary_rounds).where(_R.canary == name).order_by(_R.product)).mappings().all()
        last = max((row["sequence"] for row in rows), default=None)
        own = [{field: row[field] for field in Round.__slots__} for row in rows if row["sequence"] == last]
        return tuple(Round(**row) for row in own)

    def _standing(self, name: str, canary: Canary, now: datetime) -> Measured:
        rounds = self._newest(name)
        tokens = canary_tokens(self.ledger.tokens, canary)
        answers = self.ledger.check_many([*tokens], self.ledger.purposes.key(canary.purpose))
        if any(answer.reason is Reason.SUPPRESSED for answer in answers):
            return Measured(name, ERASED, rounds)
        every = canary.every.approximate if canary.every else A_DAY
        if not rounds or now > rounds[0].began_at + 2 * every:
            return Measured(name, UNSEEN, rounds)
        return Measured(name, max((self._state(one, now) for one in rounds), key=[OK, LATE, BREACHED].index), rounds)

    def _state(self, one: Round, now: datetime) -> str:
        target = self.targets.get(one.product.partition("/")[0], A_DAY)
        age = (one.gone_at or now) - one.began_at
        if one.hidden_ms is None or age >= target:
            return BREACHED
        return LATE if one.gone_at is None and age >= ALERT * target else OK


def tell(each: Sequence[Measured], tasks: Tasks, now: datetime) -> int:
    """A task for each canary that is late, still shown or seen nowhere, until it is well again; how many are not."""
    told = tasks.listed(kind=TaskKind.PROPAGATION)
    for one in each:
        stem = f"{TaskKind.PROPAGATION}:canary/{one.canary}:"
        if one.late:
            tasks.open_task(_task(f"{stem}{one.state}:{max((r.sequence for r in one.rounds), default=0)}", one, now))
        for task in told:
            if task.key.startswith(stem) and not task.key.startswith(f"{stem}{one.state}:"):
                tasks.resolve_key(task.key, "measured", f"It stands at {one.state} since.")
    return sum(one.late for one in each)


def _task(key: str, one: Measured, now: datetime) -> NewTask:
    waits = ", ".join(each.product for each in one.rounds if each.gone_at is None or each.hidden_ms is None)
    why = {
        UNSEEN: "no product shows it, so nothing is measured: have it delivered by the sources, and published",
        LATE: f"half of the time has passed in which it is to be gone from {waits}",
    }.get(one.state, f"it is not gone in time, or still shown: {waits or 'it came too late'}")
    reason = f"The canary {one.canary}: {why}."
    return NewTask(key, TaskKind.PROPAGATION, "canary", reason, Role.PRIVACY, now, "CONSENT-12", "mesh consent canaries")
