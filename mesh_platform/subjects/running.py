"""One run of an erasure: suppress, erase, verify, certify; what stands in the way of one product keeps no other waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mesh_platform.actor import Actor, Role
from mesh_platform.audit import Act, Phase, What
from mesh_platform.clock import time_from, utc_now
from mesh_platform.errors import Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.lake import Place
from mesh_platform.subjects.beside import ASIDE, beside
from mesh_platform.subjects.certificate import certify
from mesh_platform.subjects.erasure.erasing import Eraser
from mesh_platform.subjects.erasure.mending import names_of
from mesh_platform.subjects.exported import exported, told_outside
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.outcomes import EXTERNAL, LINK, ended, going_on, verified, waits
from mesh_platform.subjects.people.held import Held, held_products
from mesh_platform.subjects.people.locate import refuse_mistaken
from mesh_platform.subjects.requests.values import SETTLED, Closure, Request, State, Task
from mesh_platform.subjects.witnessed import WITNESS, held_back, overdue_for_erasures
from mesh_platform.tasks import NewTask, TaskKind

_TIME = timedelta(days=14)
Moment = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Run:
    """A run by one principal; called again it goes on where the one before stood."""

    means: Means
    actor: Actor

    def go(self, request: Request, now: datetime) -> None:
        """Suppress, erase, verify, certify."""
        moment = time_from(now)
        attempt = self.means.store.attempt(request.id)
        eraser = Eraser(
            self.means.lake, self.means.ledger, self.means.audit, self.means.store, self.means.republish, self.actor, attempt
        )
        closure = request.closure or self._freeze(request)
        self._suppress(eraser, request, closure, moment)
        held, trouble = self._erase(eraser, request, closure, busy := self._busy(0.0))
        if busy:  # those that were free are done; the others are waited for
            held, again = self._erase(eraser, request, closure, busy := self._busy(None))
            trouble = again or next(iter(busy.values()), None)
        self._taken(request, {one.key: eraser.erase_store(request, closure, one, self.means.root) for one in held})
        if trouble is not None:
            raise trouble
        self._verify(self.means.store.get(request.id), moment, held)

    def _erase(
        self, eraser: Eraser, request: Request, closure: Closure, busy: Mapping[Place, Unavailable]
    ) -> tuple[tuple[Held, ...], Unavailable | None]:
        """Every product that is not done and not busy: what is held, and what one of them met, which keeps no other waiting."""
        tasks, held = self._tasks(self.means.store.get(request.id), closure, busy)
        trouble: Unavailable | None = None
        for task in tasks:
            if task.state is State.SUPPRESSED:
                try:
                    eraser.erase(request, closure, task, held[task.product])
                except Unavailable as error:
                    trouble = trouble or error
        return tuple(held.values()), trouble

    def _taken(self, request: Request, rows: Mapping[str, int]) -> None:
        """How many rows went from the source of each product, beside those of the product itself."""
        tasks = [task for task in self.means.store.get(request.id).tasks if rows.get(task.product)]
        self.means.store.told(request.id, [replace(task, at_source=task.at_source + rows[task.product]) for task in tasks])

    def _busy(self, wait: float | None) -> dict[Place, Unavailable]:
        """What is still under way. A publication that read before the suppression and stands before its rename has ended at every other place; one that
        takes the lock later leaves the person out.
        """
        found = dict[Place, Unavailable]()
        for place in self.means.lake.places():
            try:
                self.means.lake.settled(place, wait)
            except Unavailable as error:
                found[place] = error
        return found

    def _freeze(self, request: Request) -> Closure:
        """The closure as it is now, and where the verifier sees the person before anything is done."""
        with self.means.lake.reader() as reader:
            named, held = self.means.store.identifiers(request.id), held_products(self.means.lake, reader)
            closure = self.means.closed(named, held, reader, request.people)
            names = names_of(held, closure, reader)
        looked = self.means.verifier.look(closure.identifiers)
        before = {one.product for one in looked.residues if not one.landing}
        self.means.store.freeze(request.id, closure, before, names)
        fp("subjects.frozen")
        return closure

    def _suppress(self, eraser: Eraser, request: Request, closure: Closure, moment: Moment) -> None:
        if request.sequence is None:
            sequence = eraser.suppress(request, closure)
            fp("subjects.imposed")
            self.means.store.suppressed(request.id, sequence, moment())
            fp("subjects.suppressed")

    def _tasks(
        self, request: Request, closure: Closure, busy: Mapping[Place, Unavailable]
    ) -> tuple[tuple[Task, ...], dict[str, Held]]:
        """What is to be done now: the plan as the mesh stands, but for what has its receipt already, and for what waits."""
        with self.means.lake.reader() as reader:
            held = held_products(self.means.lake, reader)
            now = self.means.planned(closure, request, held, reader)
            due = {task.product for task in now if task.rows and task.state is State.OPEN}
            for one in held:
                if one.key in due:
                    refuse_mistaken(one, closure, reader, self.means.ledger.tokens)
        known = {task.product: task for task in request.tasks}
        waiting = {one.key: busy[one.place] for one in held if one.place in busy}
        planned = [going_on(known.get(task.product), self._asked(request.id, task)) for task in now]
        planned = [waits(task, waiting[task.product]) if task.product in waiting else task for task in planned]
        tasks = [*planned, *self._beyond(request.id, closure)]
        apart = {*ASIDE, WITNESS}
        gone = {key for key, task in known.items() if task.strategy not in apart} - {task.product for task in tasks}
        tasks += [ended(known[key]) for key in sorted(gone)]
        self.means.store.told(request.id, tasks)
        fp("subjects.planned")
        return tuple(tasks), {one.key: one for one in held}

    def _asked(self, id: str, planned: Task) -> Task:
        """What stands for something outside of the platform waits until its owner says that the person is gone there."""
        if planned.strategy != EXTERNAL or planned.state is not State.OPEN:
            return planned
        key = f"{TaskKind.EXTERNAL}:{id}:{planned.product}"
        why = f"A person is to be removed from what it stands for outside of the platform (request {id}; the privacy team tells who)."
        due, rule, command = utc_now() + _TIME, "DSAR-08", f"mesh dsar status {id}"
        task = self.means.tasks.open_task(NewTask(key, TaskKind.EXTERNAL, planned.product, why, Role.OWNER, due, rule, command))
        if task.open:
            why = f"Its owner was asked to remove the person by {task.due:%Y-%m-%d}, and did not say yet that it is done."
            return replace(
                planned, state=State.BLOCKED, reason=why, fix=f"Remove the person there, then `mesh task resolve {task.id}`."
            )
        return replace(planned, reason=f"{task.resolved_by} said that the person is gone there (task {task.id}).")

    def _beyond(self, id: str, closure: Closure) -> Iterable[Task]:
        """What is not in the lake: links that people decide on, and files that left."""
        due = utc_now() + _TIME
        for weak in closure.weak:
            key = f"{TaskKind.IDENTITY_EDGE}:{id}:{weak.product}:{weak.namespace}:{weak.why}"
            why = f"A link over {weak.namespace} was not followed: {weak.why}."
            task = self.means.tasks.open_task(_task(key, TaskKind.IDENTITY_EDGE, weak.product, why, due, id))
            where = f"{weak.product} over {weak.namespace}"
            fix = f"See whose it is, open a request for what is the person's, then `mesh task resolve {task.id}`."
            yield Task(where, LINK, State.BLOCKED if task.open else State.UNTOUCHED, 0, why, fix if task.open else "")
        yield from exported(self.means.exports, closure)

    def _verify(self, request: Request, moment: Moment, held: Iterable[Held]) -> None:
        """Look again, and say what was found; where nothing was, the certificate."""
        identifiers = self.means.store.identifiers(request.id)
        looked = self.means.verifier.look(identifiers)
        stale = self.means.verifier.stale(identifiers, request.before)
        looked = replace(looked, residues=(*looked.residues, *stale))
        fp("subjects.looked")
        known = {task.product for task in request.tasks}
        strangers = tuple(Task(key, None, State.UNTOUCHED) for key in sorted({r.product for r in looked.residues} - known))
        tasks = tuple(verified(task, looked) for task in (*request.tasks, *strangers))
        if request.closure is not None:
            self.means.store.touched(request.id, utc_now())
            others = beside(self.means, request, identifiers, self.actor, moment(), held)
            tasks = (*(task for task in tasks if task.strategy not in ASIDE), *others)
        late = overdue_for_erasures(self.means.audit)
        tasks = held_back(tasks, late)
        missing = self.means.verifier.unsuppressed(identifiers)
        if missing:
            self.means.store.reopened(request.id)
        failed = bool(looked.residues or missing or late)
        record = self.means.audit.within(Act.ERASURE, Phase.FAILED if failed else Phase.DONE, self.actor)
        about = What(what="verified" if late is None else "looked and not witnessed", ref=request.id)
        self.means.store.told(request.id, tasks, lambda con: record(con, about, len(looked.residues) + missing))
        self.means.audit.stands()
        fp("subjects.verified")
        if not missing and all(task.state in SETTLED for task in tasks):
            more = self._told_outside(request)
            certify(self.means.store, self.means.audit, replace(request, tasks=tasks), looked, self.actor, moment(), more=more)

    def _told_outside(self, request: Request) -> Mapping[str, Any]:
        """Who outside was told of the erasure, and who has not acknowledged it: said in the certificate, which does not wait for them."""
        assert request.closure is not None
        return told_outside(self.means.ledger.database, self.means.ledger.governance.recipients, request.closure)


def _task(key: str, kind: TaskKind, product: str, reason: str, due: datetime, id: str) -> NewTask:
    return NewTask(key, kind, product, reason, Role.PRIVACY, due, "DSAR-08", f"mesh dsar status {id}")
