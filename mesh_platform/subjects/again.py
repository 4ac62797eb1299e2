"""An erasure over again: where somebody stands again after the certificate, the request is reopened, the person taken out once more and looked for anew.

The spellings went with the certificate, so the person is known by tokens alone, as to the look that found them. What is done twice changes nothing; the request
ends certified anew, or blocked with what helps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.clock import time_from
from mesh_platform.errors import MeshError
from mesh_platform.lake import Doomed
from mesh_platform.subjects.afterwards import Afterwards, Back
from mesh_platform.subjects.certificate import certify
from mesh_platform.subjects.erasure.erasing import Eraser
from mesh_platform.subjects.erasure.recognise import Recogniser
from mesh_platform.subjects.erasure.redaction import Redactor
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.people.by_token import PSEUDONYMS
from mesh_platform.subjects.people.held import Held, held_products
from mesh_platform.subjects.people.locate import doomed
from mesh_platform.subjects.plan import kept_by_law, strategy_of
from mesh_platform.subjects.requests.history import Happened, remember
from mesh_platform.subjects.requests.values import SETTLED, Closure, Request, State, Task
from mesh_platform.tasks import TaskKind

_DONE = SETTLED | {State.CERTIFIED}
_SOURCE = "See where it comes from: have the person removed there, then `mesh dsar run {}`."


class ByTokens(Eraser):
    """The eraser, where no spelling is left."""

    __slots__ = ()

    def _all_of_it(self, request: Request, one: Held, closure: Closure, strategy: str | None) -> Doomed:
        if strategy == PSEUDONYMS:
            return doomed(one, closure)
        return Eraser._all_of_it(self, request, one, closure, strategy)

    def _redactor(self, request: Request) -> Redactor:
        assert request.closure is not None
        own = {(one.namespace, one.token) for one in request.closure.identifiers}
        names = self.ledger.governance.namespaces
        return Redactor(
            Recogniser(self.ledger.tokens, names, {name for name, _ in own}, lambda name, token: (name, token) in own)
        )


@dataclass(frozen=True, slots=True)
class Again:
    """One request, taken up again by one principal."""

    means: Means
    actor: Actor

    def reopen(self, id: str, found: Sequence[Back], now: datetime) -> None:
        """The request is open again, with the places in which the person was found."""
        request = self.means.store.get(id)
        known = {task.product: task for task in request.tasks}
        tasks = []
        for product in sorted({one.product for one in found if id in one.requests}):
            task = known.get(product, Task(product, None, State.OPEN))
            why = (
                f"The person was found again in {_said([one for one in found if one.product == product and id in one.requests])}."
            )
            tasks.append(replace(task, state=State.OPEN, reason=why, fix=f"`mesh dsar run {id}` takes them out again."))
        record = self.means.audit.within(Act.ERASURE, Phase.FAILED, self.actor)

        def also(con: Connection) -> None:
            note = "; ".join(f"{task.product}: {task.reason}" for task in tasks)
            remember(con, id, Happened.REOPENED, now, self.actor.name, self.actor.person, occasion=now.isoformat(), note=note)
            record(con, What(what="reopened", ref=id), len(tasks))

        self.means.store.told(id, tasks)
        self.means.store.change(id, also, certified_at=None, verified_at=None)
        self.means.audit.stands()

    def go(self, request: Request, now: datetime) -> None:
        """Take the person out wherever they are seen, look again, and certify anew where nobody is left."""
        moment = time_from(now)
        closure, after = request.closure, self._after
        assert closure is not None
        with self.means.lake.reader() as reader:
            held = {one.place.key: one for one in held_products(self.means.lake, reader)}
        found = after.of(request, now)
        attempt = self.means.store.attempt(request.id)
        eraser = ByTokens(
            self.means.lake, self.means.ledger, self.means.audit, self.means.store, self.means.republish, self.actor, attempt
        )
        problems = dict[str, tuple[str, str]]()
        for product in sorted({one.product for one in found}):
            if problem := self._out_of(eraser, request, closure, held.get(product), product):
                problems[product] = problem
        self._settle(self.means.store.get(request.id), found, after.of(request, now), problems, moment())

    def _out_of(
        self, eraser: ByTokens, request: Request, closure: Closure, one: Held | None, product: str
    ) -> tuple[str, str] | None:
        """Erase from one product and its sources; why that cannot be, and what helps."""
        if one is None or one.descriptor is None:
            return "What was published of it cannot be read by this release.", "Publish it anew."
        strategy = strategy_of(one.descriptor)
        if strategy in (None, "not_applicable") or kept_by_law(one.descriptor):
            return "It says no way in which a person is removed from it.", "Declare `erasure: {strategy: …}`, and publish it."
        task = next((task for task in request.tasks if task.product == one.key), Task(one.key, strategy, State.OPEN))
        try:
            eraser.erase_store(request, closure, one, self.means.root)
            done = eraser.erase(request, closure, replace(task, strategy=strategy, state=State.SUPPRESSED), one)
        except MeshError as error:
            return error.finding.why, error.finding.fix
        return (done.reason, done.fix) if done.state in (State.BLOCKED, State.HELD) else None

    def _settle(
        self, request: Request, found: Sequence[Back], left: Sequence[Back], problems: dict[str, tuple[str, str]], now: datetime
    ) -> None:
        """What became of each product, and the certificate where nobody is left."""
        still = {one.product: [each for each in left if each.product == one.product] for one in left}
        tasks = tuple(_after(task, still.get(task.product, []), problems.get(task.product), request.id) for task in request.tasks)
        self.means.store.told(request.id, tasks)
        if not left and all(task.state in _DONE for task in tasks):
            places = [{"product": one.product, "where": one.where, "rows": one.rows} for one in found]
            anew = replace(request, tasks=tasks)
            certify(self.means.store, self.means.audit, anew, None, self.actor, now, more={"erased_again": places})
            # it was answered when it was certified first, and the clock stood since
            self.means.store.change(request.id, answered_at=request.answered_at)
            self._resolve({one.product for one in found})

    def _resolve(self, products: set[str]) -> None:
        for task in self.means.tasks.listed(kind=TaskKind.RESURRECTION):
            if any(task.key.startswith(f"{TaskKind.RESURRECTION}:{product}:afterwards:") for product in products):
                self.means.tasks.resolve_key(
                    task.key, "erased again", "Nobody stands there any more; the request is certified anew."
                )

    @property
    def _after(self) -> Afterwards:
        means = self.means
        return Afterwards(means.lake, means.ledger, means.store, means.audit, means.tasks)


def erased_again(
    means: Means, run: Callable[[str, Actor], Request], found: Sequence[Back], actor: Actor, now: datetime
) -> frozenset[str]:
    """Reopen the requests of whoever was found and run each; those that are certified anew. What stands in the way of one keeps no other waiting."""
    done = set[str]()
    for id in sorted({id for one in found for id in one.requests}):
        Again(means, actor).reopen(id, found, now)
        try:
            if run(id, actor).state is State.CERTIFIED:
                done.add(id)
        except MeshError:  # it says what stands in the way, and is taken up again within the hour
            continue
    return frozenset(done)


def _after(task: Task, left: Sequence[Back], problem: tuple[str, str] | None, id: str) -> Task:
    if problem is not None:
        return replace(task, state=State.BLOCKED, reason=problem[0], fix=problem[1])
    if left:
        return replace(
            task, state=State.BLOCKED, reason=f"The person stands there still, in {_said(left)}.", fix=_SOURCE.format(id)
        )
    return (
        replace(task, state=State.VERIFIED, reason="", fix="")
        if task.state in (State.ERASED, State.OPEN, State.BLOCKED)
        else task
    )


def _said(found: Sequence[Back]) -> str:
    """Where, in which form and how often."""
    return "; ".join(f"{one.where} ({one.form}; {one.rows} rows)" if one.where else one.problem for one in found)
