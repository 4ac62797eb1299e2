"""Article 35: when people's data is assessed before it is used. The triggers are computed from the product; nobody declares that none applies.

The nine criteria are those of the Working Party (WP 248); two of them ask for an assessment. House rules say what "large scale" is: 100,000 people, or more
than a tenth of those whom the mesh, or the organisation by its own word, has to do with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mesh_platform.policy.examples import SEGMENTS
from mesh_platform.policy.examples_parts import ILL, record
from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.packs.asking import SPECIAL, holds, own_record, personal
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Verdict, failing, passing
from mesh_platform.policy.shapes import Shapes

law = Pack("GDPR")
KEY = "customer/profiles"
LARGE = 100_000
A_TENTH = 10
_MONITORED = ("user.behavior.browsing_history", "user.behavior.search_history", "user.location.precise", "user.device.telemetry")
_VULNERABLE = frozenset({"child", "employee", "patient", "student"})
_SCORED = ("score", "rating", "risk", "propensity", "credit")
_RISKY = {**ILL, "privacy": {"subjects": ["patient"], "condition": "health_care"}}
_FILED = {"privacy": {"subjects": ["patient"], "condition": "health_care", "records": ["it"]}}
_SEEN = {"columns": {"visited": {"type": "string", "sensitivity": "confidential", "category": "user.behavior.browsing_history"}}}


def _two(columns: Mapping[str, Any] | None = None, **privacy: object) -> dict[str, Any]:
    """A product that holds special data, with one thing more."""
    more = {name: {"sensitivity": "confidential", **said} for name, said in (columns or {}).items()}
    return {"columns": {**ILL["columns"], **more}, "privacy": {"condition": "health_care", **privacy}}


def _about(people: int, base: int | None = None) -> dict[str, Any]:
    return {"shapes": Shapes(people=people, base=base)}


def _declared(population: int) -> dict[str, Any]:
    return {"policies": {"assessments": {"population": population}}}


_ONE = _two()


def criteria(facts: Facts) -> tuple[str, ...]:
    """Which of the nine criteria the product meets, as far as its files and the scan tell; how many people it is about is asked of its rows."""
    privacy = facts.descriptor.privacy
    domains = {entry.product.domain for entry in facts.descriptor.inputs}
    met = {
        "it scores people": any(word in name.casefold().split("_") for name in facts.columns for word in _SCORED),
        "decisions about people rest on it": privacy.decisions != "none",
        "it watches people": holds(facts, *_MONITORED),
        "it holds special categories": holds(facts, *SPECIAL, "user.criminal_history"),
        "it joins two domains or more": len(domains) > 1,
        "it is about people who can hardly refuse": bool(_VULNERABLE & {*privacy.subjects}) or holds(facts, "user.children"),
        "it is used by models": privacy.machine_learning,
        "it can refuse a service": privacy.blocks_service,
    }
    return tuple(name for name, holds_ in met.items() if holds_)


def large_scale(facts: Facts) -> str:
    """Why the people in the staged rows are many; empty where they are not, or nobody counted them."""
    people = facts.shapes.people if facts.shapes else None
    if people is None:
        return ""
    if people >= LARGE:
        return f"it is about {people:,} people"
    base = facts.governance.policies.assessments.population or max(people, (facts.shapes.base if facts.shapes else None) or 0)
    return f"it is about {people:,} people, more than a tenth of {base:,}" if people * A_TENTH > base else ""


def _decides_alone(facts: Facts) -> str:
    """The case of Art. 35(3) that needs no other criterion (a); those of (b) and (c) are two criteria each: a large scale, and special data or watching."""
    return "decisions with legal effect rest on it alone" if facts.descriptor.privacy.decisions == "sole" else ""


def _objection(why: str) -> Objection:
    return Objection(f"It is a high risk for people ({why}), and no assessment of it holds.", at=("privacy", "records"))


_COMMON: dict[str, Any] = {
    "source": "GDPR Art. 35(1) and 35(3)(a) to (c); WP 248 rev.01: two criteria in most cases; the number of people and their share, and that watching anywhere counts, are house rules",
    "remedy": "Assess it, put a record of the kind dpia into governance/register.yaml (`NAME: {kind: dpia, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
    "verdict": Verdict.BLOCK,
    "version": 2,
    "applies": personal,
    "condition": "two of nine criteria, or a case of Art. 35(3)",
}


@law.gate(
    "GDPR-35",
    "What is a high risk for people is assessed before it is used",
    passing("no criterion is met"),
    passing("one criterion alone", product={**ILL, "privacy": {"condition": "health_care"}}),
    passing("two, and the assessment stands", product={**ILL, **_FILED}, governance=record("dpia", KEY)),
    passing("a column whose name only begins like a score", product=_two({"scores_of_games": {"type": "integer"}})),
    passing("it watches, and reads one other domain", about="sales/segments", reader=_SEEN),
    failing("two, and no assessment", product=_RISKY),
    failing("an assessment of another product", product={**ILL, **_FILED}, governance=record("dpia", "sales/orders")),
    failing("an assessment that has ended", product={**ILL, **_FILED}, governance=record("dpia", KEY, expires="2026-05-01")),
    failing("decisions rest on it alone", product={"privacy": {"decisions": "sole"}}),
    failing("special data, and it scores", product=_two({"credit_score": {"type": "integer"}})),
    failing("special data, and decisions rest on it in part", product=_two(decisions="supports")),
    failing("special data, and it watches", product=_two(_SEEN["columns"])),
    failing("special data, and it is about children", product=_two({"born": {"type": "string", "category": "user.children"}})),
    failing("special data, and models are trained on it", product=_two(machineLearning=True)),
    failing("special data, and it can refuse a service", product=_two(blocksService=True)),
    failing(
        "it watches, and joins two domains",
        about="sales/segments",
        reader={
            "inputs": [*SEGMENTS["inputs"], {"product": "sales/segments@1", "purpose": "enrichment", "fields": ["segment"]}],
            **_SEEN,
        },
    ),
    inputs=("columns", "inputs", "privacy", "register.yaml"),
    **_COMMON,
)
def high_risk_is_assessed(facts: Facts) -> Iterator[Objection]:
    case, met = _decides_alone(facts), criteria(facts)
    if (case or len(met) > 1) and not own_record(facts, "dpia"):
        yield _objection(case or "; ".join(met))


@law.gate(
    "GDPR-35",
    "What is a high risk for people by how many they are is assessed before it is used",
    passing("99,999 of a million", product=_ONE, facts=_about(99_999, 1_000_000)),
    passing("many, and no other criterion", facts=_about(250_000)),
    passing("nobody could be counted", product=_ONE, facts={"shapes": Shapes()}),
    passing("a tenth of the largest base", product=_ONE, facts=_about(400, 4_000)),
    passing("few of those whom the organisation declares", product=_ONE, facts=_about(400), governance=_declared(4_000)),
    passing("many, and the assessment stands", product={**ILL, **_FILED}, facts=_about(250_000), governance=record("dpia", KEY)),
    failing("special categories of 100,000 people", product=_ONE, facts=_about(100_000, 10_000_000)),
    failing("100,000 people are watched", product=_SEEN, facts=_about(100_000, 10_000_000)),
    failing("more than a tenth of the largest base of the mesh", product=_ONE, facts=_about(401, 4_000)),
    failing("all whom the mesh knows", product=_ONE, facts=_about(400)),
    failing(
        "more than a tenth of those whom the organisation declares", product=_ONE, facts=_about(401), governance=_declared(4_000)
    ),
    failing("the same, in a mesh that holds more", product=_ONE, facts=_about(401, 90_000), governance=_declared(4_000)),
    part="rows",
    needs=[Need.SHAPES],
    inputs=("columns", "inputs", "privacy", "staged rows", "policies.yaml population", "register.yaml"),
    **_COMMON,
)
def many_are_assessed(facts: Facts) -> Iterator[Objection]:
    large = large_scale(facts)
    met = criteria(facts) if large else ()
    if len(met) == 1 and not _decides_alone(facts) and not own_record(facts, "dpia"):
        yield _objection("; ".join((*met, large)))


ASSESSMENT = (high_risk_is_assessed, many_are_assessed)
