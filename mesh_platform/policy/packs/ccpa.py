"""CCPA as amended by the CPRA, its regulations (11 CCR § 7000 ff.) and the Delete Act. It binds what lies in the United States.

The Delete Act binds data brokers alone: a role that governance/packs.yaml names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from mesh_platform.policy.examples_parts import ILL, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.jurisdictions import roles_of
from mesh_platform.policy.packs.asking import SPECIAL, holds, own_record, personal
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Rule, Verdict, allowed, failing, passing, refused
from mesh_platform.product import LegalBasis

law = Pack("CCPA")
SHARING = "marketing.third_party"
SENSITIVE = (
    *SPECIAL,
    "user.government_id",
    "user.location.precise",
    "user.authorization",
    "user.financial.card",
    "user.content.private",
)
"""Sensitive personal information (Civ. Code 1798.140(ae)), by our categories."""
A_CYCLE, A_CYCLE_FROM_2027 = timedelta(days=45), timedelta(days=30)
_SHARED = {"purposes": {"marketing.third_party": {"parent": "marketing", "bases": ["consent", "legitimate_interests"]}}}
_BROKER: dict[str, Any] = {"packs": {"bind": {"CCPA": {"domains": ["*"], "roles": ["data_broker"]}}}}


def shares(facts: Facts) -> bool:
    """Whether people's data is sold, or shared for advertising across contexts."""
    return any(facts.governance.purpose_covers(SHARING, purpose) for purpose in facts.descriptor.purposes)


def _children(**more: object) -> dict[str, object]:
    return {"privacy": {"subjects": ["child"], **more}, "purposes": {"marketing.third_party": "consent"}}


@law.gate(
    "CCPA-120C",
    "What is known of people below 16 is sold or shared when they, or below 13 their parents, said yes",
    passing("about grown-ups", product={"purposes": {"marketing.third_party": "legitimate_interests"}}, governance=_SHARED),
    passing(
        "with their word on record",
        product=_children(records=["it"]),
        governance={**_SHARED, **record("parental_consent", "customer/profiles")},
    ),
    failing("nobody asked them", product=_children(), governance=_SHARED),
    failing(
        "shared unless they say no",
        product={**_children(records=["it"]), "purposes": {"marketing.third_party": "legitimate_interests"}},
        governance={**_SHARED, **record("parental_consent", "customer/profiles")},
    ),
    source="Civ. Code 1798.120(c)",
    remedy="Rest the purpose on consent, put a record of the kind parental_consent into the register and name it; or leave children out.",
    verdict=Verdict.DENY,
    applies=lambda facts: shares(facts) and ("child" in facts.descriptor.privacy.subjects or holds(facts, "user.children")),
    inputs=("purposes", "privacy.subjects", "register.yaml"),
    condition="children's data that is sold or shared",
)
def children_opt_in(facts: Facts) -> Iterator[Objection]:
    for purpose, basis in facts.descriptor.purposes.items():
        if facts.governance.purpose_covers(SHARING, purpose) and basis is not LegalBasis.CONSENT:
            yield Objection(
                f"It is about children, and {purpose!r} rests on {basis} in place of consent.", at=("purposes", purpose)
            )
    if not own_record(facts, "parental_consent"):
        yield Objection(
            "It is about children, is shared, and no record shows that they or their parents agreed.", at=("privacy", "records")
        )


@law.gate(
    "CCPA-7150",
    "What is a significant risk is assessed",
    passing("nothing of the kind"),
    passing(
        "assessed", product={**ILL, "privacy": {"records": ["it"]}}, governance=record("risk_assessment", "customer/profiles")
    ),
    failing("sensitive data", product=ILL),
    failing("data that is shared", product={"purposes": {"marketing.third_party": "consent"}}, governance=_SHARED),
    failing("models are trained on it", product={"privacy": {"machineLearning": True}}),
    source="11 CCR § 7150(b); that any decision and any model counts is a house rule",
    remedy="Assess it, put a record of the kind risk_assessment or dpia into governance/register.yaml and name it under `privacy: {records: […]}`.",
    verdict=Verdict.TASK,
    applies=personal,
    inputs=("purposes", "columns.category", "privacy", "register.yaml"),
    condition="sold or shared, sensitive, automated decisions, training",
)
def risk_is_assessed(facts: Facts) -> Iterator[Objection]:
    privacy = facts.descriptor.privacy
    why = {
        "it is sold or shared": shares(facts),
        "it is sensitive": holds(facts, *SENSITIVE),
        "decisions rest on it": privacy.decisions != "none",
        "models are trained on it": privacy.machine_learning,
    }
    met = [name for name, holds_ in why.items() if holds_]
    if met and not own_record(facts, "risk_assessment", "dpia"):
        yield Objection(f"It is a significant risk ({'; '.join(met)}), and no assessment of it holds.", at=("privacy", "records"))


