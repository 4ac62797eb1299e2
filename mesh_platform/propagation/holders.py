"""Holders of exported files: each withdrawal, objection and erasure of somebody who may be in a file is told of it, until its holder acknowledges.

Whom a file may hold is asked of its list of people; from where in the ledger, of what its rows had absorbed. A holder for whom `governance/holders.yaml`
names an endpoint gets signed CloudEvents, as recipients do; of any other a task asks. Who does not answer is red and stays so; an answer
is the holder's word, and nobody here looks into the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from mesh_platform.access.exports import Export, Exports
from mesh_platform.access.telling import addressee_of, told_upto
from mesh_platform.actor import Role
from mesh_platform.clock import utc_now
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.product import Governance
from mesh_platform.product.governance.recipients import Holder
from mesh_platform.propagation.recipients import (
    A_DAY,
    Events,
    Standing,
    about_purpose,
    closes,
    follow,
    known_as,
    secret_of,
    standing,
)
from mesh_platform.propagation.sending import Sent, deliver, keep_told, together
from mesh_platform.state import Database
from mesh_platform.state.tables import access_exports, ledger_events
from mesh_platform.tasks import NewTask, TaskKind, Tasks

_E, _X = ledger_events.c, access_exports.c
REMEDY = "export it anew and remove the old file, or remove this person from it"


@dataclass(frozen=True, slots=True)
class Holding:
    """How the holder of one file stands; `endpoint` is the entry of `governance/holders.yaml` over which they are told, None where by a task."""

    export: Export
    endpoint: str | None
    standing: Standing

    def as_json(self) -> dict[str, object]:
        told = self.standing.as_json()
        del told["recipient"]
        return {"export": self.export.id, "holder": self.export.by, "endpoint": self.endpoint, **told}


def put(database: Database, exports: Exports, governance: Governance, origin: str, now: datetime) -> int:
    """Put what was recorded since about people in each standing file into its holder's outbox; how many events.

    Raises:
        Unavailable: where the control database cannot be used.
    """
    standing_ones = [one for one in exports.listed() if one.ended_at is None]
    return sum(_put(database, exports, one, governance, origin, now) for one in standing_ones)


def _put(database: Database, exports: Exports, one: Export, governance: Governance, origin: str, now: datetime) -> int:
    addressee, found = addressee_of(one.id), governance.holder_of(one.by, one.person)
    due = now + (found[1].within.approximate if found and found[1].within else A_DAY)

    def since(con: Connection) -> int | None:
        gone = con.execute(select(_X.ended_at).where(_X.id == one.id)).scalar() is not None
        return None if gone else _since(con, one, told_upto(con, addressee))

    def rows(events: Events) -> list[dict[str, Any]]:
        purposes = (one.purpose,) if one.purpose else ()
        asked = [each for each in events if closes(each) and about_purpose(governance, str(each["purpose"]), purposes)]
        among = exports.among(one, [subject63_of(bytes(each["subject"])) for each in asked])
        times = {"attempts": 0, "next_at": now, "created_at": now, "due_at": due}
        return [
            {"recipient": addressee, "sequence": each["sequence"], "body": _body(one, each, origin), **times}
            for each, held in zip(asked, among, strict=True)
            if held
        ]

    return follow(database, addressee, since, rows)


def _since(con: Connection, one: Export, known: int | None) -> int:
    """From where on its holder is told; of a file from before that was kept, from the day on which it was made."""
    if known is not None:
        return known
    found: Any = con.execute(select(func.max(_E.sequence)).where(_E.recorded_at < one.made_at)).scalar()
    return int(found or 0)


def _body(one: Export, event: Mapping[Any, Any], origin: str) -> dict[str, Any]:
    said = {name: event[name] for name in ("namespace", "purpose", "sequence")}
    return {
        "specversion": "1.0",
        "id": f"{one.id}-{event['sequence']}",
        "source": f"mesh/{origin}",
        "type": f"mesh.export.{event['kind']}.{event['decision']}",
        "time": event["recorded_at"].isoformat(),
        "datacontenttype": "application/json",
        "data": {"export": one.id, "sha256": one.sha256, "remedy": REMEDY, **said},
    }


def send(database: Database, exports: Exports, governance: Governance, clock: Callable[[], datetime] = utc_now) -> Sent:
    """Post what is due to the holders that have an endpoint.

    Raises:
        UsageProblem: CONSENT-08. Unavailable: where the control database cannot be used. What was posted and not marked is posted again.
    """
    return together(_sent(database, one, governance, clock) for one in exports.listed() if one.ended_at is None)


def _sent(database: Database, one: Export, governance: Governance, clock: Callable[[], datetime]) -> Sent:
    name, holder = governance.holder_of(one.by, one.person) or ("", None)
    if holder is None or holder.address is None:
        return Sent(0, 0, ())
    secret = secret_of(name, holder)
    return deliver(database, addressee_of(one.id), holder.address, secret, clock, lambda row: _to_holder(database, row, secret))


def _to_holder(database: Database, row: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """The event as it leaves: the person by an id of the holder's own."""
    with database.read() as con:
        token: Any = con.execute(select(_E.subject).where(_E.sequence == row["sequence"])).scalar_one()
    return {**row["body"], "subject": known_as(bytes(token), secret)}


def holdings(database: Database, exports: Exports, governance: Governance, now: datetime) -> tuple[Holding, ...]:
    """How the holder of each standing file stands, but for those to whom there was nothing to tell."""
    found = []
    with database.read() as con:
        for one in exports.listed():
            known = governance.holder_of(one.by, one.person)
            held = Holding(one, known[0] if known else None, standing(con, addressee_of(one.id), now))
            if one.ended_at is None and held.standing.waiting + held.standing.acknowledged:
                found.append(held)
    return tuple(found)


def tell(database: Database, exports: Exports, governance: Governance, tasks: Tasks, now: datetime) -> int:
    """A task for each file whose holder did not acknowledge in time, and at once for one without an endpoint, until they have; how many are red."""
    told = tasks.listed(kind=TaskKind.EXTERNAL)
    each = {one.export.id: one for one in holdings(database, exports, governance, now)}
    for export in exports.listed():
        stem, one = f"{TaskKind.EXTERNAL}:holder:{export.id}:", each.get(export.id)
        late = one is not None and one.standing.oldest is not None and (one.standing.red or one.endpoint is None)
        keep_told(tasks, told, stem, _task(stem, one, governance, now) if late and one else None)
    return sum(one.standing.red for one in each.values())


def _task(stem: str, one: Holding, governance: Governance, now: datetime) -> NewTask:
    export, oldest = one.export, one.standing.oldest or now
    holder: Holder | None = governance.holders.get(one.endpoint) if one.endpoint else None
    why = (
        f"{one.standing.waiting} withdrawals or erasures concern people in the exported file {export.id}, which {export.by} holds"
    )
    asked = "has not acknowledged them in time" if holder else "has to say that they are out of it"
    return NewTask(
        key=f"{stem}{oldest.isoformat()}",
        kind=TaskKind.EXTERNAL,
        product=next(iter(export.products), export.id),
        reason=f"{why} and {asked}: have it exported anew or removed.",
        role=Role.PRIVACY,
        due=now if holder else oldest + A_DAY,
        rule="CONSENT-11",
        command=f"mesh access exports --cleaned {export.id}",
    )
