"""The desk of the privacy team: open a request, find out who asks, see its plan, run it to its certificate or to what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from mesh_platform.actor import PLATFORM, Actor, Role, same_person
from mesh_platform.audit import Phase, What
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Denied, Unavailable, UsageProblem
from mesh_platform.state import Database
from mesh_platform.state.turnstile import alone
from mesh_platform.subjects.again import Again
from mesh_platform.subjects.closing import Closing, Ground
from mesh_platform.subjects.deadlines import Told, extend, standing, sweep_clocks
from mesh_platform.subjects.erasure.asking import http_stores, planned_store
from mesh_platform.subjects.keeping import keeping, planned_under
from mesh_platform.subjects.marking import LIFT, PURPOSES, Marking
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.packages import Package, Packing, drop_those_of, sweep_packages
from mesh_platform.subjects.people.held import held_products
from mesh_platform.subjects.rectifying import COLUMN, Rectifying, parsed, refuse_unmendable
from mesh_platform.subjects.refusals import act_of, for_privacy, refuse_ended, refuse_unknown_right, second_needed
from mesh_platform.subjects.requests.history import Happened, history, remember
from mesh_platform.subjects.requests.kinds import HANDED_OVER, Kind, Regime
from mesh_platform.subjects.requests.values import STARTS, Closure, Identifier, Request, Task
from mesh_platform.subjects.running import Run
from mesh_platform.subjects.verification import Address, Verification
from mesh_platform.subjects.verifier.forms import wanted

LONGEST = 1_000
"""Characters of an identifier."""
MOST_PEOPLE = 10_000
"""People of one request."""
STARTED = frozenset({Kind.ERASURE, Kind.RESTRICTION, Kind.OBJECTION})
"""What may be carried out without anybody looking on."""
ONE_AT_A_TIME = HANDED_OVER | {Kind.RECTIFICATION}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for more closely.

    Attributes:
        kind: of the request.
        purposes: to which an objection is; every one where none is named.
        lift: whether a restriction ends.
        column: which one is to be put right, as domain/product.column; and with which `value`.
        people: how many these identifiers are of: one, or one each.
        attested: whether whoever opens it says who the person is; without that a one-time code has to come back first.
        starts: whether the platform carries it out by itself, once it is known who asks; a package is made when it is fetched.
    """

    kind: Kind = Kind.ERASURE
    purposes: tuple[str, ...] = ()
    lift: bool = False
    column: str | None = None
    value: str | None = None
    people: int = 1
    attested: bool = True
    starts: bool = False


ERASURE = Wish()
PERSON = Actor("the person")
"""Who acts by the token of their own request."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: whom it told of which clocks, and how many packages are gone."""

    told: tuple[Told, ...]
    deleted: int

    def as_json(self) -> dict[str, object]:
        return {"told": [one.as_json() for one in self.told], "deleted": self.deleted}


