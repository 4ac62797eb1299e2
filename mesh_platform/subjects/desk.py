"""The desk of the privacy team: open a request, see its plan, run it to its certificate or to what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from mesh_platform.actor import Actor, Role
from mesh_platform.audit import Act, Phase, What
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, Unavailable, UsageProblem
from mesh_platform.state.turnstile import turnstile
from mesh_platform.subjects.held import held_products
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.requests import Closure, Identifier, Kind, Regime, Request, Task
from mesh_platform.subjects.running import Run

LONGEST = 1_000
"""Characters of an identifier."""


@dataclass(frozen=True, slots=True)
class Desk(Means):
    """What may be asked of requests, and by whom."""

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
            closure = request.closure or self.closed(self.store.identifiers(id), held, reader)
            copies = self.retained.planned() if self.retained else ()
            return closure, (*self.planned(closure, request, held, reader), *copies)

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
                Run(self, actor).go(request, now or utc_now())
        return self.store.get(id)

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
