"""45 CFR Part 164, the rest: who gets health data, for what, with which safeguards, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_platform.policy.binding import Control
from mesh_platform.policy.examples_parts import HEALTH, ILL, recipient, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import SPECIAL, agreement, holding, holds, outside, own_record
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Rule, Veil, Verdict, allowed, failing, passing, refused
from mesh_platform.policy.shapes import name_words
from mesh_platform.product import LegalBasis
from mesh_platform.product.contracts import consumer_of
from mesh_platform.product.models import DataContract

law = Pack("HIPAA")
CARE = ("healthcare", "healthcare.treatment", "healthcare.payment", "healthcare.operations")
"""Purposes of care, its payment and its running, for which one covered entity may give another what it needs (164.506(c))."""
_OUT = {**ILL, "dataContracts": [{"consumer": "mailer", "purpose": "enrichment", "fields": ["customer_id", "diagnosis"]}]}
_INSIDE = [{"consumer": "sales", "purpose": "enrichment", "fields": ["customer_id", "diagnosis"]}]
_RAW = {**ILL, "dataContracts": [{**_INSIDE[0], "raw": ["diagnosis"]}]}
_CARE = {
    "columns": {"diagnosis": HEALTH},
    "purposes": {"healthcare.treatment": "contract"},
    "dataContracts": [{**_INSIDE[0], "purpose": "healthcare.treatment", "raw": ["diagnosis"]}],
}
_CARED = {**_CARE, "dataContracts": [{**_OUT["dataContracts"][0], "purpose": "healthcare.treatment"}]}
_TREATMENT: dict[str, Any] = {"purposes": {"healthcare": {}, "healthcare.treatment": {"parent": "healthcare"}}}
_BY_LAW = {
    **_CARE,
    "purposes": {"reporting.required": "legal_obligation"},
    "dataContracts": [{**_INSIDE[0], "purpose": "reporting.required", "raw": ["diagnosis"]}],
}
_OTHER = {**_BY_LAW, "dataContracts": [{**_INSIDE[0], "purpose": "enrichment", "raw": ["diagnosis"]}]}
_REQUIRED: dict[str, Any] = {"purposes": {"reporting.required": {}}}
TREATMENT = ("healthcare.treatment",)
MORE = 30
"""Days by which a notice extends an answer, whatever is asked."""
NOTES = "user.health.psychotherapy_notes"
_CALLED = (frozenset({"psychotherapy", "psychotherapist", "therapy", "therapist"}), frozenset({"note", "notes"}))
"""Words of which a name has one of each that calls a column psychotherapy notes."""
NOTE = {**HEALTH, "category": NOTES}
_NOTES_OUT = [{"consumer": "sales", "purpose": "enrichment", "fields": ["customer_id", "note"]}]


def _noted(purpose: str, basis: str = "contract", **more: object) -> dict[str, Any]:
    """The profiles with notes that serve one purpose alone."""
    return {"columns": {"note": {**NOTE, "purposes": [purpose]}}, "purposes": {purpose: basis}, **more}


_FILED_NOTES = _noted("service", dataContracts=_NOTES_OUT, privacy={"records": ["it"]})


def health(facts: Facts) -> bool:
    return holds(facts, "user.health")


def _serves(facts: Facts, contract: DataContract, *purposes: str) -> bool:
    return any(facts.governance.purpose_covers(one, contract.purpose) for one in purposes)


def _required(facts: Facts, contract: DataContract) -> bool:
    """Whether the law requires what the contract is for, by the basis that the product names for that purpose."""
    return facts.descriptor.purposes.get(contract.purpose) is LegalBasis.LEGAL_OBLIGATION


def _role(facts: Facts, contract: DataContract) -> str | None:
    known = facts.governance.recipient_called(contract.consumer)
    return known[1].role if known and consumer_of(facts.mesh, contract.consumer) is None else None


def _spared(facts: Facts) -> frozenset[str]:
    """The purposes for which it is shown as far as a grant goes: treatment, and what the law requires."""
    served, covers = facts.descriptor.purposes, facts.governance.purpose_covers
    other = [name for name, basis in served.items() if basis is not LegalBasis.LEGAL_OBLIGATION]
    required = (name for name in served if name not in other and not any(covers(name, one) for one in other))
    return frozenset((*TREATMENT, *required))


def _as_needed(facts: Facts) -> Iterator[Veil]:
    """Health data, unless the people authorised that it is shown. What a person gets about themselves is a package, and no read."""
    columns = tuple(sorted({*holding(facts, *SPECIAL)}))
    if columns and not own_record(facts, "authority"):
        yield Veil(
            columns, "It is health data, and is shown for treatment, and for what the law requires, alone.", _spared(facts)
        )


@law.gate(
    "HIPAA-502B",
    "Health data is shown as far as its purpose needs it",
    passing("masked for whoever does not treat", product={**ILL, "dataContracts": _INSIDE}),
    passing("raw for treatment", product=_CARE, governance=_TREATMENT),
    passing("raw, because the law requires it", product={**_RAW, "purposes": {"enrichment": "legal_obligation"}}),
    passing(
        "raw, for the patient",
        product={**_OUT, "dataContracts": [{**_OUT["dataContracts"][0], "raw": ["diagnosis"]}]},
        governance=recipient(role="patient", country="US"),
    ),
    passing(
        "raw under an authorisation",
        product={**_RAW, "privacy": {"records": ["it"]}},
        governance=record("authority", "customer/profiles"),
    ),
    failing("raw for another purpose", product=_RAW),
    failing("raw for another purpose, although one is required by law", product=_OTHER, governance=_REQUIRED),
    source="45 CFR 164.502(b)(1) and (2), 164.514(d); not for treatment, the individual, an authorisation or what the law requires",
    remedy="They are masked at each read; take the columns out of `raw:`, or put a record of the kind authority into the register and name it.",
    version=2,
    verdict=Verdict.MASK,
    applies=health,
    hides=_as_needed,
    inputs=("dataContracts.raw", "columns.category", "purposes", "recipients.yaml role"),
    condition="health data, at each read under a contract or an approved request",
)
def minimum_necessary(facts: Facts) -> Iterator[Objection]:
    for veil in _as_needed(facts):
        for i, contract in enumerate(facts.descriptor.data_contracts):
            shown = sorted({*veil.columns} & {*contract.raw})
            if shown and not _serves(facts, contract, *veil.spared) and _role(facts, contract) != "patient":
                named = ", ".join(map(repr, shown))
                why = f"The contract with {contract.consumer!r} lists {named} as raw for {contract.purpose!r}; they are masked."
                yield Objection(why, at=("dataContracts", i, "raw"), consumer=contract.consumer)


@law.gate(
    "HIPAA-508",
    "Health data is used for marketing under an authorisation alone",
    passing("for nothing of the kind", product={**ILL, "columns": {"diagnosis": {**HEALTH, "purposes": ["service"]}}}),
    passing(
        "an authorisation is on record",
        product={**ILL, "privacy": {"records": ["it"]}},
        governance=record("authority", "customer/profiles"),
    ),
    failing("for marketing, under none", product=ILL),
    source="45 CFR 164.508(a)(3): but for what is said face to face, and small gifts",
    remedy="Narrow the columns' `purposes`, or put a record of the kind authority into the register and name it.",
    verdict=Verdict.DENY,
    applies=health,
    inputs=("purposes", "columns.purposes", "register.yaml"),
    condition="health data that serves a purpose below marketing",
)
def marketing_is_authorised(facts: Facts) -> Iterator[Objection]:
    served = facts.descriptor.purposes
    for name in holding(facts, "user.health"):
        said = facts.columns[name].purposes
        wide = [
            one
            for one in (served if said is None else said)
            if (facts.governance.purpose(one) or "").partition(".")[0] == "marketing"
        ]
        if wide and not own_record(facts, "authority"):
            yield Objection(f"{name!r} serves {wide[0]!r}, and no authorisation is on record.", at=("columns", name, "purposes"))


@law.gate(
    "HIPAA-BAA",
    "Whoever works with health data for us has signed for it",
    passing("nobody outside gets any", product=ILL),
    passing(
        "an agreement holds",
        product=_OUT,
        governance={**recipient(role="business_associate", country="US", records=["it"]), **record("baa", "mailer")},
    ),
    passing(
        "another covered entity needs none for care",
        product=_CARED,
        governance={**recipient(role="covered_entity", country="US"), **_TREATMENT},
    ),
    passing("nor does the patient", product=_OUT, governance=recipient(role="patient", country="US")),
    passing(
        "nor does whoever the law has it given to",
        product={**_OUT, "purposes": {"enrichment": "legal_obligation"}},
        governance=recipient(role="controller", country="US"),
    ),
    failing(
        "another covered entity, for something else than care",
        product=_OUT,
        governance=recipient(role="covered_entity", country="US"),
    ),
    failing("no agreement", product=_OUT, governance=recipient(role="business_associate", country="US")),
    failing("nobody knows the recipient", product=_OUT),
    source="45 CFR 164.502(e)(1) and 164.504(e)(2); whom it spares beside the patient, and that a covered entity is spared for care alone, is a house rule",
    remedy="Register the recipient's role in governance/recipients.yaml, and its agreement (kind: baa) in governance/register.yaml.",
    verdict=Verdict.DENY,
    applies=health,
    inputs=("dataContracts.consumer", "recipients.yaml", "register.yaml"),
    condition="health data under a contract with somebody outside",
)
def associates_have_signed(facts: Facts) -> Iterator[Objection]:
    for at, contract, known in outside(facts):
        role = known.role if known else None
        spared = role == "patient" or _required(facts, contract) or (role == "covered_entity" and _serves(facts, contract, *CARE))
        if not spared and not agreement(facts, known, "baa"):
            why = f"{contract.consumer!r} gets health data, and no business associate agreement with it holds."
            yield Objection(why, at=("dataContracts", at, "consumer"), consumer=contract.consumer)


_BREACHES = "mesh_platform.subjects.breaches.duties:kept"


def _notes(facts: Facts) -> tuple[str, ...]:
    """The columns of psychotherapy notes: by their category, or by what they are called."""
    called = (name for name in facts.columns if all(words & name_words(name) for words in _CALLED))
    return tuple(dict.fromkeys((*holding(facts, NOTES), *called)))


@law.gate(
    "HIPAA-508",
    "Psychotherapy notes serve the treatment by who wrote them, and whatever else under an authorisation alone",
    passing("there are none", product=ILL),
    passing("the therapist's own treatment", product=_noted("healthcare.treatment"), governance=_TREATMENT),
    passing("the law requires it", product=_noted("service", basis="legal_obligation")),
    passing("an authorisation is on record", product=_FILED_NOTES, governance=record("authority", "customer/profiles")),
    passing(
        "somebody else gets them, and the law requires it",
        product={**_noted("enrichment", basis="legal_obligation"), "dataContracts": _NOTES_OUT},
    ),
    failing("for another purpose, under none", product=_noted("service")),
    failing("for every purpose of the product", product={"columns": {"note": NOTE}}),
    failing("called so, and of no category", product={"columns": {"psychotherapy_notes": {**NOTE, "category": "user.health"}}}),
    failing("called so in two words", product={"columns": {"TherapyNote": {**NOTE, "category": "user.health"}}}),
    failing("payment and operations are no treatment", product=_noted("healthcare"), governance=_TREATMENT),
    failing(
        "another domain treats with them",
        product={
            **_noted("healthcare.treatment"),
            "dataContracts": [{**_NOTES_OUT[0], "purpose": "healthcare.treatment"}],
        },
        governance=_TREATMENT,
    ),
    failing("an authorisation for another product", product=_FILED_NOTES, governance=record("authority", "sales/orders")),
    source="45 CFR 164.508(a)(2): but for the originator's treatment, and what the law requires; its other exceptions need an authority on record here, which is a house rule",
    remedy="Narrow the column's `purposes` to healthcare.treatment, take it out of contracts, or put a record of the kind authority into the register and name it.",
    part="psychotherapy notes",
    verdict=Verdict.DENY,
    applies=lambda facts: bool(_notes(facts)),
    inputs=("columns.category", "columns", "columns.purposes", "purposes", "dataContracts", "register.yaml"),
    condition="columns of psychotherapy notes",
)
def notes_are_authorised(facts: Facts) -> Iterator[Objection]:
    if own_record(facts, "authority"):
        return
    notes, served = _notes(facts), facts.descriptor.purposes
    for name in notes:
        said = facts.columns[name].purposes
        for purpose in served if said is None else said:
            treats = any(facts.governance.purpose_covers(one, purpose) for one in TREATMENT)
            if not treats and served.get(purpose) is not LegalBasis.LEGAL_OBLIGATION:
                why = f"{name!r} holds psychotherapy notes and serves {purpose!r}; no authorisation is on record."
                yield Objection(why, at=("columns", name, "purposes"))
                break
    for i, contract in enumerate(facts.descriptor.data_contracts):
        given = [name for name in notes if name in contract.fields]
        if given and not _required(facts, contract):
            why = f"{contract.consumer!r} gets psychotherapy notes ({given[0]!r}); no authorisation is on record."
            yield Objection(why, at=("dataContracts", i, "fields"), consumer=contract.consumer)


def _answered(id: str, case: str, title: str, days: int, source: str, condition: str) -> Rule:
    """A right whose answer is due in so many days, and 30 more with notice, once."""
    return law.platform(
        id,
        f"{title} in {days} days, or {days + MORE} with notice",
        allowed(f"on day {days}", f"clocks.hipaa_{case}_in_time"),
        allowed(f"on day {days + MORE}, with notice", f"clocks.hipaa_{case}_extended"),
        refused(f"on day {days + 1}", f"clocks.hipaa_{case}_late"),
        refused(f"on day {days + MORE + 1}, with notice", f"clocks.hipaa_{case}_extended_late"),
        by="mesh_platform.subjects.requests.clocks:clock_of",
        source=source,
        remedy=f"Answer it; `mesh dsar extend` tells the person in the first {days} days why it takes longer, once.",
        verdict=Verdict.TASK,
        days=days,
        condition=condition,
    )


DISCLOSURES = (
    minimum_necessary,
    marketing_is_authorised,
    notes_are_authorised,
    associates_have_signed,
    law.gate(
        "HIPAA-312B",
        "Who reads health data is recorded",
        passing("a probe saw the log", product=ILL, facts={"probes": {Control.ACCESS_LOG: True}}),
        failing("a probe saw none", product=ILL, facts={"probes": {Control.ACCESS_LOG: False}}),
        source="45 CFR 164.312(b)",
        remedy="Ask the platform team what the probe looked at.",
        needs=[Control.ACCESS_LOG],
        applies=health,
        condition="health data",
    )(lambda facts: () if facts.probes.get(Control.ACCESS_LOG) else (Objection("No probe sees the log of accesses."),)),
    law.shared(
        "HIPAA-312A2IV",
        "Health data is encrypted",
        "CORE-04 (encryption_at_rest)",
        "45 CFR 164.312(a)(2)(iv): addressable there, and always asked here",
        condition="restricted data",
    ),
    law.log_kept("HIPAA-316", "The records of what was done are kept for six years", 6, "45 CFR 164.316(b)(2)(i)"),
    law.log_kept(
        "HIPAA-528",
        "Disclosures of six years can be accounted for",
        6,
        "45 CFR 164.528(a)(1) and (c)(1)",
        remedy="Set `audit_years` to 6 or more; `mesh audit search` finds the reads, and the answer is due in 60 days, 30 more with notice.",
    ),
    _answered(
        "HIPAA-524",
        "access",
        "People get their health records",
        days=30,
        source="45 CFR 164.524(b)(2)",
        condition="requests for access and portability under the regime hipaa",
    ),
    _answered(
        "HIPAA-526",
        "amendment",
        "Amendments of health records are answered",
        days=60,
        source="45 CFR 164.526(b)(2)",
        condition="requests for rectification under the regime hipaa",
    ),
    law.platform(
        "HIPAA-404",
        "A breach is told to the people without delay, and in 60 days at most",
        allowed("told on day 60", "breaches.hipaa_people_in_time"),
        refused("told to nobody by day 61", "breaches.hipaa_people_late"),
        by=_BREACHES,
        source="45 CFR 164.404(b)",
        remedy="Tell them, and write it down: `mesh breach notify`.",
        verdict=Verdict.TASK,
        applies=health,
        days=60,
        condition="health data",
    ),
    law.platform(
        "HIPAA-406",
        "A breach of more than 500 people of one state is told to the media there in 60 days",
        allowed("of 500 people", "breaches.hipaa_media_few"),
        refused("of 501, told to nobody by day 61", "breaches.hipaa_media_many"),
        by=_BREACHES,
        source="45 CFR 164.406(a) and (b); where people live is not known, so all of them count as of one state",
        remedy="Tell the media, or say that no state has more than 500 of them: `mesh breach notify`.",
        verdict=Verdict.TASK,
        applies=health,
        days=60,
        condition="health data",
    ),
    law.platform(
        "HIPAA-408",
        "A breach is told to the Secretary: of 500 people or more with them, of fewer after the year",
        allowed("of 499 people, on day 61", "breaches.hipaa_secretary_few"),
        refused("of 500, told to nobody by day 61", "breaches.hipaa_secretary_many"),
        refused("of 499, told to nobody 61 days after the year", "breaches.hipaa_secretary_after_the_year"),
        by=_BREACHES,
        source="45 CFR 164.408(b) and (c)",
        remedy="Tell the Secretary, and write it down: `mesh breach notify`.",
        verdict=Verdict.TASK,
        applies=health,
        days=60,
        condition="health data",
    ),
)
