"""A chain of waivers has no end of its own: it is counted, and from a length on asked for otherwise."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.policy.renewals import GAP, SITTING, Chain, Spell, chain_to, too_often

BEGUN = date(2026, 1, 10)


def spell(after: int, days: int = 90, control: str = "nobody has a grant") -> Spell:
    starts = BEGUN + timedelta(days=after)
    return Spell(starts, starts + timedelta(days=days), control)


def test_each_waiver_after_another_is_one_renewal_and_the_exemption_is_as_old_as_the_first() -> None:
    chain = chain_to([spell(0), spell(80), spell(160)], BEGUN + timedelta(days=240))
    assert (chain.renewals, chain.since) == (3, BEGUN)
    assert str(chain) == f"renewed 3 times, exempt since {BEGUN}"


def test_a_pause_makes_no_new_exemption_and_a_long_one_does() -> None:
    assert chain_to([spell(0, 10)], BEGUN + timedelta(days=10) + GAP).renewals == 1
    late = BEGUN + timedelta(days=11) + GAP
    assert chain_to([spell(0, 10)], late) == Chain(late)


def test_several_findings_that_are_waived_in_one_week_are_one_decision() -> None:
    assert chain_to([spell(0), spell(2), spell(6)], BEGUN + timedelta(days=6)).renewals == 0


def test_the_first_and_its_renewals_are_asked_for_as_ever_and_one_more_takes_privacy_and_another_control() -> None:
    spells = [spell(0), spell(80), spell(160, control="Nobody  has a grant!")]
    second, third = BEGUN + timedelta(days=160), BEGUN + timedelta(days=240)
    assert too_often(chain_to(spells[:2], second), "nobody has a grant", False, 2) == ""
    assert "only somebody with the role privacy asks" in too_often(chain_to(spells, third), "it is masked", False, 2)
    assert "was said before" in too_often(chain_to(spells, third), "nobody has a grant.", True, 2)
    assert too_often(chain_to(spells, third), "it is masked", True, 2) == ""
    assert too_often(chain_to([], third), "nobody has a grant", False, 0) == ""


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 90)), min_size=1, max_size=8), st.integers(0, 1000))
def test_no_way_to_cut_an_exemption_into_pieces_makes_it_younger(pieces: list[tuple[int, int]], day: int) -> None:
    """Whatever pieces there are: on a day on which one of them counts, the exemption is as old as that piece at least."""
    on = BEGUN + timedelta(days=day)
    spells = [spell(*one) for one in pieces]
    chain = chain_to(spells, on)
    for one in spells:
        if one.starts <= on <= one.ends:
            assert chain.since is not None and chain.since <= one.starts
    months = sum(1 for one in {one.starts for one in spells} if chain.since and chain.since < one <= on)
    assert chain.renewals <= months + 1
    assert SITTING < GAP
