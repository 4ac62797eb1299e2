"""How each control stands for each product: what the gate says of the files today, else what it said of the rows when they were published.

Pure. A control that nobody judged is open, and is never counted as enforced; one that takes effect later does not apply yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mesh_platform.errors import Finding
from mesh_platform.interop.evidence.model import By, State
from mesh_platform.policy import Control as Probe
from mesh_platform.policy import Facts, Rule, Upheld, binding_for
from mesh_platform.policy.engine import judge
from mesh_platform.policy.judging import states
from mesh_platform.policy.waiving import let_through, standing
from mesh_platform.registry import GateDecision, Publication

_SHOWN = {
    "GDPR-25": Probe.MASKING,
    "mesh_platform.access.masks:": Probe.MASKING,
    "mesh_platform.ledger.law:": Probe.LEGAL_BASIS,
    "mesh_platform.ledger.fold:": Probe.LEGAL_BASIS,
}
"""By rule, or by the code that upholds it: examples say that this code does as the rule says, and a probe that reads of these rows go through it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of one product: the facts of today, its last decision before publication, and what is served."""

    facts: Facts
    decided: GateDecision | None = None
    served: Publication | None = None
    broken: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Rule about breaches → how it is broken for the product, and the records of that breach."""

    @property
    def current(self) -> bool:
        """Whether what is served was published from the files as they stand."""
        return self.served is not None and self.served.spec_hash == self.facts.product.spec_hash


@dataclass(frozen=True, slots=True)
class Cases:
    """The worked examples of one rule, run against the code that upholds it."""

    run: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Stands:
    """One control for one product."""

    rule: Rule
    state: State
    by: By
    why: str
    waivers: frozenset[str] = frozenset()
    """Where it is waived: the waivers of the control database by which it is, by number."""


def stand(known: Known, rules: Iterable[Rule], cases: Mapping[str, Cases]) -> Iterable[Stands]:
    """Every one of the rules, for the product."""
    for one in states(known.facts, rules):
        state, by, why = _stands(one.rule, one.state, one.why, known, cases.get(one.rule.name, Cases()))
        yield Stands(one.rule, state, by, why, _waivers(one.rule, by, known) if state == "waived" else frozenset())


def _stands(rule: Rule, said: str, why: str, known: Known, cases: Cases) -> tuple[State, By, str]:
    if rule.effective_from > known.facts.today and said != "does not apply":
        return "not applicable", "nobody", f"It takes effect on {rule.effective_from.isoformat()}."
    match said:
        case "does not apply":
            return (
                "not applicable",
                "gate",
                f"Applies to: {why}" if why == rule.condition and why else why or "It does not concern the product.",
            )
        case "attested":
            return "attested", "person", why
        case "enforced" if _about_people(rule) and not known.facts.personal:
            return "not applicable", "gate", "It holds no data about people."
        case "enforced" if rule.id in known.broken:
            return "failing", "run time", known.broken[rule.id][0]
        case "enforced":
            return _at_run_time(rule, cases, known.facts)
        case "passed":
            return "enforced", _judge(rule), "Judged for this package, and nothing stands against it."
        case "warns":
            return "open", "gate", why
        case "objects":
            return _objected(rule, why, known)
        case _:
            return _when_published(rule, why, known)


def _about_people(rule: Rule) -> bool:
    """Whether the code that upholds it deals with people's requests, consent or erasure: where there are no people, it upholds nothing."""
    return any(f".{room}." in rule.upheld_by for room in ("subjects", "ledger", "propagation", "retention"))


def _at_run_time(rule: Rule, cases: Cases, facts: Facts) -> tuple[State, By, str]:
    if cases.failed or not cases.run:
        return (
            "failing",
            "run time",
            f"{cases.failed} of {cases.run} worked examples of {rule.upheld_by} do not do what the rule says.",
        )
    examples = f"By {rule.upheld_by}; all {cases.run} worked examples do what the rule says."
    control = shown_by(rule)
    if control is None or control not in binding_for(facts.descriptor.sensitivity).controls:
        return "enforced", "run time", examples
    told = facts.probed.get(control, f"No probe has looked for {control.words}.")
    if facts.probes.get(control) is None:
        return "open", "nobody", told
    if facts.probes[control]:
        return "enforced", "probe", f"A probe of the version that is served saw it at work. {told} {examples}"
    return "failing", "probe", f"A probe of the version that is served did not see it at work. {told}"


