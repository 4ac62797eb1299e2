"""LGPD: Brazil's Lei 13.709/2018. It binds what lies in Brazil. Where it asks what the GDPR asks, the judgement is the same, in its own name."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.examples_parts import OUTSIDE, recipient, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import has_outside, objecting, personal, unprotected
from mesh_platform.policy.packs.gdpr.assessment import high_risk_is_assessed, many_are_assessed
from mesh_platform.policy.packs.gdpr.lawfulness import has_a_basis, parents_consent, special_has_a_condition
from mesh_platform.policy.packs.gdpr.recipients import EEA
from mesh_platform.policy.packs.gdpr.rights import a_person_decides
from mesh_platform.policy.packs.gdpr.security import record_can_be_written
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Rule, Verdict, allowed, failing, passing, refused

law = Pack("LGPD")
PROTECTED = frozenset({"BR"}) | EEA
"""Brazil; and the Union with Iceland, Liechtenstein and Norway, found adequate by the national authority's Resolution 32 of 26 January 2026."""


@law.gate(
    "LGPD-33",
    "Data leaves Brazil only where it stays protected",
    passing("within Brazil", product=OUTSIDE, governance=recipient(role="controller", country="BR")),
    passing(
        "to the Union, which the authority found adequate", product=OUTSIDE, governance=recipient(role="controller", country="DE")
    ),
    passing(
        "under standard clauses",
        product=OUTSIDE,
        governance={**recipient(role="controller", country="US", records=["it"]), **record("scc", "mailer")},
    ),
    failing("under nothing", product=OUTSIDE, governance=recipient(role="controller", country="US")),
    failing("to nobody knows where", product=OUTSIDE),
    failing(
        "within Brazil, and a sub-processor in India has it under nothing",
        product=OUTSIDE,
        governance=recipient(role="controller", country="BR", subProcessors=[{"name": "Help desk", "country": "IN"}]),
    ),
    source="LGPD Art. 33; Resolution 32/2026 of the authority (the Union is adequate)",
    remedy="Name a record of the kind scc, bcr, certification or derogation under the recipient's `records`, or end the contract.",
    verdict=Verdict.DENY,
    applies=has_outside,
    inputs=("dataContracts.consumer", "recipients.yaml country", "register.yaml"),
    condition="recipients outside of Brazil and the European Economic Area",
)
def transfers_are_protected(facts: Facts) -> Iterator[Objection]:
    return objecting(facts, lambda known: unprotected(facts, known, PROTECTED))


