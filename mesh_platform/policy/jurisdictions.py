"""Which packs bind a product: by where its data lies, by what it holds or claims, and by what `governance/packs.yaml` says.

Closed: a place of which nobody knows the law is bound by GDPR, and a pack is left out only with a reason, a name and a day on which that ends. CORE and
SOVEREIGNTY bind everywhere. PCI DSS binds everywhere too, and its rules look for card data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mesh_platform.product.governance.ends import lasts_too_long
from mesh_platform.product.mesh import Mesh, Product
from mesh_platform.product.privacy import Claim

EVERYWHERE = frozenset({"CORE", "SOVEREIGNTY", "PCI"})
BY_REGION: Mapping[str, frozenset[str]] = {
    "EU": frozenset({"GDPR"}),
    "EEA": frozenset({"GDPR"}),
    "UK": frozenset({"GDPR"}),
    "US": frozenset({"CCPA", "US-STATES"}),
    "BR": frozenset({"LGPD"}),
    "IN": frozenset({"DPDP"}),
}
"""Region of governance/regions.yaml, by name → the packs of its law. The United Kingdom's own law follows the GDPR closely and is not told apart."""
UNKNOWN = frozenset({"GDPR"})
_ALSO = {"EUROPE": "EU", "UNITED KINGDOM": "UK", "GB": "UK", "USA": "US", "UNITED STATES": "US", "BRAZIL": "BR", "INDIA": "IN"}
_HIPAA = frozenset({Claim.SAFE_HARBOR, Claim.EXPERT_DETERMINATION, Claim.LIMITED_DATA_SET})


def packs_of(mesh: Mesh, product: Product, today: date, held: frozenset[str] = frozenset()) -> frozenset[str]:
    """The packs that bind the product. `held`: the data categories that the scan of its rows found, beside those that it declares."""
    own = frozenset(pack.pack for pack in mesh.governance.own_packs)
    return EVERYWHERE | own | (_brought(mesh, product, held) - _left(mesh, product, today)) | _bound(mesh, product)


def why_bound(mesh: Mesh, product: Product, today: date) -> dict[str, str]:
    """The packs that bind the product, each with what brings it."""
    around = sorted(regions_around(mesh, product))
    lies = {pack: f"it lies in {name}" for name in around for pack in BY_REGION.get(_ALSO.get(name.upper(), name.upper()), ())}
    own = {pack.pack: "rules of this organisation" for pack in mesh.governance.own_packs}
    bound = dict.fromkeys(_bound(mesh, product), "governance/packs.yaml binds it")
    claim = product.descriptor.privacy.claim
    health = f"it claims {claim}" if claim in _HIPAA else "it holds health data in the United States"
    told = {**dict.fromkeys(EVERYWHERE, "it binds everywhere"), **own, "HIPAA": health, **lies, **bound}
    packs = packs_of(mesh, product, today)
    return {pack: told.get(pack, "nobody knows the law of where it lies") for pack in sorted(packs)}


def roles_of(mesh: Mesh, pack: str) -> frozenset[str]:
    """What the organisation is under the law of that pack."""
    bound = mesh.governance.packs.bind.get(pack)
    return frozenset(bound.roles) if bound else frozenset()


def regions_around(mesh: Mesh, product: Product) -> frozenset[str]:
    """The place where the product lies, and every region around it."""
    place = product.location or product.descriptor.data_residency.region
    if place is None:
        return frozenset()
    return mesh.governance.regions.holding(place) | {place}


def _brought(mesh: Mesh, product: Product, held: frozenset[str]) -> frozenset[str]:
    around = {_ALSO.get(name.upper(), name.upper()) for name in regions_around(mesh, product)}
    laws = frozenset[str]().union(*(BY_REGION[name] for name in around if name in BY_REGION)) or UNKNOWN
    declared = any((c.category or "").startswith("user.health") for c in product.descriptor.columns.values())
    health = "US" in around and (declared or "user.health" in held)
    return laws | (frozenset({"HIPAA"}) if health or product.descriptor.privacy.claim in _HIPAA else frozenset())


def _left(mesh: Mesh, product: Product, today: date) -> frozenset[str]:
    governance = mesh.governance
    ends = governance.policies.ends
    leave = (one for one in governance.packs.leave if product.key.domain in one.domains and one.until >= today)
    return frozenset(one.pack for one in leave if not lasts_too_long(ends, "leave", today, one.until))


def _bound(mesh: Mesh, product: Product) -> frozenset[str]:
    bind = mesh.governance.packs.bind
    return frozenset(pack for pack, where in bind.items() if {"*", product.key.domain} & {*where.domains})
