"""Checkpoints: signed, kept in the database, anchored outside of it and shown to the witnesses.

A thread makes one at most every second while there is something new, and at once after what must not be taken back. What fails on the way
is remembered as `trouble` and tried again; records go on meanwhile, since each is durable before it is acknowledged.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select

from mesh_platform.audit.anchor import Anchor
from mesh_platform.audit.commits import Writer
from mesh_platform.audit.leaf import Act, eid_of
from mesh_platform.audit.quorum import Policy
from mesh_platform.audit.signing import Signer
from mesh_platform.audit.succession import ROTATED, fingerprint
from mesh_platform.audit.tlog import Checkpoint, NotProven, open_note, proof_text
from mesh_platform.audit.tree import Head, Tree, body, found, head
from mesh_platform.audit.watch import Watch
from mesh_platform.audit.witnessing import Asked, ask_all, seen_otherwise, with_lines
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, MeshError
from mesh_platform.failpoints import fp
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import audit_checkpoints

EVERY, AT_ONCE = 1.0, 0.05  # seconds between two checkpoints, and between two that are urgent
KEPT = 1_000
_C = audit_checkpoints.c


@dataclass(frozen=True, slots=True)
class Made:
    """A checkpoint and what the witnesses said of it; `anchored` tells whether each anchor has it."""

    size: int
    note: str
    anchored: bool
    witnessed: bool
    answers: tuple[Asked, ...] = ()


class Checkpoints:
    """Makes the checkpoints of one log."""

    def __init__(self, database: Database, signer: Signer, anchors: Sequence[Anchor], policy: Policy | None) -> None:
        self._database = database
        self._signer = signer
        self._anchors = anchors
        self.policy = policy
        self._sizes: dict[str, int] = {}
        self.trouble: MeshError | None = None

    def make(self) -> Made | None:
        """The checkpoint of the log as it stands, made now where it is not yet; None for an empty log.

        Raises:
            CheckFailed: AUDIT-14, where the log does not continue what was signed, or what a witness has seen.
            Unavailable: where keys or database cannot be used. An anchor or a witness that cannot is `trouble`, and no error.
        """
        self.trouble = None
        with self._signer.alone():
            with self._database.read() as con:
                now = head(con)
                if not now.size:
                    return None
                note, rotation = self._note(con, now)
            self._store(now.size, note)  # before the anchor: a checkpoint that is anchored and not here was taken out
            fp("audit.checkpointed")
            if rotation is not None:
                self._hand_over(rotation)
            with self._database.read() as con:
                anchored = self._anchor(note, Tree(con, now.size))
        return self._witnessed(now, note, anchored)

    def _note(self, con: Connection, now: Head) -> tuple[str, str | None]:
        """The note of the log as it stands; and the rotation, where keys wait that a record of it names: they sign this one too."""
        tree, held = Tree(con, now.size), stored(con, now.size)
        named = self._named(con)
        if named is None:
            return held if held is not None and self._mine(held, now) else self._signed(now, tree, handing=False), None
        note = self._signed(now, tree, handing=True)
        return note, proof_text(named[0], tree.inclusion(named[0]), note, named[1])

    def _hand_over(self, rotation: str) -> None:
        try:
            self._signer.hand_over(rotation)
        except NotProven as error:
            why = f"The record that names the log's next keys does not lead to them: {error}."
            raise CheckFailed.because("AUDIT-14", "audit log", why, _LOOK) from None

    def _mine(self, note: str, now: Head) -> bool:
        text, signed = open_note(note, self._signer.verifiers)
        return text == Checkpoint(self._signer.origin, now.size, now.root).text and len(signed) == len(self._signer.verifiers)

    def _named(self, con: Connection) -> tuple[int, bytes] | None:
        """Place and bytes of the record that names the keys which wait; None where none wait, or it is not in the tree yet."""
        if (waiting := self._signer.held().waiting) is None:
            return None
        seq = found(con, [eid := eid_of(Act.LOG_KEY, f"{ROTATED} {fingerprint(waiting)}")]).get(eid)
        held = body(con, seq) if seq is not None else None
        return None if seq is None or held is None else (seq, held)

    def _signed(self, now: Head, tree: Tree, *, handing: bool) -> str:
        last, said = self._signer.last(), Checkpoint(self._signer.origin, now.size, now.root)
        try:
            proof = tree.consistency(last[0]) if last and last[0] <= now.size else []
        except NotProven:
            proof = []
        return self._signer.sign(said, proof, int(time.time()), handing=handing)

    def _anchor(self, note: str, tree: Tree) -> bool:
        kept = 0
        for anchor in self._anchors:
            try:
                anchor.keep(note, self._signer.succession, tree)
                kept += 1
            except CheckFailed:
                raise
            except MeshError as error:
                self.trouble = error
            except NotProven:
                self.trouble = CheckFailed.because(
                    "AUDIT-07", "anchor of the audit log", "Its own signatures do not hold.", _LOOK
                )
        return bool(kept) and kept == len(self._anchors)

    def _store(self, size: int, note: str) -> None:
        with self._database.read() as con:
            if stored(con, size) == note:
                return
        row = {"size": size, "note": note, "signed_at": datetime.now(UTC)}
        with self._database.append() as con:
            written = insert(con, audit_checkpoints).values(row)
            con.execute(written.on_conflict_do_update(index_elements=["size"], set_={"note": note}))
            oldest = con.execute(select(_C.size).order_by(_C.size.desc()).offset(KEPT).limit(1)).scalar()
            if oldest is not None:
                con.execute(delete(audit_checkpoints).where(_C.size <= oldest))

    def _witnessed(self, now: Head, note: str, anchored: bool) -> Made:
        if self.policy is None:
            return Made(now.size, note, anchored, witnessed=False)
        _, signed = open_note(note, self.policy.keys)
        answers: list[Asked] = []
        if not self.policy.met(signed):

            def proof(old: int, size: int) -> list[bytes]:
                with self._database.read() as con:
                    return Tree(con, size).consistency(old)

            answers = ask_all(self.policy, note, proof, self._sizes, self._signer.succession.rotations)
            if error := seen_otherwise(answers):
                raise error
            cosigned = with_lines(note, answers)
            if cosigned != note:
                self._store(now.size, cosigned)
                note = cosigned
            _, signed = open_note(note, self.policy.keys)
        met = self.policy.met(signed)
        Watch(self._database, self._signer.origin, self.policy).look(utc_now(), (now.size, note) if met else None)
        return Made(now.size, note, anchored, met, tuple(answers))


class Clockwork:
    """The thread that makes checkpoints while a log is open."""

    def __init__(self, checkpoints: Checkpoints, writer: Writer, told: Callable[[Made | None, bool], None]) -> None:
        self._checkpoints = checkpoints
        self._told = told
        self._made: Made | None = None
        self._writer = writer
        self._wake = threading.Condition()
        self._dirty = self._urgent = self._closing = False
        self._thread: threading.Thread | None = None
        self._process = os.getpid()
        self._last = 0.0

    def dirty(self, urgent: bool) -> None:
        """There is something new."""
        with self._wake:
            self._dirty, self._urgent = True, self._urgent or urgent
            if self._thread is None or self._process != os.getpid():
                self._process = os.getpid()
                self._thread = threading.Thread(target=self._run, name="audit checkpoints", daemon=True)
                self._thread.start()
            self._wake.notify()

    def close(self) -> None:
        """Make the last checkpoint, where one is due, and end. What fails stays for the next process that opens the log."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join()
        if self._made is not None:
            with suppress(MeshError):
                self._told(self._made, True)

    def _run(self) -> None:
        while self._due():
            try:
                self._writer.sequence()
                self._made = self._checkpoints.make()
                self._told(self._made, False)
            except MeshError as error:
                self._checkpoints.trouble = error
            except Exception as error:  # noqa: BLE001 - the thread goes on; what it met is told by its kind
                self._checkpoints.trouble = CheckFailed.because(
                    "AUDIT-14", "audit log", f"A checkpoint could not be made ({type(error).__name__}).", _LOOK
                )

    def _due(self) -> bool:
        """Wait until a checkpoint is due; False at the end."""
        with self._wake:
            while True:
                rest = self._last + (AT_ONCE if self._urgent else EVERY) - time.monotonic()
                if self._dirty and (self._closing or rest <= 0):
                    self._dirty = self._urgent = False
                    self._last = time.monotonic()
                    return True
                if self._closing:
                    return False
                self._wake.wait(max(rest, 0.001) if self._dirty else None)


def stored(con: Connection, size: int) -> str | None:
    """The note of the checkpoint of that size."""
    found: str | None = con.execute(select(_C.note).where(_C.size == size)).scalar()
    return found


def newest(con: Connection, at_most: int | None = None) -> str | None:
    """The newest checkpoint's note, of at most that many records."""
    where = [] if at_most is None else [_C.size <= at_most]
    found: str | None = con.execute(select(_C.note).where(*where).order_by(_C.size.desc()).limit(1)).scalar()
    return found


_LOOK = "`mesh audit verify` says more."
