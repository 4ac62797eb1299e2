"""Which products concern persons, as far as their descriptors tell."""

from __future__ import annotations

from mesh_platform.product import Product, Sensitivity
from mesh_platform.product.categories import Identifiability, category
from mesh_platform.product.models import Column

_POINTING = (Identifiability.DIRECT, Identifiability.PSEUDONYMOUS)


def identifiability(column: Column) -> Identifiability:
    """How well a column's values point at a person: as it says, else as its category does."""
    found = category(column.category) if column.category else None
    return column.identifiability or (found.identifiability if found else Identifiability.NONE)


def points_at_a_person(column: Column) -> bool:
    """Whether the values of a column identify persons, directly or under a pseudonym."""
    return column.subject is not None or identifiability(column) in _POINTING


def is_quasi(column: Column) -> bool:
    """Whether a column tells people apart only together with others."""
    return column.subject is None and identifiability(column) is Identifiability.QUASI


def tells_of_a_person(column: Column) -> bool:
    """Whether a column identifies persons, alone or together with others."""
    return points_at_a_person(column) or is_quasi(column)


def holds_persons(product: Product) -> bool:
    """Whether a product's rows can be told apart by person; one that declares no columns counts as such."""
    columns = product.descriptor.columns
    return not columns or any(map(points_at_a_person, columns.values()))


def concerns_people(product: Product) -> bool:
    """Whether it holds persons or is confidential."""
    return holds_persons(product) or product.descriptor.sensitivity >= Sensitivity.CONFIDENTIAL