def _fetched(on: str) -> dict[str, Any]:
    said = {"kind": "attestation", "about": ["CCPA-99.86"], "by": "privacy@example.com", "on": on, "expires": "2027-06-30"}
    return {**_BROKER, "records": {"it": said}}


@law.gate(
    "CCPA-99.86",
    "A data broker fetches the list of deletions every 45 days, and deletes anew each time",
    passing("no broker"),
    passing("fetched 30 days ago", governance=_fetched("2026-11-01")),
    failing("never", governance=_BROKER),
    failing("61 days ago", governance=_fetched("2026-10-01")),
    source="Civ. Code 1798.99.86(c)",
    remedy="Fetch the list, open its requests with `mesh dsar open --file`, and attest the day in governance/register.yaml (about: [CCPA-99.86]).",
    applies=lambda facts: personal(facts) and "data_broker" in roles_of(facts.mesh, "CCPA"),
    inputs=("packs.yaml roles", "register.yaml"),
    condition="data brokers alone",
)
def list_is_fetched(facts: Facts) -> Iterator[Objection]:
    yield from _late(facts, A_CYCLE)


@law.gate(
    "CCPA-99.86",
    "From 2027 on a data broker fetches the list of deletions every 30 days",
    passing("no broker"),
    passing("fetched 30 days ago", governance=_fetched("2026-11-01")),
    failing("31 days ago", governance=_fetched("2026-10-31")),
    source="Civ. Code 1798.99.86(c), as AB 883 (2026) is said to change it",
    remedy="Fetch the list every 30 days, and attest the day (about: [CCPA-99.86]).",
    part="2027",
    effective_from=date(2027, 1, 1),
    verdict=Verdict.WARN,
    checked=None,
    unchecked="That 45 days become 30 was found in summaries of the act alone; it warns until the wording was read.",
    applies=lambda facts: personal(facts) and "data_broker" in roles_of(facts.mesh, "CCPA"),
    inputs=("packs.yaml roles", "register.yaml"),
    condition="data brokers alone",
)
def list_is_fetched_sooner(facts: Facts) -> Iterator[Objection]:
    yield from _late(facts, A_CYCLE_FROM_2027)


def _late(facts: Facts, cycle: timedelta) -> Iterator[Objection]:
    found = facts.governance.records_about("CCPA-99.86", facts.today, "attestation")
    last = max((one.on for one in found), default=None)
    if last is None or facts.today - last > cycle:
        when = f"was last fetched on {last.isoformat()}" if last else "was never fetched"
        yield Objection(f"The list of deletions {when}; it is to be fetched every {cycle.days} days.")


