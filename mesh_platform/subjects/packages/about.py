"""What has to be said beside the rows (Art. 15(1) to (3) GDPR): purposes, categories, recipients, time, rights, source, decisions, transfers. From live metadata.

What is not said keeps an answer back: of a product before it is written, and of the written answer before it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mesh_platform.access.exports import Export
from mesh_platform.access.grants import Kind as ConsumerKind
from mesh_platform.access.store import Given
from mesh_platform.policy.packs.gdpr.recipients import ADEQUATE, EEA
from mesh_platform.policy.people import points_at_a_person
from mesh_platform.product import DataProduct
from mesh_platform.product.governance import Governance
from mesh_platform.product.governance.recipients import TRANSFER, Recipient
from mesh_platform.product.models import Column, Event, LegalBasis
from mesh_platform.product.privacy import Privacy
from mesh_platform.subjects.packages.redact import never
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.requests.kinds import Kind, Regime

PROVIDED = (LegalBasis.CONSENT, LegalBasis.CONTRACT)
"""Legal bases of what a person takes along (Art. 20(1)(a) GDPR)."""
RIGHTS = {
    Regime.GDPR: (
        "You may ask for rectification (Art. 16 GDPR), erasure (Art. 17), restriction (Art. 18) and portability (Art. 20), and object (Art. 21).",
        "You may complain to a supervisory authority (Art. 77).",
    ),
    Regime.CCPA: (
        "You may ask for deletion and correction, opt out of sale and sharing, and limit the use of sensitive information.",
        "You may complain to the California Privacy Protection Agency.",
    ),
    Regime.LGPD: (
        "You may ask for correction, anonymisation, blocking, deletion and portability, and take back consent (Art. 18 LGPD).",
        "You may petition the national authority (Art. 18 § 1).",
    ),
    Regime.DPDP: (
        "You may ask for correction, completion, updating and erasure (s. 12 DPDP Act), and for redress of grievances (s. 13).",
        "You may complain to the Data Protection Board.",
    ),
    Regime.HIPAA: (
        "You may ask for amendment (45 CFR 164.526) and for an accounting of disclosures (45 CFR 164.528).",
        "You may complain to us (45 CFR 164.530(d)), and to the Secretary of Health and Human Services (45 CFR 160.306).",
    ),
}


def about(
    one: Held,
    descriptor: DataProduct,
    grants: Iterable[Given],
    exports: Iterable[Export],
    governance: Governance,
    now: datetime,
    regime: Regime | None = None,
) -> dict[str, Any]:
    """All that is said of one product's use of the rows."""
    retention = descriptor.retention
    return {
        "product": one.key,
        "name": descriptor.name,
        "description": descriptor.description,
        "controller_contact": descriptor.owner,
        "purposes": {purpose: basis.value for purpose, basis in descriptor.purposes.items()},
        "categories": _categories(descriptor),
        "retention": retention.model_dump(mode="json", by_alias=True, exclude_none=True) if retention else None,
        "source": _source(descriptor),
        "recipients": [*_contracts(descriptor, governance), *_granted(grants, now), *_left(one, exports)],
        "transfers": [*_transfers(descriptor, governance, now.date())],
        "stored_in": [one.place.location, *governance.regions.replicates_to.get(one.place.location, ())],
        "automated_decisions": decisions_told(descriptor.privacy),
        "columns": {
            name: {
                "description": said.description,
                "category": said.category,
                "sensitivity": said.sensitivity.value if said.sensitivity else "restricted",
                "purposes": list(said.purposes if said.purposes is not None else descriptor.purposes),
                "masked": bool(said.category and never(said.category, regime)),
            }
            for name, said in descriptor.columns.items()
        },
    }


def missing(descriptor: DataProduct, governance: Governance, today: date, regime: Regime | None = None) -> list[str]:
    """What an answer needs and neither the descriptor nor the register of recipients says."""
    said = {
        "purposes": bool(descriptor.purposes),
        "categories of data": bool(descriptor.columns) and not any(map(_unsaid, descriptor.columns.values())),
        "retention": descriptor.retention is not None,
        "source or inputs": bool(descriptor.inputs) or any(_source(descriptor).get("collected", {}).values()),
        "storage location": bool(descriptor.data_residency.storage_locations or descriptor.data_residency.region),
    }
    if regime in (None, Regime.GDPR):
        said |= {f"the country of {name}": bool(one.country) for name, one in _outside(descriptor, governance)}
        said |= {
            f"what protects the data that goes to {each['recipient']} in {each['country']}": bool(each["rests_on"])
            for each in _transfers(descriptor, governance, today)
        }
        said["the logic of its decisions"] = descriptor.privacy.decisions != "sole" or bool(descriptor.privacy.decision_logic)
    return [name for name, there in said.items() if not there]


_PARTS = ("purposes", "categories", "recipients", "retention", "source", "automated_decisions", "transfers", "stored_in")
_NONE_IS_SAID = frozenset({"recipients", "transfers"})
"""Parts that may be empty, since nobody may get anything, and are there nevertheless."""


