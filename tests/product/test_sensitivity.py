"""Sensitivity is a lattice: a total order whose join is the maximum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.product import Sensitivity

LEVEL = st.sampled_from(Sensitivity)
join = Sensitivity.highest


def test_the_levels_stand_in_their_order() -> None:
    assert sorted(set(Sensitivity)) == ["public", "internal", "confidential", "restricted"]


@given(LEVEL, LEVEL)
def test_of_two_levels_one_is_below_the_other_or_they_are_the_same(a: Sensitivity, b: Sensitivity) -> None:
    assert (a < b) + (a == b) + (a > b) == 1
    assert (a <= b) is (a < b or a == b)
    assert (a >= b) is (b <= a)


@given(LEVEL, LEVEL, LEVEL)
def test_the_order_is_transitive(a: Sensitivity, b: Sensitivity, c: Sensitivity) -> None:
    assert not (a <= b and b <= c) or a <= c


@given(LEVEL, LEVEL, LEVEL)
def test_the_join_is_associative_commutative_and_idempotent(a: Sensitivity, b: Sensitivity, c: Sensitivity) -> None:
    assert join([join([a, b]), c]) is join([a, join([b, c])])
    assert join([a, b]) is join([b, a])
    assert join([a, a]) is a


@given(st.lists(LEVEL), LEVEL)
def test_the_join_is_the_least_upper_bound(levels: list[Sensitivity], other: Sensitivity) -> None:
    top = join(levels)
    assert all(level <= top for level in levels)
    assert not all(level <= other for level in levels) or top <= other


@given(st.lists(LEVEL), LEVEL)
def test_one_more_source_never_lowers_the_join(levels: list[Sensitivity], more: Sensitivity) -> None:
    assert join([*levels, more]) >= join(levels)


def test_nothing_joins_to_public() -> None:
    assert join([]) is Sensitivity.PUBLIC


def test_a_level_equals_its_word_and_is_found_by_it() -> None:
    assert Sensitivity("restricted") is Sensitivity.RESTRICTED
    assert {Sensitivity.PUBLIC: 1}["public"] == 1
    assert Sensitivity.PUBLIC < "internal"


def test_a_word_that_is_no_level_does_not_compare() -> None:
    with pytest.raises(ValueError, match="secret"):
        assert Sensitivity.PUBLIC < "secret"
