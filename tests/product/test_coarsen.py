"""`coarsen:` of a column: what it takes, and how a change of it is weighed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mesh_platform.product.changes import ChangeKind, coarsen
from mesh_platform.product.models import Column


def column(**said: object) -> Column:
    return Column.model_validate(said, by_alias=True, by_name=False)


@pytest.mark.parametrize(
    ("kind", "how"),
    [("date", "month"), ("timestamp", "year"), ("timestamptz", "year"), ("integer", "tens"), ("int", "tens"), ("string", "zip3")],
)
def test_a_transform_takes_values_of_its_type(kind: str, how: str) -> None:
    assert column(type=kind, coarsen=how).coarsen == how


@pytest.mark.parametrize(("kind", "how"), [("string", "year"), ("date", "tens"), ("integer", "zip3"), ("double", "tens")])
def test_values_of_another_type_are_refused(kind: str, how: str) -> None:
    with pytest.raises(ValidationError, match=f"coarsen: {how} takes"):
        column(type=kind, coarsen=how)


@pytest.mark.parametrize("said", [{"unique": True}, {"subject": "email"}, {"references": "a/b.c"}])
def test_what_something_is_found_by_is_not_coarsened(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="is not coarsened"):
        column(type="string", coarsen="zip3", **said)


def kinds(old: str | None, new: str | None) -> set[ChangeKind]:
    return {kind for kind, _ in coarsen(old, new)}  # type: ignore[arg-type]


def test_coarser_values_are_no_matter_of_privacy_and_finer_ones_are() -> None:
    for old, new in [(None, "month"), (None, "zip3"), ("month", "year")]:
        assert kinds(old, new) == {ChangeKind.BREAKING}
    for old, new in [("year", None), ("year", "month"), ("zip3", None)]:
        assert kinds(old, new) == {ChangeKind.BREAKING, ChangeKind.PRIVACY}
