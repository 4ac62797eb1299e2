"""Restriction and objection: what the ledger is told for every identifier of the person, and asked again whether it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from mesh_platform.actor import Actor
from mesh_platform.clock import time_from
from mesh_platform.ledger import Decision, Event, Reason
from mesh_platform.ledger import Kind as Said
from mesh_platform.subjects.certificate import certify
from mesh_platform.subjects.erasure.erasing import SOURCE
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.people.held import held_products
from mesh_platform.subjects.requests.kinds import Kind
from mesh_platform.subjects.requests.values import Closure, Request, State, Task

LIFT, PURPOSES = "lift", "purposes"
_SHUT = (Reason.RESTRICTED, Reason.SUPPRESSED)
_CLOSED = (Reason.OBJECTED, Reason.SUPPRESSED, Reason.RESTRICTED, Reason.SIGNAL)


@dataclass(frozen=True, slots=True)
class Marking:
    """One run, by one principal; events of the same request are recorded once however often it is called."""

    means: Means
    actor: Actor

    def go(self, request: Request, now: datetime) -> None:
        """Tell the ledger, ask it again, certify."""
        moment = time_from(now)
        closure = request.closure or self._freeze(request)
        recorded = self.means.ledger.append(*self._events(request, closure), by=self.actor)
        self.means.store.suppressed(request.id, max(each.sequence for each in recorded), moment())
        tasks = tuple(self._tasks(request, closure))
        self.means.store.told(request.id, tasks)
        done = replace(self.means.store.get(request.id), tasks=tasks)
        if all(task.state is not State.BLOCKED for task in tasks):
            certify(self.means.store, self.means.audit, done, None, self.actor, moment())

    def _freeze(self, request: Request) -> Closure:
        with self.means.lake.reader() as reader:
            named, held = self.means.store.identifiers(request.id), held_products(self.means.lake, reader)
            closure = self.means.closed(named, held, reader, request.people)
        self.means.store.freeze(request.id, closure, ())
        return closure

    def _events(self, request: Request, closure: Closure) -> Iterator[Event]:
        if request.kind is Kind.RESTRICTION:
            said, decision, purposes = Said.RESTRICTION, Decision.LIFTED if request.detail.get(LIFT) else Decision.IMPOSED, [""]
        else:
            said, decision, purposes = Said.OBJECTION, Decision.OBJECTED, list(request.detail.get(PURPOSES) or [""])
        for number, one in enumerate(closure.identifiers):
            for place, purpose in enumerate(purposes):
                name = f"{request.id}/{number}/{place}"
                yield Event(one.token, one.namespace, said, decision, SOURCE, name, purpose, jurisdiction=request.regime.value)

    def _tasks(self, request: Request, closure: Closure) -> Iterator[Task]:
        """One for each purpose, with what the ledger answers for it now."""
        ledger = self.means.ledger
        ledger.forget()
        tokens = [one.token for one in closure.identifiers]
        restricts, lifts = request.kind is Kind.RESTRICTION, bool(request.detail.get(LIFT))
        for purpose in request.detail.get(PURPOSES) or sorted(ledger.governance.purposes):
            asked = ledger.purposes.asked(purpose)
            where, state = f"purpose {purpose}", State.VERIFIED
            if (restricts and asked.during_restriction) or (not restricts and not asked.hears):
                why = "It goes on during a restriction." if restricts else "It rests on a basis that no objection ends."
                yield Task(where, request.kind.value, State.UNTOUCHED, 0, why)
                continue
            reasons = {answer.reason for answer in ledger.check_many(tokens, purpose)}
            held = reasons <= {*(_SHUT if restricts else _CLOSED)} if not lifts else Reason.RESTRICTED not in reasons
            if held:
                yield Task(where, request.kind.value, state, len(tokens))
            else:
                why = "The ledger answers otherwise: something newer was said since."
                fix = "See `mesh consent history`, then run the request again."
                yield Task(where, request.kind.value, State.BLOCKED, len(tokens), why, fix)
