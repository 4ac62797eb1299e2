"""Articles 5 to 10: why people's data may be processed at all, for what, and how long."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.examples_parts import HEALTH, ILL, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import SPECIAL, holding, holds, own_record, personal, special, within
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.people import tells_of_a_person
from mesh_platform.policy.rule import Objection, Verdict, allowed, failing, passing, refused
from mesh_platform.product import LegalBasis, Sensitivity

law = Pack("GDPR")
_CHILD = {"privacy": {"subjects": ["child"]}}
_CONTRACT = {"dataContracts": [{"consumer": "sales", "purpose": "enrichment", "fields": ["customer_id", "email"]}]}
_NEEDS = {"purposes": {"enrichment": {"categories": ["user.unique_id"]}}}


def _purposes_say(facts: Facts) -> str:
    """Purposes of contracts of which the registry does not say what data they need."""
    keys = (facts.governance.purpose(one.purpose) for one in facts.descriptor.data_contracts)
    silent = sorted({key for key in keys if key and facts.governance.purposes[key].categories is None})
    return f"governance/purposes.yaml says no `categories` that these purposes need: {', '.join(silent)}." if silent else ""


@law.gate(
    "GDPR-5-1C",
    "A contract takes no more than its purpose needs",
    passing("what the registry says of the purpose", governance=_NEEDS),
    failing("an address for a purpose that needs none", product=_CONTRACT, governance=_NEEDS),
    source="GDPR Art. 5(1)(c)",
    remedy="Drop the fields from the contract, or have the privacy team add their category to the purpose.",
    applies=lambda facts: bool(facts.descriptor.data_contracts) and personal(facts),
    unjudged=_purposes_say,
    inputs=("dataContracts.fields", "columns.category", "purposes.yaml categories"),
    condition="contracts on people's data",
)
def no_more_than_needed(facts: Facts) -> Iterator[Objection]:
    for i, contract in enumerate(facts.descriptor.data_contracts):
        purpose = facts.governance.purpose(contract.purpose)
        needed = facts.governance.purposes[purpose].categories if purpose else None
        for name in contract.fields if needed is not None else ():
            column = facts.columns.get(name)
            if column and column.category and tells_of_a_person(column) and not within(column.category, *(needed or ())):
                why = f"The contract with {contract.consumer!r} takes {name!r}, which {purpose!r} does not need."
                yield Objection(why, at=("dataContracts", i, "fields"))


@law.gate(
    "GDPR-6-1",
    "People's data is processed for purposes, each on a legal basis",
    passing("two purposes with their bases"),
    failing("no purpose", product={"purposes": None, "columns": {"email": None}, "dataContracts": None}),
    source="GDPR Art. 6(1)",
    remedy="Add `purposes: {<purpose>: <legal basis>}`.",
    applies=lambda facts: personal(facts) and facts.descriptor.sensitivity is not Sensitivity.RESTRICTED,
    inputs=("purposes",),
    condition="people's data below restricted; of restricted data CORE-04 asks it",
)
def has_a_basis(facts: Facts) -> Iterator[Objection]:
    if not facts.descriptor.purposes:
        yield Objection("It holds people's data and declares no purpose with its legal basis.", at=("purposes",))


@law.gate(
    "GDPR-8",
    "A child's consent comes with a parent's",
    passing("about grown-ups"),
    passing(
        "consent of parents is on record",
        product={"privacy": {"subjects": ["child"], "records": ["it"]}},
        governance=record("parental_consent", "customer/profiles"),
    ),
    failing("about children, by consent, and no parent was asked", product=_CHILD),
    failing(
        "the record has ended",
        product={"privacy": {"subjects": ["child"], "records": ["it"]}},
        governance=record("parental_consent", "customer/profiles", expires="2026-03-01"),
    ),
    source="GDPR Art. 8(1): below 16, or an age from 13 that a member state names",
    remedy="Put a record of the kind parental_consent into governance/register.yaml (`NAME: {kind: parental_consent, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
    verdict=Verdict.DENY,
    applies=lambda facts: "child" in facts.descriptor.privacy.subjects or holds(facts, "user.children"),
    inputs=("privacy.subjects", "columns.category", "purposes", "register.yaml"),
    condition="an online service offered to children, on consent",
)
def parents_consent(facts: Facts) -> Iterator[Objection]:
    if LegalBasis.CONSENT in facts.descriptor.purposes.values() and not own_record(facts, "parental_consent"):
        why = "It is about children, rests on consent, and no record shows that their parents agreed."
        yield Objection(why, at=("privacy", "records"))


@law.gate(
    "GDPR-9",
    "Special categories have a condition under which they may be processed",
    passing("nothing of a special category"),
    passing("health care", product={**ILL, "privacy": {"condition": "health_care"}}),
    failing("a diagnosis without a condition", product=ILL),
    source="GDPR Art. 9(1) and 9(2)",
    remedy="Add `privacy: {condition: …}` with a condition of Art. 9(2) such as health_care; that they are restricted CORE-05 asks.",
    applies=special,
    inputs=("columns.category", "scan", "privacy.condition"),
    condition="health, biometrics, race, belief, opinion, union membership, sexual orientation, beside what tells of a person",
)
def special_has_a_condition(facts: Facts) -> Iterator[Objection]:
    columns = list(holding(facts, *SPECIAL))
    if facts.descriptor.privacy.condition is None:
        why = f"It holds special categories ({', '.join(map(repr, columns[:3]))}) and says no condition under which they may be processed."
        yield Objection(why, at=("columns", columns[0]))


_CONVICTED = {"columns": {"convictions": {**HEALTH, "category": "user.criminal_history"}}}


@law.gate(
    "GDPR-10",
    "Criminal records are kept under an official authority or a law",
    passing("none are held"),
    passing(
        "the law is on record",
        product={**_CONVICTED, "privacy": {"records": ["it"]}},
        governance=record("authority", "customer/profiles"),
    ),
    failing("no authority", product=_CONVICTED),
    source="GDPR Art. 10",
    remedy="Put a record of the kind authority into governance/register.yaml (`NAME: {kind: authority, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`; or drop the columns.",
    applies=lambda facts: holds(facts, "user.criminal_history"),
    inputs=("columns.category", "scan", "register.yaml"),
    condition="criminal history",
)
def criminal_has_an_authority(facts: Facts) -> Iterator[Objection]:
    if not own_record(facts, "authority"):
        yield Objection("It holds criminal records, and no authority or law for that is on record.", at=("privacy", "records"))


LAWFULNESS = (
    law.shared(
        "GDPR-5-1A",
        "People are told for what their data is collected, on which basis",
        "CORE-20",
        "GDPR Art. 5(1)(a), 13 and 14",
        condition="ingested data about people",
    ),
    law.shared(
        "GDPR-5-1B",
        "A contract is for a purpose that its product serves; another purpose is another product",
        "CORE-08 (contract)",
        "GDPR Art. 5(1)(b) and 6(4)",
        condition="contracts; a compatibility assessment changes the product's purposes, which is reviewed",
    ),
    no_more_than_needed,
    law.shared("GDPR-5-1D", "What is wrong is not served: declared quality is measured", "CORE-12", "GDPR Art. 5(1)(d)"),
    law.shared("GDPR-5-1E", "People's data is kept no longer than it says", "CORE-03", "GDPR Art. 5(1)(e)"),
    has_a_basis,
    law.platform(
        "GDPR-7-1",
        "A consent without notice and time is none",
        allowed("a consent with both", "ledger.consent_with_evidence"),
        refused("a consent that nothing proves", "ledger.consent_without_evidence"),
        by="mesh_platform.ledger.fold:fold",
        source="GDPR Art. 7(1); that a notice and a time prove it is a house rule",
        remedy="Record consent with the version of the notice and the time.",
        condition="purposes on consent, at each read",
    ),
    law.platform(
        "GDPR-7-3",
        "A withdrawn consent closes the next read",
        allowed("it stands", "ledger.consent_stands"),
        refused("it was withdrawn", "ledger.consent_withdrawn"),
        refused("nothing was ever said", "ledger.nothing_said"),
        by="mesh_platform.ledger.law:decide",
        source="GDPR Art. 7(3) and 17(1)(b)",
        remedy="Nothing to do: rows go from the next read, and from the product itself with the next batch.",
        condition="purposes on consent, at each read",
    ),
    parents_consent,
    special_has_a_condition,
    criminal_has_an_authority,
)