@dataclass(frozen=True, slots=True)
class Desk(Means):
    """What may be asked of requests, and by whom."""

    def open(
        self,
        regime: Regime,
        subjects: Sequence[tuple[str, str]],
        actor: Actor,
        now: datetime | None = None,
        wish: Wish = ERASURE,
    ) -> Request:
        """Open a request for the person of these identifiers, (namespace, identifier).

        The role privacy attests with it who that person is, unless the wish says otherwise; a system with the role source never does.

        Raises:
            Denied: DSAR-02, without the role privacy or source.
            UsageProblem: KEY-10, KEY-11, where an identifier is none; DSAR-03, where it is no person's own; DSAR-40, where the wish does not
                fit its kind, or the law gives no such right; DSAR-41, where a rectification names no column that can be put right.
        """
        if not actor.may(Role.PRIVACY) and not actor.may(Role.SOURCE):
            raise Denied.because("DSAR-02", "the principal", "It needs the role privacy.", "Ask the privacy team.")
        refuse_unknown_right(regime, wish.kind)
        named = tuple(dict.fromkeys(self.identified(namespace, text) for namespace, text in subjects))
        detail = self._detail(wish, len(named))
        if wish.kind is Kind.RECTIFICATION:
            with self.lake.reader() as reader:
                refuse_unmendable(held_products(self.lake, reader), detail[COLUMN])
        id, moment = uuid4().hex, now or utc_now()
        attested = wish.attested and actor.may(Role.PRIVACY)
        record = self.audit.within(act_of(wish.kind), Phase.INTENT, actor)
        said = "identity attested" if attested else "identity not known yet"
        about = What(what=f"{wish.kind.value} opened under {regime.value} and {said}", ref=id)
        people = len(named) if wish.people > 1 else 1
        request = Request(
            id, wish.kind, regime, actor.name, actor.person, moment, people=people, attested=attested, detail=detail
        )

        def also(con: Connection) -> None:
            remember(con, id, Happened.OPENED, moment, actor.name, actor.person, note=said)
            record(con, about, len(named))

        self.store.put(request, named, also, wish.value)
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
            closure = request.closure or self.closed(self.store.identifiers(id), held, reader, request.people)
            if request.kind is not Kind.ERASURE:
                return closure, ()
            copies = self.retained.planned() if self.retained else ()
            stores = (planned_store(one, store) for one in held for store in http_stores(one))
            planned = self.planned(closure, request, held, reader)
            kept = planned_under(keeping(self.ledger.database, closure), self.lake, held, closure, reader, planned)
            return closure, (*kept, *stores, *copies)

    def run(self, id: str, actor: Actor, now: datetime | None = None) -> Request:
        """Go as far as it goes: suppress, erase, verify, certify. Called again it goes on where it stood.

        Raises:
            Denied: DSAR-02; DSAR-30, where it is not known who asks; DSAR-36, where a second principal has to approve. NotFound: DSAR-01.
            Unavailable: DSAR-10, where another process runs it; where a product is busy or gone, once the others are done. What was done
                stands.
        """
        for_privacy(actor)
        with self._alone(id):
            request = self.store.get(id)
            refuse_ended(request)
            if request.certified_at is None:
                self._may_go_on(request)
                self._on_record(id, actor, now or utc_now())
                self._go(request, actor, now or utc_now())
        return self.store.get(id)

    def _on_record(self, id: str, actor: Actor, now: datetime) -> None:
        """Remember once whoever runs it by hand; the platform's own hourly run is none."""
        if actor.name != PLATFORM.name:
            with self.database.write() as con:
                remember(con, id, Happened.RUN, now, actor.name, actor.person, occasion=actor.name)

    def withdraw(self, id: str, reason: str, actor: Actor, now: datetime | None = None) -> Request:
        """Take a request back for the person; see `Closing.withdraw`. Denied: DSAR-02, for whoever is not of the role privacy and did not open it."""
        self._asks(id, actor)
        return self._withdrawn(id, reason, actor, now)

    def withdraw_by(self, id: str, token: str, now: datetime | None = None) -> Request:
        """Take a request back, by the token that the person got. Denied: DSAR-30."""
        self.by_token(id, token)
        return self._withdrawn(id, "By the person.", PERSON, now)

    def _withdrawn(self, id: str, reason: str, actor: Actor, now: datetime | None) -> Request:
        self._names_nobody(id, reason)
        with self._alone(id):
            Closing(self, actor).withdraw(self.store.get(id), reason, now or utc_now())
        return self.store.get(id)

    def refuse(
        self, id: str, ground: Ground, reason: str, actor: Actor, told: str | None = None, now: datetime | None = None
    ) -> Request:
        """Refuse a request and tell the person why; see `Closing.refuse`. Denied: DSAR-02."""
        for_privacy(actor)
        self._names_nobody(id, f"{reason}\n{told or ''}")
        with self._alone(id):
            Closing(self, actor).refuse(self.store.get(id), ground, reason, told, now or utc_now())
        return self.store.get(id)

    def _go(self, request: Request, actor: Actor, now: datetime) -> None:
        if request.certificate is not None:
            Again(self, actor).go(request, now)
        elif request.kind is Kind.ERASURE:
            Run(self, actor).go(request, now)
            if (closure := self.store.get(request.id).closure) is not None:
                drop_those_of(self, closure, now)
        elif request.kind in HANDED_OVER:
            Packing(self, actor).make(request, now)
        elif request.kind is Kind.RECTIFICATION:
            Rectifying(self, actor).go(request, now)
        else:
            Marking(self, actor).go(request, now)

    def package(self, id: str, actor: Actor, to: Path | None = None, now: datetime | None = None) -> tuple[Package, bytes]:
        """The package of a request, made first where it is not yet; see `Packing.hand_over`.

        Raises:
            CheckFailed: DSAR-38, where something stands in the way, which the status tells; as `run` and `Packing.hand_over` else.
        """
        for_privacy(actor)
        request = self.store.get(id)
        refuse_ended(request)
        if request.kind in HANDED_OVER and request.verified_at is None:
            request = self.run(id, actor, now)
        return self._handed_over(request, Packing(self, actor), now or utc_now(), to)

    def package_of(self, id: str, token: str, now: datetime | None = None) -> tuple[Package, bytes]:
        """The package for whoever has the token that the person got for the right code.

        Raises:
            Denied: DSAR-30, where the token is not that of this request, or there is none of that id. As `package` else.
            UsageProblem: DSAR-40, where it is for something else, which is carried out where the mesh runs and not where it is asked for.
        """
        request = self.by_token(id, token)
        if request.kind in HANDED_OVER and request.verified_at is None and request.certified_at is None:
            with self._alone(id):
                self._may_go_on(request)
                self._go(request, PERSON, now or utc_now())
            request = self.store.get(id)
        return self._handed_over(request, Packing(self, PERSON), now or utc_now(), None)

    def by_token(self, id: str, token: str) -> Request:
        """The request that this token is for; a wrong token and an unknown id are told alike.

        Raises:
            Denied: DSAR-30.
        """
        if not Verification(self, PERSON).knows(id, token):
            why = "The token is not one of this request, or its time is over."
            raise Denied.because("DSAR-30", "the request", why, "Ask for a code, and show it.")
        return self.store.get(id)

    def _handed_over(self, request: Request, packing: Packing, now: datetime, to: Path | None) -> tuple[Package, bytes]:
        if request.kind in HANDED_OVER and request.verified_at is None:
            why = "It holds nothing yet that may leave."
            fix = f"`mesh dsar status {request.id}` says what stands in the way."
            raise CheckFailed.because("DSAR-38", f"package of {request.id}", why, fix)
        return packing.hand_over(request.id, now, to)

    def clock(self, request: Request, now: datetime | None = None) -> dict[str, object]:
        """When the request is due, and whether that has passed."""
        return standing(self, request, now or utc_now())

    def sweep(self, now: datetime | None = None) -> Swept:
        """What a schedule calls: tell once what is due soon or overdue, and delete the packages whose time is over."""
        moment = now or utc_now()
        return Swept(sweep_clocks(self, moment), sweep_packages(self, moment))

    def send_code(self, id: str, actor: Actor, now: datetime | None = None) -> Address:
        """Send the person a one-time code; see `Verification.send`."""
        self._asks(id, actor)
        return Verification(self, actor).send(id, now or utc_now())

    def check_code(self, id: str, code: str, actor: Actor, now: datetime | None = None) -> str:
        """Judge the code that came back; see `Verification.check`."""
        self._asks(id, actor)
        return Verification(self, actor).check(id, code, now or utc_now())

    def attest(self, id: str, how: str, actor: Actor, now: datetime | None = None) -> Request:
        """Say who asks, and how that is known. Denied: DSAR-02."""
        for_privacy(actor)
        self.store.get(id)
        if not how.strip() or len(how) > LONGEST:
            why = f"How it is known who asks has to be said, in {LONGEST} characters at most."
            raise UsageProblem.because("DSAR-40", f"request {id}", why, "Say what was looked at, and no value of it.")
        self._names_nobody(id, how)
        Verification(self, actor).attest(id, how, now or utc_now())
        return self.store.get(id)

    def approve(self, id: str, actor: Actor, now: datetime | None = None) -> Request:
        """Say yes as a second principal to a request for many people.

        Raises:
            Denied: DSAR-02; DSAR-36, for whoever opened it.
        """
        for_privacy(actor)
        request, moment = self.store.get(id), now or utc_now()
        refuse_ended(request)
        if same_person(request.by, request.person, actor):
            raise second_needed(request, "Whoever opened it cannot be the second.")
        record = self.audit.within(act_of(request.kind), Phase.INTENT, actor)

        def also(con: Connection) -> None:
            remember(con, id, Happened.APPROVED, moment, actor.name, actor.person, occasion=actor.name)
            record(con, What(what="approved by a second", ref=id), request.people)

        with self.database.write() as con:
            also(con)
        self.audit.stands()
        return request

    def extend(self, id: str, reason: str, actor: Actor, told: str | None = None, now: datetime | None = None) -> Request:
        """Take longer for a request, as its regime allows; see `deadlines.extend`. Denied: DSAR-02."""
        for_privacy(actor)
        self._names_nobody(id, f"{reason}\n{told or ''}")
        extend(self, self.store.get(id), reason, told, actor, now or utc_now())
        return self.store.get(id)

    def status(self, id: str, now: datetime | None = None) -> Mapping[str, Any]:
        """How far a request is, when it is due, and what happened to it."""
        request = self.store.get(id)
        happened = [one.as_json() for one in history(self.database, id)]
        return {**request.as_json(), **standing(self, request, now or utc_now()), "history": happened}

    def _alone(self, id: str) -> AbstractContextManager[None]:
        """One run of a request at a time, over all processes."""
        self.store.get(id)
        why = "Another process runs it at this moment."
        refusal = Unavailable.because("DSAR-10", f"request {id}", why, "Wait for it to end, then look at its status.")
        return alone(self.lake.home, f"request-{id}", refusal)

    def _may_go_on(self, request: Request) -> None:
        """Refuse what nobody may decide alone, or for somebody who is not known."""
        if not request.identified:
            fix = "Send a code with `mesh dsar verify-identity`, and give what comes back; or attest who it is."
            raise Denied.because("DSAR-30", f"request {request.id}", f"Who asks is not shown ({request.identity}).", fix)
        if request.people > self.ledger.governance.policies.subject_requests.approvals_above:
            approved = [one for one in history(self.database, request.id) if one.event is Happened.APPROVED]
            if not approved:
                raise second_needed(request, f"It is for {request.people} people, and one principal opened it.")

    def _asks(self, id: str, actor: Actor) -> None:
        """The role privacy, or the system that opened the request."""
        request = self.store.get(id)
        if not actor.may(Role.PRIVACY) and not (actor.may(Role.SOURCE) and request.by == actor.name):
            raise Denied.because("DSAR-02", "the principal", "It needs the role privacy.", "Ask the privacy team.")

    def _names_nobody(self, id: str, text: str) -> None:
        """Refuse a note in which an identifier of the person stands: it would be kept when everything else of them is gone."""
        request = self.store.get(id)
        if request.certified_at is not None or request.ended is not None:
            return
        forms = wanted(self.store.identifiers(id), self.ledger.tokens, self.ledger.governance.namespaces).forms
        if any(form.stands_in(text) for form in forms):
            why = "It names the person by an identifier, and is kept after the request."
            raise UsageProblem.because("DSAR-40", f"request {id}", why, "Say it without.")

    def _detail(self, wish: Wish, identifiers: int) -> dict[str, Any]:
        if wish.people > MOST_PEOPLE or (wish.people > 1 and wish.kind in ONE_AT_A_TIME):
            why = f"One request is for {MOST_PEOPLE} people at most, and one whose data is handed over for one."
            raise UsageProblem.because("DSAR-40", "the request", why, "Open several.")
        if wish.purposes and wish.kind is not Kind.OBJECTION:
            raise UsageProblem.because("DSAR-40", "the purposes", "An objection alone names purposes.", "Leave them out.")
        if wish.lift and wish.kind is not Kind.RESTRICTION:
            raise UsageProblem.because("DSAR-40", "the request", "A restriction alone is lifted.", "Leave that out.")
        if not identifiers:
            raise UsageProblem.because("DSAR-40", "the request", "It names nobody.", "Name an identifier.")
        if wish.kind is Kind.RECTIFICATION:
            return {COLUMN: parsed(wish.column, wish.value)}
        if wish.column is not None or wish.value is not None:
            raise UsageProblem.because("DSAR-40", "the request", "A rectification alone names a value.", "Leave it out.")
        purposes = [self.ledger.purposes.key(one) for one in wish.purposes]
        starts = {STARTS: True} if wish.starts and wish.kind in STARTED else {}
        return ({PURPOSES: purposes} if purposes else {}) | ({LIFT: True} if wish.lift else {}) | starts

    @property
    def database(self) -> Database:
        return self.store.database

    def identified(self, namespace: str, text: str) -> Identifier:
        """An identifier that names one person.

        Raises:
            UsageProblem: DSAR-03, where it is longer than one is, or two people may share it.
        """
        token = self.ledger.tokens.token(namespace, text)
        if len(text) > LONGEST:
            why = f"An identifier has {LONGEST} characters at most."
            raise UsageProblem.because("DSAR-03", f"an identifier of {namespace}", why, "Give the identifier alone.")
        if self.ledger.governance.namespaces[namespace].weak:
            why = "Two people may share such an identifier, so it names nobody."
            raise UsageProblem.because("DSAR-03", f"an identifier of {namespace}", why, "Name one that is the person's own.")
        return Identifier(namespace, token, (text,))
