"""The gate: rules over facts, to open or blocked, with findings. The same function wherever it runs; it reads and writes nothing.

It fails closed: a rule that raises blocks, and a rule that could not be judged is listed as such and never counts as passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mesh_platform.errors import Finding
from mesh_platform.policy.binding import Binding, binding_for
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Objection, Rule
from mesh_platform.policy.waiving import let_through, standing
from mesh_platform.product import Lifecycle


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A rule that nobody has judged for a product, and why."""

    product: str
    rule: str
    why: str

    def as_json(self) -> dict[str, str]:
        return {"product": self.product, "rule": self.rule, "why": self.why}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one product may be published, what stands against it, and what nobody has judged."""

    open: bool
    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    binding: Binding
    closed_consumers: tuple[str, ...] = ()
    """Consumers, as their contracts name them, who must not be served although the product is."""

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.blocks)


def gate(facts: Facts, rules: Iterable[Rule]) -> Decision:
    """The decision on one product: what its files say against it first, then rule by rule."""
    found = [*facts.mesh.findings_of(facts.product.key), *(facts.lineage.findings if facts.lineage else ())]
    skipped: list[NotEvaluated] = []
    closed: dict[str, None] = {}
    waivers = standing(facts.mesh, facts.product.key, facts.today)
    for one in rules:
        objections, why, failure = _judge(one, facts)
        raised = (one.finding(facts.product, objection) for objection in objections)
        found += [let_through(finding, waivers, facts.today) for finding in raised]
        found += [failure] if failure else []
        skipped += [NotEvaluated(str(facts.product.key), one.name, why)] if why else []
        closed |= {o.consumer: None for o in objections if o.consumer}
    findings = tuple(dict.fromkeys(found))
    runs = facts.descriptor.status is not Lifecycle.RETIRED
    return Decision(
        open=runs and not any(finding.blocks for finding in findings),
        findings=findings,
        not_evaluated=tuple(skipped),
        binding=binding_for(facts.descriptor.sensitivity, facts.probes),
        closed_consumers=tuple(closed),
    )


def _judge(one: Rule, facts: Facts) -> tuple[list[Objection], str, Finding | None]:
    """Objections, why it could not be judged, and the finding of a rule that raised: it tells only what kind of error it was."""
    if one.effective_from > facts.today:
        return [], f"It takes effect on {one.effective_from.isoformat()}.", None
    try:
        if not one.applies(facts):
            return [], "", None
        if missing := " ".join(facts.missing(one.needs)):
            return [], missing, None
        return list(one.check(facts)), "", None
    except Exception as error:  # noqa: BLE001 - whatever a rule raises must close the gate
        why = f"The rule {one.name} could not be judged: it raised {type(error).__name__}."
        fix = "Report it to the privacy team; the product stays blocked until the rule runs."
        return [], "", Finding(one.id, facts.product.where, why, fix, str(facts.product.key))
