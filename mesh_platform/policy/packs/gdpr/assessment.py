"""Article 35: when people's data is assessed before it is used. The triggers are computed from the product; nobody declares that none applies.

The nine criteria are those of the Working Party (WP 248); two of them ask for an assessment. 100,000 people is a house rule for "large scale".
"""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.examples_parts import ILL, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import SPECIAL, holds, own_record, personal
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Verdict, failing, passing
from mesh_platform.policy.shapes import Shapes

law = Pack("GDPR")
LARGE = 100_000
_MONITORED = ("user.behavior.browsing_history", "user.behavior.search_history", "user.location.precise", "user.device.telemetry")
_VULNERABLE = frozenset({"child", "employee", "patient", "student"})
_SCORED = ("score", "rating", "risk", "propensity", "credit")
_RISKY = {**ILL, "privacy": {"subjects": ["patient"], "condition": "health_care"}}


def criteria(facts: Facts) -> tuple[str, ...]:
    """Which of the nine criteria the product meets, as far as what is known of it tells."""
    privacy = facts.descriptor.privacy
    people = facts.shapes.people if facts.shapes else None
    domains = {entry.product.domain for entry in facts.descriptor.inputs}
    met = {
        "it scores people": any(word in name.casefold().split("_") for name in facts.columns for word in _SCORED),
        "decisions about people rest on it": privacy.decisions != "none",
        "it watches people": holds(facts, *_MONITORED),
        "it holds special categories": holds(facts, *SPECIAL, "user.criminal_history"),
        f"it is about {LARGE:,} people or more": people is not None and people >= LARGE,
        "it joins two domains or more": len(domains) > 1,
        "it is about people who can hardly refuse": bool(_VULNERABLE & {*privacy.subjects}) or holds(facts, "user.children"),
        "it is used by models": privacy.machine_learning,
        "it can refuse a service": privacy.blocks_service,
    }
    return tuple(name for name, holds_ in met.items() if holds_)


def always_assessed(facts: Facts) -> str:
    """The case of Art. 35(3) that the product is, whatever else; empty for none."""
    special, watches = holds(facts, *SPECIAL, "user.criminal_history"), holds(facts, *_MONITORED)
    people = facts.shapes.people if facts.shapes else None
    large = people is not None and people >= LARGE
    if facts.descriptor.privacy.decisions == "sole":
        return "decisions with legal effect rest on it alone"
    if special and large:
        return f"special categories of {people:,} people"
    return f"it watches {people:,} people" if watches and large else ""


@law.gate(
    "GDPR-35",
    "What is a high risk for people is assessed before it is used",
    passing("no criterion is met"),
    passing("one criterion alone", product={**ILL, "privacy": {"condition": "health_care"}}),
    passing(
        "two, and the assessment stands",
        product={**_RISKY, "privacy": {**_RISKY["privacy"], "records": ["it"]}},
        governance=record("dpia", "customer/profiles"),
    ),
    failing("two, and no assessment", product=_RISKY),
    failing(
        "an assessment of another product",
        product={**_RISKY, "privacy": {**_RISKY["privacy"], "records": ["it"]}},
        governance=record("dpia", "sales/orders"),
    ),
    failing(
        "an assessment that has ended",
        product={**_RISKY, "privacy": {**_RISKY["privacy"], "records": ["it"]}},
        governance=record("dpia", "customer/profiles", expires="2026-05-01"),
    ),
    failing(
        "special categories of many people",
        product={**ILL, "privacy": {"condition": "health_care"}},
        facts={"shapes": Shapes(people=250_000)},
    ),
    source="GDPR Art. 35(1) and 35(3)(a) to (c); WP 248 rev.01: two criteria in most cases; the number of people, and that watching anywhere counts, are house rules",
    remedy="Assess it, put a record of the kind dpia into governance/register.yaml (`NAME: {kind: dpia, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
    verdict=Verdict.BLOCK,
    applies=personal,
    inputs=("columns", "inputs", "privacy", "staged rows", "register.yaml"),
    condition="two of nine criteria, or a case of Art. 35(3)",
)
def high_risk_is_assessed(facts: Facts) -> Iterator[Objection]:
    case, met = always_assessed(facts), criteria(facts)
    if (case or len(met) > 1) and not own_record(facts, "dpia"):
        why = f"It is a high risk for people ({case or '; '.join(met)}), and no assessment of it holds."
        yield Objection(why, at=("privacy", "records"))


ASSESSMENT = (high_risk_is_assessed,)
