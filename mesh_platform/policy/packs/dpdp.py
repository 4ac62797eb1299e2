"""DPDP: India's Digital Personal Data Protection Act 2023 and its Rules. It binds what lies in India, from 13 May 2027 on.

One year of logs (Rule 8(3)) is a floor with restricted use, in tension with erasure: the platform keeps its own audit log that long, which knows
people by tokens, and never a product's rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mesh_platform.policy.examples_parts import OUTSIDE, recipient
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.jurisdictions import roles_of
from mesh_platform.policy.packs.asking import UNNAMED, has_outside, holds, objecting, personal
from mesh_platform.policy.packs.gdpr.lawfulness import parents_consent
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Rule, Verdict, allowed, failing, passing, refused
from mesh_platform.product import LegalBasis
from mesh_platform.product.governance.recipients import Recipient

FROM = date(2027, 5, 13)
law = Pack("DPDP", effective_from=FROM)
NO_LEGITIMATE_USE = frozenset({LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.CONTRACT})
"""Bases that section 7 does not list: what rests on them needs consent here."""
RESTRICTED_COUNTRIES: frozenset[str] = frozenset()
"""Countries to which the Union Government restricts transfers; it had named none when this was written."""


@law.gate(
    "DPDP-7",
    "Data is processed on consent or for a legitimate use of the list",
    passing("on consent and a duty", product={"purposes": {"service": "consent", "enrichment": "legal_obligation"}}),
    failing("on a contract", product={"purposes": {"service": "contract"}}),
    failing("on legitimate interests", product={"purposes": {"service": "legitimate_interests"}}),
    source="DPDP Act s. 4, 6 and 7",
    remedy="Ask for consent, or name a legitimate use of section 7 (a duty, an emergency, a public task).",
    applies=personal,
    inputs=("purposes",),
    condition="people's data",
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
    failing("about children, and for marketing", product={"privacy": {"subjects": ["child"]}}),
    source="DPDP Act s. 9(3)",
    remedy="Take the purposes below marketing out, and what watches behaviour; or leave children out.",
    verdict=Verdict.DENY,
    applies=lambda facts: "child" in facts.descriptor.privacy.subjects or holds(facts, "user.children"),
    inputs=("privacy.subjects", "purposes", "columns.category"),
    condition="children's data",
)
def children_are_left_alone(facts: Facts) -> Iterator[Objection]:
    for purpose in facts.descriptor.purposes:
        if (facts.governance.purpose(purpose) or "").partition(".")[0] == "marketing":
            yield Objection(f"It is about children, and serves {purpose!r}.", at=("purposes", purpose))
    if holds(facts, "user.behavior.browsing_history", "user.location.precise"):
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
        source_checked=True,
        applies=lambda facts: personal(facts) and "third_schedule" in roles_of(facts.mesh, "DPDP"),
        condition="classes of the Third Schedule alone",
    ),
    law.log_kept(
        "DPDP-R8-3",
        "Logs of the processing are kept for one year",
        1,
        "DPDP Rules, Rule 8(3) and Rule 6",
        source_checked=True,
        condition="the audit log, at each publication; never a product's rows",
    ),
    law.like(
        "DPDP-9",
        "A child's data is processed with a parent's verifiable consent",
        parents_consent,
        "DPDP Act s. 9(1): below 18",
        "Put a record of the kind parental_consent into governance/register.yaml (`NAME: {kind: parental_consent, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
    ),
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
        source="DPDP Act s. 12",
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
        source="DPDP Act s. 13; DPDP Rules",
        remedy="Answer it.",
        verdict=Verdict.TASK,
        days=90,
        condition="requests",
    ),
    country_is_open,
    law.attested(
        "DPDP-R7",
        "A breach is told to the people at once, and to the Board in 72 hours",
        "DPDP Rules, Rule 7",
        "Attest the process in governance/register.yaml (about: [DPDP-R7]).",
        applies=personal,
        days=3,
        condition="people's data",
    ),
)
