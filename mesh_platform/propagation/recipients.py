"""Recipients outside of the mesh: each withdrawal, objection and erasure that concerns one leaves as a CloudEvent, until the recipient acknowledges it.

The ledger is the outbox's source: an event is put in with the recipient's cursor, in one transaction, so that none is lost and none stands twice. A recipient
that is new gets all there is. No identifier leaves: a person is known to each recipient by an id that is made for it alone.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from mesh_platform.access.telling import is_file, told_from, told_upto
from mesh_platform.errors import UsageProblem
from mesh_platform.ledger.events import OPENING, SIGNAL
from mesh_platform.outbound import LEAST_SECRET, shared_secret
from mesh_platform.product import Governance
from mesh_platform.product.governance.recipients import Outside, Recipient
from mesh_platform.state import Database
from mesh_platform.state.tables import ledger_events, recipient_events
from mesh_platform.tasks.outbox import LEASE, wait_after

_E, _R = ledger_events.c, recipient_events.c
Events = Sequence[Mapping[Any, Any]]
"""Rows of the ledger."""
A_DAY = timedelta(days=1)
AT_ONCE = 100
"""Events of one post."""
_MOST = 5_000
"""Events of the ledger that one transaction takes up."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one recipient stands: `red` where something waits past its time."""

    recipient: str
    waiting: int
    acknowledged: int
    oldest: datetime | None
    red: bool
    error: str

    def as_json(self) -> dict[str, object]:
        return {
            "recipient": self.recipient,
            "state": "red" if self.red else "ok",
            "waiting": self.waiting,
            "acknowledged": self.acknowledged,
            "oldest": self.oldest.isoformat() if self.oldest else None,
            "error": self.error,
        }


def secret_of(name: str, one: Outside) -> str:
    """The secret that is shared with it.

    Raises:
        UsageProblem: CONSENT-08, where the variable holds none that can be used.
    """
    secret = shared_secret(one.secret or "")
    if secret is None:
        why = f"The variable that it names for its secret holds none of at least {LEAST_SECRET} characters."
        raise UsageProblem.because("CONSENT-08", f"the recipient {name}", why, "Set it where events are sent from.")
    return secret


def known_as(token: bytes, secret: str) -> str:
    """By what a recipient knows the person of a token; another recipient knows them by another id, and nobody can make it who lacks the secret."""
    return hmac.new(secret.encode(), b"mesh recipient v1\0" + token, hashlib.sha256).hexdigest()[:32]


def put(database: Database, governance: Governance, origin: str, now: datetime) -> int:
    """Put what was recorded since into each recipient's outbox; how many events.

    Raises:
        UsageProblem: CONSENT-08. Unavailable: where the control database cannot be used.
    """
    told = ((name, one) for name, one in governance.recipients.items() if one.address)
    return sum(_put(database, governance, origin, name, one, now) for name, one in told)


def _put(database: Database, governance: Governance, origin: str, name: str, one: Recipient, now: datetime) -> int:
    secret = secret_of(name, one)

    def rows(events: Events) -> list[dict[str, Any]]:
        return [_row(name, one, event, secret, origin, now) for event in events if _concerns(governance, one, event)]

    return follow(database, name, lambda con: told_upto(con, name) or 0, rows)


def follow(
    database: Database,
    addressee: str,
    since: Callable[[Connection], int | None],
    rows_of: Callable[[Events], list[dict[str, Any]]],
) -> int:
    """Put what `rows_of` makes of the events since into an addressee's outbox, until there are none; how many rows. Nothing where `since` says None."""
    new = 0
    while True:
        with database.write() as con:
            start = since(con)
            if start is None:
                return new
            query = select(ledger_events).where(_E.sequence > start).order_by(_E.sequence).limit(_MOST)
            events = con.execute(query).mappings().all()
            if not events:
                return new
            rows = rows_of(events)
            if rows:
                con.execute(insert(recipient_events), rows)
            told_from(con, addressee, events[-1]["sequence"])
            new += len(rows)


def closes(event: Mapping[Any, Any]) -> bool:
    """Whether less is allowed after an event."""
    return event["decision"] not in {decision.value for decision in OPENING}


