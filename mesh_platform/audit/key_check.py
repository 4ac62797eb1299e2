"""Whether the keys of a log are those that its records, its anchors and its checkpoints know: a part of `verify`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from mesh_platform.audit.signing import Held
from mesh_platform.audit.succession import Rotation, Succession, fingerprint
from mesh_platform.audit.tlog import NotProven, leaf_hash, split_note
from mesh_platform.audit.walking import Walk
from mesh_platform.state.tables import audit_leaves

RULE = "AUDIT-07"


def check_keys(
    con: Connection, held: Held, size: int, anchored: Sequence[Succession], notes: Mapping[int, str], walk: Walk
) -> None:
    """Say what is wrong with the log's keys, and from which record on.

    Args:
        con: of the log's database.
        held: the log's keys.
        size: of the log.
        anchored: the keys as each anchor knows them.
        notes: the stored checkpoints.
        walk: what was found in the records; what is found here goes there.
    """
    ours = held.succession
    if broken := held.broken:
        walk.say(RULE, f"A rotation of the log's keys does not hold: {broken}.", broken.seq)
    elif held.verifiers != ours.keys:
        walk.say(RULE, "The log's keys are not the newest of those that followed one another.", ours.begun, size or None)
    for theirs in anchored:
        _against(ours, theirs, size, walk)
    for rotation in ours.rotations:
        if not _stands(con, rotation):
            walk.say(RULE, "Another record stands where the log's keys were rotated.", rotation.index)
    _records(ours, held, size, walk)
    _ended(ours, notes, walk)


def _against(ours: Succession, theirs: Succession, size: int, walk: Walk) -> None:
    if (parted := ours.parted(theirs)) is not None:
        walk.say(RULE, "The log's keys are not those that its anchor knows.", parted, size or None)
    elif ours.keys in theirs.pairs[:-1]:
        missing = theirs.rotations[theirs.pairs.index(ours.keys)]
        walk.say(RULE, "The anchor knows keys that follow these: the rotation to them was taken out.", missing.index)


def _stands(con: Connection, rotation: Rotation) -> bool:
    held = con.execute(select(audit_leaves.c.hash).where(audit_leaves.c.seq == rotation.index)).scalar()
    return held is None or held == leaf_hash(rotation.leaf)  # one that is gone is told as such


def _records(ours: Succession, held: Held, size: int, walk: Walk) -> None:
    """Each pair is named by a record, and no record says that others are in force."""
    if size and fingerprint(ours.first) not in walk.marks:
        walk.say(RULE, "No record of the log names the keys that sign it: they were exchanged.", 0)
    known = {fingerprint(pair) for pair in ours.pairs}
    strange = [seq for seq, mark in walk.in_force.items() if mark not in known]
    if strange:
        why = "Keys came into force here that no rotation leads to: it was taken out, and older keys put in their place."
        walk.say(RULE, why, min(strange))
    carried = {rotation.leaf for rotation in ours.rotations}
    open_ = [seq for seq, body in walk.rotated.items() if body not in carried and seq >= ours.begun]
    if open_ and not strange:
        fix = "`mesh audit checkpoint` ends it." if held.waiting else "`mesh audit key rotate` makes new keys."
        walk.warn("AUDIT-23", f"The rotation of keys that record {max(open_)} names was not carried out.", fix)


def _ended(ours: Succession, notes: Mapping[int, str], walk: Walk) -> None:
    """A checkpoint beyond the end of keys that stands under them. The signatures of the newest are looked at elsewhere, for all keys."""
    for size, note in notes.items():
        try:
            lines = {(name, id_) for name, id_, _ in split_note(note)[1]}
        except NotProven:
            continue
        signed = [{(key.name, key.id) for key in pair} <= lines for pair in ours.pairs]
        if any(signed) and not any({(key.name, key.id) for key in pair} <= lines for pair in ours.at(size)):
            walk.say(RULE, f"The checkpoint of {size} records is signed with keys whose time it is not.", *_span(size, notes))


def _span(size: int, notes: Mapping[int, str]) -> tuple[int, int]:
    return max((other for other in notes if other < size), default=0), size - 1
