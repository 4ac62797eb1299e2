"""The gate: rules over facts, to open or blocked, with findings. The same function wherever it runs; it reads and writes nothing.

It fails closed: a rule that raises blocks, and a rule that could not be judged is listed as such and never counts as passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mesh_platform.errors import Finding
from mesh_platform.policy.attested import unattested
from mesh_platform.policy.binding import Binding, binding_for
from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.jurisdictions import packs_of
from mesh_platform.policy.own import problems
from mesh_platform.policy.rule import Objection, Rule, Upheld, Veil, Verdict
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
class Closure:
    """One consumer, as contracts name it, who must not be served although the product is, and the finding that says so.

    `by_rows`: only the staged rows told it, so that it holds for the version that they become; else it is judged anew at each read.
    """

    consumer: str
    finding: Finding
    by_rows: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody has to see to, by a rule of the verdict *task*, and in how many days."""

    finding: Finding
    days: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one product may be published, what stands against it, and what nobody has judged."""

    open: bool
    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    binding: Binding
    closures: tuple[Closure, ...] = ()
    duties: tuple[Duty, ...] = ()

    @property
    def closed_consumers(self) -> tuple[str, ...]:
        """Consumers, as their contracts name them, who must not be served although the product is."""
        return tuple(dict.fromkeys(one.consumer for one in self.closures))

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.blocks)


def gate(facts: Facts, rules: Iterable[Rule]) -> Decision:
    """The decision on one product: what its files say against it first, then rule by rule of the packs that bind it."""
    found = [*facts.mesh.findings_of(facts.product.key), *(facts.lineage.findings if facts.lineage else ())]
    found += problems(facts.governance, facts.today)
    skipped: list[NotEvaluated] = []
    key = str(facts.product.key)
    closures: list[Closure] = []
    duties: list[Duty] = []
    waivers = standing(facts.mesh, facts.product.key, facts.today)
    packs, by_files = facts.packs, packs_of(facts.mesh, facts.product, facts.today)
    for one in rules:
        if one.pack not in packs or one.silent:
            continue
        objections, why, failure = judge(one, facts)
        if objections:
            raised = [one.finding(facts.product, objection) for objection in objections]
            found += [let_through(finding, waivers, facts.today) for finding in raised]
            if one.verdict is Verdict.TASK:
                duties += [Duty(finding, one.days) for finding in raised]
            if not one.tells:
                told = zip(objections, raised, strict=True)
                by_rows = bool(one.needs - {Need.LINEAGE}) or one.pack not in by_files
                closures += [Closure(objection.consumer, finding, by_rows) for objection, finding in told if objection.consumer]
        if failure:
            found.append(failure)
        if why:
            skipped.append(NotEvaluated(key, one.name, why))
    findings = tuple(dict.fromkeys(found))
    runs = facts.descriptor.status is not Lifecycle.RETIRED
    return Decision(
        open=runs and not any(finding.blocks for finding in findings),
        findings=findings,
        not_evaluated=tuple(skipped),
        binding=binding_for(facts.descriptor.sensitivity, facts.probes),
        closures=tuple(closures),
        duties=tuple(duties),
    )


def concerns(one: Rule, facts: Facts) -> bool:
    """Whether the rule binds the product today; one that cannot even say that does."""
    if one.pack not in facts.packs or one.effective_from > facts.today:
        return False
    try:
        return bool(one.applies(facts))
    except Exception:  # noqa: BLE001 - what a rule cannot say counts against the product, as in judging
        return True


def judge(one: Rule, facts: Facts, shared: bool = False) -> tuple[list[Objection], str, Finding | None]:
    """Objections, why it could not be judged, and the finding of a rule that raised: it tells only what kind of error it was.

    A rule that shares a judgement of CORE is silent unless `shared`, so that nobody reads the same twice.
    """
    if (one.silent and not (shared and one.shared)) or one.pack not in facts.packs:
        return [], "", None
    if one.effective_from > facts.today:
        return [], f"It takes effect on {one.effective_from.isoformat()}.", None
    try:
        if not one.applies(facts):
            return [], "", None
        if one.upheld is Upheld.ATTESTED:
            return [], unattested(one.id, facts), None
        if missing := " ".join(facts.missing(one.needs)):
            return [], missing, None
        if why := one.unjudged(facts):
            return [], why, None
        return list(one.check(facts)), "", None
    except Exception as error:  # noqa: BLE001 - whatever a rule raises must close the gate
        return [], "", _raised(one, facts, error)


def veils(one: Rule, facts: Facts) -> tuple[list[Veil], Finding | None]:
    """What a rule of the verdict *mask* hides of the product's columns from reads; and the finding of one that raised."""
    if one.hides is None or one.pack not in facts.packs or one.effective_from > facts.today:
        return [], None
    try:
        return (list(one.hides(facts)) if one.applies(facts) else []), None
    except Exception as error:  # noqa: BLE001 - whatever a rule raises must hide what it would
        return [], _raised(one, facts, error)


def _raised(one: Rule, facts: Facts, error: Exception) -> Finding:
    why = f"The rule {one.name} could not be judged: it raised {type(error).__name__}."
    fix = "Report it to the privacy team; the product stays blocked until the rule runs."
    return Finding(one.id, facts.product.where, why, fix, str(facts.product.key))
