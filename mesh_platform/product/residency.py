"""Where a product's files are to lie, told from its descriptor, its domain and the organisation's regions."""

from __future__ import annotations

from mesh_platform.product.governance import Governance
from mesh_platform.product.models import DataProduct, DomainFile


def location_of(descriptor: DataProduct, governance: Governance, domain: DomainFile) -> str | None:
    """The first named storage location, else the domain's region, else the first allowed place within the declared region.

    None where nothing names a place; the gate refuses such a product.
    """
    residency = descriptor.data_residency
    if residency.storage_locations:
        return residency.storage_locations[0]
    allowed = domain.allowed_regions or governance.policies.data_residency.allowed_regions
    named = (domain.region, *allowed) if domain.region else allowed
    candidates = [place for region in named for place in sorted(governance.regions.locations(region) or {region})]
    if residency.region is None:
        return candidates[0] if candidates else None
    inside = governance.regions.locations(residency.region) or {residency.region}
    return next((place for place in candidates if place in inside), None)
