"""An export: a folder that an outsider can verify without the platform and without trusting whoever hands it over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from mesh_platform.audit.alone import VERIFIER, alone
from mesh_platform.audit.log import AuditLog
from mesh_platform.audit.outsider import KEYS, LEAVES, NOTE, POLICY, PROOFS
from mesh_platform.audit.tlog import encoded, noted, proof_text
from mesh_platform.audit.tree import Tree
from mesh_platform.errors import NotFound, UsageProblem
from mesh_platform.state.tables import audit_leaves

PROGRAM = "verify_audit.py"
PAGE = 10_000
README = """\
An audit log, exported. Verify it with Python 3.11 or newer and the package `cryptography`:

    python verify_audit.py . --keys KEYS-THAT-YOU-KNOW --policy WITNESSES-THAT-YOU-KNOW --seen CHECKPOINT-THAT-YOU-KEPT

Keep the file `checkpoint`: the next export must continue it. Keep the program as well, and run the copy of before: whoever wants to deceive you with
an export can put another program into it.
leaves.jsonl      one record per line, in order; its bytes are what was hashed
checkpoint        size and root of the tree, signed by the log, cosigned by its witnesses (c2sp.org/tlog-checkpoint)
keys              the log's public keys, the first and each that followed it; hold them against those that you got before
witnesses.policy  who the witnesses are and how many suffice, where any are set (c2sp.org/tlog-policy); hold it against what you got from them
proofs/           proofs of single records, each to be handed on with its record (c2sp.org/tlog-proof)
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    folder: Path
    size: int
    proofs: int
    witnessed: bool


def export(log: AuditLog, folder: Path, prove: Iterable[int] = ()) -> Exported:
    """Write the log into a new folder, up to a checkpoint that is made now.

    Args:
        log: the log.
        folder: which must not exist, or be empty.
        prove: records for which a proof of their own is wanted.

    Raises:
        UsageProblem: AUDIT-20, where the folder holds something.
        NotFound: AUDIT-16, where the log is empty, or a record is not in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageProblem.because("AUDIT-20", str(folder.name), "It exists and is not empty.", "Name a new folder.")
    made = log.checkpoint()
    if made is None:
        raise NotFound.because("AUDIT-16", "audit log", "Nothing was recorded yet.", "`mesh run` records its decisions.")
    size, wanted = noted(made.note).size, sorted(set(prove))
    if wanted and not 0 <= wanted[0] <= wanted[-1] < size:
        raise NotFound.because("AUDIT-16", f"record {wanted[-1]}", f"The log has {size} records.", "See `mesh audit tail`.")
    (folder / PROOFS).mkdir(parents=True)
    with log.database.read() as con:
        _leaves(con, folder / LEAVES, size)
        tree = Tree(con, size)
        for seq in wanted:
            _put(folder / PROOFS / f"{seq}.tlog-proof", proof_text(seq, tree.inclusion(seq), made.note))
    _put(folder / NOTE, made.note)
    _put(folder / KEYS, log.signer.succession.text)
    if log.policy is not None:
        _put(folder / POLICY, log.policy.text)
    _put(folder / PROGRAM, alone(VERIFIER))
    _put(folder / "README", README)
    return Exported(folder, size, len(wanted), made.witnessed)


def _leaves(con: Connection, path: Path, size: int) -> None:
    columns = (audit_leaves.c.body, audit_leaves.c.hash)
    with path.open("wb") as out:
        for low in range(0, size, PAGE):
            where = (audit_leaves.c.seq >= low, audit_leaves.c.seq < min(size, low + PAGE))
            for row in con.execute(select(*columns).where(*where).order_by(audit_leaves.c.seq)):
                out.write((b"#" + encoded(bytes(row.hash)).encode() if row.body is None else bytes(row.body)) + b"\n")


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