def shown_by(rule: Rule) -> Probe | None:
    """The control whose probe sees in rows whether the code that upholds the rule is at work; None where no probe sees it."""
    return _SHOWN.get(rule.name) or next((one for code, one in _SHOWN.items() if rule.upheld_by.startswith(code)), None)


def _judge(rule: Rule) -> By:
    return "probe" if any(isinstance(need, Probe) for need in rule.needs) else "gate"


def _objected(rule: Rule, why: str, known: Known) -> tuple[State, By, str]:
    """Waived, kept back by the gate, or served nevertheless."""
    if waived := _waived(rule, known.facts):
        return "waived", "gate", waived
    if known.served is None:
        return "blocked", "gate", f"{why} Nothing of the product is served."
    if not known.current:
        return "blocked", "gate", f"{why} Version {known.served.version}, published before, is what is served."
    return "failing", "gate", f"{why} It is served; the gate closes at the next publication."


def _waivers(rule: Rule, by: By, known: Known) -> frozenset[str]:
    found = known.decided.findings if by == "staged rows" and known.decided else _let_through(rule, known.facts)[0]
    return frozenset(one.waiver for one in found if one.waived and one.waiver and one.rule in _names(rule))


def _names(rule: Rule) -> frozenset[str]:
    """Under which ids it is told: its own, and that of the rule whose judgement it shares."""
    return frozenset({rule.id, rule.upheld_by.partition(" ")[0]})


def _waived(rule: Rule, facts: Facts) -> str:
    """Until when and by whom, where a waiver lets each objection through."""
    found, failed = _let_through(rule, facts)
    left = [one for one in found if one.blocks]
    waived = [one.waived for one in found if one.waived]
    return "" if left or failed or not waived else _until(waived[0])


def _let_through(rule: Rule, facts: Facts) -> tuple[list[Finding], bool]:
    """What the rule says of the product under its waivers, and whether it could not be judged."""
    objections, _, failure = judge(rule, facts, shared=True)
    waivers = standing(facts.mesh, facts.product.key, facts.today)
    return [let_through(rule.finding(facts.product, one), waivers, facts.today) for one in objections], failure is not None


def _until(waived: str) -> str:
    """Without the name of whoever approved it."""
    return f"Waived {waived.partition(' by ')[0]}."


def _when_published(rule: Rule, why: str, known: Known) -> tuple[State, By, str]:
    """What the gate said when the rows were staged, where the files are still those."""
    decided = known.decided
    if rule.upheld is not Upheld.GATE:
        return "open", "nobody", why
    if decided is None:
        return "open", "nobody", f"{why} The product was never brought to publication."
    if decided.spec_hash != known.facts.product.spec_hash:
        return "open", "nobody", f"{why} The files have changed since the gate last judged them."
    names = {rule.name, rule.upheld_by}
    skipped = {str(one.get("rule")): str(one.get("why")) for one in decided.not_evaluated if isinstance(one, Mapping)}
    if missing := next((skipped[name] for name in names if name in skipped), None):
        return "open", "nobody", missing
    return _found(rule, [one for one in decided.findings if one.rule in _names(rule)], decided)


def _found(rule: Rule, findings: list[Finding], decided: GateDecision) -> tuple[State, By, str]:
    blocking = [one for one in findings if one.blocks]
    if blocking:
        return "blocked", "staged rows", f"{blocking[0].why} That version was kept back."
    if findings and (waived := [one for one in findings if one.waived]):
        return "waived", "staged rows", _until(waived[0].waived)
    if findings:
        return "open", "staged rows", findings[0].why
    day = decided.decided_at.date().isoformat()
    by: By = "probe" if _judge(rule) == "probe" else "staged rows"
    return "enforced", by, f"Judged on {day} when its rows were staged, and nothing stood against it."
