"""What the audit log says of waivers: each act on one stands there in the transaction of its row, with a mark of the row as it was left.

A row that somebody changed, or put there, beside the platform matches no record; it counts for nothing, and is told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, What, tree
from mesh_platform.audit.leaf import decoded, eid_of, raw
from mesh_platform.registry.waiver_values import Asked
from mesh_platform.state.tables import audit_intake

ACTS = ("asked", "approved", "rejected", "withdrawn", "ended")
"""What is done with one, in the order in which it may be."""
_DERIVED = "chain"
Write = Callable[[Connection, Asked], None]


def mark_of(one: Asked) -> str:
    """A mark of all that a row says."""
    said = {part.name: getattr(one, part.name) for part in fields(one) if part.name != _DERIVED}
    said |= {"measured": dict(one.measured)}
    text = json.dumps(said, sort_keys=True, default=lambda value: value.isoformat() if isinstance(value, date) else str(value))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def recording(log: AuditLog | None, by: Actor) -> Write:
    """What writes the record of an act in the transaction of its row; called before that begins. Without a log it writes none."""
    if log is None:
        return lambda con, one: None
    write = log.within(Act.WAIVER, Phase.DONE, by)

    def record(con: Connection, one: Asked) -> None:
        about = What(product=one.product, what=f"waiver {one.became}", ref=str(one.id), code=mark_of(one))
        write(con, about, key=_key(one.id, one.became), dec=one.became, reason=one.rule)

    return record


def _key(id: int, act: str) -> str:
    """Of each waiver each act is done once."""
    return f"waiver {id} {act}"


def amiss(con: Connection, one: Asked) -> str:
    """In how far the log does not bear a row out; empty where it does."""
    told = {act: said for act in ACTS if (said := _record(con, eid_of(Act.WAIVER, _key(one.id, act)))) is not None}
    if one.became not in told:
        return f"The audit log does not say that it was {one.became}."
    if later := [act for act in told if ACTS.index(act) > ACTS.index(one.became)]:
        return f"It is {one.became}, and the audit log says that it was {later[-1]} after."
    said = told[one.became].get("obj")
    if not isinstance(said, Mapping) or said.get("code") != mark_of(one):
        return f"Its row was changed after it was {one.became}: it is not what the audit log has."
    return ""


def on_record(con: Connection, one: Asked) -> bool:
    """Whether the log knows it at all: one from before this was recorded so it does not."""
    return any(_record(con, eid_of(Act.WAIVER, _key(one.id, act))) is not None for act in ACTS)


def _record(con: Connection, eid: str) -> Mapping[str, Any] | None:
    """What a record says; one that waits for its place in the tree, too."""
    seq = tree.found(con, [eid]).get(eid)
    body = tree.body(con, seq) if seq is not None else None
    if seq is None:
        waits = con.execute(select(audit_intake.c.body).where(audit_intake.c.eid == eid)).scalar()
        return decoded(raw(waits)) if waits is not None else None
    return decoded(body) if body is not None else {}
