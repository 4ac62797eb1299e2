"""The controls by products: the rules of the pack, judged today with what probes see, and by the last decision on what is served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from mesh_platform.enforcement import tried
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.judging import Cases, Known, Stands, stand
from mesh_platform.interop.evidence.model import STATES, Control, On, State
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.trail import Trail
from mesh_platform.policy import Control as Probe
from mesh_platform.policy import Facts, Rule, Upheld, rules_of
from mesh_platform.product import Mesh, Product
from mesh_platform.product.lineage import lineage_of
from mesh_platform.publish import Runtime
from mesh_platform.publish.probes import key_days, probe_published
from mesh_platform.registry import GateDecision

_ACTS: Mapping[str, tuple[str, ...]] = {
    "access": ("read", "read denied", "grant", "grant denied", "request", "export"),
    "flight": ("read", "read denied"),
    "api": ("read", "read denied"),
    "audit": ("read", "gate"),
    "ledger": ("consent", "read"),
    "propagation": ("consent",),
    "retention": ("retention", "hold"),
    "subjects": ("erasure", "request"),
    "registry": ("review", "waiver"),
    "lake": ("gate", "erasure"),
    "backups": ("backup",),
    "publish": ("gate", "gate denied"),
}
"""Room of the code that upholds a rule → acts of the audit log in which its work shows."""
MOST = 5
Broken = Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]]
"""Product (empty: every other) → rule about breaches → how it is broken, and the records of that."""
UNCHANGED = "RUN-07"
"""The rule of a publication that found nothing new."""


def rules_in(framework: Framework, mesh: Mesh) -> tuple[Rule, ...]:
    """The rules that are its controls."""
    return tuple(rule for rule in rules_of(mesh.governance) if rule.pack == framework.pack)


def cases_of(rules: Iterable[Rule]) -> dict[str, Cases]:
    """The worked examples of rules that other code upholds, run now against that code."""
    found: dict[str, Cases] = {}
    for one in tried(rule for rule in rules if rule.upheld is Upheld.PLATFORM):
        held = found.get(one.rule.name, Cases())
        found[one.rule.name] = Cases(held.run + 1, held.failed + (not one.ok))
    return found


def known_of(mesh: Mesh, runtime: Runtime, scope: Scope, audit_holds: bool, broken: Broken) -> dict[str, Known]:
    """What is known of each product in scope that can be read; `broken` are rules about breaches that are broken for it."""
    decided = last_judged(runtime.registry.decisions(scope.first, scope.end))
    served = runtime.registry.latest_publications()
    found: dict[str, Known] = {}
    for key, product in sorted(mesh.products.items()):
        if scope.covers(str(key)):
            facts = _facts(mesh, product, runtime, scope.as_of.date(), audit_holds)
            publication = served.get(key)
            if publication is not None and publication.published_at >= scope.as_of:
                publication = next((one for one in runtime.registry.publications(key) if one.published_at < scope.as_of), None)
            found[str(key)] = Known(facts, decided.get(str(key)), publication, broken.get(str(key), broken.get("", {})))
    return found


def last_judged(decisions: Iterable[GateDecision]) -> dict[str, GateDecision]:
    """The last decision on each product for which something was judged: where nothing was new, rows were not looked at again."""
    return {
        str(one.product): one
        for one in decisions
        if one.place == "publish" and not any(f.rule == UNCHANGED for f in one.findings)
    }


def _facts(mesh: Mesh, product: Product, runtime: Runtime, today: date, audit_holds: bool) -> Facts:
    probed = probe_published(mesh, product, runtime.lake, runtime.settings, runtime.database)
    seen = {**probed.holds, Probe.DURABLE_AUDIT: audit_holds}
    age = key_days(product, runtime.lake.keys, today)
    lineage = lineage_of(mesh, product, runtime.shapes)
    return Facts(mesh, product, today, lineage=lineage, probes=seen, probed=probed.words, key_days=age)


def controls_of(
    rules: Sequence[Rule], known: Mapping[str, Known], trail: Trail, said: Callable[[str], str] = str
) -> tuple[Control, ...]:
    """Every control with its standing for every product."""
    cases = cases_of(rules)
    by_rule: dict[str, list[On]] = {rule.name: [] for rule in rules}
    for key, one in known.items():
        for stands in stand(one, rules, cases):
            by_rule[stands.rule.name].append(
                On(
                    product=key,
                    state=stands.state,
                    by=stands.by,
                    why=said(stands.why),
                    records=_records(key, stands, one, trail),
                )
            )
    return tuple(_control(rule, by_rule[rule.name], cases.get(rule.name, Cases())) for rule in rules)


def _control(rule: Rule, products: Sequence[On], cases: Cases) -> Control:
    return Control(
        rule=rule.name,
        title=rule.title,
        source=rule.source,
        source_checked=rule.source_checked,
        version=rule.version,
        effective_from=None if rule.effective_from == date.min else rule.effective_from.isoformat(),
        verdict=rule.verdict.value,
        waivable=rule.waivable,
        upheld=rule.upheld.value,
        upheld_by=rule.upheld_by or None,
        condition=rule.condition,
        remedy=rule.remedy,
        cases=cases.run,
        cases_failed=cases.failed,
        products=tuple(products),
    )


def _records(key: str, stands: Stands, known: Known, trail: Trail) -> tuple[str, ...]:
    """The audit records in which it shows that the control stands so; none for what does not apply or nobody judged."""
    if stands.state in ("not applicable", "open", "attested"):
        return ()
    if stands.state == "waived":
        return _of_waivers(trail, key, stands.waivers)
    if ".breaches." in stands.rule.upheld_by:
        return known.broken.get(stands.rule.id, ("", ()))[1]
    if stands.by == "run time":
        room = stands.rule.upheld_by.split(".")[1] if stands.rule.upheld_by.count(".") else ""
        return _newest(trail, key, _ACTS.get(room, ()))
    if stands.state == "blocked":
        return _newest(trail, key, ("gate denied",))
    gates = trail.gates.get((key, known.facts.product.spec_hash))
    return gates.records[-2:] if gates else ()


def _of_waivers(trail: Trail, key: str, numbers: frozenset[str]) -> tuple[str, ...]:
    """The records about the very waivers by which it is let through; none where they stand in a file alone."""
    own = [said for (number, product), said in trail.waivers.items() if number in numbers and product == key]
    return tuple(record for said in own for seen in said.values() for record in seen.records[-1:])[-MOST:]


def _newest(trail: Trail, key: str, acts: Iterable[str]) -> tuple[str, ...]:
    found = [record for act in acts if (seen := trail.acts.get((key, act))) for record in seen.records[-2:]]
    return tuple(found[:MOST])


def summary_of(controls: Iterable[Control]) -> dict[State, int]:
    """Pairs of control and product, by state."""
    counted = Counter(one.state for control in controls for one in control.products)
    return {state: counted[state] for state in STATES}
