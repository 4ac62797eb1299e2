"""CORE-08: what data is for stands in a closed registry, and a contract or an input asks for nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.objections import REGISTER_PURPOSE
from mesh_platform.policy.people import concerns_people
from mesh_platform.policy.rule import Objection, failing, passing, rule


@rule(
    "CORE-08",
    "A contract is for a purpose that the product and its fields serve",
    passing("a purpose below one of the product's"),
    passing(
        "by an alias", product={"dataContracts": [{"consumer": "x", "purpose": "Customer enrichment", "fields": ["segment"]}]}
    ),
    failing("an unregistered one", product={"dataContracts": [{"consumer": "x", "purpose": "curiosity", "fields": ["segment"]}]}),
    failing(
        "one that the product does not serve", product={"purposes": {"service": None}, "columns": {"email": {"purposes": None}}}
    ),
    failing(
        "one that a field does not serve",
        product={"dataContracts": [{"consumer": "x", "purpose": "enrichment", "fields": ["email"]}]},
    ),
    source="House rule, after GDPR Art. 5(1)(b)",
    part="contract",
)
def contract_is_for_a_served_purpose(facts: Facts) -> Iterator[Objection]:
    for i, contract in enumerate(facts.descriptor.data_contracts):
        at = ("dataContracts", i, "purpose")
        if facts.governance.purpose(contract.purpose) is None:
            why = f"The contract with {contract.consumer!r} is for {contract.purpose!r}, which is no registered purpose."
            yield Objection(why, REGISTER_PURPOSE, at)
            continue
        if not _covered(facts, facts.descriptor.purposes, contract.purpose):
            why = f"The contract with {contract.consumer!r} is for {contract.purpose!r}, which the product does not serve."
            yield Objection(why, "Add the purpose with its legal basis to `purposes:`, or change the contract.", at)
            continue
        for field in contract.fields:
            column = facts.columns.get(field)
            if column and column.purposes is not None and not _covered(facts, column.purposes, contract.purpose):
                why = f"The contract with {contract.consumer!r} takes {field!r}, which does not serve {contract.purpose!r}."
                yield Objection(why, "Leave the field out of the contract.", ("dataContracts", i, "fields"))


def _covered(facts: Facts, allowed: Iterable[str], asked: str) -> bool:
    return any(facts.governance.purpose_covers(one, asked) for one in allowed)


@rule(
    "CORE-08",
    "A column narrows the product's purposes and adds none",
    passing("a narrower list"),
    failing("a purpose that the product has not", product={"columns": {"segment": {"purposes": ["marketing", "fraud"]}}}),
    source="House rule, after GDPR Art. 5(1)(b)",
    part="column",
)
def column_narrows(facts: Facts) -> Iterator[Objection]:
    for name, column in facts.columns.items():
        for purpose in column.purposes or ():
            if not _covered(facts, facts.descriptor.purposes, purpose) and purpose not in facts.descriptor.purposes:
                why = f"Column {name!r} is for {purpose!r}, which the product does not serve."
                yield Objection(why, "Add it to the product's `purposes:`, or remove it.", ("columns", name, "purposes"))


@rule(
    "CORE-08",
    "A purpose has one of the legal bases that are registered for it",
    passing("marketing by consent"),
    failing("marketing by contract", product={"purposes": {"marketing": "contract"}}),
    source="House rule, after GDPR Art. 6(1)",
    part="basis",
)
def basis_is_registered(facts: Facts) -> Iterator[Objection]:
    for text, basis in facts.descriptor.purposes.items():
        name = facts.governance.purpose(text)
        bases = facts.governance.purposes[name].bases if name else ()
        if bases and basis not in bases:
            why = f"The purpose {text!r} is claimed under {basis}, for which it is not registered."
            yield Objection(why, f"Registered for it: {', '.join(bases)}.", ("purposes", text))


@rule(
    "CORE-08",
    "An input from another domain, or with personal data, is read for a purpose that it serves",
    passing("a served purpose", about="sales/segments"),
    failing("none", about="sales/segments", reader={"inputs": [{"product": "customer/profiles", "fields": ["segment"]}]}),
    failing(
        "an unregistered one",
        about="sales/segments",
        reader={"inputs": [{"product": "customer/profiles", "purpose": "curiosity", "fields": ["segment"]}]},
    ),
    failing("one that the input does not serve", about="sales/segments", product={"purposes": {"service": None}}),
    source="House rule, after GDPR Art. 5(1)(b)",
    part="input",
)
def input_has_a_purpose(facts: Facts) -> Iterator[Objection]:
    for i, entry, source in facts.inputs():
        at = ("inputs", i, "purpose")
        if entry.purpose is None:
            if source.key.domain != facts.product.key.domain or concerns_people(source):
                why = f"It reads {source.key} for no stated purpose."
                yield Objection(why, "Add `purpose:` with one that the input serves.", ("inputs", i))
        elif facts.governance.purpose(entry.purpose) is None:
            yield Objection(f"It reads {source.key} for {entry.purpose!r}, which is no registered purpose.", REGISTER_PURPOSE, at)
        elif (source.descriptor.purposes or concerns_people(source)) and not _covered(
            facts, source.descriptor.purposes, entry.purpose
        ):
            why = f"It reads {source.key} for {entry.purpose!r}, which that product does not serve."
            yield Objection(why, "Read it for a purpose that it serves, or ask its owner to add this one.", at)


PURPOSES = (contract_is_for_a_served_purpose, column_narrows, basis_is_registered, input_has_a_purpose)
