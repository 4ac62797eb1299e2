"""Legal holds as rows of the control database: opened and closed by the privacy team, on record in the audit log, never removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update

from mesh_platform.actor import Actor, Role
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.errors import CheckFailed, Denied, NotFound, UsageProblem
from mesh_platform.retention.holds import Hold, Scope
from mesh_platform.state import Database
from mesh_platform.state.tables import legal_holds

_H = legal_holds.c
LONGEST = 400
"""Characters of a matter, an owner or a reason."""


class Holds:
    """The holds in a migrated control database; every method may raise `Unavailable` where it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, matter: str, owner: str, reason: str, scope: Scope, actor: Actor, audit: AuditLog, now: datetime) -> Hold:
        """Open a hold; from its return on nothing that it covers is deleted, but by what was under way.

        Raises:
            Denied: HOLD-01, without the role privacy.
            UsageProblem: HOLD-02, where it names nothing, says too much, or its days are none.
        """
        _may(actor)
        for what, text in (("matter", matter), ("owner", owner), ("reason", reason)):
            if not text.strip() or len(text) > LONGEST:
                raise _refused(f"Its {what} is empty, or longer than {LONGEST} characters.", f"Give --{what}.")
        if not scope:
            fix = "Name a --product, --domain, --subject or --category, or days with --from and --until."
            raise _refused("It does not say what it covers.", fix)
        if scope.since and scope.until and scope.until < scope.since:
            raise _refused("It ends before it begins.", "Give --from a day that is not after --until.")
        hold = Hold(uuid4().hex, matter.strip(), owner.strip(), reason.strip(), scope, actor.name, actor.person, now)
        record = audit.within(Act.HOLD, Phase.DONE, actor)
        row = {name: getattr(hold, name) for name in ("id", "matter", "owner", "reason", "by", "person", "opened_at")}
        with self._database.write() as con:
            con.execute(insert(legal_holds), row | {"scope": scope.as_json(), "closing_reason": ""})
            record(con, What(what="opened", ref=hold.id), None)
        audit.stands()
        return hold

    def close(self, name: str, reason: str, actor: Actor, audit: AuditLog, now: datetime) -> tuple[Hold, ...]:
        """Close the open holds of that matter, or the one of that id; what waited for it may go on.

        Raises:
            Denied: HOLD-01. NotFound: HOLD-03, where there is none. CheckFailed: HOLD-04, where it is closed already. UsageProblem: HOLD-02.
        """
        _may(actor)
        if not reason.strip() or len(reason) > LONGEST:
            raise _refused(f"The reason is empty, or longer than {LONGEST} characters.", "Say why it is closed, with --reason.")
        found = [hold for hold in self.listed() if name in (hold.id, hold.matter)]
        if not found:
            fix = "`mesh hold list` shows those that there are."
            raise NotFound.because("HOLD-03", "the hold", "There is no hold of that matter or id.", fix)
        record, closed = audit.within(Act.HOLD, Phase.DONE, actor), []
        change = {"closed_at": now, "closed_by": actor.name, "closed_person": actor.person, "closing_reason": reason.strip()}
        with self._database.write() as con:
            for hold in found:
                if con.execute(update(legal_holds).where(_H.id == hold.id, _H.closed_at.is_(None)).values(change)).rowcount:
                    record(con, What(what="closed", ref=hold.id), None)
                    closed.append(replace(hold, closed_at=now, closed_by=actor.name, closing_reason=reason.strip()))
        if not closed:
            raise CheckFailed.because("HOLD-04", "the hold", "It is closed already.", "Nothing to do.")
        audit.stands()
        return tuple(closed)

    def listed(self, only_open: bool = False) -> tuple[Hold, ...]:
        """All of them, the newest first."""
        query = select(legal_holds).order_by(_H.opened_at.desc(), _H.id)
        with self._database.read() as con:
            rows = con.execute(query.where(_H.closed_at.is_(None)) if only_open else query).mappings().all()
        return tuple(map(_hold, rows))


def matters(holds: Iterable[Hold]) -> str:
    """The matters of holds, for a sentence."""
    return ", ".join(sorted({hold.matter for hold in holds}))


def _hold(row: Any) -> Hold:
    said = {name: value for name, value in row.items() if name not in ("scope", "closed_person")}
    return Hold(scope=Scope.from_json(row["scope"]), **said)


def _may(actor: Actor) -> None:
    if not actor.may(Role.PRIVACY):
        raise Denied.because("HOLD-01", "the principal", "Legal holds are for the role privacy.", "Ask the privacy team.")


def _refused(why: str, fix: str) -> UsageProblem:
    return UsageProblem.because("HOLD-02", "the hold", why, fix)
