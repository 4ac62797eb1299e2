"""For which purposes a product may be read, and on which legal basis each rests there."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_platform.product.governance import Governance
from mesh_platform.product.models import LegalBasis


def basis_for(purposes: Mapping[str, LegalBasis], asked: str, governance: Governance) -> LegalBasis | None:
    """The basis of the nearest of a product's purposes that covers the one asked for; None where none does."""
    covering = [name for name in purposes if governance.purpose_covers(name, asked)]
    nearest = next((name for name in covering if all(governance.purpose_covers(other, name) for other in covering)), None)
    return None if nearest is None else purposes[nearest]


def bases_of(purposes: Mapping[str, LegalBasis], governance: Governance) -> dict[str, LegalBasis]:
    """Every registered purpose that a product's purposes cover, with its basis there."""
    found = {name: basis_for(purposes, name, governance) for name in governance.purposes}
    return {name: basis for name, basis in found.items() if basis is not None}
