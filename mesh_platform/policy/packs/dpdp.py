"""DPDP: India's Digital Personal Data Protection Act 2023 and its Rules. It binds what lies in India, from 13 May 2027 on.

One year (Rule 8(3)) is a floor for the personal data, its traffic data and the logs of its processing, for the purposes of the Seventh Schedule alone,
and it stands in tension with erasure. The platform keeps its own audit log that long, which knows people by tokens. It keeps no row on its own account:
`retention.minimum` does, where the product says so: of what somebody has erased, what the law needs then stays. A product that says nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mesh_platform.policy.examples_parts import OUTSIDE, recipient, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.jurisdictions import roles_of
from mesh_platform.policy.packs.asking import UNNAMED, has_outside, holds, objecting, own_record, own_records, personal
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Rule, Verdict, allowed, failing, passing, refused
from mesh_platform.product import LegalBasis
from mesh_platform.product.governance.recipients import Recipient
from mesh_platform.product.register import Exemption

FROM = date(2027, 5, 13)
law = Pack("DPDP", effective_from=FROM)
NO_LEGITIMATE_USE = frozenset({LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.CONTRACT})
"""Bases that section 7 does not list: what rests on them needs consent here."""
RESTRICTED_COUNTRIES: frozenset[str] = frozenset()
"""Countries to which the Union Government restricts transfers; it had named none when this was written."""
KEY = "customer/profiles"


def _about_children(facts: Facts) -> bool:
    return "child" in facts.descriptor.privacy.subjects or holds(facts, "user.children")


@dataclass(frozen=True, slots=True)
class Exempt:
    """One class or purpose of the Fourth Schedule: what it processes children's data for, and what it may watch in that.

    `purposes` are those of the registry, with what stands below them; `bases`: whatever rests on one of these.
    """

    purposes: tuple[str, ...] = ()
    bases: frozenset[LegalBasis] = frozenset()
    watches: tuple[str, ...] = ()

    def covers(self, facts: Facts, purpose: str) -> bool:
        rests = facts.descriptor.purposes.get(purpose) in self.bases
        return rests or any(facts.governance.purpose_covers(one, purpose) for one in self.purposes)


_WATCHED = ("user.behavior.browsing_history", "user.location.precise")
_BY_LAW = frozenset({LegalBasis.LEGAL_OBLIGATION, LegalBasis.PUBLIC_TASK})
FOURTH_SCHEDULE: Mapping[Exemption, Exempt] = {
    "health_service": Exempt(("healthcare",)),
    "allied_health_service": Exempt(("healthcare.treatment",)),
    "educational_institution": Exempt(("education", "safety"), watches=_WATCHED),
    "child_care": Exempt(("safety",), watches=_WATCHED),
    "school_transport": Exempt(("safety.transport",), watches=("user.location.precise",)),
    "duty_for_the_child": Exempt(bases=_BY_LAW, watches=_WATCHED),
    "benefit": Exempt(("benefits",), watches=()),
    "email_account": Exempt(("account.email",)),
    "wellbeing": Exempt(("safety.content",), watches=("user.behavior.browsing_history",)),
    "age_check": Exempt(("age_check",)),
}
"""Which purposes of the registry each stands for is a house rule: they are looked for by these names."""


def _exemptions(facts: Facts) -> list[Exempt]:
    """The exemptions on record for the product, each of a class that is named."""
    return [FOURTH_SCHEDULE[one.exemption] for one in own_records(facts, "authority") if one.exemption]


def _uncovered(facts: Facts, found: Iterable[Exempt]) -> str | None:
    """A purpose of the product that none of these exemptions covers."""
    exempt = [*found]
    return next((name for name in facts.descriptor.purposes if not any(one.covers(facts, name) for one in exempt)), None)


def _child(**more: object) -> dict[str, Any]:
    return {"privacy": {"subjects": ["child"], **more}}


def _school(purpose: str = "education", watched: str = "", basis: str = "consent", **more: object) -> dict[str, Any]:
    """The profiles about children, for one purpose alone, with an authority on record; with what they watch."""
    seen = {"seen": {"type": "string", "sensitivity": "restricted", "category": watched}} if watched else {}
    served = {"service": None, "marketing": None, purpose: basis}
    only = {"columns": {"email": None, **seen}, "purposes": served, "dataContracts": None, "source": {"purpose": purpose}}
    return {**_child(records=["it"]), **only, **more}


def _authority(exemption: str | None = None, about: str = KEY, expires: str = "2027-06-30") -> dict[str, Any]:
    said = record("authority", about, expires=expires)["records"]["it"]
    purposes = ("education", "safety", "safety.transport", "healthcare", "healthcare.treatment", "benefits")
    known = {name: {"parent": name.rpartition(".")[0]} if "." in name else {} for name in purposes}
    return {"records": {"it": {**said, "exemption": exemption}}, "purposes": known}


@law.gate(
    "DPDP-7",
    "Data is processed on consent or for a legitimate use of the list",
    passing("on consent and a duty", product={"purposes": {"service": "consent", "enrichment": "legal_obligation"}}),
    failing("on a contract", product={"purposes": {"service": "contract"}}),
    failing("on legitimate interests", product={"purposes": {"service": "legitimate_interests"}}),
    source="DPDP Act s. 4, 6 and 7(a) to (i)",
    remedy="Ask for consent, or name a legitimate use of section 7 (a duty, an emergency, a public task).",
    applies=personal,
    inputs=("purposes",),
    condition="people's data; what somebody hands over for a purpose of their own accord (7(a)) is said as consent",
)
def listed_use(facts: Facts) -> Iterator[Objection]:
    for purpose, basis in facts.descriptor.purposes.items():
        if basis in NO_LEGITIMATE_USE:
            yield Objection(f"{purpose!r} rests on {basis}, which is no legitimate use of section 7.", at=("purposes", purpose))


@law.gate(
    "DPDP-9-3",
    "Children are not tracked, and get no targeted advertising",
    passing("about grown-ups"),
    passing(
        "about children, for the service alone",
        product={"privacy": {"subjects": ["child"]}, "purposes": {"marketing": None}, "columns": {"email": None}},
    ),
    passing(
        "a school watches for education", product=_school(watched=_WATCHED[0]), governance=_authority("educational_institution")
    ),
    passing(
        "a school bus knows where they are",
        product=_school("safety.transport", _WATCHED[1]),
        governance=_authority("school_transport"),
    ),
    failing("about children, and for marketing", product=_child()),
    failing("an authority of no class", product=_school(watched=_WATCHED[0]), governance=_authority()),
    failing(
        "a school, and for marketing too",
        product=_school(purposes={"service": None, "education": "consent"}),
        governance=_authority("educational_institution"),
    ),
    failing(
        "a school bus reads what they look at",
        product=_school("safety.transport", _WATCHED[0]),
        governance=_authority("school_transport"),
    ),
    failing(
        "a clinic is exempted for health services, and watches nobody",
        product=_school("healthcare", _WATCHED[1]),
        governance=_authority("health_service"),
    ),
    failing(
        "a school watches for something else",
        product=_school("benefits", _WATCHED[0]),
        governance=_authority("educational_institution"),
    ),
    source="DPDP Act s. 9(3), but for what the Fourth Schedule of the Rules exempts (s. 9(4)); the purposes of each class, by their names, are a house rule",
    remedy="Take the purposes below marketing out, and what watches behaviour; leave children out; or put the exemption (`kind: authority`, with the class as `exemption:`) on record.",
    version=2,
    verdict=Verdict.DENY,
    applies=_about_children,
    inputs=("privacy.subjects", "purposes", "columns.category", "register.yaml"),
    condition="children's data",
)
def children_are_left_alone(facts: Facts) -> Iterator[Objection]:
    exempt = _exemptions(facts)
    for purpose in facts.descriptor.purposes:
        if (facts.governance.purpose(purpose) or "").partition(".")[0] == "marketing":
            yield Objection(f"It is about children, and serves {purpose!r}.", at=("purposes", purpose))
    watching = [one for one in _WATCHED if holds(facts, one)]
    allowed_ = {one for exemption in exempt for one in exemption.watches}
    if watching and ({*watching} - allowed_ or _uncovered(facts, exempt) is not None):
        yield Objection("It is about children, and watches what they do or where they are.")


@law.gate(
    "DPDP-16",
    "Data goes to no country to which transfers are restricted",
    passing("a named country", product=OUTSIDE, governance=recipient(role="processor", country="SG")),
    failing("nobody named the country", product=OUTSIDE, governance=recipient(role="processor")),
    source="DPDP Act s. 16",
    remedy="Name the recipient's `country` in governance/recipients.yaml, or end the contract.",
    verdict=Verdict.DENY,
    applies=has_outside,
    inputs=("dataContracts.consumer", "recipients.yaml country"),
    condition="recipients outside of the mesh",
)
def country_is_open(facts: Facts) -> Iterator[Objection]:
    def why(known: Recipient | None) -> str:
        countries = known.countries if known and known.country else ("",)
        closed = [one for one in countries if not one or one in RESTRICTED_COUNTRIES]
        return f"is in {closed[0] or UNNAMED}." if closed else ""

    return objecting(facts, why)


_FLOOR = timedelta(days=365)


@law.gate(
    "DPDP-R8-3",
    "The data itself is kept for one year, for what the Seventh Schedule lists alone",
    passing("a minimum of a year", product={"retention": {"minimum": "1 year", "basis": "DPDP Rule 8(3)"}}),
    failing("no minimum"),
    failing("a minimum of a month", product={"retention": {"minimum": "30 days", "basis": "DPDP Rule 8(3)"}}),
    source="DPDP Rules, Rule 8(3) and Rule 6(1)(e)",
    remedy="Add `retention: {minimum: 1 year, basis: …}`: of what somebody has erased, what the law needs then stays.",
    part="rows",
    verdict=Verdict.WARN,
    applies=personal,
    inputs=("retention.minimum",),
    condition="people's data; a warning, since it is in tension with erasure (s. 8(7) and 12(3)) and which rows it means is not settled",
)
def rows_have_a_floor(facts: Facts) -> Iterator[Objection]:
    kept = facts.descriptor.retention
    if kept is None or kept.minimum is None or kept.minimum.approximate < _FLOOR:
        yield Objection("Nothing keeps its rows for the year that Rule 8(3) asks for.", at=("retention", "minimum"))


@law.gate(
    "DPDP-9",
    "A child's data is processed with a parent's verifiable consent, on whichever ground",
    passing("about grown-ups"),
    passing("consent of parents is on record", product=_child(records=["it"]), governance=record("parental_consent", KEY)),
    passing("a school, for education", product=_school(), governance=_authority("educational_institution")),
    passing("a clinic, for treatment", product=_school("healthcare.treatment"), governance=_authority("health_service")),
    passing("a duty by law", product=_school("benefits", basis="legal_obligation"), governance=_authority("duty_for_the_child")),
    failing("no parent was asked", product=_child()),
    failing("an authority of no class", product=_school(), governance=_authority()),
    failing("a class that is exempted for something else", product=_school(), governance=_authority("health_service")),
    failing("a duty by law, and it rests on consent", product=_school("benefits"), governance=_authority("duty_for_the_child")),
    failing(
        "one of two purposes is covered",
        product=_school(purposes={"marketing": None, "education": "consent"}),
        governance=_authority("educational_institution"),
    ),
    failing(
        "an exemption of another product",
        product=_school(),
        governance=_authority("educational_institution", about="sales/orders"),
    ),
    failing(
        "an exemption that has ended", product=_school(), governance=_authority("educational_institution", expires="2026-11-30")
    ),
    failing("a legal duty, and no parent was asked", product={**_child(), "purposes": {"service": "legal_obligation"}}),
    source="DPDP Act s. 2(f), 9(1) and 9(4): below 18, but for what the Fourth Schedule of the Rules exempts; the purposes of each class, by their names, are a house rule",
    remedy="Put a record of the kind parental_consent into governance/register.yaml (`NAME: {kind: parental_consent, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`; or one of the exemption (`kind: authority`, with the class as `exemption:`), whose purposes cover the product's.",
    version=2,
    verdict=Verdict.DENY,
    applies=_about_children,
    inputs=("privacy.subjects", "columns.category", "register.yaml"),
    condition="children's data",
)
def parents_are_asked(facts: Facts) -> Iterator[Objection]:
    if own_record(facts, "parental_consent"):
        return
    exempt = _exemptions(facts)
    if not exempt:
        why = (
            "It is about children, and no record shows that their parents agreed, or of which class of the Fourth Schedule it is."
        )
        yield Objection(why, at=("privacy", "records"))
    elif purpose := _uncovered(facts, exempt):
        why = f"It is about children, and the exemption on record does not cover {purpose!r}."
        yield Objection(why, at=("purposes", purpose))


DPDP: tuple[Rule, ...] = (
    law.shared("DPDP-5", "People saw a notice, by its version", "CORE-20", "DPDP Act s. 5"),
    law.platform(
        "DPDP-6-4",
        "A withdrawn consent ends the processing",
        allowed("it stands", "ledger.consent_stands"),
        refused("it was withdrawn", "ledger.consent_withdrawn"),
        by="mesh_platform.ledger.law:decide",
        source="DPDP Act s. 6(4)",
        remedy="Nothing to do: rows go from the next read.",
        condition="purposes on consent, at each read",
    ),
    law.platform(
        "DPDP-6-6",
        "Processors are told of a withdrawal, until they acknowledge it",
        allowed("acknowledged", "recipients.acknowledged"),
        refused("it waits past its time", "recipients.late"),
        by="mesh_platform.propagation.recipients:standing",
        source="DPDP Act s. 6(6)",
        remedy="`mesh consent recipients` shows what waits, and why.",
        verdict=Verdict.TASK,
        condition="recipients of governance/recipients.yaml",
    ),
    listed_use,
    law.shared("DPDP-8-7", "Data is erased when its purpose has ended", "CORE-03", "DPDP Act s. 8(7)"),
    law.attested(
        "DPDP-R8",
        "People of the classes of the Third Schedule are told 48 hours before data goes after three years without a word of them",
        "DPDP Rules, Rule 8(1) and (2), Third Schedule",
        "Say `roles: [third_schedule]` for DPDP in governance/packs.yaml where it applies, and attest the notice (about: [DPDP-R8]).",
        applies=lambda facts: personal(facts) and "third_schedule" in roles_of(facts.mesh, "DPDP"),
        condition="classes of the Third Schedule alone",
    ),
    law.log_kept(
        "DPDP-R8-3",
        "Logs of the processing are kept for one year",
        1,
        "DPDP Rules, Rule 8(3) and Rule 6(1)(e)",
        condition="the audit log, at each publication",
    ),
    rows_have_a_floor,
    parents_are_asked,
    children_are_left_alone,
    law.platform(
        "DPDP-11",
        "An answer says what is processed and who got it",
        allowed("everything is said", "requests.package_complete"),
        refused("purposes and retention are not", "requests.package_incomplete"),
        by="mesh_platform.subjects.packages.about:missing",
        source="DPDP Act s. 11",
        remedy="Complete the descriptors of the products that the request names.",
        verdict=Verdict.BLOCK,
        condition="requests for access",
    ),
    law.platform(
        "DPDP-12",
        "What is corrected or erased is so everywhere",
        allowed("nothing is found", "requests.verified"),
        refused("the person is found in one place", "requests.residue"),
        by="mesh_platform.subjects.outcomes:verified",
        source="DPDP Act s. 12; the days are those of grievances (Rule 14(3))",
        remedy="`mesh dsar run` goes on where it stopped.",
        verdict=Verdict.TASK,
        days=90,
        condition="requests for correction and erasure",
    ),
    law.platform(
        "DPDP-13",
        "A grievance is answered in 90 days",
        allowed("on day 90", "clocks.dpdp_in_time"),
        refused("on day 91", "clocks.dpdp_late"),
        by="mesh_platform.subjects.requests.clocks:clock_of",
        source="DPDP Act s. 13(2); DPDP Rules, Rule 14(3)",
        remedy="Answer it.",
        verdict=Verdict.TASK,
        days=90,
        condition="requests",
    ),
    country_is_open,
    law.platform(
        "DPDP-R7",
        "A breach is told to the people at once, and to the Board in 72 hours",
        allowed("both told in hour 72", "breaches.dpdp_in_time"),
        refused("both told in hour 73", "breaches.dpdp_late"),
        refused("told to nobody by hour 73, and unlikely to be a risk", "breaches.dpdp_unlikely"),
        by="mesh_platform.subjects.breaches.duties:kept",
        source="DPDP Rules, Rule 7; people are told without delay, which the house takes as 72 hours",
        remedy="Tell them, and write it down: `mesh breach notify`.",
        verdict=Verdict.TASK,
        applies=personal,
        days=3,
        condition="people's data",
    ),
)
