"""How each rule stands for one product: passed, objecting, enforced elsewhere, attested, not evaluated, or none of its business."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mesh_platform.errors import Severity
from mesh_platform.policy.attested import attestation
from mesh_platform.policy.engine import judge
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Rule, Upheld

State = Literal["passed", "objects", "warns", "enforced", "attested", "not evaluated", "does not apply"]


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule for one product. `why` is its first objection, what upholds it, or why nobody has judged it."""

    rule: Rule
    state: State
    why: str = ""


def states(facts: Facts, rules: Iterable[Rule]) -> Iterator[Standing]:
    """Rule by rule. One that shares a judgement of CORE stands as that judgement does."""
    for rule in rules:
        state, why = _state(rule, facts)
        yield Standing(rule, state, why)


def _state(rule: Rule, facts: Facts) -> tuple[State, str]:
    if rule.pack not in facts.packs:
        return "does not apply", "Its pack does not bind the product."
    objections, why, failure = judge(rule, facts, shared=True)
    if failure is not None:
        return "objects", failure.why
    if why:
        return "not evaluated", why
    if objections:
        weights = {one.severity or rule.severity for one in objections}
        return ("objects" if Severity.BLOCK in weights else "warns"), objections[0].why
    if not rule.applies(facts):
        return "does not apply", rule.condition
    if rule.upheld is Upheld.PLATFORM:
        return "enforced", f"At each read, request or job, by {rule.upheld_by}."
    if rule.upheld is Upheld.ATTESTED and (record := attestation(rule.id, facts)):
        return "attested", f"By {record.by} on {record.on.isoformat()}, until {record.expires.isoformat()}." + (
            " It stands for an example." if record.demo else ""
        )
    return "passed", ""
