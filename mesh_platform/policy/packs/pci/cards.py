"""What rules about cards ask: whether a product holds card numbers, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_platform.policy.core.evidence import standing
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import holding, within
from mesh_platform.policy.scan import Found, Scan
from mesh_platform.policy.shapes import Shape, Shapes, speaks_of_a_card
from mesh_platform.product import Mesh, ProductKey, Sensitivity

PAN = ("user.financial.card.pan", "user.financial.credit_card")
CARD = ("user.financial.card", "user.financial.credit_card")
DECLARED: dict[str, Any] = {
    "columns": {
        "card": {"type": "string", "sensitivity": "restricted", "category": "user.financial.card.pan", "mask": "bin_last4"}
    }
}
NOTE: dict[str, Any] = {"columns": {"note": {"type": "string", "sensitivity": "restricted"}}}
"""The profiles with a column of cards, or with a text."""
FOUND = Scan((Found("CREDIT_CARD", Sensitivity.RESTRICTED, "user.financial.card.pan", rows=9, share=0.01),))
MAIL = Scan((Found("EMAIL_ADDRESS", Sensitivity.RESTRICTED, "user.contact.email", rows=9, share=0.01),))
CLEAN: dict[str, Any] = {"classification": {}, "shapes": Shapes()}


def rows(**shapes: Shape) -> dict[str, Any]:
    """Facts of staged rows with these forms, and nothing that the scan found."""
    return {"classification": {}, "shapes": Shapes(shapes)}


def pan_columns(facts: Facts) -> Iterator[str]:
    """Columns that are declared to hold card numbers, or in which the scan found some."""
    yield from holding(facts, *PAN)


def in_the_clear(facts: Facts) -> Iterator[str]:
    """Columns in whose rows the scan found whole card numbers: it asks check digit, issuer and length, in texts and documents too."""
    for name in facts.classification or {}:
        if name in facts.columns and any(within(one.category, *PAN) for one in standing(facts, name)):
            yield name


def cards(facts: Facts) -> bool:
    return next(pan_columns(facts), None) is not None


def of_cards(facts: Facts, name: str) -> bool:
    """Whether a column is about cards, as it is declared, scanned or called."""
    return name in {*holding(facts, *CARD)} or speaks_of_a_card(name)


def says_nothing(facts: Facts, name: str) -> bool:
    """Whether nothing tells of what the hashes in a column are made."""
    column = facts.columns.get(name)
    return column is not None and column.category is None and column.subject is None


def card_forms(facts: Facts) -> tuple[list[str], list[str]]:
    """The columns of cut card numbers, and those of hashes that may be of some."""
    staged = facts.shapes.columns if facts.shapes else {}
    cut = [name for name, shape in staged.items() if shape.truncated]
    return cut, [name for name, shape in staged.items() if shape.hashes and (of_cards(facts, name) or says_nothing(facts, name))]


def linked(mesh: Mesh, one: ProductKey, other: ProductKey) -> bool:
    """Whether rows of two products can be put together: by a key of people that both have, or because they derive from each other or from a third."""
    both = mesh.products[one].descriptor, mesh.products[other].descriptor
    keys = [{column.subject for column in each.columns.values()} - {None} for each in both]
    return bool(keys[0] & keys[1]) or bool(_origins(mesh, one) & _origins(mesh, other))


def _origins(mesh: Mesh, key: ProductKey) -> set[ProductKey]:
    """The product, and all that it is made of."""
    found, waiting = {key}, [key]
    while waiting:
        above = {up for up in mesh.upstream(waiting.pop()) if up in mesh.products and up not in found}
        found |= above
        waiting += above
    return found


def shape_of(facts: Facts, name: str) -> Shape:
    return (facts.shapes.columns if facts.shapes else {}).get(name, Shape())
