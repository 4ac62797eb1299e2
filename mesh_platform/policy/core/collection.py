"""CORE-20: people's data was collected for a purpose, on a legal basis, under a notice that they saw."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.people import concerns_people, tells_of_a_person
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import LegalBasis

_ASKED = {
    "purpose": "Add `purpose:` with the registered purpose for which the rows were collected.",
    "basis": "Add `basis:` with the legal basis of the collection.",
    "notice": "Add `notice:` with the version of the notice that people saw.",
}
_NOBODY = {
    "columns": {"customer_id": None, "email": None},
    "dataContracts": None,
    "source": {"purpose": None, "basis": None, "notice": None},
}


def _collects_people(facts: Facts) -> bool:
    return facts.descriptor.source is not None and (
        concerns_people(facts.product) or any(map(tells_of_a_person, facts.columns.values()))
    )


@rule(
    "CORE-20",
    "A product that ingests people's data says for what, on which basis and under which notice it was collected",
    passing("all three"),
    passing("nothing in it concerns people", product=_NOBODY),
    failing("no purpose", product={"source": {"purpose": None}}),
    failing("no basis", product={"source": {"basis": None}}),
    failing("no notice", product={"source": {"notice": None}}),
    failing("an empty notice", product={"source": {"notice": " "}}),
    source="House rule, after GDPR Art. 5(1)(b), 6(1), 13 and 14",
    applies=_collects_people,
)
def collected_under_a_promise(facts: Facts) -> Iterator[Objection]:
    for name, fix in _ASKED.items():
        if not str(getattr(facts.descriptor.source, name) or "").strip():
            yield Objection(f"It ingests people's data and names no {name} of the collection.", fix, ("source", name))


@rule(
    "CORE-20",
    "The basis of the collection is one that is registered for its purpose",
    passing("a contract for the service"),
    failing("a contract for marketing", product={"source": {"purpose": "marketing"}}),
    source="House rule, after GDPR Art. 6(1)",
    part="basis",
    applies=lambda facts: facts.descriptor.source is not None,
)
def collected_on_a_registered_basis(facts: Facts) -> Iterator[Objection]:
    source = facts.descriptor.source
    purpose = facts.governance.purpose(source.purpose) if source and source.purpose else None
    bases = facts.governance.purposes[purpose].bases if purpose else ()
    if source and source.basis and bases and source.basis not in bases:
        why = f"It was collected for {source.purpose!r} on the basis {source.basis}, for which that purpose is not registered."
        yield Objection(why, f"Registered for it: {', '.join(bases)}.", ("source", "basis"))


@rule(
    "CORE-20",
    "Where consent is the basis, each row's consent is proven",
    passing("every row's is", product={"source": {"purpose": "marketing", "basis": "consent"}}, facts={"consent_evidence": 0}),
    failing("two rows' is not", product={"source": {"purpose": "marketing", "basis": "consent"}}, facts={"consent_evidence": 2}),
    source="House rule, after GDPR Art. 7(1)",
    part="evidence",
    needs=[Need.CONSENT_EVIDENCE],
    applies=lambda facts: facts.descriptor.source is not None and facts.descriptor.source.basis is LegalBasis.CONSENT,
)
def consent_is_proven(facts: Facts) -> Iterator[Objection]:
    if facts.consent_evidence:
        why = f"{facts.consent_evidence:,} rows rest on a consent that nothing proves."
        yield Objection(why, "Put them into quarantine until the proof of consent is at hand.", ("source", "basis"))


COLLECTION = (collected_under_a_promise, collected_on_a_registered_basis, consent_is_proven)
