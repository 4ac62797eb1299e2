"""Where a product's files are to lie, told from its descriptor, its domain and the organisation's regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_platform.product.governance import Governance
from mesh_platform.product.models import DataProduct, DomainFile

if TYPE_CHECKING:
    from mesh_platform.product.mesh import Mesh, Product


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


def outside_replicas(mesh: Mesh, product: Product) -> tuple[str, ...] | None:
    """The places to which the product's place is copied, although its domain's data may not lie there.

    None where `replicatesTo` in governance/regions.yaml says nothing about the place: whether it is copied is not known then.
    """
    regions = mesh.governance.regions
    if product.location is None or product.location not in regions.replicates_to:
        return None
    theirs = mesh.allowed_regions(product.key.domain)
    ours = mesh.governance.policies.data_residency.allowed_regions or theirs
    copies = regions.replicates_to[product.location]
    return tuple(copy for copy in copies if not (regions.within(copy, theirs) and regions.within(copy, ours)))
