"""`AuditLog`: record what is done and decided, before anything follows from it.

`record(…)` returns once the record is durable; with `durable=False` within 50 milliseconds, for reads of what is not restricted. It raises
where the record does not stand, and then whatever was to follow must not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from mesh_platform.actor import Actor
from mesh_platform.audit import tree
from mesh_platform.audit.anchor import Anchor
from mesh_platform.audit.checkpoints import Checkpoints, Clockwork, Made, newest
from mesh_platform.audit.commits import Committer, Item, Writer, unwritten
from mesh_platform.audit.deadline import Unwitnessed
from mesh_platform.audit.leaf import SYSTEM, Act, Phase, Record, What, Who, eid_of, new_eid, parts_of
from mesh_platform.audit.quorum import Policy
from mesh_platform.audit.regions import Regions, closed
from mesh_platform.audit.rotating import in_force
from mesh_platform.audit.sealing import Personal, Sealer
from mesh_platform.audit.signing import Signer
from mesh_platform.audit.succession import fingerprint
from mesh_platform.audit.tlog import Checkpoint, included, leaf_hash, noted, proof_text
from mesh_platform.audit.watch import Watch
from mesh_platform.clock import utc_now
from mesh_platform.errors import NotFound, Unavailable
from mesh_platform.keys import KeyProvider
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import audit_actors

URGENT = frozenset(
    {
        Act.GATE,
        Act.REVIEW,
        Act.GRANT,
        Act.CONSENT,
        Act.ERASURE,
        Act.HOLD,
        Act.RETENTION,
        Act.REDACTED,
        Act.KEY,
        Act.RETIRE,
        Act.WAIVER,
        Act.LOG_KEY,
    }
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The id under which the record stands, and its place in the log where that is known already."""

    eid: str
    seq: int | None


class _TakenBack(Exception):
    """A transaction that is not to stand."""


