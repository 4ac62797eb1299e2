"""`verify(log)`: the walk over all records, then signatures, the signer's memory, the anchor, the witnesses and the sealed parts.

What is wrong makes it not ok; what is missing for a stronger proof (an anchor, a witness, a checkpoint over the last records) is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from mesh_platform.audit.anchor import Anchor, Anchored
from mesh_platform.audit.key_check import check_keys
from mesh_platform.audit.log import AuditLog
from mesh_platform.audit.outsider import LEAVES, NOTE, leaf_hashes
from mesh_platform.audit.quorum import Policy
from mesh_platform.audit.sealed_check import check_sealed
from mesh_platform.audit.tlog import PROOF_HEADER, Checkpoint, NotProven, noted, open_note, parse_proof, split_note
from mesh_platform.audit.tree import Head, Tree, head
from mesh_platform.audit.verdict import Verdict
from mesh_platform.audit.walking import Bad, Walk, Walker, checkpoints_of
from mesh_platform.audit.witnessing import Asked, ask_all
from mesh_platform.errors import Finding, MeshError
from mesh_platform.state.tables import audit_leaves


def verify(log: AuditLog, *, against: Iterable[Path] = (), ask: bool = True) -> Verdict:
    """Verify the whole log.

    Args:
        log: the log; it is read only.
        against: checkpoints or `.tlog-proof` files that somebody else holds, or folders of exports, which tell each record.
        ask: ask witnesses that have an address what they have seen.

    Raises:
        Unavailable: where the database cannot be read.
    """
    verdict, told = _verified(log, tuple(against), ask, ())
    known = log.regions.names if log.regions else ()
    for name in sorted({*told, *known}):
        _region(log, name, told.get(name, []), ask, verdict)
    return verdict


def _verified(
    log: AuditLog, against: tuple[Path, ...], ask: bool, told: Sequence[Checkpoint]
) -> tuple[Verdict, dict[str, list[tuple[int, int, bytes]]]]:
    while True:
        with log.database.read() as con:
            verification = _Verification(con, log, against, ask, told)
            if log.signer.held() == verification.held:  # else the keys were rotated between looking at them and at the records
                return verification.run(), verification.regions


def _region(log: AuditLog, name: str, told: Sequence[tuple[int, int, bytes]], ask: bool, verdict: Verdict) -> None:
    """The log of a region, held against its checkpoints in the log over it."""
    try:
        theirs = log.regions.log(name) if log.regions and name in log.regions.names else None
    except MeshError as error:
        verdict.bad.append(
            Bad("AUDIT-24", f"The log of {name} cannot be read ({error.finding.rule}).", told[0][0] if told else None)
        )
        return
    if theirs is not None and not told and not _size(theirs):
        return  # nothing was recorded in it yet
    if theirs is not None:
        said = [Checkpoint(theirs.origin, size, root) for _, size, root in told]
        verdict.regions[name] = _verified(theirs, (), ask, said)[0]
    elif told:
        why = f"The log of {name} is not held here, and {told[-1][1]} records of it are told of."
        verdict.bad.append(Bad("AUDIT-24", why, told[0][0]))


def _size(log: AuditLog) -> int:
    with log.database.read() as con:
        return head(con).size


class _Verification:
    def __init__(self, con: Connection, log: AuditLog, against: tuple[Path, ...], ask: bool, told: Sequence[Checkpoint]) -> None:
        self._told = told
        self._con, self._log, self._ask = con, log, ask
        self.held = log.signer.held()
        self._keys = self.held.succession
        self._walk = Walk()
        self._early: list[Bad] = []
        self._theirs = self._brought(against)
        # Before the database is looked at, which goes on: what was signed of it before must be in it then.
        self._memory = log.signer.last()
        self._anchored = self._read_anchors()
        self._now: Head = head(con)
        self._notes = dict(checkpoints_of(con))

    def run(self) -> Verdict:
        anchored, early = self._anchored, self._walk
        sizes = [*self._notes, *(one.size for one, _ in self._theirs)]
        sizes += [one.size for one in self._told]
        sizes += [self._memory[0]] if self._memory else []
        sizes += [one.checkpoint.size for one in anchored] + [one.checkpoint.size for one in self._keys.rotations]
        self._walk = Walker(self._con, self._now, anchored[0] if anchored else None, sizes, self._keys).run()
        self._walk.bad[:0], self._walk.warnings[:0] = self._early, early.warnings
        self._narrow()
        for held in anchored:
            if len(held.hashes(held.checkpoint.size - 1, held.checkpoint.size)) != 1:
                self._walk.warn(
                    "AUDIT-10",
                    "The anchor lacks hashes of its records: a change is told as a span.",
                    "`mesh audit checkpoint` mends it.",
                )
            self._held("anchor", held.checkpoint, 0)
        if self._memory:
            self._held("signer's memory", Checkpoint(self._log.origin, *self._memory), self._agreed(self._memory[0]))
        for said in self._told:
            self._held("log over the regions", said, self._shared(said.size))
        for one, leaves in self._theirs:
            self._held("checkpoint that was brought", one, self._shared(one.size))
            if leaves is not None:
                self._compared(leaves)
        for rotation in self._keys.rotations:
            self._held("rotation of its keys", rotation.checkpoint, 0)
        check_keys(self._con, self.held, self._now.size, [one.succession for one in anchored], self._notes, self._walk)
        verdict = Verdict(self._log.origin, self._now.size, self._walk.root.hex(), self._walk.bad, self._walk.warnings)
        verdict.anchored = max((one.checkpoint.size for one in anchored), default=None)
        self._signatures(verdict, anchored)
        check_sealed(self._con, self._log.sealer, self._walk)
        verdict.checked = {
            "records": self._walk.leaves,
            "dropped": self._walk.dropped,
            "checkpoints": len(self._notes),
            "sealed": self._walk.personal - self._walk.redacted,
            "redacted": self._walk.redacted,
        }
        return verdict

    @property
    def regions(self) -> dict[str, list[tuple[int, int, bytes]]]:
        return self._walk.regions

    def _read_anchors(self) -> list[Anchored]:
        held: list[Anchored] = []
        for anchor in self._log.anchors:
            try:
                one = anchor.read()
            except NotProven as error:
                self._early.append(Bad("AUDIT-07", f"The anchor is not what it was: {error}.", 0))
                continue
            except MeshError as error:
                self._warn(error.finding)
                continue
            held += [one] if one else []
            base = Anchor(anchor.folder, (self._log.over or self._log).origin).path.name
            regions = (self._log.over or self._log).regions
            ours = {base, *(f"{base}_{name}" for name in (regions.names if regions else ()))}
            if others := [other for other in anchor.others() if other not in ours]:
                why = f"Other logs are anchored in the same place and are not held here any more: {', '.join(others[:3])}."
                self._early_warning("AUDIT-19", why, "Whoever removed the home removed its log: see that it was meant.")
            if one is None:
                self._early_warning("AUDIT-10", "Nothing of this log is anchored yet.", "`mesh audit checkpoint` does so.")
        if not self._log.anchors:
            fix = "Set `audit_anchor` to a folder outside of the home; best on another disk, of another user."
            self._early_warning("AUDIT-10", "No anchor is kept outside of the home.", fix)
        return held

    def _brought(self, against: Iterable[Path]) -> list[tuple[Checkpoint, Path | None]]:
        """What somebody else holds: checkpoints of this log, and the records where it is an export."""
        read = []
        for path in against:
            leaves = path / LEAVES if path.is_dir() else None
            text = (path / NOTE if leaves else path).read_text(encoding="utf-8", errors="replace")
            try:
                note = parse_proof(text)[2] if text.startswith(PROOF_HEADER) else text
                read.append((self._keys.signed(note), leaves))
            except NotProven as error:
                self._early.append(Bad("AUDIT-07", f"A checkpoint that was brought is none of this log: {error}.", None))
        return read

    def _compared(self, leaves: Path) -> None:
        """The first record that an export has otherwise, and that nobody signed for twice."""
        query = select(audit_leaves.c.hash).where(audit_leaves.c.seq < self._now.size).order_by(audit_leaves.c.seq)
        for seq, (row, (hash_, _)) in enumerate(zip(self._con.execute(query), leaf_hashes(leaves), strict=False)):
            if bytes(row.hash) != hash_:
                self._walk.say("AUDIT-04", "Another record stands in this place than in the export that was brought.", seq)
                return

    def _held(self, where: str, said: Checkpoint, low: int) -> None:
        """What is signed, anchored, remembered or held by others must be a prefix of the log; below `low` it is known to be."""
        if said.origin != self._log.origin:
            self._walk.say("AUDIT-07", f"The {where} speaks of another log.", 0)
        elif said.size > self._now.size:
            why = f"The log ends before what the {where} tells ({said.size} records): its end was cut off, or an older copy put in its place."
            self._walk.say("AUDIT-05", why, self._now.size, said.size - 1)
        elif self._walk.roots.get(said.size, said.root) != said.root:
            why = f"The records up to {said.size} are not those that the {where} speaks of: the log was written anew, or split."
            self._walk.say("AUDIT-06", why, low, said.size - 1)

    def _agreed(self, below: int) -> int:
        """Size of the largest stored checkpoint below that which is signed and which the records still give.

        It bounds what somebody without the log's keys changed; whoever has them signs anew, and only others tell (`_shared`).
        """
        for size in sorted((size for size in self._notes if size < below), reverse=True):
            if self._good(size, self._notes[size]) and self._ours(self._notes[size]):
                return size
        return 0

    def _shared(self, below: int) -> int:
        """Size of the largest checkpoint below that which others hold too and which the records give."""
        held = [*self._told] + [one for one, _ in self._theirs] + [one.checkpoint for one in self._anchored]
        return max((one.size for one in held if one.size < below and self._walk.roots.get(one.size) == one.root), default=0)

    def _ours(self, note: str) -> bool:
        try:
            return bool(self._keys.signed(note))
        except NotProven:
            return False

    def _good(self, size: int, note: str) -> bool:
        try:
            return noted(note) == Checkpoint(self._log.origin, size, self._walk.roots.get(size, b""))
        except NotProven:
            return False

    def _signatures(self, verdict: Verdict, anchored: list[Anchored]) -> None:
        """The newest checkpoint bears the log's signatures, and is the newest; the others give the same roots."""
        walk = self._walk
        for size, note in self._notes.items():
            if size <= self._now.size and not self._good(size, note):
                walk.say("AUDIT-06", f"The checkpoint at {size} records is not of these records.", self._agreed(size), size - 1)
            elif size > self._now.size:
                why = f"The log ends before its own checkpoint of {size} records."
                walk.say("AUDIT-05", why, self._now.size, size - 1)
        newest = max(self._notes, default=None)
        if newest is None:
            if self._now.size:
                self._unsigned(0)
            return
        note = self._notes[newest]
        try:
            self._keys.signed(note)
            verdict.signed = newest
        except NotProven as error:
            walk.say("AUDIT-07", f"The newest checkpoint does not hold: {error}.", self._before(newest), newest - 1)
        held = max((one.checkpoint.size for one in anchored), default=0)
        if newest < held <= self._now.size:
            why = f"The newest checkpoint here is of {newest} records, and one of {held} was anchored: an older one was put in its place."
            walk.say("AUDIT-05", why, newest, held - 1)
        elif newest < self._now.size:
            self._unsigned(newest)
        if self._log.policy is not None:
            self._witnesses(verdict, self._log.policy, note)

    def _before(self, size: int) -> int:
        return max((other for other in self._notes if other < size), default=0)

    def _unsigned(self, size: int) -> None:
        why = f"{self._now.size - size} records are not under a checkpoint yet: for them only the database speaks."
        self._walk.warn("AUDIT-18", why, "`mesh audit checkpoint` makes one; a process that is recording does so every second.")

    def _witnesses(self, verdict: Verdict, policy: Policy, note: str) -> None:
        size = max(self._notes)
        try:
            _refuse_strangers(note, policy)
            _, signed = open_note(note, policy.keys)
        except NotProven as error:
            self._walk.say(
                "AUDIT-08", f"A cosignature of the newest checkpoint is forged: {error}.", self._before(size), size - 1
            )
            return
        names = {witness.key: witness.name for witness in policy.witnesses.values()}
        verdict.witnesses = tuple(sorted(names[key] for key in signed))
        verdict.quorum = policy.met(signed)
        verdict.unwitnessed = waits = self._log.unwitnessed()
        if waits is not None and waits.overdue:
            late = waits.finding(self._log.origin)
            self._walk.warn(late.rule, f"{late.why} Restricted data is not published, and no erasure ends.", late.fix)
        if not verdict.quorum:
            why = f"Witnesses of the newest checkpoint: {', '.join(verdict.witnesses) or 'none'}; the policy asks for more."
            self._walk.warn(
                "AUDIT-11", why, "See that the witnesses run and can be reached; `mesh audit checkpoint` asks them again."
            )
        if self._ask and verdict.signed == size <= self._now.size:

            def proof(old: int, size: int) -> list[bytes]:
                return Tree(self._con, size).consistency(old)

            for answer in ask_all(policy, note, proof, {}, self._keys.rotations):
                self._answered(answer)

    def _answered(self, answer: Asked) -> None:
        with self._log.database.read() as con:
            size = head(con).size  # the log may have gone on since this verification began
        if answer.state == "ahead" and answer.size is not None and answer.size > size:
            why = f"The witness {answer.witness} has cosigned {answer.size} records: the end of the log was cut off."
            self._walk.say("AUDIT-05", why, self._now.size, answer.size - 1)
        elif answer.state == "refused":
            why = f"The witness {answer.witness} has cosigned another history of this log: it was written anew, or split."
            self._walk.say("AUDIT-06", why, self._shared(answer.size or 0), (answer.size or 1) - 1)

    def _narrow(self) -> None:
        """A span that begins where nothing is known begins after the last checkpoint that holds."""
        for i, bad in enumerate(self._walk.bad):
            if bad.rule == "AUDIT-06" and bad.first is not None and bad.last is not None:
                first = max(bad.first, self._agreed(bad.last + 1))
                self._walk.bad[i] = Bad(bad.rule, bad.why, min(first, bad.last), bad.last)

    def _warn(self, finding: Finding) -> None:
        self._early_warning(finding.rule, finding.why, finding.fix)

    def _early_warning(self, rule: str, why: str, fix: str) -> None:
        self._walk.warn(rule, why, fix)


def _refuse_strangers(note: str, policy: Policy) -> None:
    """A line in a witness's name under a key that is not its own is a forgery, and not merely unknown."""
    known: dict[str, set[bytes]] = {}
    for key in policy.keys:
        known.setdefault(key.name, set()).add(key.id)
    for name, id_, _ in split_note(note)[1]:
        if name in known and id_ not in known[name]:
            raise NotProven(f"a line in the name of {name} is under another key")
