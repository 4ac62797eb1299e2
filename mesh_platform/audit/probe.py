"""Whether the audit log takes a record now, and whether what stands in it proves itself: asked at each publication, so it looks at samples.

The whole log is verified by `mesh audit verify`. A log that cannot be looked at is none that proves itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.audit import tree
from mesh_platform.audit.log import AuditLog
from mesh_platform.audit.tlog import included, leaf_hash, parse_proof
from mesh_platform.errors import MeshError

NEWEST, SPREAD = 16, 8
"""How many records are looked at: the last, and others between the first and those."""


def takes_records(log: AuditLog) -> bool:
    """Whether a record would stand: one is written and taken back."""
    try:
        log.could_write()
    except MeshError:
        return False
    return True


def proves_itself(log: AuditLog) -> bool:
    """Whether the newest checkpoint is signed by the log's key, and records that are looked at are those of it."""
    try:
        with log.database.read() as con:
            size = tree.head(con).size
            dropped = [seq for seq in _looked_at(size) if tree.body(con, seq) is None]
        return all(_proven(log, seq) for seq in _looked_at(size) if seq not in dropped)
    except (MeshError, ValueError, ArithmeticError, LookupError):
        return False


def _looked_at(size: int) -> Iterator[int]:
    yield from dict.fromkeys((*range(0, size, max(1, size // SPREAD)), *range(max(0, size - NEWEST), size)))


def _proven(log: AuditLog, seq: int) -> bool:
    text, body = log.proof(seq)
    index, path, note, _ = parse_proof(text)
    said = log.signer.succession.signed(note)
    return index == seq and included(leaf_hash(body), seq, said.size, path, said.root)