class AuditLog:
    """The audit log of a mesh. Close it, or use it in a `with`; records of one process share its batches.

    Args:
        database: the migrated control database.
        keys: what wraps the keys of personal parts.
        signer: the log's keys.
        anchors: where checkpoints are kept outside of the home.
        policy: the witnesses, where any are set.
        deadline: how long records may go without their quorum before what needs it stops.
    """

    def __init__(
        self,
        database: Database,
        keys: KeyProvider,
        signer: Signer,
        anchors: Sequence[Anchor] = (),
        policy: Policy | None = None,
        deadline: timedelta = timedelta(hours=24),
    ) -> None:
        self.database = database
        self.deadline = deadline
        self.signer = signer
        self.anchors = tuple(anchors)
        self.policy = policy
        self.sealer = Sealer(database, keys, signer.origin)
        self.checkpoints = Checkpoints(database, signer, anchors, policy)
        self._writer = Writer(database)
        self.regions: Regions | None = None
        self.over: AuditLog | None = None
        self.told: Callable[[Made, bool], None] | None = None
        self._clockwork = Clockwork(self.checkpoints, self._writer, self._tell)
        self._committer = Committer(self._writer, self._clockwork.dirty)
        self._tokens: dict[str, str] = {}
        self._nodes = tree.Nodes()
        self._begun = False

    @property
    def origin(self) -> str:
        return self.signer.origin

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def record(
        self,
        act: Act,
        phase: Phase,
        actor: Actor | None,
        obj: What | None = None,
        decision: str | None = None,
        reason: str | None = None,
        n: int | None = None,
        parent: str | None = None,
        personal: Personal | None = None,
        durable: bool = True,
        *,
        key: str | None = None,
        purpose: str | None = None,
    ) -> Receipt:
        """Write one record.

        Args:
            act: what it is about.
            phase: intent, done, failed or denied.
            actor: who acts; the platform itself where None. Names become random tokens.
            obj: product, columns, hashes: what is not personal.
            decision: a code such as `open` or `deny`.
            reason: code of the rule that decided.
            n: a count.
            parent: id of the record that this one follows from.
            personal: what is personal; sealed, and only committed to in the log.
            durable: return once it is on the disk. False: within 50 ms, for what may be lost in a power failure.
            key: makes the record one with another of the same act and key.
            purpose: for what purpose the actor acts.

        Raises:
            Unavailable: AUDIT-12, where the record does not stand.
            UsageProblem: AUDIT-13, where the schema refuses a value.
        """
        if self.regions is not None and act is not Act.LOG_CHECKPOINT and (there := self.regions.of(obj)) is not None:
            return there.record(act, phase, actor, obj, decision, reason, n, parent, personal, durable, key=key, purpose=purpose)
        if act is not Act.LOG_KEY:
            self.begin()
        eid = eid_of(act, key) if key is not None else new_eid()
        try:
            who = self._who(actor, purpose)
            pd, private = self.sealer.seal(eid, personal) if personal is not None else (None, None)
        except Unavailable as error:
            raise unwritten(f"What it needs cannot be had ({error.finding.rule}).") from error
        body = Record(eid, _now(), act, phase, who, obj or What(), decision, reason, n, parent, pd).encoded()
        item = Item(eid, body, private, durable, act in URGENT)
        try:
            self._committer.add(item)
        except Unavailable:
            self.sealer.forget_keys()  # a key that another process destroyed must not fail the next record too
            raise
        return Receipt(eid, item.seq if durable else None)

    def declare(
        self, act: Act, phase: Phase, actor: Actor | None, obj: What, n: int | None = None, *, key: str | None = None
    ) -> Receipt:
        """Write a record in which the log speaks of itself, with the signatures of its keys: without them verification does not act on it.

        Raises:
            Unavailable: AUDIT-12 or AUDIT-17, where it does not stand.
        """
        key = key or os.urandom(16).hex()
        with self.signer.alone():  # no other keys come into force between the signatures and the record
            signed = self.signer.declared(_declared(eid_of(act, key), act, phase, obj, n))
            receipt = self.record(act, phase, actor, replace(obj, signed=signed), n=n, key=key)
            self.settle()
        return receipt

    def within(self, act: Act, phase: Phase, actor: Actor | None) -> Callable[..., Receipt]:
        """A record for the caller's own transaction, so that both stand or neither: call what this returns inside of it, and `stands` after it.
        Called before the transaction begins, since a new actor's token is written by itself.

        Raises:
            Unavailable: where what it needs cannot be had.
        """
        self.begin()
        who = self._who(actor, None)

        def write(con: Connection, obj: What, n: int | None = None, key: str = "", **said: str | None) -> Receipt:
            eid = eid_of(act, key) if key else new_eid()
            body = Record(eid, _now(), act, phase, who, obj, n=n, **said).encoded()
            return Receipt(eid, self._writer.within(con, eid, body))

        return write

    def could_write(self) -> None:
        """See whether a record would stand, by writing one and taking it back.

        Raises:
            Unavailable: where it would not.
        """
        write = self.within(Act.READ, Phase.INTENT, None)
        with suppress(_TakenBack), self.database.write() as con:
            write(con, What(), None)
            raise _TakenBack
        for _, log in self.regions.each() if self.regions else ():
            if log is not None:
                log.could_write()

    def stands(self) -> None:
        """What was written `within` a transaction is committed: a checkpoint follows."""
        self._clockwork.dirty(True)

    def token(self, name: str) -> str:
        """The random token that stands for somebody in the log, made at the first mention.

        Raises:
            Unavailable: where the database cannot be used.
        """
        if name == SYSTEM:
            return SYSTEM
        if name not in self._tokens:
            with self.database.read() as con:
                held = con.execute(select(audit_actors.c.token).where(audit_actors.c.name == name)).scalar()
            if held is None:
                with self.database.write() as con:
                    row = {"token": os.urandom(12).hex(), "name": name}
                    con.execute(insert(con, audit_actors).on_conflict_do_nothing(), row)
                    held = con.execute(select(audit_actors.c.token).where(audit_actors.c.name == name)).scalar_one()
            self._tokens[name] = str(held)
        return self._tokens[name]

    def redact(self, subject: str, basis: str, request: str, actor: Actor | None) -> Receipt:
        """Destroy what is personal about a person in the log and in those of regions, with the keys to it; it says that it was done, and proofs stay.

        Args:
            subject: the person's token.
            basis: legal basis, as a code (`GDPR-17-1-b`).
            request: id of the request or order.
            actor: who acts.

        Raises:
            NotFound: AUDIT-16, where nothing is sealed for that token.
            Unavailable: AUDIT-12, where it does not stand.
        """
        there = [log for _, log in self.regions.each() if log is not None] if self.regions else []
        receipts: list[Receipt] = []
        for log in there:
            with suppress(NotFound):
                receipts.append(log.redact(subject, basis, request, actor))
        try:
            return self._redacted(subject, basis, request, actor)
        except NotFound:
            if not receipts:
                raise
            return receipts[0]

    def _redacted(self, subject: str, basis: str, request: str, actor: Actor | None) -> Receipt:
        self.begin()
        who, eid = self._who(actor, None), new_eid()
        obj = What(what="sealed parts removed", ref=request, subject=subject)
        with self.signer.alone():
            with self.database.write() as con:
                gone = self.sealer.erase(con, subject)
                if not gone:
                    raise NotFound.because("AUDIT-16", "audit log", "Nothing is sealed for that token.", "See `mesh audit tail`.")
                signed = self.signer.declared(_declared(eid, Act.REDACTED, Phase.DONE, obj, len(gone)))
                about = replace(obj, signed=signed)
                body = Record(eid, _now(), Act.REDACTED, Phase.DONE, who, about, "removed", basis, len(gone)).encoded()
                seq = self._writer.within(con, eid, body)
            self.settle()
        self.database.scrub()
        self._clockwork.dirty(True)
        return Receipt(eid, seq)

    def settle(self) -> None:
        """See that every record which is durable stands in the tree too."""
        self._writer.sequence(wait=True)

    def checkpoint(self) -> Made | None:
        """The newest checkpoint over all that stands now, those of the regions in it that this process has opened."""
        for log in self.regions.opened() if self.regions else ():
            log.checkpoint()
        self.settle()
        made = self.checkpoints.make()
        self._tell(made, True)
        return made

    def unwitnessed(self, *, remember: bool = False) -> Unwitnessed | None:
        """How long records go without a quorum of the witnesses; None where no witnesses are set. Only with `remember` is anything written."""
        if self.policy is None:
            return None
        return Watch(self.database, self.origin, self.policy).seen(utc_now(), self.deadline, remember=remember)

    def _tell(self, made: Made | None, at_once: bool) -> None:
        if made is not None and self.told is not None:
            self.told(made, at_once)

    def seq_of(self, eid: str) -> int:
        """The record's place.

        Raises:
            NotFound: AUDIT-16, where no such record stands.
        """
        self.settle()
        with self.database.read() as con:
            found = tree.found(con, [eid])
        if eid not in found:
            raise no_record(eid)
        return found[eid]

    def proof(self, seq: int) -> tuple[str, bytes]:
        """The `.tlog-proof` of a record against the newest checkpoint that covers it, and the record's bytes.

        Raises:
            NotFound: AUDIT-16, where no such record stands, or its body was dropped.
        """
        with self.database.read() as con:
            note = newest(con)
            if note is not None and (said := noted(note)).size > seq:
                return self._proven(con, seq, note, said)
            if not 0 <= seq < tree.head(con).size:
                raise no_record(str(seq))
        made = self.checkpoint()
        note = made.note if made else ""
        with self.database.read() as con:
            return self._proven(con, seq, note, noted(note))

    def _proven(self, con: Connection, seq: int, note: str, said: Checkpoint) -> tuple[str, bytes]:
        body = tree.body(con, seq)
        if body is None:
            raise no_record(str(seq))
        path = tree.Tree(con, said.size, self._nodes).inclusion(seq)
        if not included(leaf_hash(body), seq, said.size, path, said.root):  # the log was put back under this process, or harmed
            self._nodes.forget()
            path = tree.Tree(con, said.size, self._nodes).inclusion(seq)
        return proof_text(seq, path, note), body

    def close(self) -> None:
        """Write what waits and make the last checkpoint.

        Raises:
            Unavailable: AUDIT-12, where something could not be written.
        """
        try:
            closed(self.regions.opened() if self.regions else ())
        finally:
            try:
                self._committer.close()
            finally:
                self._clockwork.close()

    def _who(self, actor: Actor | None, purpose: str | None) -> Who:
        if actor is None:
            return Who(SYSTEM, purpose=purpose)
        behind = self.token(actor.person) if actor.person != actor.name else None
        role = actor.roles[0] if actor.roles else None
        return Who(self.token(actor.name), behind, role, purpose)

    def begin(self) -> None:
        """The log's first record names its keys; what comes before any other is recorded here."""
        if self._begun:
            return
        with self.database.read() as con:
            empty = not tree.head(con).size
        if empty:
            mark = fingerprint(self.signer.verifiers)
            self.record(Act.LOG_KEY, Phase.DONE, None, What(what="begun", code=mark), key=mark)
        elif self.signer.succession.rotations:
            in_force(self, None)
        self._begun = True


def _declared(eid: str, act: Act, phase: Phase, obj: What, n: int | None) -> dict[str, Any]:
    """What is signed of a record, as its bytes will have it."""
    return {"eid": eid, "act": act, "phase": phase, "n": n, "obj": parts_of(obj)}


def no_record(which: str) -> NotFound:
    why = "No such record stands in the log, or its body was dropped after its retention."
    return NotFound.because("AUDIT-16", f"audit record {which[:64]}", why, "`mesh audit tail` shows what stands.")


def _now() -> int:
    """Microseconds since 1970, for information alone: the order is that of the log."""
    return time.time_ns() // 1_000
