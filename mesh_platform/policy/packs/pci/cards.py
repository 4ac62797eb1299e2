"""What rules about cards ask: whether a product holds card numbers, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_platform.policy.core.evidence import standing
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import holding, within
from mesh_platform.policy.scan import Found, Scan
from mesh_platform.policy.shapes import Shape, Shapes
from mesh_platform.product import Sensitivity

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


def shape_of(facts: Facts, name: str) -> Shape:
    return (facts.shapes.columns if facts.shapes else {}).get(name, Shape())