def lacking(document: Mapping[str, Any], kind: Kind = Kind.ACCESS) -> dict[str, list[str]]:
    """What a written answer lacks of Art. 15 GDPR, by product; under the empty name what it lacks as a whole. Empty for one that may be sent."""
    found = {str(each["product"]): [*_lacked(each)] for each in document["products"]}
    if kind is Kind.ACCESS and len(document.get("rights") or ()) < len(RIGHTS[Regime.GDPR]):
        found[""] = ["the rights of the person, and where to complain"]
    return {product: names for product, names in found.items() if names}


def _lacked(each: Mapping[str, Any]) -> Iterator[str]:
    said = each["about"]
    yield from (name for name in _PARTS if name not in said or not (said[name] or name in _NONE_IS_SAID))
    if not (each.get("rows") or each.get("mentions")):
        yield "a copy of the rows"


def taken_along(descriptor: DataProduct) -> tuple[str, ...]:
    """The columns that a person takes along: of what was collected from them, under consent or contract; nothing that was derived or inferred."""
    source = descriptor.source
    if source is None or (source.basis is not None and source.basis not in PROVIDED):
        return ()
    carried = {purpose for purpose, basis in descriptor.purposes.items() if basis in PROVIDED}
    return tuple(
        name
        for name, said in descriptor.columns.items()
        if carried & set(said.purposes if said.purposes is not None else descriptor.purposes)
    )


def rights(regime: Regime, kind: Kind) -> Sequence[str]:
    return () if kind is Kind.PORTABILITY else RIGHTS[regime]


_ASK = "Ask the contact above for the logic, and for what follows from them."


def decisions_told(privacy: Privacy) -> str:
    """What Art. 15(1)(h) GDPR has told: whether decisions about the person rest on the rows, how far, and who looks at them."""
    if privacy.decisions == "none":
        return "None is recorded for this product."
    how = "Decisions about you that have legal or similar effect rest on these rows"
    looks = "a person looks at each before it takes effect" if privacy.human_review else "no person is recorded who looks at them"
    alone = "alone" if privacy.decisions == "sole" else "in part"
    logic = f"What they weigh, and what follows: {privacy.decision_logic}" if privacy.decision_logic else _ASK
    return f"{how} {alone}; {looks}. {logic}"


def _source(descriptor: DataProduct) -> dict[str, Any]:
    source = descriptor.source
    if source is None:
        return {"derived_from": [str(each.product) for each in descriptor.inputs]}
    said = {"purpose": source.purpose, "basis": source.basis.value if source.basis else None, "notice": source.notice}
    return {"collected": {name: text for name, text in said.items() if text}}


def _unsaid(column: Column) -> bool:
    """Whether a column that identifies people says neither what it holds nor whose key it is."""
    return points_at_a_person(column) and not column.category and not column.subject


def _categories(descriptor: DataProduct) -> list[str]:
    """The categories of the data (Art. 15(1)(b)): as the columns say them, or the kind of identifier that they are; else data of no category."""
    said = {one.category or (f"identifier: {one.subject}" if one.subject else "") for one in descriptor.columns.values()}
    return sorted(said - {""}) or ["none that points at a person"]


def _outside(descriptor: DataProduct, governance: Governance) -> Iterator[tuple[str, Recipient]]:
    """The recipients of the register that contracts name."""
    for contract in descriptor.data_contracts:
        if known := governance.recipient_called(contract.consumer):
            yield known


def _transfers(descriptor: DataProduct, governance: Governance, today: date) -> Iterator[dict[str, Any]]:
    """Where the data goes outside of the European Economic Area, and what that rests on (Art. 15(2), 44 to 49)."""
    for name, one in _outside(descriptor, governance):
        records = (governance.record(key, today, kind) for key in one.records for kind in TRANSFER)
        safeguards = sorted({record.kind for record in records if record})
        for country in one.countries:
            if country not in EEA:
                rests = ["a decision of the Commission on adequacy"] if country in ADEQUATE else safeguards
                yield {"recipient": name, "country": country, "rests_on": rests}


def _contracts(descriptor: DataProduct, governance: Governance) -> Iterator[dict[str, Any]]:
    for contract in descriptor.data_contracts:
        known = governance.recipient_called(contract.consumer)
        where = {"role": known[1].role, "countries": list(known[1].countries)} if known else {}
        yield {
            "recipient": contract.consumer,
            "purpose": contract.purpose,
            "columns": list(contract.fields),
            "by": "contract",
            **where,
        }


def _granted(grants: Iterable[Given], now: datetime) -> Iterator[dict[str, Any]]:
    """Those to whom access was granted; people of the organisation are told as such, and not by name."""
    for given in grants:
        if given.state(now) == "standing":
            consumer = given.grant.consumer
            who = "a person of the organisation" if consumer.kind is ConsumerKind.PERSON else str(consumer)
            yield {"recipient": who, "purpose": given.grant.purpose, "columns": sorted(given.grant.fields or ()), "by": "grant"}


def _left(one: Held, exports: Iterable[Export]) -> Iterator[dict[str, Any]]:
    for export in exports:
        if one.place.key in {key.partition("@")[0] for key in export.products}:
            yield {"recipient": "a person of the organisation", "purpose": export.purpose, "columns": [], "by": "exported file"}


def clock_of(descriptor: DataProduct) -> str:
    """From what its time is counted, in words."""
    retention = descriptor.retention
    if retention is None:
        return "not said"
    start = retention.from_.event if isinstance(retention.from_, Event) else retention.from_
    return f"{retention.period}, counted from {start}; then {retention.action}"
