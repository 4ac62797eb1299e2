"""The organisation's own rules (`governance/packs/`): added to the platform's, and stricter where they say so.

Nothing here loosens: a file that would make a rule of the platform milder, later or waivable, or that takes its id, is an error that names the rule,
and it closes every gate until it is mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import reduce

from mesh_platform.errors import Finding, Measured
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.jurisdictions import EVERYWHERE
from mesh_platform.policy.packs import PACKS, rules
from mesh_platform.policy.packs.asking import holding, holds
from mesh_platform.policy.rule import Objection, Rule, Upheld, Vector, Verdict
from mesh_platform.product.governance import Governance
from mesh_platform.product.governance.ends import lasts_too_long
from mesh_platform.product.own_packs import Demand, OwnPack, OwnRule, Tightening, When
from mesh_platform.product.register import Packs

NOTHING = Packs()
_MILDER = "It would loosen the rule {}: {}."
_FIX = "Take it out. What a rule of the platform asks can be made stricter here, and an exception is a waiver, with its approver and its end."


def rules_of(governance: Governance) -> tuple[Rule, ...]:
    """Every rule that may bind a product of this mesh: the platform's, made stricter where it says so, and the organisation's own."""
    if not governance.own_packs:
        return rules()
    stricter = [one for pack in governance.own_packs for one in pack.tighten]
    own = (_made(one, pack) for pack in governance.own_packs for one in pack.rules)
    return (*(reduce(_stricter, (one for one in stricter if one.rule == rule.id), rule) for rule in rules()), *own)


def problems(governance: Governance, today: date) -> Iterator[Finding]:
    """What of the organisation's packs and bindings is refused, with the rule that it touches."""
    if not governance.own_packs and governance.packs == NOTHING:
        return
    known = {rule.id: rule for rule in rules()}
    taken = {*PACKS}
    for pack in governance.own_packs:
        if pack.pack in taken:
            yield _refused(pack, f"There is a pack {pack.pack} already.", "Name it otherwise.")
        taken.add(pack.pack)
        for one in pack.rules:
            if one.id in known:
                yield _refused(pack, f"It would replace the rule {one.id}.", "Give it an id of its own.")
        for tight in pack.tighten:
            yield from _loosened(pack, tight, [rule for rule in rules() if rule.id == tight.rule])
    left = {one.pack for one in governance.packs.leave}
    for name in sorted(({*governance.packs.bind} | left) - taken):
        why = f"It names a pack {name!r} that does not exist."
        yield Finding("POLICY-01", "governance/packs.yaml", why, f"Name one of {', '.join(sorted(taken))}.")
    for entry in governance.packs.leave:
        if most := lasts_too_long(governance.policies.ends, "leave", today, entry.until):
            why = f"It leaves the pack {entry.pack} out until {entry.until}, which counts for {most} at most: it binds."
            fix = "Write the day on which somebody looks at it anew, or let `ends:` in governance/policies.yaml allow more."
            yield Finding("POLICY-02", "governance/packs.yaml", why, fix)
    for name in sorted(left & (EVERYWHERE | {pack.pack for pack in governance.own_packs})):
        why = f"It would leave out the pack {name}, which binds everywhere."
        yield Finding("POLICY-02", "governance/packs.yaml", why, "Take it out of `leave`.")


def _loosened(pack: OwnPack, tight: Tightening, found: list[Rule]) -> Iterator[Finding]:
    if not found:
        yield _refused(pack, f"It names a rule {tight.rule!r} that does not exist.", "`mesh policy list` names them.")
    for rule in found:
        if tight.verdict == "warn" and rule.verdict is not Verdict.WARN:
            yield _refused(pack, _MILDER.format(rule.name, f"a warning in place of {rule.verdict}"), _FIX)
        if tight.waivable and not rule.waivable:
            yield _refused(pack, _MILDER.format(rule.name, "it cannot be waived"), _FIX)
        if tight.effective_from is not None and tight.effective_from > rule.effective_from:
            yield _refused(pack, _MILDER.format(rule.name, f"later than {rule.effective_from.isoformat()}"), _FIX)

        if tight.verdict == "block" and (why := _beyond(rule)):
            yield _refused(
                pack,
                f"It would make the rule {rule.name} block, and {why}.",
                "Take it out, or write a rule of your own that blocks.",
            )


def _beyond(rule: Rule) -> str:
    """Why a rule cannot be made to block; empty where it can or does."""
    if rule.upheld is Upheld.ATTESTED:
        return "the platform cannot observe it"
    if rule.silent:
        return f"{rule.upheld_by} upholds it"
    return f"it would no longer {rule.verdict} reads" if rule.verdict in (Verdict.DENY, Verdict.MASK) else ""


