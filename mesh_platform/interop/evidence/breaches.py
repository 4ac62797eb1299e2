"""Breaches as evidence: each with its documentation (GDPR Art. 33(5)), whom it was told to and when, and the records of the audit log that have its entries.

A breach stands here as its entries say; that nobody changed one since is shown by the hashes in the log. What concerns products out of scope is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from mesh_platform.interop.evidence.model import BreachEntry, Notification, Touched
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.standing import Broken
from mesh_platform.interop.evidence.trail import Trail
from mesh_platform.policy import Rule
from mesh_platform.product import Mesh
from mesh_platform.publish import Runtime
from mesh_platform.subjects.breaches import RULES, Affected, Breach, Duty, duties_of, listed_in
from mesh_platform.subjects.breaches.duties import not_kept
from mesh_platform.subjects.breaches.values import digest
from mesh_platform.subjects.requests.clocks import Calendar


def breaches_of(mesh: Mesh, runtime: Runtime, rules: Sequence[Rule], scope: Scope, trail: Trail) -> tuple[BreachEntry, ...]:
    """Those that were open in the span, of the law in question; where its pack says nothing of breaches, all of them."""
    asked = {rule.id for rule in rules} & {*RULES}
    calendar = Calendar.of(mesh.governance.policies.subject_requests)
    found = [
        (one, affected)
        for one in listed_in(runtime.database, scope.end)
        if (one.closed_at or scope.end) >= scope.first and (affected := _in_scope(one, scope)) is not None
    ]
    of_law = [(one, affected) for one, affected in found if not asked or not one.laws or asked & one.laws]
    return tuple(_entry(one, affected, duties_of(one, calendar), scope, trail) for one, affected in reversed(of_law))


def broken_in(mesh: Mesh, runtime: Runtime, scope: Scope, trail: Trail) -> Broken:
    """What is not kept at the end of the span, by product and rule."""
    calendar = Calendar.of(mesh.governance.policies.subject_requests)
    found: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {}
    everywhere: dict[str, tuple[str, tuple[str, ...]]] = {}
    for breach in listed_in(runtime.database, scope.end):
        told = {duty.term.rule: (_how(breach, duty), _records(breach, trail)) for duty in not_kept(breach, calendar, scope.end)}
        for one in breach.found.affected:
            mine = {rule: said for rule, said in told.items() if rule in one.laws}
            (found.setdefault(one.product, {}) if one.product else everywhere).update(mine)
    return {"": everywhere, **{product: {**everywhere, **said} for product, said in found.items()}}


def unregistered(runtime: Runtime, scope: Scope, trail: Trail) -> Iterator[str]:
    """The breaches of which the log tells and the register does not know."""
    here = {one.id for one in listed_in(runtime.database, scope.end)}
    yield from sorted({*trail.breaches} - here)


def _in_scope(breach: Breach, scope: Scope) -> tuple[Affected, ...] | None:
    """Its products in scope; None where it has none there."""
    if scope.whole:
        return tuple(one for one in breach.found.affected if one.product)
    return tuple(one for one in breach.found.affected if one.product and scope.covers(one.product)) or None


def _entry(breach: Breach, mine: Sequence[Affected], duties: Iterable[Duty], scope: Scope, trail: Trail) -> BreachEntry:
    whole = scope.whole or len(mine) == len(breach.found.affected)
    laws = {law for one in mine for law in one.laws}
    return BreachEntry(
        breach=breach.id,
        state="open" if breach.open else "closed",
        aware=_moment(breach.aware_at),
        reported=_moment(breach.reported_at),
        closed=_moment(breach.closed_at) if breach.closed_at else None,
        what=breach.what,
        nature=tuple(one.value for one in breach.nature),
        side=breach.side.value,
        people=breach.found.people if whole else None,
        touched=tuple(Touched(product=one.product, columns=one.columns, people=one.people, reads=one.reads) for one in mine),
        risk=breach.risk.value if breach.risk else None,
        ground=breach.ground,
        measures=breach.measures,
        notifications=tuple(_notification(one, scope.end) for one in duties if whole or one.term.rule in laws),
        proven=_proven(breach, trail),
        records=_records(breach, trail),
    )


def _notification(duty: Duty, now: datetime) -> Notification:
    answer = duty.answer
    return Notification(
        rule=duty.term.rule,
        to=duty.term.to,
        source=duty.term.source,
        house_rule=duty.term.house,
        due=_moment(duty.due_at),
        state=duty.state(now),
        told=_moment(answer.at) if answer and not answer.spared else None,
        recorded=_moment(answer.recorded_at) if answer else None,
        reason=answer.reason if answer else "",
        reference=answer.reference if answer else "",
    )


def _proven(breach: Breach, trail: Trail) -> bool:
    """Whether log and register have the same entries, and each is what its hash says."""
    told = {digest(breach.id, one.event, one.occasion, one.at, one.detail) for one in breach.history}
    return told == trail.breaches.get(breach.id, {}).keys()


def _records(breach: Breach, trail: Trail) -> tuple[str, ...]:
    return tuple(trail.breaches.get(breach.id, {}).values())


def _how(breach: Breach, duty: Duty) -> str:
    said = f"The {duty.term.to} had to be told of the breach {breach.id[:12]} by {_moment(duty.due_at)[:16]} UTC"
    return f"{said} ({duty.term.source}), and the register does not say that it was, nor why it was not."


def _moment(at: datetime) -> str:
    return at.isoformat()
