"""The eraser: first the suppression, so that the next read leaves the person out; then the rows, product by product, under each one's lock.

Each step can be killed and called again: the suppression is recorded once, a purge of what is gone finds nothing, and a product whose receipt
stands is left alone. What it says of itself proves nothing: `verifier` looks again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from sqlalchemy.exc import SQLAlchemyError

from mesh_platform.actor import MESH, Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed
from mesh_platform.failpoints import fp
from mesh_platform.lake import Doomed, Lake
from mesh_platform.ledger import Decision, Event, Kind, Ledger
from mesh_platform.registry import Republish
from mesh_platform.subjects.erasure.mending import Mending
from mesh_platform.subjects.erasure.outside import stores_of
from mesh_platform.subjects.erasure.recognise import of_person
from mesh_platform.subjects.erasure.redaction import Redactor, names_pattern
from mesh_platform.subjects.erasure.stores import Landing
from mesh_platform.subjects.erasure.tables import SourceTable
from mesh_platform.subjects.keeping import Keeping, held_rows, holder, keeping, kept_task, without
from mesh_platform.subjects.people.by_token import PSEUDONYMS, doomed_by_token, pseudonyms, secrets_of
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.people.locate import doomed
from mesh_platform.subjects.plan import DELETE, REMADE, TEXT
from mesh_platform.subjects.requests.store import Requests
from mesh_platform.subjects.requests.values import Closure, Request, State, Task

SOURCE = "dsar"
"""The source of suppressions in the ledger."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """One run of one request."""

    lake: Lake
    ledger: Ledger
    audit: AuditLog
    store: Requests
    republish: Republish
    actor: Actor
    attempt: int

    def suppress(self, request: Request, closure: Closure) -> int:
        """Impose the suppression for every identifier, in one transaction of the ledger; the ledger's sequence since."""
        events = [
            Event(one.token, one.namespace, Kind.SUPPRESSION, Decision.IMPOSED, SOURCE, f"{request.id}/{number}")
            for number, one in enumerate(closure.identifiers)
        ]
        return max(recorded.sequence for recorded in self.ledger.append(*events, by=self.actor))

    def erase(self, request: Request, closure: Closure, task: Task, one: Held) -> Task:
        """Remove the person from one product, and leave the receipt; the task as it is then."""
        self.audit.record(
            Act.ERASURE,
            Phase.INTENT,
            self.actor,
            What(product=task.product, what=task.strategy, ref=request.id),
            key=f"{request.id}/{task.product}/{self.attempt}/intent",
        )
        fp("subjects.intended")
        if task.strategy != DELETE and (holds := self.keeping(closure).touching(holder(self.lake, one))):
            # made again, or written anew, it would hold other rows than those that are held
            return self._receipt(request, kept_task(task, 0, holds), Phase.FAILED)
        self.store.touched(request.id, utc_now())
        problem = self.republish(one.place.key) if task.strategy in REMADE else None
        fp("subjects.published")
        done = self._purged(
            request,
            one,
            closure,
            replace(task, state=State.ERASED, reason=task.reason if task.strategy == "external" else "", fix=""),
        )
        if problem is not None:
            why = f"It could not be made again ({problem.rule}); its rows of the person are gone, what was derived stays hidden."
            done = replace(done, state=State.BLOCKED, reason=why, fix=problem.fix)
        fp("subjects.purged")
        return self._receipt(request, done, Phase.FAILED if problem is not None else Phase.DONE)

    def keeping(self, closure: Closure) -> Keeping:
        """What holds keep of the person now."""
        return keeping(self.ledger.database, closure)

    def _receipt(self, request: Request, done: Task, phase: Phase) -> Task:
        receipt = self.audit.within(Act.ERASURE, phase, self.actor)
        about = What(product=done.product, what=done.strategy, ref=request.id)
        self.store.told(request.id, [done], lambda con: receipt(con, about, done.rows))
        self.audit.stands()
        fp("subjects.receipt")
        return done

    def erase_store(self, request: Request, closure: Closure, one: Held, root: Path) -> int:
        """Remove the person from the files or the table that a source is read from, where it declares that; how many rows. What cannot be done is left to
        the verifier, which finds it.
        """
        if self.keeping(closure).touching(holder(self.lake, one)):  # what a hold keeps, the next publication has to find
            return 0
        about = What(product=one.key, what="store", ref=request.id)
        return sum(self._out_of(store, closure, about) for store in stores_of(root, one, lambda: self._redactor(request)))

    def _out_of(self, store: Landing | SourceTable, closure: Closure, about: What) -> int:
        try:
            rows = store.erase(
                closure,
                self.ledger.tokens,
                lambda rows: self._begun(about, rows),
            )
        except (CheckFailed, OSError, ValueError, pa.ArrowException, SQLAlchemyError) as error:
            rule = error.finding.rule if isinstance(error, CheckFailed) else type(error).__name__
            self.audit.record(Act.ERASURE, Phase.FAILED, self.actor, about, reason=rule)
            return 0
        if rows:
            fp("subjects.store")
            self.audit.record(Act.ERASURE, Phase.DONE, self.actor, about, n=rows)
        return rows

    def _begun(self, about: What, rows: int) -> None:
        self.store.touched(str(about.ref), utc_now())
        self.audit.record(Act.ERASURE, Phase.INTENT, self.actor, about, n=rows)

    def _purged(self, request: Request, one: Held, closure: Closure, task: Task) -> Task:
        """Out of the served version, with every older version and every file that could hold them."""
        purged = self.lake.purge(
            one.place, lambda: self._doomed(request, one, closure, task.strategy), MESH, f"erasure {request.id}"
        )
        done = replace(task, rows=max(task.rows, purged.rows), version=purged.version.snapshot_id)
        return self._held_back(one, closure, done)

    def _doomed(self, request: Request, one: Held, closure: Closure, strategy: str | None) -> Doomed:
        """What goes, as holds stand once the product is locked."""
        return without(self._all_of_it(request, one, closure, strategy), self.keeping(closure).condition(holder(self.lake, one)))

    def _all_of_it(self, request: Request, one: Held, closure: Closure, strategy: str | None) -> Doomed:
        if strategy == TEXT and one.descriptor is not None:
            return Mending(one, one.descriptor, closure, self.ledger.tokens, self._redactor(request)).doomed()
        if strategy == PSEUDONYMS:
            who, namespaces = self.store.identifiers(request.id), self.ledger.governance.namespaces
            salts = secrets_of(self.ledger.governance)
            return doomed_by_token(one, closure, pseudonyms(who, self.ledger.tokens, namespaces, salts))
        return doomed(one, closure)

    def _redactor(self, request: Request) -> Redactor:
        who, namespaces = self.store.identifiers(request.id), self.ledger.governance.namespaces
        return Redactor(of_person(who, self.ledger.tokens, namespaces), names_pattern(self.store.names(request.id)))

    def _held_back(self, one: Held, closure: Closure, done: Task) -> Task:
        """The task, held where rows of the person are left for a hold."""
        keeping, about = self.keeping(closure), holder(self.lake, one)
        if not (holds := keeping.touching(about)):
            return done
        with self.lake.reader() as reader:
            rows = held_rows(keeping, about, one, closure, reader)
        return kept_task(done, rows, holds) if rows else done
