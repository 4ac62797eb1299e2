"""The desk of the privacy team: open a request, see its plan, run it to its certificate or to what stands in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from mesh_platform.access.exports import Exports
from mesh_platform.actor import Actor, Role
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, Unavailable, UsageProblem
from mesh_platform.failpoints import fp
from mesh_platform.lake import Lake, Reader
from mesh_platform.ledger import Ledger
from mesh_platform.registry import Registry
from mesh_platform.state.turnstile import turnstile
from mesh_platform.subjects.certificate import certify
from mesh_platform.subjects.erasing import Eraser, Republish
from mesh_platform.subjects.held import Held, held_products
from mesh_platform.subjects.identity import close, in_all_forms
from mesh_platform.subjects.locate import located, refuse_mistaken
from mesh_platform.subjects.plan import DELETE, plan_erasure
from mesh_platform.subjects.requests import Closure, Identifier, Kind, Regime, Request, State, Task
from mesh_platform.subjects.store import Requests
from mesh_platform.subjects.verifier import Looked, Residue, Verifier
from mesh_platform.tasks import NewTask, TaskKind, Tasks

LONGEST = 1_000
"""Characters of an identifier."""
EXTERNAL, LINK = "external", "weak_link"
MOST_TOLD = 6
_LANDING = "Declare it under source.stores, or remove the person there; then run the request again."
_APPENDS = "Take the published files away (one that is changed would be added a second time), then run the request again."
_TIME = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a request needs.

    `publishable` names the products that `republish` can publish anew.
    """

    lake: Lake
    ledger: Ledger
    registry: Registry
    audit: AuditLog
    store: Requests
    tasks: Tasks
    exports: Exports
    root: Path
    publishable: Collection[str]
    republish: Republish

    def open(self, regime: Regime, subjects: Sequence[tuple[str, str]], actor: Actor, now: datetime | None = None) -> Request:
        """Open an erasure for the person of these identifiers, (namespace, identifier); whoever opens it attests who that person is.

        Raises:
            Denied: DSAR-02, without the role privacy.
            UsageProblem: KEY-10, KEY-11, where an identifier is none; DSAR-03, where it is no person's own.
        """
        if not actor.may(Role.PRIVACY):
            raise Denied.because("DSAR-02", "the principal", "It needs the role privacy.", "Ask the privacy team.")
        named = tuple(self._named(namespace, text) for namespace, text in subjects)
        id, moment = uuid4().hex, now or utc_now()
        record = self.audit.within(Act.ERASURE, Phase.INTENT, actor)
        about = What(what=f"opened under {regime.value} and identity attested", ref=id)
        request = Request(id, Kind.ERASURE, regime, actor.name, actor.person, moment)
        self.store.put(request, named, lambda con: record(con, about, len(named)))
        self.audit.stands()
        return self.store.get(id)

    def plan(self, id: str) -> tuple[Closure, tuple[Task, ...]]:
        """By what the person is known, and what each product would have to do; nothing is changed by asking.

        Raises:
            NotFound: DSAR-01. Unavailable: DSAR-09, where it is certified.
        """
        request = self.store.get(id)
        with self.lake.reader() as reader:
            held = held_products(self.lake, reader)
            closure = request.closure or self._closed(self.store.identifiers(id), held, reader)
            return closure, self._planned(closure, request, held, reader)

    def run(self, id: str, actor: Actor, now: datetime | None = None) -> Request:
        """Go as far as it goes: suppress, erase, verify, certify. Called again it goes on where it stood.

        Raises:
            Denied: DSAR-02. NotFound: DSAR-01.
            Unavailable: DSAR-10, where another process runs it; where a product is busy or gone, once the others are done. What was done
                stands.
        """
        if not actor.may(Role.PRIVACY):
            raise Denied.because("DSAR-02", "the principal", "It needs the role privacy.", "Ask the privacy team.")
        with self._alone(id):
            request = self.store.get(id)
            if request.certified_at is None:
                self._run(request, actor, now or utc_now())
        return self.store.get(id)

    def _run(self, request: Request, actor: Actor, now: datetime) -> None:
        attempt = self.store.attempt(request.id)
        eraser = Eraser(self.lake, self.ledger, self.audit, self.store, self.republish, actor, attempt)
        closure = request.closure or self._freeze(request.id)
        self._suppress(eraser, request, closure)
        tasks, held = self._tasks(self.store.get(request.id), closure)
        trouble: Unavailable | None = None
        for task in tasks:
            if task.state is State.SUPPRESSED:
                try:
                    eraser.erase(request, closure, task, held[task.product])
                except Unavailable as error:  # one that is busy keeps no other waiting
                    trouble = trouble or error
        for product in held.values():
            eraser.erase_store(request, closure, product, self.root)
        if trouble is not None:
            raise trouble
        self._verify(self.store.get(request.id), actor, now)

    @contextmanager
    def _alone(self, id: str) -> Iterator[None]:
        """One run of a request at a time, over all processes."""
        self.store.get(id)
        folder = self.lake.home / "locks"
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            with turnstile(folder / f"request-{id}.lock", wait=0):
                yield
        except TimeoutError:
            why = "Another process runs it at this moment."
            raise Unavailable.because("DSAR-10", f"request {id}", why, "Wait for it to end, then look at its status.") from None

    def _named(self, namespace: str, text: str) -> Identifier:
        token = self.ledger.tokens.token(namespace, text)
        if len(text) > LONGEST:
            why = f"An identifier has {LONGEST} characters at most."
            raise UsageProblem.because("DSAR-03", f"an identifier of {namespace}", why, "Give the identifier alone.")
        if self.ledger.governance.namespaces[namespace].weak:
            why = "Two people may share such an identifier, so it names nobody."
            raise UsageProblem.because("DSAR-03", f"an identifier of {namespace}", why, "Name one that is the person's own.")
        return Identifier(namespace, token, (text,))

    def _closed(self, named: Iterable[Identifier], held: Sequence[Held], reader: Reader) -> Closure:
        namespaces = self.ledger.governance.namespaces
        every = [form for one in named for form in in_all_forms(self.ledger.tokens, namespaces, one)]
        return close(every, held, reader, self.ledger.tokens, namespaces)

    def _freeze(self, id: str) -> Closure:
        """The closure as it is now, and where the verifier sees the person before anything is done."""
        with self.lake.reader() as reader:
            closure = self._closed(self.store.identifiers(id), held_products(self.lake, reader), reader)
        looked = self._verifier.look(closure.identifiers)
        self.store.freeze(id, closure, {one.product for one in looked.residues if not one.landing})
        fp("subjects.frozen")
        return closure

    def _suppress(self, eraser: Eraser, request: Request, closure: Closure) -> None:
        if request.sequence is None:
            sequence = eraser.suppress(request, closure)
            fp("subjects.imposed")
            self.store.suppressed(request.id, sequence, utc_now())
            fp("subjects.suppressed")

    def _planned(self, closure: Closure, request: Request, held: Sequence[Held], reader: Reader) -> tuple[Task, ...]:
        rows = located(held, closure, self.lake, reader, request.before)
        rows |= {task.product: max(task.rows, 1) for task in request.tasks if task.version is not None or task.rows}
        return plan_erasure(held, closure.namespaces, rows, self.publishable, request.before)

    def _tasks(self, request: Request, closure: Closure) -> tuple[tuple[Task, ...], dict[str, Held]]:
        """What is to be done now: the plan as the mesh stands, but for what has its receipt already.

        A publication that read before the suppression and stands before its rename has ended when this looks; one that takes the lock later
        leaves the person out.
        """
        for place in self.lake.places():
            self.lake.settled(place)
        with self.lake.reader() as reader:
            held = held_products(self.lake, reader)
            now = self._planned(closure, request, held, reader)
            due = {task.product for task in now if task.rows and task.state is State.OPEN}
            for one in held:
                if one.key in due:
                    refuse_mistaken(one, closure, reader, self.ledger.tokens)
        known = {task.product: task for task in request.tasks}
        planned = [_going_on(known.get(task.product), task) for task in now]
        tasks = [*planned, *self._beyond(request.id, closure)]
        gone = known.keys() - {task.product for task in tasks}
        tasks += [_ended(known[key]) for key in sorted(gone)]
        self.store.told(request.id, tasks)
        fp("subjects.planned")
        return tuple(tasks), {one.key: one for one in held}

    def _beyond(self, id: str, closure: Closure) -> Iterable[Task]:
        """What is not in the lake: links that people decide on, and files that left."""
        due = utc_now() + _TIME
        for weak in closure.weak:
            key = f"{TaskKind.IDENTITY_EDGE}:{id}:{weak.product}:{weak.namespace}:{weak.why}"
            why = f"A link over {weak.namespace} was not followed: {weak.why}."
            task = self.tasks.open_task(_task(key, TaskKind.IDENTITY_EDGE, weak.product, why, due, id))
            where = f"{weak.product} over {weak.namespace}"
            fix = f"See whose it is, open a request for what is the person's, then `mesh task resolve {task.id}`."
            yield Task(where, LINK, State.BLOCKED if task.open else State.UNTOUCHED, 0, why, fix if task.open else "")
        for export in self.exports.holders([one.subject63 for one in closure.identifiers]):
            why = f"{export.by} holds a file with rows that may be the person's."
            fix = f"Have it removed, then `mesh access exports --ended {export.id}`."
            yield Task(f"export {export.id}", EXTERNAL, State.BLOCKED, 0, why, fix)

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self.lake, self.registry, self.root, self.ledger.tokens, self.ledger.governance.namespaces)

    def _verify(self, request: Request, actor: Actor, now: datetime) -> None:
        """Look again, and say what was found; where nothing was, the certificate."""
        identifiers = self.store.identifiers(request.id)
        looked = self._verifier.look(identifiers)
        stale = self._verifier.stale(identifiers, request.before)
        looked = replace(looked, residues=(*looked.residues, *stale))
        fp("subjects.looked")
        known = {task.product for task in request.tasks}
        strangers = tuple(Task(key, None, State.UNTOUCHED) for key in sorted({r.product for r in looked.residues} - known))
        tasks = tuple(_verified(task, looked) for task in (*request.tasks, *strangers))
        missing = self._verifier.unsuppressed(identifiers)
        if missing:
            self.store.reopened(request.id)
        record = self.audit.within(Act.ERASURE, Phase.FAILED if looked.residues or missing else Phase.DONE, actor)
        about = What(what="verified", ref=request.id)
        self.store.told(request.id, tasks, lambda con: record(con, about, len(looked.residues) + missing))
        self.audit.stands()
        fp("subjects.verified")
        if not missing and all(task.state in (State.VERIFIED, State.UNTOUCHED) for task in tasks):
            certify(self.store, self.audit, replace(request, tasks=tasks), looked, actor, now)