def _refused(pack: OwnPack, why: str, fix: str) -> Finding:
    return Finding("POLICY-02", pack.where, why, fix)


def _stricter(rule: Rule, tight: Tightening) -> Rule:
    blocks = tight.verdict == "block" and rule.verdict in (Verdict.WARN, Verdict.TASK)
    verdict = Verdict.BLOCK if blocks else rule.verdict
    begins = min(tight.effective_from or rule.effective_from, rule.effective_from)
    return replace(rule, verdict=verdict, waivable=rule.waivable and tight.waivable is not False, effective_from=begins)


def _made(own: OwnRule, pack: OwnPack) -> Rule:
    vectors = tuple(
        Vector(one.says, one.passes, {"product": dict(one.product), "governance": dict(one.governance)}) for one in own.vectors
    )
    return Rule(
        own.id,
        own.title,
        _check(own),
        vectors,
        own.source,
        pack=pack.pack,
        version=own.version,
        effective_from=own.effective_from,
        verdict=Verdict(own.verdict),
        days=own.days,
        waivable=own.waivable,
        applies=lambda facts: _concerns(own.when, facts),
        unchecked="The organisation answers for its own rules.",
        remedy=own.remedy,
        inputs=(pack.where,),
    )


def _concerns(when: When, facts: Facts) -> bool:
    descriptor = facts.descriptor
    served = descriptor.purposes
    return (
        (not when.domains or facts.product.key.domain in when.domains)
        and (not when.categories or holds(facts, *when.categories))
        and (when.sensitivity is None or descriptor.sensitivity >= when.sensitivity)
        and (not when.purposes or any(facts.governance.purpose_covers(p, s) for p in when.purposes for s in served))
        and all(descriptor.tags.get(name) == value for name, value in when.tags.items())
    )


def _check(own: OwnRule) -> Callable[[Facts], Iterable[Objection]]:
    def check(facts: Facts) -> Iterator[Objection]:
        for why, at in _lacks(own.demand, own.when, facts):
            columns = (str(at[1]),) if at[:1] == ("columns",) and own.verdict == "mask" else ()
            measured = _group(facts) if at == ("aggregate",) else ()
            yield Objection(why, at=at, bound=(why,), measured=measured, masks=columns, redact=bool(columns))

    return check


def _group(facts: Facts) -> tuple[Measured, ...]:
    """The least group that is promised: a waiver of one that is too small is none of a smaller one."""
    promised = facts.descriptor.aggregate
    return (Measured("people in a group", promised.min_group if promised else 0, low=True),)


def _lacks(demand: Demand, when: When, facts: Facts) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    descriptor, place = facts.descriptor, facts.product.location
    kept = descriptor.retention
    if demand.retention_at_most and (kept is None or kept.period.approximate > demand.retention_at_most.approximate):
        yield f"It is kept for {kept.period if kept else 'ever'}; {demand.retention_at_most} is the most.", ("retention",)
    if demand.locations and (place is None or not facts.governance.regions.within(place, demand.locations)):
        yield f"It lies in {place or 'no known place'}; it may lie in {', '.join(demand.locations)}.", ("dataResidency",)
    strategy = descriptor.erasure.strategy if descriptor.erasure else "none"
    if demand.erasure and strategy not in demand.erasure:
        yield f"Its strategy of erasure is {strategy}; asked for is {', '.join(demand.erasure)}.", ("erasure",)
    for purpose, basis in descriptor.purposes.items():
        if demand.bases and basis.value not in demand.bases:
            yield f"The purpose {purpose!r} rests on {basis}; asked for is {', '.join(demand.bases)}.", ("purposes", purpose)
    if demand.min_group and (descriptor.aggregate is None or descriptor.aggregate.min_group < demand.min_group):
        yield f"It promises no groups of at least {demand.min_group}.", ("aggregate",)
    for tag in demand.tags:
        if tag not in descriptor.tags:
            yield f"It has no tag {tag!r}.", ("tags",)
    for name in holding(facts, *when.categories) if demand.masks else ():
        if facts.columns[name].mask not in demand.masks:
            yield f"{name!r} is not masked by {' or '.join(demand.masks)}.", ("columns", name, "mask")
    for kind in demand.records:
        about = (str(facts.product.key), facts.product.key.domain)
        if not any(facts.governance.records_about(name, facts.today, kind) for name in about):
            yield f"No record of the kind {kind} about it holds.", ()
    for name in holding(facts, *demand.no_categories):
        yield f"{name!r} holds what it may not hold here.", ("columns", name)
