"""What the audit logs say of the products in scope, read once: reads by purpose, what the gate said, what retention did; and which records show it.

Of each kind of thing the newest few records are kept as proof, and all are counted: a package of a million reads stays one that can be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mesh_platform.audit import Act, AuditLog, Phase
from mesh_platform.audit.reading import Told
from mesh_platform.audit.spans import span
from mesh_platform.audit.tree import head
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.tied import MAIN

SHOWN = 5
"""Records of one kind that are kept as proof."""
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_REFERRED = frozenset({Act.REQUEST, Act.ERASURE, Act.RETIRE})
"""Acts whose records are looked up by what they refer to: of others, each consent would keep one."""


@dataclass(slots=True)
class Seen:
    """Records of one kind: how many, what they counted, from when to when, and the newest of them."""

    times: int = 0
    n: int = 0
    first: str = ""
    last: str = ""
    newest: list[str] = field(default_factory=list)

    def add(self, at: str, record: str, n: int | None = None) -> None:
        self.times += 1
        self.n += n or 0
        self.first = self.first or at
        self.last = at
        self.keep(record)

    def keep(self, record: str) -> None:
        """Keep it as one of the newest."""
        self.newest.append(record)
        del self.newest[:-SHOWN]

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(self.newest)


ReadKey = tuple[str, str | None, str | None, str | None]
"""Product, purpose, legal basis, role."""
GateKey = tuple[str, str, str | None, bool]
"""Product, publication or hash of the files, version of the policy (None: none is named), and whether the gate was open."""


@dataclass(slots=True)
class Reads:
    """Reads of one kind, and the columns that they were of."""

    allowed: Seen = field(default_factory=Seen)
    refused: int = 0
    columns: set[str] = field(default_factory=set)
    masked: set[str] = field(default_factory=set)
    under: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Trail:
    """What the logs say.

    Attributes:
        acts: (product or domain, act) → its records; those of refusals and failures stand apart, under "read denied".
        gates: (product, publication or hash of the files) → the records of that decision.
        judged: as `GateKey` says → the records that say so.
        refs: (act, id of a request or of a retirement) → its records.
        breaches: id → hash of an entry of its history → the record that has it; of all time, too.
        waivers: (id, product) → what was done with it → the records that say so; of all time, not of the span.
        marks: (id, what was done with it) → the mark of its row as it was left.
        reads: by product, purpose, basis and role.
        runs: (product, what, phase) → what retention did.
        policies: hash → the reads that it decided.
    """

    acts: dict[tuple[str, str], Seen] = field(default_factory=lambda: defaultdict(Seen))
    gates: dict[tuple[str, str], Seen] = field(default_factory=lambda: defaultdict(Seen))
    judged: dict[GateKey, Seen] = field(default_factory=lambda: defaultdict(Seen))
    refs: dict[tuple[str, str], Seen] = field(default_factory=lambda: defaultdict(Seen))
    breaches: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    waivers: dict[tuple[str, str], dict[str, Seen]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Seen)))
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    reads: dict[ReadKey, Reads] = field(default_factory=lambda: defaultdict(Reads))
    runs: dict[tuple[str, str, str], Seen] = field(default_factory=lambda: defaultdict(Seen))
    policies: dict[str, Seen] = field(default_factory=lambda: defaultdict(Seen))
    _open: dict[str, ReadKey] = field(default_factory=dict)

    def add(self, log: str, one: Told, scope: Scope) -> None:
        """Take one record in, where it is about something in scope."""
        obj = _part(one, "obj")
        product = str(obj.get("product", "")).partition("@")[0]
        about = product or str(obj.get("domain", ""))
        if (about and not scope.covers(about)) or (not about and not scope.whole):
            return
        id_ = f"{log}:{one.seq}"
        kind = one.act if one.phase in (Phase.INTENT, Phase.DONE) else f"{one.act} {one.phase}"
        seen = [self.acts[about, kind]]
        if one.act == Act.GATE and product:
            named = [str(obj[name]) for name in ("ref", "code") if obj.get(name)]
            seen += [self.gates[product, name] for name in named]
            seen += [self.judged[product, name, obj.get("policy"), one.phase != Phase.DENIED] for name in named]
        elif one.act in _REFERRED and obj.get("ref"):
            seen.append(self.refs[one.act, str(obj["ref"])])
        if one.act == Act.RETENTION and product:
            seen.append(self.runs[product, str(obj.get("what", "")), one.phase])
        for each in seen:
            each.add(one.time, id_, one.n)
        if one.act == Act.READ and product:
            self._read(one, product, obj, id_)

    def breached(self, log: str, one: Told) -> None:
        """Take in an entry of a breach's history."""
        obj = _part(one, "obj")
        if obj.get("ref") and obj.get("code"):
            self.breaches[str(obj["ref"])][str(obj["code"])] = f"{log}:{one.seq}"

    def waived(self, log: str, one: Told) -> None:
        """Take in what was decided on one waiver."""
        obj = _part(one, "obj")
        if one.phase == Phase.DONE and one.decision and obj.get("ref"):
            key = (str(obj["ref"]), str(obj.get("product", "")))
            self.waivers[key][one.decision].add(one.time, f"{log}:{one.seq}")
            self.marks[str(obj["ref"]), one.decision] = str(obj.get("code", ""))

    def _read(self, one: Told, product: str, obj: Mapping[str, Any], id_: str) -> None:
        actor, parent = _part(one, "actor"), one.record.get("parent")
        if one.phase == Phase.INTENT:
            key = (product, actor.get("purpose"), obj.get("what"), actor.get("role"))
            reads = self.reads[key]
            reads.allowed.add(one.time, id_)
            reads.columns |= {*obj.get("fields", ())}
            reads.masked |= {*obj.get("masked", ())}
            reads.under |= {*obj.get("under", ())}
            self._open[one.eid] = key
            if policy := obj.get("policy"):
                self.policies[str(policy)].add(one.time, id_)
        elif one.phase == Phase.DENIED:
            reads = self.reads[product, actor.get("purpose"), None, actor.get("role")]
            reads.refused += 1
            reads.allowed.keep(id_)
            reads.allowed.first, reads.allowed.last = reads.allowed.first or one.time, one.time
        elif one.phase == Phase.DONE and (held := self._open.pop(str(parent), None)):
            self.reads[held].allowed.n += one.n or 0


