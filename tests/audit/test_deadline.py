"""The wait for witnesses as a value: when it begins, what ends it, and that no clock makes it shorter in silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.audit.deadline import TOLERANCE, Remembered, Unwitnessed, looked, standing

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, LIMIT = timedelta(hours=1), timedelta(hours=24)


def waits(kept: Remembered, records: int) -> Unwitnessed:
    return standing(kept, records, LIMIT)


def test_a_log_with_nothing_new_does_not_wait() -> None:
    met = looked(None, "p", 10, NOON, None, (10, "note"))
    year = looked(met, "p", 10, NOON + timedelta(days=365), None)
    assert year.began_at is None and not waits(year, 10).overdue


def test_the_wait_begins_with_the_oldest_record_that_nobody_saw() -> None:
    met = looked(None, "p", 10, NOON, None, (10, "note"))
    late = looked(met, "p", 11, NOON + 30 * HOUR, NOON + 2 * HOUR)
    assert waits(late, 11).age == 28 * HOUR and waits(late, 11).overdue and waits(late, 11).records == 1


def test_a_policy_that_is_new_begins_its_wait_at_the_first_look() -> None:
    first = looked(None, "p", 10_000, NOON, NOON - timedelta(days=400))
    assert waits(first, 10_000).age == timedelta() and not waits(first, 10_000).overdue
    assert waits(looked(first, "p", 10_001, NOON + 24 * HOUR, None), 10_001).overdue


def test_another_policy_does_not_begin_the_wait_anew() -> None:
    first = looked(None, "p", 5, NOON, None)
    other = looked(first, "q", 5, NOON + 20 * HOUR, None)
    assert waits(looked(other, "q", 5, NOON + 24 * HOUR, None), 5).overdue


def test_what_met_another_policy_is_not_carried_over() -> None:
    met = looked(None, "p", 10, NOON, None, (10, "note"))
    other = looked(met, "q", 10, NOON, None)
    assert (other.size, other.note, other.began_at) == (0, None, NOON)


def test_a_clock_that_goes_back_ends_the_wait_and_says_so() -> None:
    first = looked(None, "p", 5, NOON, None)
    back = looked(first, "p", 5, NOON - HOUR, None)
    assert waits(back, 5).overdue and "went back" in waits(back, 5).words
    healed = looked(back, "p", 6, NOON, None, (6, "note"))
    assert not healed.doubtful and not waits(healed, 6).overdue


def test_two_machines_clocks_may_lie_a_little_apart() -> None:
    first = looked(None, "p", 5, NOON, None)
    other = looked(first, "p", 5, NOON - TOLERANCE, None)
    assert not other.doubtful and other.seen_at == NOON


MOMENTS = st.lists(st.integers(-3 * 86_400, 3 * 86_400), min_size=1, max_size=30)


@given(MOMENTS)
def test_no_order_of_clocks_ends_a_wait_without_a_quorum(steps: list[int]) -> None:
    """Once overdue it stays so, whatever the clock says; and what a look says is never younger than what one before it said."""
    kept, now, said = looked(None, "p", 1, NOON, None), NOON, timedelta()
    for step in steps:
        before, now = waits(kept, 1), now + timedelta(seconds=step)
        kept = looked(kept, "p", 1, now, None)
        assert kept.began_at == NOON and waits(kept, 1).age >= said
        assert waits(kept, 1).overdue or not before.overdue
        said = waits(kept, 1).age
    honest = sum((timedelta(seconds=step) for step in steps), timedelta())
    assert waits(kept, 1).overdue or kept.seen_at - NOON >= honest


@given(st.lists(st.tuples(st.integers(1, 100_000), st.integers(0, 5), st.booleans()), max_size=30))
def test_whoever_looks_often_and_whoever_looks_seldom_see_the_same_wait(events: list[tuple[int, int, bool]]) -> None:
    """Looks in between, with a clock that goes on, change nothing about when the wait ends."""
    often = seldom = looked(None, "p", 1, NOON, None, (1, "n"))
    records, now, oldest = 1, NOON, None
    for seconds, more, met in events:
        now += timedelta(seconds=seconds)
        oldest = oldest or (now if more else None)
        records += more
        often = looked(often, "p", records, now, oldest)
        if met:
            often = looked(often, "p", records, now, None, (records, "n"))
            seldom, oldest = looked(seldom, "p", records, now, oldest, (records, "n")), None
    seldom = looked(seldom, "p", records, now, oldest)
    assert (often.began_at, often.size) == (seldom.began_at, seldom.size)
    assert waits(often, records) == waits(seldom, records)
