"""From a request to a grant, and to its end: who asks, who says yes or no, what is written down, and who is told.

A decision, the grant that it opens, the task that it settles and the record of the audit log are one transaction: all of it stands, or
nothing does. What is refused is on record, too. A grant counts at the next read, in every process, and so does its end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex

from mesh_platform.access.breaking_glass import BreakGlass
from mesh_platform.access.combining import quasi_of
from mesh_platform.access.decision import Caller
from mesh_platform.access.giving import about, given_for, refused
from mesh_platform.access.grants import Kind
from mesh_platform.access.judging import Judging
from mesh_platform.access.outsiders import outsider
from mesh_platform.access.reading import Reading
from mesh_platform.access.requests import (
    AccessRequest,
    State,
    Wish,
    automatic,
    checked,
    levels_of,
    may_ask,
    may_decide,
    restricted_raw,
    words,
)
from mesh_platform.access.served import Served
from mesh_platform.access.store import (
    BREAK_GLASS,
    AccessStore,
    Given,
    end_grant,
    given_of,
    grants_on,
    ids,
    put_grant,
    put_request,
    request_of,
    settle_request,
    standing_request,
)
from mesh_platform.actor import MESH, Actor, Role, same_person
from mesh_platform.audit import Act, AuditLog, Phase
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Denied, UsageProblem
from mesh_platform.product import Mesh, Product, ProductKey
from mesh_platform.state import Database
from mesh_platform.tasks import Tasks, approval_key, approval_task

_MOST_TRIES = 3


class Granting:
    """Requests and grants of one mesh.

    Args:
        mesh: the mesh as its folders stand.
        database: the migrated control database.
        audit: where each decision is recorded with what follows from it.
        tasks: where approvers find what waits for them.
        reading: over the same mesh; no row is read with it, classes are counted.
        clock: the time.
        development: whether principals are worn here, as the development issuer has it; no worn one breaks the glass elsewhere.
    """

    def __init__(
        self,
        mesh: Mesh,
        database: Database,
        audit: AuditLog,
        tasks: Tasks,
        reading: Reading,
        clock: Callable[[], datetime] = utc_now,
        *,
        development: bool = False,
    ) -> None:
        self._mesh, self._db, self._audit, self._tasks, self._reading, self._clock = mesh, database, audit, tasks, reading, clock
        self._judging = Judging(mesh, reading)
        self._glass = BreakGlass(mesh, database, audit, tasks, reading, clock, development)
        self.store = AccessStore(database)

    def request(self, wish: Wish, by: Actor) -> AccessRequest:
        """Ask. The same asked again is the same request; what a rule approves is granted at once.

        Raises:
            UsageProblem: ACCESS-21 or ACCESS-22, where the request cannot be granted as it stands.
            Denied: ACCESS-23, where it is for somebody else; or the rule by which the grant would not open what is asked for.
            NotFound: where the product is not there, or nothing of it is served.
        """
        product = self._mesh.product(wish.product)
        served = self._reading.served(wish.product)
        now = self._clock()
        may_ask(wish.consumer, by)
        purpose = self._mesh.governance.purpose(wish.purpose)
        wish = checked(replace(wish, purpose=purpose or wish.purpose), self._mesh, product, now)
        self._would_open(wish, served, by, now)
        due = now + timedelta(days=self._mesh.governance.policies.access_control.decision_days)
        asked = AccessRequest(f"rq-{token_hex(5)}", wish, by.name, by.person, now, due)
        record = self._audit.within(Act.REQUEST, Phase.DONE, by)
        with self._db.write() as con:
            if (before := standing_request(con, wish, by, now)) is not None:
                return before
            put_request(con, asked)
            restricted = restricted_raw(levels_of(wish.raw, product, served.product), wish.raw)
            role = Role.PRIVACY if restricted else Role.STEWARD
            self._tasks.opened_in(con, approval_task(str(wish.product), asked.id, len(wish.columns), role, due, by))
            record(con, about(wish, asked.id, "access asked for"), None)
        self._audit.stands()
        rule = automatic(self._mesh, product, served.product, wish)
        return self._approved_by_rule(asked, product, served, rule) if rule else asked

    def _approved_by_rule(self, asked: AccessRequest, product: Product, served: Served, rule: str) -> AccessRequest:
        """The request, granted by a rule; it waits for a person where the rule about combinations speaks against it."""
        with contextlib.suppress(CheckFailed):
            self._grant(asked, product, served, None, rule, asked.wish, "automatic")
        return self.store.request(asked.id)

    def approve(
        self,
        id: str,
        by: Actor,
        note: str = "",
        columns: Sequence[str] | None = None,
        raw: Sequence[str] | None = None,
        until: datetime | None = None,
    ) -> Given:
        """Say yes, to all of it or to less: fewer columns, fewer of them raw, an earlier end.

        Raises:
            NotFound: ACCESS-26. Denied: VENDOR-01, where it is for somebody outside whose entry does not hold. CheckFailed: ACCESS-25, where it is not open; CORE-18, where the consumer would hold a combination that
                singles out few people. Denied: ACCESS-24, where `by` may not. UsageProblem: where more is approved than was asked for.
        """
        asked = self.store.request(id)
        product, served = self._mesh.product(asked.wish.product), self._reading.served(asked.wish.product)
        wish = _less(asked.wish, columns, raw, until)
        if note:
            words(note, "--note", str(product.key))
        self._allowed(asked, restricted_raw(levels_of(wish.raw, product, served.product), wish.raw), by, "approve")
        self._inside(asked, by)
        return self._grant(asked, product, served, by, note, checked(wish, self._mesh, product, self._clock()), "approved")

    def reject(self, id: str, by: Actor, reason: str) -> AccessRequest:
        """Say no.

        Raises:
            NotFound: ACCESS-26. CheckFailed: ACCESS-25. Denied: ACCESS-24. UsageProblem: ACCESS-21.
        """
        asked = self.store.request(id)
        reason = words(reason, "--reason", str(asked.wish.product))
        self._allowed(asked, False, by, "reject")
        return self._settled(asked, State.REJECTED, by, reason, "access refused")

    def withdraw(self, id: str, by: Actor) -> AccessRequest:
        """Take back what one asked for oneself.

        Raises:
            NotFound: ACCESS-26. CheckFailed: ACCESS-25. Denied: ACCESS-27, where somebody else asked.
        """
        asked = self.store.request(id)
        if not same_person(asked.by, asked.person, by):
            raise self._denied(by, asked.wish, id, "ACCESS-27", f"{by.name} did not ask for it.", "Leave it to whoever did.")
        return self._settled(asked, State.WITHDRAWN, by, None, "request withdrawn")

    def renew(self, grant: str, until: datetime, reason: str, by: Actor) -> AccessRequest:
        """Ask for a grant to go on: the same columns, for the same consumer and purpose, decided anew.

        Raises:
            NotFound: ACCESS-26. CheckFailed: ACCESS-28, where it was taken back, or was break-glass. As `request` else.
        """
        given = self.store.given(grant)
        if given.revoked_at is not None or given.kind == BREAK_GLASS:
            why = "It was taken back." if given.revoked_at is not None else "A break-glass grant ends with its minutes."
            raise CheckFailed.because("ACCESS-28", grant, why, "Ask anew: `mesh access request`.", str(given.product))
        old = given.grant
        return self.request(
            Wish(
                given.product,
                old.consumer,
                old.purpose,
                tuple(sorted(old.fields or ())),
                until,
                reason,
                tuple(sorted(old.raw)),
                old.region,
                grant,
            ),
            by,
        )

    def revoke(self, grant: str, by: Actor, reason: str) -> Given:
        """Take a grant back: by an approver of its domain, the role privacy, or whoever reads under it.

        Raises:
            NotFound: ACCESS-26. CheckFailed: ACCESS-28, where it has ended already. Denied: ACCESS-27. UsageProblem: ACCESS-21.
        """
        given = self.store.given(grant)
        reason, key = words(reason, "--reason", str(given.product)), given.product
        holder = given.grant.consumer.is_person(by) or (given.grant.break_glass and given.grant.consumer.name == by.name)
        if not (holder or by.may(Role.PRIVACY, key.domain) or by.may(Role.STEWARD, key.domain) or by.may(Role.OWNER, key.domain)):
            fix = "Leave it to an approver of the domain, its owner, the role privacy, or whoever reads under it."
            raise self._denied(by, _wish_of(given), grant, "ACCESS-27", f"{by.name} is none of those who may end it.", fix)
        record, now = self._audit.within(Act.GRANT, Phase.DONE, by), self._clock()
        with self._db.write() as con:
            given = given_of(con, grant)
            if (state := given.state(now)) != "standing":
                why = f"It is {state} already."
                raise CheckFailed.because("ACCESS-28", grant, why, f"`mesh access show {grant}` says since when.", str(key))
            end_grant(con, grant, by, reason, now)
            record(con, about(_wish_of(given), grant, "grant revoked"), None)
        self._audit.stands()
        return self.store.given(grant)

    def break_glass(self, product: ProductKey, purpose: str | None, minutes: int, reason: str, by: Actor) -> Given:
        """Open a product to oneself at once, all columns raw, for up to an hour: as `BreakGlass.open`."""
        return self._glass.open(product, purpose, minutes, reason, by)

    def _would_open(self, wish: Wish, served: Served, by: Actor, now: datetime) -> None:
        """The decision as it would be under the grant that is asked for, told now where it would not open what is asked for."""
        caller = self._reader_of(wish, by)
        files, rows = self._mesh.product(wish.product), served.product
        everything = quasi_of(files, files.descriptor.columns) | quasi_of(rows, rows.descriptor.columns)
        grant = given_for(wish, files, rows, by.name, by.person, None, everything, "approved", now).grant
        decision = self._reading.decided(caller, served, wish.purpose, now, (*self.store.on(wish.product), grant))
        if decision.refusal is not None and not decision.columns:
            raise refused(self._audit, by, wish, Denied(decision.refusal))
        for name in wish.columns:
            column = decision.columns.get(name)
            if column is None or not column.granted:
                rule, why = (column.rule, column.why) if column else ("CORE-09", "What is served does not hold it.")
                fix = "Leave it out with --columns: no request opens it for this consumer and purpose."
                raise refused(self._audit, by, wish, Denied.because(rule, f"{wish.product}.{name}", why, fix, str(wish.product)))

    def _reader_of(self, wish: Wish, by: Actor) -> Caller:
        """Somebody who would read under the grant."""
        region, consumer = wish.region or by.region, wish.consumer
        if consumer.kind is Kind.PRODUCT:
            key = ProductKey.as_written(consumer.name)
            return Caller.publication(key, self._mesh.product(key).location)
        if consumer.kind is Kind.DOMAIN:
            return Caller.person(Actor(by.name, (Role.CONSUMER,), (consumer.name,), region))
        return Caller.person(replace(by, region=region))

    def _allowed(self, asked: AccessRequest, restricted: bool, by: Actor, verdict: str) -> None:
        _still_open(asked, self._clock())
        try:
            may_decide(self._mesh, asked, restricted, by)
        except Denied as refusal:
            raise refused(self._audit, by, asked.wish, refusal, asked.id, verdict) from None

    def _inside(self, asked: AccessRequest, by: Actor) -> None:
        """Refuse a grant to somebody of a recipient outside whose entry does not hold, however long ago it was asked for."""
        names = (asked.by, asked.person, asked.wish.consumer.name)
        if out := outsider(self._mesh.governance, self._clock(), asked.wish.product, *names):
            raise refused(self._audit, by, asked.wish, Denied(out), asked.id, "approve")

    def _grant(
        self, asked: AccessRequest, product: Product, served: Served, by: Actor | None, note: str, wish: Wish, kind: str
    ) -> Given:
        """Write the grant with all that stands or falls with it. `by` None: the rule that `note` names."""
        record = self._audit.within(Act.GRANT, Phase.DONE, by)
        for _ in range(_MOST_TRIES):
            before = self.store.on(wish.product)
            judged = self._judging.judged(wish, product, served, before, by, self._clock())
            name, person = (by.name, by.person) if by is not None else (note, note)
            given = given_for(wish, product, served.product, name, person, asked.id, judged, kind, self._clock())
            now = self._clock()
            with self._db.write() as con:
                _still_open(request_of(con, asked.id), now)
                if ids(grants_on(con, wish.product)) != ids(before):
                    continue  # another grant came between: what is held together is another set now
                put_grant(con, given)
                settle_request(con, asked.id, State.APPROVED, name, person, now, note or None, given.id)
                evidence = f"Grant {given.id}."
                worn, voice = (None, MESH) if by is None else (by.impersonated_by, by.voice(wish.product.domain))
                self._tasks.resolve_in(con, approval_key(asked.id), "approve", evidence, name, worn, voice)
                record(con, about(wish, given.id, f"request {asked.id} {kind}"), None)
            self._audit.stands()
            return given
        why = "Other grants on the product were written while this one was judged."
        raise CheckFailed.because("ACCESS-25", asked.id, why, "Approve it again.", str(product.key))

    def _settled(self, asked: AccessRequest, state: State, by: Actor, note: str | None, what: str) -> AccessRequest:
        record, now = self._audit.within(Act.GRANT, Phase.DONE, by), self._clock()
        with self._db.write() as con:
            _still_open(request_of(con, asked.id), now)
            settle_request(con, asked.id, state, by.name, by.person, now, note)
            person = None if by.person == by.name else by.person
            why, voice = note or "Its requester took it back.", by.voice(asked.wish.product.domain)
            self._tasks.resolve_in(con, approval_key(asked.id), state.value, why, by.name, person, voice)
            record(con, about(asked.wish, asked.id, what), None)
        self._audit.stands()
        return self.store.request(asked.id)

    def _denied(self, by: Actor, wish: Wish, ref: str, rule: str, why: str, fix: str) -> Denied:
        return refused(self._audit, by, wish, Denied.because(rule, ref, why, fix, str(wish.product)), ref)


def _less(wish: Wish, columns: Sequence[str] | None, raw: Sequence[str] | None, until: datetime | None) -> Wish:
    """What is approved of a wish.

    Raises:
        UsageProblem: ACCESS-22, where that is more than was asked for.
    """
    kept = wish.columns if columns is None else tuple(name for name in wish.columns if name in columns)
    shown = tuple(name for name in wish.raw if name in kept and (raw is None or name in raw))
    beyond = sorted({*(columns or ())} - {*wish.columns}) + sorted({*(raw or ())} - {*wish.raw})
    if beyond or (until is not None and until > wish.until):
        why = f"It does not ask for {beyond[0]!r} that way." if beyond else "It asks for an earlier end."
        raise UsageProblem.because("ACCESS-22", str(wish.product), why, "Approve what was asked for, or less.", str(wish.product))
    return replace(wish, columns=kept, raw=shown, until=until or wish.until)


def _still_open(asked: AccessRequest, now: datetime) -> None:
    if (state := asked.at(now)) is not State.OPEN:
        why = f"It is {state}" + (f", by {asked.decided_by}." if asked.decided_by else ".")
        fix = f"`mesh access show {asked.id}` tells more; ask anew where access is still needed."
        raise CheckFailed.because("ACCESS-25", asked.id, why, fix, str(asked.wish.product))


def _wish_of(given: Given) -> Wish:
    grant = given.grant
    until = grant.until or given.starts_at
    return Wish(given.product, grant.consumer, grant.purpose, tuple(sorted(grant.fields or ())), until, given.reason)
