"""Every append stands in the audit log, in the same transaction: which events, how many, and a hash over what they say. Nobody is named in it.

So does every check that somebody asks for: who asked, for which purpose and of how many people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from mesh_platform.actor import Actor
from mesh_platform.ledger.journal import AlsoRecord, Appended

if TYPE_CHECKING:
    from mesh_platform.audit import AuditLog


def audited(log: AuditLog, by: Actor) -> AlsoRecord:
    """What writes the record of an append by `by`."""
    from mesh_platform.audit import Act, Phase, What

    write = log.within(Act.CONSENT, Phase.DONE, by)

    def record(con: Connection, added: Appended) -> None:
        kinds = {f"{event.kind} {event.decision}" for event in added.events}
        what = kinds.pop() if len(kinds) == 1 else "events of several kinds"
        obj = What(what=what, ref=f"{added.first}-{added.last}", code=added.digest, consent=added.last)
        write(con, obj, len(added.events))

    return record


def check_on_record(log: AuditLog, by: Actor, purpose: str, people: int) -> None:
    """Record that `by` is told whether a purpose is allowed with the data of so many people, before it is told.

    Raises:
        Unavailable: AUDIT-12, where the record does not stand.
    """
    from mesh_platform.audit import Act, Phase, What

    log.record(Act.READ, Phase.DONE, by, What(what="check of consent"), n=people, purpose=purpose, durable=False)
