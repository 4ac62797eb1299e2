"""Spans of time as people write them, counted by the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.product import Span


@pytest.mark.parametrize(
    ("text", "months", "seconds"),
    [
        ("3 years", 36, 0),
        ("1 year", 12, 0),
        ("6 months", 6, 0),
        ("2 quarters", 6, 0),
        ("30 days", 0, 30 * 86400),
        ("2 weeks", 0, 14 * 86400),
        ("< 1 hour", 0, 3600),
        ("<= 15 min", 0, 900),
        ("within 2 h", 0, 7200),
        ("< 100ms", 0, 0.1),
        ("100 milliseconds", 0, 0.1),
        ("1.5 days", 0, 129600),
        ("30s", 0, 30),
        (" 1 Day ", 0, 86400),
        ("P3Y", 36, 0),
        ("P1Y6M", 18, 0),
        ("P30D", 0, 30 * 86400),
        ("P2W", 0, 14 * 86400),
        ("PT15M", 0, 900),
        ("p1dt12h", 0, 129600),
        ("PT0.5S", 0, 0.5),
    ],
)
def test_a_span_is_read_as_it_is_written(text: str, months: int, seconds: float) -> None:
    span = Span.parse(text)
    assert (span.months, span.seconds) == (months, pytest.approx(seconds))
    assert str(span) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "3", "years", "3 yers", "-1 day", "0 days", "P", "PT", "P0D", "1.5 months", "1 day 2", "soon"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a span of time"):
        Span.parse(text)


@pytest.mark.parametrize("text", ["15m", "< 15 m", "6M"])
def test_a_unit_that_may_be_minutes_or_months_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='write "min" or "month"'):
        Span.parse(text)


@pytest.mark.parametrize(
    ("text", "moment", "before"),
    [
        ("3 years", "2028-02-29", "2025-02-28"),
        ("1 year", "2025-02-28", "2024-02-28"),
        ("1 month", "2026-03-31", "2026-02-28"),
        ("1 month", "2024-03-31", "2024-02-29"),
        ("1 month", "2026-01-15", "2025-12-15"),
        ("10 years", "2026-11-22", "2016-11-22"),
        ("1 day", "2026-03-01", "2026-02-28"),
    ],
)
def test_months_and_years_go_by_the_calendar(text: str, moment: str, before: str) -> None:
    assert Span.parse(text).before(datetime.fromisoformat(moment)) == datetime.fromisoformat(before)


@given(st.integers(1, 400), st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
def test_more_months_never_lead_to_a_later_day(months: int, moment: datetime) -> None:
    assert Span.parse(f"{months + 1} months").before(moment) < Span.parse(f"{months} months").before(moment)


@given(st.integers(1, 10_000), st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
def test_days_are_exact(days: int, moment: datetime) -> None:
    assert Span.parse(f"{days} days").before(moment) == moment - timedelta(days=days)


def test_the_time_zone_is_kept() -> None:
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert Span.parse("1 month").before(moment) == datetime(2026, 10, 22, 12, tzinfo=UTC)


def test_a_span_longer_than_the_calendar_reaches_its_beginning() -> None:
    assert Span.parse("9999 years").before(datetime(2026, 11, 22)) == datetime.min
    assert Span.parse("3000000 days").before(datetime(2026, 11, 22)) == datetime.min


@pytest.mark.parametrize("text", ["P" + "9" * 400 + "Y", "9" * 400 + " days", "P" + "9" * 5000 + "D", "99999 years"])
def test_an_absurd_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="span of time"):
        Span.parse(text)
