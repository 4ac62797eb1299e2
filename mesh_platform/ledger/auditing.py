"""Every append stands in the audit log, in the same transaction: which events, how many, and a hash over what they say. Nobody is named in it."""

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
