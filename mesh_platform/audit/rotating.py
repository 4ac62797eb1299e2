"""New keys for the log: named by a record, signed for by the old ones, and then the old private keys are destroyed.

Nothing waits for it, and a kill at any step leaves a log that verifies: until the checkpoint over that record the old keys sign, and whoever
makes that checkpoint ends the rotation. It refuses nothing by itself: who may rotate is decided where it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_platform.actor import Actor
from mesh_platform.audit import tree
from mesh_platform.audit.leaf import Act, Phase, What, eid_of
from mesh_platform.audit.succession import IN_FORCE, ROTATED, Rotation, fingerprint
from mesh_platform.errors import Unavailable
from mesh_platform.failpoints import fp

if TYPE_CHECKING:
    from mesh_platform.audit.log import AuditLog


def rotate(log: AuditLog, actor: Actor | None) -> Rotation:
    """Give the log new keys.

    Args:
        log: the log.
        actor: who acts.

    Returns:
        the rotation, which proves the new keys to whoever knows those before them.

    Raises:
        CheckFailed: AUDIT-14, where the log does not continue what was signed or anchored.
        Unavailable: AUDIT-12 or AUDIT-17, where record or keys cannot be written; it is gone on with by the next checkpoint, or the next rotation.
    """
    log.begin()
    with log.signer.alone():
        old, new = log.signer.prepare()
    fp("audit.prepared")
    mark = fingerprint(new)
    about = What(what=ROTATED, code=fingerprint(old), keys=tuple(key.text for key in new))
    log.declare(Act.LOG_KEY, Phase.INTENT, actor, about, key=f"{ROTATED} {mark}")
    fp("audit.named")
    log.checkpoint()
    done = next((one for one in log.signer.succession.rotations if one.keys == new), None)
    if done is None:
        why = "The checkpoint over the record that names the new keys could not be made: the old ones sign on."
        raise Unavailable.because("AUDIT-17", "key of the audit log", why, "`mesh audit checkpoint` goes on with it.")
    in_force(log, actor)
    log.checkpoint()
    return done


def in_force(log: AuditLog, actor: Actor | None) -> None:
    """Record, once, that the newest keys sign from now on: without the rotation that led to them, that record stands there unexplained."""
    mark = fingerprint(log.signer.succession.keys)
    key = f"{IN_FORCE} {mark}"
    with log.database.read() as con:
        told = tree.found(con, [eid_of(Act.LOG_KEY, key)])
    if not told:
        log.record(Act.LOG_KEY, Phase.DONE, actor, What(what=IN_FORCE, code=mark), key=key)
