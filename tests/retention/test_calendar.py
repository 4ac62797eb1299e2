"""A period is over on the day after its last day, by any calendar: ours, the engine's, and one that counts day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.product.durations import Span
from mesh_platform.retention.calendar import cutoff, last_day

NOON = time(12)


def noon(day: date) -> datetime:
    return datetime.combine(day, NOON, UTC)


@pytest.mark.parametrize(
    ("began", "span", "ends"),
    [
        (date(2016, 3, 10), "10 years", date(2026, 3, 10)),
        (date(2016, 2, 29), "1 year", date(2017, 2, 28)),
        (date(2016, 2, 29), "4 years", date(2020, 2, 29)),
        (date(2023, 1, 31), "1 month", date(2023, 2, 28)),
        (date(2023, 11, 30), "P3M1D", date(2024, 3, 1)),
        (date(2023, 12, 31), "30 days", date(2024, 1, 30)),
    ],
)
def test_a_period_ends_with_its_last_day_and_is_over_the_day_after(began: date, span: str, ends: date) -> None:
    period = Span.parse(span)
    assert last_day(began, period) == ends
    on_it, after = cutoff(noon(ends), period, UTC), cutoff(noon(ends + timedelta(days=1)), period, UTC)
    assert not on_it.passed(noon(began))
    assert after.passed(noon(began))


DAYS = st.dates(date(1600, 1, 1), date(3000, 1, 1))
SPANS = st.builds(
    lambda months, days: Span(f"P{months}M{days}D", months, days * 86400.0), st.integers(0, 1300), st.integers(0, 5000)
).filter(lambda span: span.months + span.seconds > 0)


@given(today=DAYS, span=SPANS, near=st.integers(-3, 3))
def test_the_cutoff_is_the_last_day_that_is_over(today: date, span: Span, near: int) -> None:
    found = cutoff(noon(today), span, UTC).day
    assert found is not None
    day = found + timedelta(days=near)
    ends = last_day(day, span)
    assert ends is not None
    assert (ends < today) is (near <= 0)


def test_the_engine_counts_as_we_do() -> None:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE d AS SELECT CAST(range AS DATE) AS day FROM range(DATE '2014-01-01', DATE '2025-01-01', INTERVAL 1 DAY)"
    )
    for span in map(Span.parse, ("1 month", "10 years", "P1Y6M", "90 days", "P1M1D")):
        for today in (date(2025, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 3, 31)):
            ours = cutoff(noon(today), span, UTC).condition("day", "DATE")
            ends = f"CAST(day + to_months({span.months}) + to_days({int(span.seconds // 86400)}) AS DATE)"
            differing = con.execute(f"SELECT count(*) FROM d WHERE ({ours}) <> ({ends} < DATE '{today}')").fetchall()
            assert differing == [(0,)], (span, today)


def test_a_day_begins_where_the_product_says() -> None:
    lisbon, auckland = ZoneInfo("Europe/Lisbon"), ZoneInfo("Pacific/Auckland")
    began = datetime(2025, 3, 29, 12, 30, tzinfo=UTC)  # the 30th in Auckland
    now = datetime(2025, 4, 29, 13, 0, tzinfo=UTC)  # the 29th in Lisbon, the 30th in Auckland
    month = Span.parse("1 month")
    assert not cutoff(now, month, lisbon).passed(began), "its last day is today"
    assert not cutoff(now, month, auckland).passed(began)
    assert cutoff(now + timedelta(hours=11), month, lisbon).passed(began), "tomorrow has begun in Lisbon"
    assert not cutoff(now + timedelta(hours=10), month, auckland).passed(began)


def test_a_moment_is_judged_by_the_day_it_was_there_also_when_the_clocks_change() -> None:
    con, zone = duckdb.connect(), ZoneInfo("Europe/Lisbon")
    now = datetime(2025, 4, 1, 12, 0, tzinfo=UTC)
    found = cutoff(now, Span.parse("1 day"), zone)
    assert found.day == date(2025, 3, 30), "the day on which the hour from one to two was left out"
    for moment, over in (("2025-03-30 22:59:59+00", True), ("2025-03-30 23:00:00+00", False)):
        condition = found.condition("at", "TIMESTAMP WITH TIME ZONE")
        assert con.execute(f"SELECT {condition} FROM (SELECT TIMESTAMPTZ '{moment}' AS at)").fetchall() == [(over,)]


def test_a_period_of_hours_ends_to_the_second() -> None:
    con, now = duckdb.connect(), datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
    condition = cutoff(now, Span.parse("36 hours"), UTC).condition("at", "TIMESTAMP")
    for moment, over in (("2025-05-31 00:00:00", True), ("2025-05-31 00:00:01", False)):
        assert con.execute(f"SELECT {condition} FROM (SELECT TIMESTAMP '{moment}' AS at)").fetchall() == [(over,)]


def test_a_row_without_a_day_is_neither_over_nor_not() -> None:
    condition = cutoff(noon(date(2025, 6, 1)), Span.parse("1 year"), UTC).condition("day", "DATE")
    assert duckdb.connect().execute(f"SELECT {condition} FROM (SELECT CAST(NULL AS DATE) AS day)").fetchall() == [(None,)]


def test_nothing_is_older_than_the_calendar() -> None:
    found = cutoff(noon(date(2025, 6, 1)), Span.parse("9000 years"), UTC)
    assert (found.day, found.passed(datetime(1, 1, 1, tzinfo=UTC))) == (None, False)
    assert duckdb.connect().execute(
        f"SELECT {found.condition('day', 'DATE')} FROM (SELECT DATE '0001-01-01' AS day)"
    ).fetchall() == [(False,)]
