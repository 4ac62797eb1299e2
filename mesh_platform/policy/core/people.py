"""Which products concern persons, as far as their descriptors tell."""

from __future__ import annotations

from mesh_platform.product import Product, Sensitivity
from mesh_platform.product.categories import Identifiability, category
from mesh_platform.product.models import Column

_POINTING = (Identifiability.DIRECT, Identifiability.PSEUDONYMOUS)


def points_at_a_person(column: Column) -> bool:
    """Whether the values of a column identify persons, directly or under a pseudonym."""
    found = category(column.category) if column.category else None
    how = column.identifiability or (found.identifiability if found else Identifiability.NONE)
    return column.subject is not None or how in _POINTING


def holds_persons(product: Product) -> bool:
    """Whether a product's rows can be told apart by person; one that declares no columns counts as such."""
    columns = product.descriptor.columns
    return not columns or any(map(points_at_a_person, columns.values()))


def concerns_people(product: Product) -> bool:
    """Whether it holds persons or is confidential."""
    return holds_persons(product) or product.descriptor.sensitivity >= Sensitivity.CONFIDENTIAL
