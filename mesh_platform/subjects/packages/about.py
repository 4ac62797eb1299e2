"""What has to be said beside the rows (Art. 15(1) and (2) GDPR): purposes, categories, recipients, time, source, transfers, rights. From live metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from mesh_platform.access.exports import Export
from mesh_platform.access.grants import Kind as ConsumerKind
from mesh_platform.access.store import Given
from mesh_platform.product import DataProduct
from mesh_platform.product.governance import Governance
from mesh_platform.product.models import Event, LegalBasis
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
        "retention": retention.model_dump(mode="json", by_alias=True, exclude_none=True) if retention else None,
        "source": _source(descriptor),
        "recipients": [*_contracts(descriptor), *_granted(grants, now), *_left(one, exports)],
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


def missing(descriptor: DataProduct) -> list[str]:
    """What an answer needs and the descriptor does not say."""
    said = {
        "purposes": bool(descriptor.purposes),
        "retention": descriptor.retention is not None,
        "source or inputs": descriptor.source is not None or bool(descriptor.inputs),
        "storage location": bool(descriptor.data_residency.storage_locations or descriptor.data_residency.region),
    }
    return [name for name, there in said.items() if not there]


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


def decisions_told(privacy: Privacy) -> str:
    """What Art. 15(1)(h) GDPR has told: whether decisions about the person rest on the rows, how far, and who looks at them."""
    if privacy.decisions == "none":
        return "None is recorded for this product."
    how = "Decisions about you that have legal or similar effect rest on these rows"
    looks = "a person looks at each before it takes effect" if privacy.human_review else "no person is recorded who looks at them"
    alone = "alone" if privacy.decisions == "sole" else "in part"
    return f"{how} {alone}; {looks}. Ask the contact above for the logic, and for what follows from them."


def _source(descriptor: DataProduct) -> dict[str, Any]:
    source = descriptor.source
    if source is None:
        return {"derived_from": [str(each.product) for each in descriptor.inputs]}
    said = {"purpose": source.purpose, "basis": source.basis.value if source.basis else None, "notice": source.notice}
    return {"collected": {name: text for name, text in said.items() if text}}


def _contracts(descriptor: DataProduct) -> Iterator[dict[str, Any]]:
    for contract in descriptor.data_contracts:
        yield {"recipient": contract.consumer, "purpose": contract.purpose, "columns": list(contract.fields), "by": "contract"}


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
