"""Whether what is sealed about people is what the records committed to: a part of `verify`."""

from __future__ import annotations

from sqlalchemy import Connection, select

from mesh_platform.audit.leaf import raw
from mesh_platform.audit.sealing import Sealer
from mesh_platform.audit.tlog import NotProven
from mesh_platform.audit.tree import found
from mesh_platform.audit.walking import Walk
from mesh_platform.errors import MeshError
from mesh_platform.state.tables import audit_leaves, audit_private

DAMAGED = "KEY-02"


def check_sealed(con: Connection, sealer: Sealer, walk: Walk) -> None:
    """Each sealed part opens for its own record and answers to the commitment there."""
    count = 0
    for eid in [row.eid for row in con.execute(select(audit_private.c.eid))]:
        count += 1
        seq = found(con, [eid]).get(eid)
        try:
            opened = sealer.open(con, eid)
        except NotProven as error:
            walk.say("AUDIT-09", f"Not the part that the record committed to: {error}.", seq)
            continue
        except MeshError as error:
            if error.finding.rule == DAMAGED:
                walk.say("AUDIT-09", "The key that opens the sealed part is damaged.", seq)
                continue
            told = error.finding  # a provider that is away, or a domain whose key was revoked, is no change of the log
            walk.warn(told.rule, told.why, told.fix)
            return
        if opened is None:  # it went with nothing that says so: a redaction takes both
            walk.say("AUDIT-09", "The key of the sealed part is gone, and no record says that it was removed.", seq)
            continue
        body = con.execute(select(audit_leaves.c.body).where(audit_leaves.c.eid == eid)).scalar()
        if body is not None and f'"pd":"{opened[0]}"'.encode() not in raw(body):
            walk.say("AUDIT-09", "The sealed part is not the one that the record committed to.", seq)
    gone = walk.personal - count - walk.redacted
    if gone > 0:
        walk.say("AUDIT-09", f"{gone} sealed parts are gone, and no record says that they were removed.", None)
