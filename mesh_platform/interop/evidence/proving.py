"""The proofs of the records that evidence points at, all of one log under one checkpoint, so that they are the same whenever they are made.

The checkpoint of a region's log is one that a record of the mesh's own log names, and that record is proven too: a package is verified with the keys of the mesh's log alone,
and what the keys of a region signed counts for nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import select

from mesh_platform.audit import AuditLog
from mesh_platform.audit.reading import Told, bodies_dropped, records_at
from mesh_platform.audit.regions import named_by
from mesh_platform.audit.tlog import noted, open_note, proof_text
from mesh_platform.audit.tree import Tree, body
from mesh_platform.audit.verdict import Verdict
from mesh_platform.interop.evidence.model import Log, Record
from mesh_platform.interop.evidence.outsider import KEYS, PROOFS
from mesh_platform.interop.evidence.tied import MAIN
from mesh_platform.interop.evidence.trail import place_of
from mesh_platform.state.tables import audit_checkpoints

_C = audit_checkpoints.c


class Proofs:
    """The records that are pointed at, log by log, and the checkpoint under which each log's are proven; `verdict` is that of the log over those of regions."""

    def __init__(self, logs: Mapping[str, AuditLog], pointed: Iterable[str], verdict: Verdict) -> None:
        self._logs, self._verdicts = logs, {**verdict.regions, MAIN: verdict}
        self._places: dict[str, list[int]] = {name: [] for name in logs}
        for log, seq in sorted(map(place_of, set(pointed))):
            self._places[log].append(seq)
        self._under = {name: under for name in logs if name != MAIN and (under := self._named(name)) is not None}
        self._places[MAIN] = sorted({*self._places[MAIN], *(seq for seq, _ in self._under.values())})
        notes = {name: note for name, (_, note) in self._under.items()}
        self._notes = {name: notes.get(name) or _note(log, self._last(name)) for name, log in logs.items()}

    def _last(self, name: str) -> int:
        return max(self._places[name], default=0)

    def _named(self, name: str) -> tuple[int, str] | None:
        """The record of the mesh's log that names a checkpoint over all that is pointed at, and that checkpoint; it is named now where none does yet."""
        over, log = self._logs[MAIN], self._logs[name]
        held = named_by(over, log, self._last(name))
        if held is None:
            log.checkpoint()
            held = named_by(over, log, self._last(name))
        return held

    def _holds(self, name: str) -> bool:
        verdict = self._verdicts.get(name)
        return verdict is not None and not verdict.bad

    def records(self) -> tuple[Record, ...]:
        """What is told of each of them."""
        return tuple(
            _record(name, told) for name, log in self._logs.items() for told in records_at(log.database, self._places[name])
        )

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The proof of each, with its bytes, and the keys of each log."""
        for name, log in self._logs.items():
            note = self._notes[name]
            said = noted(note)
            with log.database.read() as con:
                tree = Tree(con, said.size)
                for seq in self._places[name]:
                    if (leaf := body(con, seq)) is not None:
                        yield f"{PROOFS}/{name}/{seq}.tlog-proof", proof_text(seq, tree.inclusion(seq), _own(note), leaf).encode()
            yield f"{KEYS}/{name}", log.signer.succession.text.encode()

    def logs(self) -> tuple[Log, ...]:
        """Each log as it was found when it was verified."""
        return tuple(map(self._log, self._logs))

    def _log(self, name: str) -> Log:
        log, note, verdict = self._logs[name], self._notes[name], self._verdicts.get(name)
        said = noted(note)
        return Log(
            log=name,
            origin=said.origin,
            size=said.size,
            root=said.root.hex(),
            verified=self._holds(name),
            findings=tuple(one.finding().why for one in verdict.bad) if verdict else ("It was not looked at.",),
            witnesses=_witnesses(log, note),
            dropped=bodies_dropped(log.database),
            under=f"{MAIN}:{self._under[name][0]}" if name in self._under else None,
        )


def _note(log: AuditLog, seq: int) -> str:
    """The first checkpoint that covers that record; one is made where there is none yet."""
    query = select(_C.note).where(_C.size > seq).order_by(_C.size).limit(1)
    with log.database.read() as con:
        held: str | None = con.execute(query).scalar()
    if held is None:
        log.checkpoint()
        with log.database.read() as con:
            held = con.execute(query).scalar_one()
    return held


def _own(note: str) -> str:
    """The checkpoint under the log's signatures alone: cosignatures come later, and are other ones each time."""
    text, mark, tail = note.rpartition("\n\n")
    origin = text.partition("\n")[0]
    return text + mark + "".join(line for line in tail.splitlines(keepends=True) if line.split(" ")[1] == origin)


def _witnesses(log: AuditLog, note: str) -> tuple[str, ...]:
    return tuple(sorted(key.name for key in open_note(note, log.policy.keys)[1])) if log.policy else ()


def _record(name: str, told: Told) -> Record:
    obj, actor = told.record.get("obj") or {}, told.record.get("actor") or {}
    return Record(
        id=f"{name}:{told.seq}",
        eid=told.eid,
        at=told.time,
        act=told.act,
        phase=told.phase,
        product=obj.get("product"),
        what=obj.get("what"),
        decision=told.decision,
        reason=told.reason,
        n=told.n,
        who=str(actor.get("sub")),
        role=actor.get("role"),
        file=f"{PROOFS}/{name}/{told.seq}.tlog-proof",
    )
