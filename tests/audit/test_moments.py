"""A record lies where its neighbours do, whatever its clock said."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.audit.moments import OUTSIDE, SLACK, SURE, believed, between

DAY = 24 * 60 * SLACK
HONEST = [day * DAY for day in range(1, 31)]


def places(times: list[int], day: int) -> dict[int, bool]:
    marks = between(times, day * DAY, (day + 1) * DAY)
    return {place: mark == SURE for place, mark in enumerate(marks) if mark != OUTSIDE}


@given(st.integers(0, 40 * DAY))
def test_what_stands_between_two_records_of_a_day_is_told_for_it_unless_its_own_time_fits_as_well(lie: int) -> None:
    times = [*HONEST[:15], lie, HONEST[14] + 60 * SLACK, *HONEST[15:]]
    assert 15 in places(times, 15) or believed(times)[15]
    assert {14, 16} <= places(times, 15).keys() <= {14, 15, 16}


@given(st.lists(st.integers(0, 10**16) | st.integers(0, 10 * SLACK), max_size=60))
def test_the_believed_ones_hardly_go_back_and_an_honest_row_is_believed_whole(times: list[int]) -> None:
    trusted = [time for time, sure in zip(times, believed(times), strict=True) if sure]
    assert all(high - time <= 2 * SLACK for high, time in zip(accumulate(trusted, max), trusted, strict=True))
    assert all(believed(sorted(times)))


@given(st.lists(st.integers(0, SLACK), min_size=2, max_size=40), st.integers(0, 10**16))
def test_processes_that_differ_by_less_than_a_minute_are_believed_beside_one_whose_clock_is_wrong(
    late: list[int], lie: int
) -> None:
    honest = [20 * SLACK + step * SLACK // 7 - behind for step, behind in enumerate(late)]
    assert all(believed(honest))
    assert all(believed([*honest, lie * DAY + 100 * SLACK, *(time + 50 * SLACK for time in honest)])[: len(honest)])


def test_a_clock_that_was_set_back_or_forward_hides_nothing_and_adds_nothing_to_other_days() -> None:
    for lie in (0, 5 * DAY, 10**16):
        times = [*HONEST[:15], lie, lie + 1, *HONEST[15:]]
        assert places(times, 15) == {14: True, 15: False, 16: False}
        assert places(times, 25) == {26: True}
        assert places(times, 20) == {21: True}


def test_what_differs_by_less_than_a_minute_is_nobodys_fault() -> None:
    times = [10 * SLACK + 5, 10 * SLACK + 3, 10 * SLACK + 9]
    assert believed(times) == [True, True, True]
