"""45 CFR 164.514(b) and (e): what a claim of de-identification needs beside the eighteen identifiers, and the limited data set."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.examples_parts import OUTSIDE, recipient, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import agreement, own_record
from mesh_platform.policy.packs.hipaa.safe_harbor import BARE, IDENTIFIERS, declared, safe_harbor, with_column
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Verdict, failing, passing
from mesh_platform.product.contracts import consumer_of
from mesh_platform.product.privacy import Claim

law = Pack("HIPAA")
_KNOWN = {**BARE, "privacy": {"claim": "safe_harbor", "records": ["it"]}}
_EXPERT = {**BARE, "privacy": {"claim": "expert_determination"}}
_LIMITED = {**BARE, "privacy": {"claim": "limited_data_set"}}


@law.gate(
    "HIPAA-514B2II",
    "Somebody attests that nobody here knows how to identify the people left",
    passing("attested", product=_KNOWN, governance=record("actual_knowledge", "customer/profiles")),
    failing("nobody does", product=BARE),
    failing(
        "the attestation has ended",
        product=_KNOWN,
        governance=record("actual_knowledge", "customer/profiles", expires="2026-03-01"),
    ),
    source="45 CFR 164.514(b)(2)(ii)",
    remedy="Put a record of the kind actual_knowledge into governance/register.yaml (`NAME: {kind: actual_knowledge, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
    applies=safe_harbor,
    inputs=("privacy.records", "register.yaml"),
    condition="products with `claim: safe_harbor`",
)
def nobody_knows_better(facts: Facts) -> Iterator[Objection]:
    if not own_record(facts, "actual_knowledge"):
        yield Objection("Nobody attests that nobody here could identify the people in it.", at=("privacy", "records"))


@law.gate(
    "HIPAA-514B1",
    "An expert's determination stands in the register and has not ended",
    passing(
        "it stands",
        product={**_EXPERT, "privacy": {"claim": "expert_determination", "records": ["it"]}},
        governance=record("expert_determination", "customer/profiles"),
    ),
    failing("there is none", product=_EXPERT),
    failing(
        "it has ended",
        product={**_EXPERT, "privacy": {"claim": "expert_determination", "records": ["it"]}},
        governance=record("expert_determination", "customer/profiles", expires="2026-11-30"),
    ),
    source="45 CFR 164.514(b)(1)",
    remedy="Put a record of the kind expert_determination into governance/register.yaml (`NAME: {kind: expert_determination, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
    applies=lambda facts: facts.descriptor.privacy.claim is Claim.EXPERT_DETERMINATION,
    inputs=("privacy.records", "register.yaml"),
    condition="products with `claim: expert_determination`",
)
def an_expert_determined_it(facts: Facts) -> Iterator[Objection]:
    if not own_record(facts, "expert_determination"):
        yield Objection("It says that an expert determined it, and no determination of it holds.", at=("privacy", "records"))


def _limited(facts: Facts) -> bool:
    return facts.descriptor.privacy.claim is Claim.LIMITED_DATA_SET


@law.gate(
    "HIPAA-514E",
    "A limited data set holds none of the sixteen direct identifiers",
    passing("none", product=_LIMITED),
    passing(
        "a town and a day may stay", product={**with_column(category="user.contact.address.city"), "privacy": _LIMITED["privacy"]}
    ),
    failing("an address", product={**with_column(category="user.contact.email"), "privacy": _LIMITED["privacy"]}),
    source="45 CFR 164.514(e)(2)",
    remedy="Drop the column.",
    applies=_limited,
    inputs=("privacy.claim", "columns.category", "scan"),
    condition="products with `claim: limited_data_set`",
)
def limited_leaves_them_out(facts: Facts) -> Iterator[Objection]:
    for one in IDENTIFIERS:
        stays = ("user.contact.address.city",)
        for name in declared(one, facts) if one.limited else ():
            if facts.columns[name].category not in stays:
                why = f"It says that it is a limited data set, and {name!r} holds {one.what}."
                yield Objection(why, f"Drop {name!r}.", ("columns", name))


@law.gate(
    "HIPAA-514E",
    "Whoever gets a limited data set has signed how it is used",
    passing("nobody gets it", product=_LIMITED),
    passing(
        "an agreement holds",
        product={**_LIMITED, **OUTSIDE},
        governance={**recipient(role="covered_entity", country="US", records=["it"]), **record("dua", "mailer")},
    ),
    failing("no agreement", product={**_LIMITED, **OUTSIDE}, governance=recipient(role="covered_entity", country="US")),
    failing("nobody knows the recipient", product={**_LIMITED, **OUTSIDE}),
    source="45 CFR 164.514(e)(4)",
    remedy="Put a record of the kind dua into governance/register.yaml and name it under the recipient's `records`.",
    part="agreement",
    verdict=Verdict.DENY,
    applies=_limited,
    inputs=("dataContracts.consumer", "recipients.yaml", "register.yaml"),
    condition="contracts on a limited data set with somebody outside",
)
def limited_under_an_agreement(facts: Facts) -> Iterator[Objection]:
    for i, contract in enumerate(facts.descriptor.data_contracts):
        known = facts.governance.recipient_called(contract.consumer)
        if consumer_of(facts.mesh, contract.consumer) is None and not agreement(facts, known[1] if known else None, "dua"):
            why = f"{contract.consumer!r} gets a limited data set, and no agreement on its use holds."
            yield Objection(why, at=("dataContracts", i, "consumer"), consumer=contract.consumer)


DEIDENTIFIED = (nobody_knows_better, an_expert_determined_it, limited_leaves_them_out, limited_under_an_agreement)