def _concerns(governance: Governance, one: Recipient, event: Mapping[Any, Any]) -> bool:
    """Whether it closes something that the recipient may have data for."""
    if not closes(event):
        return False
    if one.namespaces and event["namespace"] not in one.namespaces:
        return False
    return about_purpose(governance, str(event["purpose"]), one.purposes)


def about_purpose(governance: Governance, said: str, purposes: Sequence[str]) -> bool:
    """Whether what was said of a purpose (of all where it is empty or a signal) touches one of these, or there are none."""
    if not said or said.startswith(SIGNAL) or not purposes:
        return True
    return any(governance.purpose_covers(said, theirs) or governance.purpose_covers(theirs, said) for theirs in purposes)


def _row(name: str, one: Recipient, event: Mapping[Any, Any], secret: str, origin: str, now: datetime) -> dict[str, Any]:
    within = one.within.approximate if one.within else A_DAY
    body = {
        "specversion": "1.0",
        "id": f"{name}-{event['sequence']}",
        "source": f"mesh/{origin}",
        "type": f"mesh.{event['kind']}.{event['decision']}",
        "time": event["recorded_at"].isoformat(),
        "subject": known_as(bytes(event["subject"]), secret),
        "datacontenttype": "application/json",
        "data": {"namespace": event["namespace"], "purpose": event["purpose"], "sequence": event["sequence"]},
    }
    times = {"next_at": now, "created_at": now, "due_at": now + within}
    return {"recipient": name, "sequence": event["sequence"], "body": body, "attempts": 0, **times}


def take(con: Connection, name: str, now: datetime) -> list[Mapping[str, Any]]:
    """The events that are due for a recipient, leased to the caller; nobody else takes them until the lease ends."""
    due = (_R.recipient == name) & _R.acknowledged_at.is_(None) & (_R.next_at <= now)
    rows = con.execute(select(recipient_events).where(due).order_by(_R.sequence).limit(AT_ONCE)).mappings().all()
    if rows:
        taken = (_R.recipient == name) & _R.sequence.in_([row["sequence"] for row in rows])
        con.execute(update(recipient_events).where(taken).values(next_at=now + LEASE))
    return [dict(row) for row in rows]


def answered(con: Connection, rows: Iterable[Mapping[str, Any]], acknowledged: Sequence[str], error: str, now: datetime) -> int:
    """Mark what was acknowledged by name, and when the rest is tried again; how many were. Nothing is ever given up."""
    done = 0
    for row in rows:
        one = (_R.recipient == row["recipient"]) & (_R.sequence == row["sequence"]) & _R.acknowledged_at.is_(None)
        attempts = row["attempts"] + 1
        if row["body"]["id"] in acknowledged:
            values: dict[str, Any] = {"acknowledged_at": now, "attempts": attempts, "error": None}
            done += 1
        else:
            values = {"attempts": attempts, "error": error or "NotAcknowledged", "next_at": now + wait_after(attempts)}
        con.execute(update(recipient_events).where(one).values(values))
    return done


def standings(database: Database, names: Iterable[str], now: datetime) -> tuple[Standing, ...]:
    """How each recipient stands; one that has no word of its own any more, while something waits for it, too."""
    with database.read() as con:
        known: Any = con.execute(select(_R.recipient).distinct()).scalars()
        return tuple(standing(con, name, now) for name in sorted({*names, *known}) if not is_file(name))


def standing(con: Connection, name: str, now: datetime) -> Standing:
    """How one addressee stands."""
    waits = (_R.recipient == name) & _R.acknowledged_at.is_(None)
    query = select(func.count(), func.min(_R.created_at), func.min(_R.due_at), func.max(_R.error)).where(waits)
    found: Any = con.execute(query).one()
    waiting, oldest, due, error = found
    done: Any = con.execute(select(func.count()).where(_R.recipient == name, _R.acknowledged_at.is_not(None))).scalar()
    return Standing(name, int(waiting), int(done or 0), oldest, due is not None and due <= now, str(error or ""))
