"""The log's own retention: bodies of whole tiles go when every record of theirs is old enough; their hashes stay, and with them every proof above.

What goes is recorded before it goes, up to which record: a body that is missing without such a record is a hole, and verification says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from mesh_platform.actor import Actor
from mesh_platform.audit.checkpoints import newest
from mesh_platform.audit.leaf import Act, Phase, What, raw
from mesh_platform.audit.log import AuditLog
from mesh_platform.audit.outsider import DROPPED
from mesh_platform.audit.succession import Succession, fingerprint
from mesh_platform.audit.tlog import NotProven, leaf_hash
from mesh_platform.audit.tree import WIDTH, head
from mesh_platform.errors import CheckFailed
from mesh_platform.failpoints import fp
from mesh_platform.state.tables import audit_leaves, audit_private

AT_ONCE = 64 * WIDTH
_L, _P = audit_leaves.c, audit_private.c


def drop_bodies(log: AuditLog, before: datetime, actor: Actor | None) -> int:
    """Drop the bodies, and the sealed parts, of the oldest records, as far as whole tiles of them are older than `before` and signed for.

    A drop that was killed is gone on with by the next one.

    Returns:
        how many bodies went.

    Raises:
        Unavailable: AUDIT-12, where it cannot be recorded; nothing is dropped then.
        CheckFailed: AUDIT-01 or AUDIT-07, where a record or the newest checkpoint is not what was written.
    """
    with log.database.read() as con:
        end = _end(con, int(before.timestamp() * 1_000_000), log.signer.succession)
        left = con.execute(select(func.count()).where(_L.seq < end, _L.body.is_not(None))).scalar_one()
    if not left:
        return 0
    about = What(what=DROPPED, code=fingerprint(log.signer.succession.first))
    log.declare(Act.RETENTION, Phase.INTENT, actor, about, end)
    fp("audit.dropping")
    for low in range(0, end, AT_ONCE):
        _drop(log, low, min(end, low + AT_ONCE))
        fp("audit.dropped")
    log.database.scrub()
    log.declare(Act.RETENTION, Phase.DONE, actor, about, end)
    return int(left)


def years_before(moment: datetime, years: int) -> datetime:
    """The same day of the calendar so many years before; the 28th for a 29 February that is none there."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)


def _end(con: Connection, before: int, keys: Succession) -> int:
    """The record up to which tiles are older than that and lie under the newest checkpoint."""
    signed = _signed(con, keys)
    for low in range(0, signed // WIDTH * WIDTH, WIDTH):
        query = select(_L.seq, _L.body, _L.hash).where(_L.seq >= low, _L.seq < low + WIDTH, _L.body.is_not(None))
        rows = con.execute(query.order_by(_L.seq)).all()
        if changed := next((row.seq for row in rows if leaf_hash(raw(row.body)) != raw(row.hash)), None):
            raise _changed(changed)
        if any(not _older(raw(row.body), before) for row in rows):
            return low
    return signed // WIDTH * WIDTH


def _signed(con: Connection, keys: Succession) -> int:
    """Size of the newest checkpoint that the log's keys signed."""
    note = newest(con, head(con).size)
    try:
        return keys.signed(note).size if note else 0
    except NotProven as error:
        why = f"The newest checkpoint does not hold: {error}. Nothing is dropped."
        raise CheckFailed.because("AUDIT-07", "audit log", why, "`mesh audit verify` says more.") from None


def _changed(seq: int) -> CheckFailed:
    """A time that somebody wrote into a record would have its body removed, and nobody could tell any more."""
    why = "The record's bytes are not those that were hashed when it was written: nothing is dropped."
    return CheckFailed.because("AUDIT-01", f"audit log, record {seq}", why, "`mesh audit verify` says more.")


def _older(body: bytes, before: int) -> bool:
    try:
        at = json.loads(body)["ts"]
    except (ValueError, KeyError, TypeError):
        return False
    return type(at) is int and at < before


def _drop(log: AuditLog, low: int, high: int) -> None:
    theirs = (_L.seq >= low, _L.seq < high)
    with log.database.write() as con:
        eids: Sequence[str] = con.execute(select(_P.eid).join(audit_leaves, _L.eid == _P.eid).where(*theirs)).scalars().all()
        con.execute(delete(audit_private).where(_P.eid.in_(eids)))
        con.execute(update(audit_leaves).where(*theirs).values(body=None))