LGPD: tuple[Rule, ...] = (
    law.like(
        "LGPD-7",
        "Data is processed on one of the bases of the law",
        has_a_basis,
        "LGPD Art. 7",
        "Add `purposes: {<purpose>: <legal basis>}`.",
    ),
    law.platform(
        "LGPD-8-5",
        "A revoked consent closes the next read",
        allowed("it stands", "ledger.consent_stands"),
        refused("it was revoked", "ledger.consent_withdrawn"),
        by="mesh_platform.ledger.law:decide",
        source="LGPD Art. 8 § 5",
        remedy="Nothing to do: rows go from the next read.",
        condition="purposes on consent, at each read",
    ),
    law.like(
        "LGPD-11",
        "Sensitive data has a condition under which it may be processed",
        special_has_a_condition,
        "LGPD Art. 11",
        "Add `privacy: {condition: …}`, and label the columns restricted.",
    ),
    law.like(
        "LGPD-14",
        "Children's data is processed in their best interest, with a parent's consent",
        parents_consent,
        "LGPD Art. 14 and its § 1",
        "Put a record of the kind parental_consent into governance/register.yaml (`NAME: {kind: parental_consent, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
    ),
    law.shared("LGPD-16", "Data is deleted when its processing ends", "CORE-03", "LGPD Art. 16 I to IV"),
    law.platform(
        "LGPD-18-IV",
        "Who asks for it has what is unnecessary or unlawful deleted, blocked or made anonymous",
        refused("nothing keeps the row", "retention.erased"),
        allowed("a hold covers it", "retention.held"),
        by="mesh_platform.retention.precedence:verdict",
        source="LGPD Art. 18 IV; the days are a house rule, since Art. 18 § 5 leaves them to a regulation",
        remedy="Nothing to do: the request says what is kept and why.",
        verdict=Verdict.TASK,
        days=15,
        condition="requests; a row that stays counts as passed here",
    ),
    law.platform(
        "LGPD-18-VI",
        "What was processed on consent is deleted when the person asks, and looked for afterwards",
        allowed("nothing is found", "requests.verified"),
        refused("the person is found in one place", "requests.residue"),
        by="mesh_platform.subjects.outcomes:verified",
        source="LGPD Art. 18 VI; the days are a house rule, since Art. 18 § 5 leaves them to a regulation",
        remedy="`mesh dsar run` goes on where it stopped.",
        verdict=Verdict.TASK,
        days=15,
        condition="requests for deletion",
    ),
    law.platform(
        "LGPD-18-6",
        "Recipients are told of corrections, deletions and blocks",
        allowed("acknowledged", "recipients.acknowledged"),
        refused("it waits past its time", "recipients.late"),
        by="mesh_platform.propagation.recipients:standing",
        source="LGPD Art. 18 § 6 and 18 VII",
        remedy="`mesh consent recipients` shows what waits, and why.",
        verdict=Verdict.TASK,
        condition="recipients of governance/recipients.yaml",
    ),
    law.platform(
        "LGPD-19",
        "A full answer is given in 15 days",
        allowed("on day 15", "clocks.lgpd_in_time"),
        refused("on day 16", "clocks.lgpd_late"),
        by="mesh_platform.subjects.requests.clocks:clock_of",
        source="LGPD Art. 19 II: confirmation and access",
        remedy="Answer it; a simple answer is given at once.",
        verdict=Verdict.TASK,
        days=15,
        condition="requests",
    ),
    law.like(
        "LGPD-20",
        "A person can have an automated decision reviewed",
        a_person_decides,
        "LGPD Art. 20; that it is a person who reviews is a house rule",
        "Have a person review each decision and say `privacy: {humanReview: true}`.",
    ),
    transfers_are_protected,
    law.like(
        "LGPD-37",
        "Records of processing can be written from what stands here",
        record_can_be_written,
        "LGPD Art. 37",
        "Give each identifying column its `category:` or `subject:`.",
    ),
    law.like(
        "LGPD-38",
        "What is a high risk has an impact report, which the authority may ask for",
        high_risk_is_assessed,
        "LGPD Art. 38; that it is written before anybody asks, and for what, is a house rule",
        "Put a record of the kind dpia into governance/register.yaml (`NAME: {kind: dpia, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
        verdict=Verdict.TASK,
    ),
    law.like(
        "LGPD-38",
        "What is a high risk by how many people it is about has an impact report, which the authority may ask for",
        many_are_assessed,
        "LGPD Art. 38; that it is written before anybody asks, and for what, is a house rule",
        "Put a record of the kind dpia into governance/register.yaml (`NAME: {kind: dpia, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
        part="rows",
        verdict=Verdict.TASK,
    ),
    law.platform(
        "LGPD-48",
        "An incident that may harm people is told to the authority and to them in three business days",
        allowed("both told on the third day", "breaches.lgpd_third_day"),
        refused("both told on the fourth", "breaches.lgpd_fourth_day"),
        refused("the authority told, and the people not", "breaches.lgpd_people_untold"),
        by="mesh_platform.subjects.breaches.duties:kept",
        source="LGPD Art. 48; Resolution 15/2024, Art. 6 and 9",
        remedy="Tell them, and write it down: `mesh breach notify`.",
        verdict=Verdict.TASK,
        applies=personal,
        days=3,
        condition="people's data",
    ),
)
