"""Break-glass: a product opened to oneself at once, for minutes, on record before it counts, and looked into by others afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mesh_platform.access.combining import quasi_of
from mesh_platform.access.decision import Caller
from mesh_platform.access.giving import about, given_for, refused
from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.access.reading import Reading
from mesh_platform.access.requests import Wish, words
from mesh_platform.access.served import Served
from mesh_platform.access.store import BREAK_GLASS, AccessStore, Given, broken_on, put_grant
from mesh_platform.actor import Actor, Role, same_person
from mesh_platform.audit import Act, AuditLog, Phase
from mesh_platform.errors import Denied, UsageProblem
from mesh_platform.product import Mesh, ProductKey
from mesh_platform.state import Database
from mesh_platform.tasks import Tasks, break_glass_task

LONGEST = timedelta(minutes=60)
_TO_LOOK_INTO_IT = timedelta(days=3)


class BreakGlass:
    """Opens products of one mesh to whom governance allows it.

    Args:
        mesh: the mesh as its folders stand.
        database: the migrated control database.
        audit: where it is recorded before it counts.
        tasks: where owner and privacy team find that they have to look into it.
        reading: over the same mesh; it decides what would be opened.
        clock: the time.
        development: whether principals are worn here; elsewhere no worn one breaks the glass.
    """

    def __init__(
        self,
        mesh: Mesh,
        database: Database,
        audit: AuditLog,
        tasks: Tasks,
        reading: Reading,
        clock: Callable[[], datetime],
        development: bool,
    ) -> None:
        self._mesh, self._db, self._audit, self._tasks, self._reading, self._clock = mesh, database, audit, tasks, reading, clock
        self._development = development

    def open(self, product: ProductKey, purpose: str | None, minutes: int, reason: str, by: Actor) -> Given:
        """Open it to `by`, all columns that serve the purpose raw, for up to an hour.

        What a rule masks stays masked. Filters of rows stay: who has withdrawn is not shown for a purpose that rests on consent.

        Raises:
            Denied: ACCESS-29, where governance does not name the role, somebody wears the principal outside of development, or one of that
                person stands; the rule by which nothing would be opened. UsageProblem: ACCESS-29, ACCESS-21.
        """
        found, served = self._mesh.product(product), self._reading.served(product)
        wish, now = self._wish(product, purpose, minutes, reason, by), self._clock()

        def given_of(wish: Wish) -> Given:
            quasi = quasi_of(found, wish.columns)
            return given_for(wish, found, served.product, by.name, by.person, None, quasi, BREAK_GLASS, now)

        try:
            self._may(product, by)
            opened = self._opened(given_of(wish).grant, served, by, now)
            wish = replace(wish, columns=opened, raw=opened)
            given = given_of(wish)
            record = self._audit.within(Act.GRANT, Phase.DONE, by)
            with self._db.write() as con:
                _none_stands(con, product, by, now)
                record(con, about(wish, given.id, "break glass"), minutes)
                put_grant(con, given)
                for role in (Role.PRIVACY, Role.OWNER):
                    task = break_glass_task(str(product), given.id, role, now + _TO_LOOK_INTO_IT, by)
                    self._tasks.opened_in(con, task)
        except Denied as refusal:
            raise refused(self._audit, by, wish, refusal, str(product)) from None
        self._audit.stands()
        return given

    def _wish(self, product: ProductKey, purpose: str | None, minutes: int, reason: str, by: Actor) -> Wish:
        key, descriptor = str(product), self._mesh.product(product).descriptor
        reason, serves = words(reason, "--reason", key), [*descriptor.purposes]
        asked = self._mesh.governance.purpose(purpose or (serves[0] if len(serves) == 1 else ""))
        if asked is None:
            why = f"It names no purpose, and the product serves {', '.join(serves) or 'none'}."
            raise UsageProblem.because("ACCESS-29", key, why, "Name one with --purpose.", key)
        if not timedelta(0) < timedelta(minutes=minutes) <= LONGEST:
            raise UsageProblem.because("ACCESS-29", key, "It lasts from one minute to sixty.", "Name fewer with --minutes.", key)
        columns = tuple(descriptor.columns)
        until = self._clock() + timedelta(minutes=minutes)
        return Wish(product, Consumer(Kind.PERSON, by.name), asked, columns, until, reason, columns)

    def _may(self, product: ProductKey, by: Actor) -> None:
        roles = self._mesh.governance.policies.access_control.break_glass
        if not any(by.may(role, product.domain) for role in roles):
            why = f"It takes the role {' or '.join(roles) or 'of nobody'} (accessControl.breakGlass), which {by.name} lacks."
            raise _denied(product, why, "Ask for access: `mesh access request`.")
        if by.impersonated_by is not None and not self._development:
            why = f"{by.name} is worn by somebody else, which only the development issuer allows."
            raise _denied(product, why, "Sign in as yourself with the identity provider.")

    def _opened(self, grant: Grant, served: Served, by: Actor, now: datetime) -> tuple[str, ...]:
        """The columns that the grant would open, by the decision as it would be; told now where that is nothing, or no row could be shown."""
        standing = AccessStore(self._db).on(served.product.key)
        decision = self._reading.decided(Caller.person(by), served, grant.purpose, now, (*standing, grant))
        if decision.refusal is not None:
            raise Denied(decision.refusal)
        self._reading.filtered(decision, served)
        return tuple(column.name for column in decision.granted)


def _none_stands(con: Connection, product: ProductKey, by: Actor, now: datetime) -> None:
    """One at a time: minutes are not strung together while others have yet to look into the first."""
    for one in broken_on(con, product):
        if one.grant.holds_on(now) and same_person(one.by, one.person, by):
            fix = f"Read under it, or end it with `mesh access revoke {one.id}`."
            raise _denied(product, f"The glass is broken already, by the same person ({one.id}).", fix)


def _denied(product: ProductKey, why: str, fix: str) -> Denied:
    return Denied.because("ACCESS-29", str(product), why, fix, str(product))