CCPA: tuple[Rule, ...] = (
    law.shared("CCPA-100A3", "How long each kind of data is kept is said", "CORE-03", "Civ. Code 1798.100(a)(3)"),
    law.shared(
        "CCPA-100C", "Data is used for what it was collected for", "CORE-08 (contract)", "Civ. Code 1798.100(c); 11 CCR § 7002"
    ),
    law.platform(
        "CCPA-105",
        "A deletion counts as done when nothing of the person is found any more",
        allowed("nothing is found", "requests.verified"),
        refused("the person is found in one place", "requests.residue"),
        by="mesh_platform.subjects.outcomes:verified",
        source="Civ. Code 1798.105(c); 11 CCR § 7022",
        remedy="`mesh dsar run` goes on where it stopped.",
        verdict=Verdict.TASK,
        days=45,
        condition="requests for deletion",
    ),
    law.platform(
        "CCPA-105-3",
        "Service providers, and whoever it was sold to or shared with, are told to delete, until they acknowledge it",
        allowed("acknowledged", "recipients.acknowledged"),
        refused("it waits past its time", "recipients.late"),
        by="mesh_platform.propagation.recipients:standing",
        source="Civ. Code 1798.105(c)(1), and (c)(3) for what they do then",
        remedy="`mesh consent recipients` shows what waits, and why.",
        verdict=Verdict.TASK,
        condition="recipients of governance/recipients.yaml",
    ),
    law.platform(
        "CCPA-7022-D",
        "Backups end, and what is restored waits for the deletions since",
        allowed("it ends after 35 days", "keeping.backup_ends"),
        refused("it has no end", "keeping.backup_without_end"),
        by="mesh_platform.settings:Settings",
        source="11 CCR § 7022(d)",
        remedy="Set `backup_days`.",
        verdict=Verdict.BLOCK,
        condition="backups",
    ),
    law.platform(
        "CCPA-106",
        "What was corrected is corrected everywhere",
        allowed("the corrected value is found alone", "requests.verified"),
        refused("the old value is still found", "requests.residue"),
        by="mesh_platform.subjects.outcomes:verified",
        source="Civ. Code 1798.106",
        remedy="`mesh dsar run` goes on where it stopped.",
        verdict=Verdict.TASK,
        days=45,
        condition="requests for correction",
    ),
    law.platform(
        "CCPA-130",
        "A request is confirmed in ten business days and answered in 45 days, or 90 with notice, from its receipt",
        allowed("confirmed on the tenth business day", "clocks.ccpa_confirmed_in_time"),
        allowed("answered on day 45", "clocks.ccpa_in_time"),
        allowed("on day 90, with notice", "clocks.ccpa_extended"),
        refused("on day 46", "clocks.ccpa_late"),
        by="mesh_platform.subjects.requests.clocks:clock_of",
        source="11 CCR § 7021; Civ. Code 1798.130(a)(2)",
        remedy="Answer it; `mesh dsar extend` tells the person why it takes longer.",
        verdict=Verdict.TASK,
        days=45,
        condition="requests; verifying who asks does not stop the clock",
    ),
    law.platform(
        "CCPA-110",
        "An answer says what is collected, from where, for what, and who gets it",
        allowed("everything is said", "requests.package_complete"),
        refused("purposes and retention are not", "requests.package_incomplete"),
        by="mesh_platform.subjects.packages.about:missing",
        source="Civ. Code 1798.110",
        remedy="Complete the descriptors of the products that the request names.",
        verdict=Verdict.BLOCK,
        condition="requests to know",
    ),
    law.platform(
        "CCPA-110X",
        "Numbers and secrets that could harm a person are never written into an answer",
        allowed("a name", "requests.name_is_written"),
        refused("a card number", "requests.card_is_written"),
        refused("a social security number within a text", "requests.social_security_number_is_written"),
        by="mesh_platform.subjects.packages.redact:harmful",
        source="11 CCR § 7024(d)",
        remedy="Nothing to do: they are masked in every package.",
        verdict=Verdict.MASK,
        condition="requests to know",
    ),
    law.platform(
        "CCPA-120",
        "Who opts out of sale and sharing is out of both from the next read",
        allowed("nobody opted out", "ledger.sharing"),
        refused("the person opted out", "ledger.sharing_opted_out"),
        by="mesh_platform.ledger.law:decide",
        source="Civ. Code 1798.120(a); 11 CCR § 7026(f)",
        remedy="Nothing to do: rows go from the next read.",
        condition="each read for a purpose of sale or sharing; 15 business days would be allowed",
    ),
    children_opt_in,
    law.platform(
        "CCPA-121",
        "Who limits the use of sensitive data is out of every purpose that hears objections",
        allowed("nobody limited it", "ledger.marketing"),
        refused("the person did", "ledger.marketing_objected"),
        by="mesh_platform.ledger.law:decide",
        source="Civ. Code 1798.121; 11 CCR § 7027(m)",
        remedy="Record the request as an objection to the purposes that § 7027(m) does not list.",
        condition="each read of sensitive data",
    ),
    law.platform(
        "CCPA-135",
        "Global Privacy Control opts out, and of nothing else",
        refused("of sharing", "ledger.signal_opts_out"),
        allowed("an order is still delivered", "ledger.signal_spares_others"),
        by="mesh_platform.ledger.law:decide",
        source="Civ. Code 1798.135(e); 11 CCR § 7025",
        remedy="Name the signal under the purpose's `optOutSignals` in governance/purposes.yaml.",
        condition="each read for a purpose with that signal",
    ),
    law.attested(
        "CCPA-7062",
        "Who asks is verified by two data points for categories, and three with a declaration for the data itself",
        "11 CCR § 7062",
        "Attest how people are verified in governance/register.yaml (about: [CCPA-7062]); the platform's own way is a one-time code.",
        applies=personal,
        condition="people's data",
    ),
    law.log_kept("CCPA-7101", "What became of requests is kept for two years", 2, "11 CCR § 7101"),
    list_is_fetched,
    list_is_fetched_sooner,
    risk_is_assessed,
)