def place_of(id_: str) -> tuple[str, int]:
    """Log and number of a record, for sorting."""
    log, _, seq = id_.rpartition(":")
    return log, int(seq)


def logs_of(audit: AuditLog) -> tuple[dict[str, AuditLog], tuple[str, ...]]:
    """The mesh's own log and those of its regions in which something stands, by name; and the regions whose logs are not at hand."""
    regions = dict(audit.regions.each()) if audit.regions else {}
    held = {MAIN: audit} | {name: log for name, log in regions.items() if log is not None and _begun(log)}
    return held, tuple(name for name, log in regions.items() if log is None)


def _begun(log: AuditLog) -> bool:
    with log.database.read() as con:
        return head(con).size > 0


def trail_of(logs: Mapping[str, AuditLog], scope: Scope) -> Trail:
    """All that the logs say of what is in scope, in its span of time."""
    trail = Trail()
    for name, log in logs.items():
        with span(log.database, _BEGIN, scope.end) as written:
            for told, _ in written.few(Act.WAIVER, Act.BREACH):
                take = trail.waived if told.act == Act.WAIVER else trail.breached
                take(name, told)
            for told, _ in written.part(scope.first, scope.end).records():
                trail.add(name, told, scope)
    return trail


def _part(one: Told, name: str) -> Mapping[str, Any]:
    part = one.record.get(name)
    return part if isinstance(part, dict) else {}