def _task(key: str, kind: TaskKind, product: str, reason: str, due: datetime, id: str) -> NewTask:
    return NewTask(key, kind, product, reason, Role.PRIVACY, due, "DSAR-08", f"mesh dsar status {id}")


def _going_on(known: Task | None, planned: Task) -> Task:
    """The task as this run takes it up: what has its receipt is not done again."""
    if known is not None and known.version is not None and known.state is not State.OPEN:
        if known.state is not State.BLOCKED:
            return known
        if known.strategy == planned.strategy == DELETE:  # its rows are gone; what blocked it is looked at again
            return replace(known, state=State.ERASED, reason="", fix="")
    rows = max(planned.rows, known.rows) if known is not None else planned.rows
    state = State.SUPPRESSED if planned.state is State.OPEN else planned.state
    return replace(planned, state=state, rows=rows, version=known.version if known else None)


def _ended(known: Task) -> Task:
    why = "Its holder says that it is gone." if known.strategy == EXTERNAL else "Nothing of it is published any more."
    return replace(known, state=State.UNTOUCHED, reason=why, fix="")


def _verified(task: Task, looked: Looked) -> Task:
    """The task after the look: reopened by what was found, held back by what its source would bring again."""
    if residues := looked.of(task.product):
        again = task.state in (State.ERASED, State.VERIFIED, State.OPEN, State.SUPPRESSED)
        fix = (
            "Run the request again." if again else "Remove it there, or declare a strategy that does, then run the request again."
        )
        why = f"The person was found in {_said(residues)}."
        if task.state is State.BLOCKED and task.fix:
            return replace(task, reason=f"{task.reason} {why}")
        return replace(task, state=State.OPEN if again else State.BLOCKED, reason=why, fix=fix)
    if landing := looked.of(task.product, landing=True):
        why = f"The person stands in {_said(landing)}; what is read of it again is left out, and the file stays."
        return replace(task, state=State.BLOCKED, reason=why, fix=_APPENDS if any(one.appends for one in landing) else _LANDING)
    return replace(task, state=State.VERIFIED) if task.state is State.ERASED else task


def _said(residues: Sequence[Residue]) -> str:
    """Where, in which forms and how often; the product's own columns first."""
    places: dict[str, list[Residue]] = {}
    for one in residues:
        places.setdefault(one.where, []).append(one)
    told = sorted(places, key=lambda where: "_mesh_" in where)[:MOST_TOLD]
    each = (f"{where} ({', '.join(r.form for r in places[where])}; {max(r.rows for r in places[where])} rows)" for where in told)
    more = len(places) - len(told)
    return "; ".join(each) + (f"; and {more} more places" if more else "")
