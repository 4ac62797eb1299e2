"""The record of processing activities (Art. 30 GDPR), told from descriptors and governance: an entry for each domain and purpose, with (a) to (g) of the article.

Pure. What the files do not say is a gap that the entry names; nothing is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from mesh_platform.interop.evidence.model import Part
from mesh_platform.interop.withheld import Said, Written
from mesh_platform.policy import binding_for
from mesh_platform.policy.packs.asking import SPECIAL, within
from mesh_platform.policy.people import concerns_people, tells_of_a_person
from mesh_platform.product import Mesh, Product
from mesh_platform.product.contracts import consumer_of
from mesh_platform.product.governance.recipients import TRANSFER
from mesh_platform.product.models import DataContract


class Recipient(Part):
    """Somebody to whom the data is disclosed for the purpose."""

    name: Said
    outside: bool
    role: str | None
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    agreements: tuple[str, ...]
    transfer: tuple[str, ...]
    products: tuple[str, ...]


class Limit(Part):
    """How long one product keeps its rows (f)."""

    product: str
    period: str | None
    action: str | None
    minimum: str | None


class Activity(Part):
    """One purpose of one domain."""

    domain: str
    contact: str
    purpose: str
    description: Written
    bases: tuple[str, ...]
    products: tuple[str, ...]
    subjects: tuple[str, ...]
    categories: tuple[str, ...]
    special: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    places: tuple[str, ...]
    limits: tuple[Limit, ...]
    measures: tuple[str, ...]
    gaps: tuple[Said, ...]


def activities(mesh: Mesh, today: date, domain: str | None = None, product: str | None = None) -> tuple[Activity, ...]:
    """Every activity, by domain and purpose.

    Args:
        mesh: the mesh as its folders stand.
        today: on which contracts and records count.
        domain: only that one.
        product: only what concerns that product.
    """
    found: dict[tuple[str, str], list[Product]] = {}
    for key, one in sorted(mesh.products.items()):
        if concerns_people(one) and (domain is None or key.domain == domain) and product in (None, str(key)):
            for purpose in _purposes(one):
                found.setdefault((key.domain, purpose), []).append(one)
    return tuple(_activity(mesh, name, purpose, ones, today) for (name, purpose), ones in sorted(found.items()))


def _purposes(product: Product) -> Iterable[str]:
    said = product.descriptor
    own = (said.source.purpose,) if said.source and said.source.purpose else ()
    return dict.fromkeys((*said.purposes, *own))


def _activity(mesh: Mesh, domain: str, purpose: str, ones: list[Product], today: date) -> Activity:
    registered = mesh.governance.purposes.get(mesh.governance.purpose(purpose) or "")
    categories = sorted({key for one in ones for key in _categories(one, purpose)})
    subjects = sorted({subject for one in ones for subject in one.descriptor.privacy.subjects})
    recipients = tuple(_recipients(mesh, purpose, ones, today))
    limits = tuple(map(_limit, ones))
    bases = sorted({basis for one in ones if (basis := _basis(one, purpose))})
    folder = mesh.domains.get(domain)
    contact = folder.file.owner if folder else ""
    return Activity(
        domain=domain,
        contact=contact,
        purpose=purpose,
        description=registered.description if registered else "",
        bases=tuple(bases),
        products=tuple(str(one.key) for one in ones),
        subjects=tuple(subjects),
        categories=tuple(categories),
        special=tuple(key for key in categories if within(key, *SPECIAL)),
        recipients=recipients,
        places=tuple(sorted({place for one in ones for place in _places(one)})),
        limits=limits,
        measures=_measures(ones),
        gaps=tuple(_gaps(contact, bases, subjects, categories, recipients, limits, registered is None)),
    )


def _basis(product: Product, purpose: str) -> str | None:
    said = product.descriptor
    basis = said.purposes.get(purpose) or (said.source.basis if said.source and said.source.purpose == purpose else None)
    return basis.value if basis else None


def _categories(product: Product, purpose: str) -> Iterator[str]:
    """The categories of the columns that serve the purpose; of what tells of people and says no category, its column."""
    for name, column in product.descriptor.columns.items():
        if column.purposes is None or purpose in column.purposes:
            if column.category:
                yield column.category
            elif tells_of_a_person(column):
                yield f"not declared ({product.key}.{name})"


def _recipients(mesh: Mesh, purpose: str, ones: Iterable[Product], today: date) -> Iterator[Recipient]:
    """Who gets it by a contract for the purpose, or for one that it covers; somebody outside with what the register says."""
    found: dict[str, list[str]] = {}
    for one in ones:
        for contract in one.descriptor.data_contracts:
            if _in_force(contract, today) and mesh.governance.purpose_covers(purpose, contract.purpose):
                found.setdefault(consumer_of(mesh, contract.consumer) or contract.consumer, []).append(str(one.key))
    for name, products in sorted(found.items()):
        outside = consumer_of(mesh, name) is None
        entry = mesh.governance.recipient_called(name) if outside else None
        known = entry[1] if entry else None
        kinds = [record.kind for key in (known.records if known else ()) if (record := mesh.governance.record(key, today))]
        yield Recipient(
            name=name,
            outside=outside,
            role=known.role if known else None,
            countries=known.countries if known else (),
            regions=known.regions if known else (),
            agreements=tuple(kind for kind in kinds if kind not in TRANSFER),
            transfer=tuple(kind for kind in kinds if kind in TRANSFER),
            products=tuple(products),
        )


def _in_force(contract: DataContract, today: date) -> bool:
    return contract.expires is None or contract.expires >= today


def _places(product: Product) -> Iterator[str]:
    residency = product.descriptor.data_residency
    yield from (product.location,) if product.location else ()
    yield from (*residency.storage_locations, *residency.replicas, *residency.backups)


def _limit(product: Product) -> Limit:
    said = product.descriptor.retention
    return Limit(
        product=str(product.key),
        period=str(said.period) if said else None,
        action=said.action if said else None,
        minimum=str(said.minimum) if said and said.minimum else None,
    )


def _measures(ones: Iterable[Product]) -> tuple[str, ...]:
    """What their sensitivity binds (g); whether it is there, the evidence says."""
    controls = dict.fromkeys(control for one in ones for control in binding_for(one.descriptor.sensitivity).controls)
    return tuple(control.words for control in controls)


def _gaps(
    contact: str,
    bases: Sequence[str],
    subjects: Sequence[str],
    categories: Sequence[str],
    recipients: Iterable[Recipient],
    limits: Iterable[Limit],
    unknown: bool,
) -> Iterator[str]:
    if not contact:
        yield "(a) nobody owns the domain"
    if unknown:
        yield "(b) the purpose is not registered in governance/purposes.yaml"
    if not bases:
        yield "the legal basis is not declared"
    if not subjects:
        yield "(c) whom it is about is not declared: `privacy.subjects`"
    if bare := [key for key in categories if key.startswith("not declared")]:
        yield f"(c) {len(bare)} columns about people say no category"
    for one in recipients:
        if one.outside and one.role is None:
            yield f"(d) {one.name} stands in no register of recipients"
    for limit in limits:
        if limit.period is None:
            yield f"(f) {limit.product} says not how long it is kept"
