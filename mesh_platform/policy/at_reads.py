"""What rules do to reads: consumers of a contract who are refused, and columns that are masked, under whatever grant. Judged anew at each decision,
from files alone. A rule of the verdict *deny* that names no consumer refuses all of them outside of the product's domain, which mends it.

What only rows tell is judged at the publication, which writes the consumers that it closed into the version's commit. Pure, as the gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from mesh_platform.errors import Finding
from mesh_platform.policy.engine import Closure, judge, veils
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.own import rules_of
from mesh_platform.policy.rule import Objection, Rule, Upheld, Verdict
from mesh_platform.product import Governance


@dataclass(frozen=True, slots=True)
class Hidden:
    """A column that a rule masks, for one consumer as its contract names it, or for everybody where that is empty; `redact`: its own mask will not do.

    Reads for a purpose that is `spared`, or below one, see it as their grant says.
    """

    column: str
    finding: Finding
    consumer: str = ""
    redact: bool = False
    spared: frozenset[str] = frozenset()

    def from_reads_for(self, purpose: str | None, governance: Governance) -> bool:
        """Whether it is hidden from a read for that purpose."""
        return purpose is None or not any(governance.purpose_covers(one, purpose) for one in self.spared)


@dataclass(frozen=True, slots=True)
class AtReads:
    """Consumer, as contracts name it → why it is refused; the columns that are masked; why nobody reads anything, where a rule raised; and why nobody
    outside of the product's domain does, where a rule denies the product and no single consumer of it.
    """

    refused: dict[str, Finding]
    hidden: tuple[Hidden, ...] = ()
    broken: Finding | None = None
    outside: Finding | None = None

    def closing(self, more: Mapping[str, Finding]) -> AtReads:
        """These, and further consumers who are refused."""
        return replace(self, refused={**more, **self.refused}) if more else self

    def for_purpose(self, purpose: str | None, governance: Governance) -> AtReads:
        """What they do to a read for that purpose."""
        hidden = tuple(one for one in self.hidden if one.from_reads_for(purpose, governance))
        return self if len(hidden) == len(self.hidden) else replace(self, hidden=hidden)

    def hidden_from(self, consumer: str | None) -> dict[str, Hidden]:
        """Column → what masks it: for that consumer, and for everybody; what redacts goes before what masks."""
        theirs = [one for one in self.hidden if one.consumer in ("", consumer)]
        return {one.column: one for one in sorted(theirs, key=lambda one: one.redact)}


NOTHING = AtReads({})
CLOSED = "closed"
"""Where a version's commit keeps the consumers that its rows closed."""
_VERDICTS = frozenset({Verdict.DENY, Verdict.MASK})


def closed_document(closures: Iterable[Closure]) -> dict[str, object]:
    """The consumers whom a version's rows closed, as its commit keeps them."""
    return {one.consumer: one.finding.as_json() for one in closures if one.by_rows}


def closed_by_rows(commit: Mapping[str, object]) -> dict[str, Finding]:
    """The consumers whom the rows of a version closed, by its commit."""
    kept = commit.get(CLOSED)
    return {str(name): Finding.from_json(said) for name, said in kept.items()} if isinstance(kept, Mapping) else {}


@cache
def _of_the_platform() -> tuple[Rule, ...]:
    return tuple(filter(_bears, rules_of(Governance())))


def bearing(governance: Governance) -> tuple[Rule, ...]:
    """The rules that do anything to reads: few of many, so that a decision asks no others."""
    return tuple(filter(_bears, rules_of(governance))) if governance.own_packs else _of_the_platform()


def _bears(one: Rule) -> bool:
    return one.verdict in _VERDICTS and one.upheld is Upheld.GATE and not one.needs and not one.silent


def at_reads(facts: Facts, rules: Iterable[Rule]) -> AtReads:
    """What those of `rules` (see `bearing`) whose packs bind the product do to its reads. A rule that raises refuses every read."""
    refused: dict[str, Finding] = {}
    hidden: list[Hidden] = []
    broken: Finding | None = None
    outside: Finding | None = None
    for one in rules:
        if one.pack not in facts.packs:
            continue
        objections, _, failure = judge(one, facts)
        found, unsaid = veils(one, facts)
        broken = broken or failure or unsaid
        for veil in found:
            told = one.finding(facts.product, Objection(veil.why))
            hidden += [Hidden(name, told, "", name in veil.redact, veil.spared) for name in veil.columns]
        for said in objections:
            finding = one.finding(facts.product, said)
            if one.verdict is Verdict.MASK:
                hidden += [Hidden(name, finding, said.consumer or "", said.redact) for name in said.masks]
            elif said.consumer:
                refused.setdefault(said.consumer, finding)
            elif finding.blocks:
                outside = outside or finding
    return AtReads(refused, tuple(hidden), broken, outside)
