"""Safe Harbor: the named transform that a finding can write, and where it writes none."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_platform.policy import Found, Scan, Shape, Shapes, Vector, gate, rules
from mesh_platform.policy.examples import facts_of
from mesh_platform.policy.packs.hipaa.safe_harbor import with_column
from mesh_platform.product import Sensitivity

DAYS, PLACES = Shape(rows=90, days=88), Shape(rows=90, fine_places=90)
BORN = Scan((Found("BIRTH", Sensitivity.RESTRICTED, "user.demographic.date_of_birth", rows=9),))


def patch(letter: str, shape: Shape, scan: Scan | None = None, **column: Any) -> str:
    """The patch of the one finding of that letter about rows with this form."""
    facts = {"classification": {"told": scan} if scan else {}, "shapes": Shapes({"told": shape})}
    told = facts_of(Vector("x", False, {"product": with_column(**column), "facts": facts}))
    [found] = {one.patch for one in gate(told, rules()).findings if one.rule == f"HIPAA-514B2-{letter}"}
    return found


@pytest.mark.parametrize(
    ("letter", "shape", "type", "transform"),
    [("C", DAYS, "date", "year"), ("C", DAYS, "timestamp", "year"), ("B", PLACES, "string", "zip3")],
)
def test_what_rows_alone_show_is_mended_by_its_named_transform(letter: str, shape: Shape, type: str, transform: str) -> None:
    assert f"coarsen: {transform}" in patch(letter, shape, type=type)


def test_no_transform_is_written_that_the_type_does_not_take_that_no_letter_names_or_that_leaves_an_identifier() -> None:
    assert patch("B", PLACES, type="boolean") == ""
    assert patch("N", Shape(rows=90, urls=3)) == ""
    assert patch("C", DAYS, type="date", category="user.demographic.date_of_birth") == ""
    assert patch("C", DAYS, scan=BORN, type="date") == ""
