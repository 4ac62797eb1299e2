"""What is due when: month ends, leap years, clock changes, holidays, pauses and extensions, against days worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.product.governance import ClockPolicy, SubjectRequestPolicy
from mesh_platform.subjects.requests.clocks import RULES, Calendar, Clock, Pauses, Time, clock_of, may_ask, months_after, rule_for
from mesh_platform.subjects.requests.kinds import Kind, Regime

PLAIN = SubjectRequestPolicy()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clock(
    received: str,
    regime: Regime = Regime.GDPR,
    kind: Kind = Kind.ACCESS,
    policy: SubjectRequestPolicy = PLAIN,
    pauses: Pauses = (),
    extended: bool = False,
    now: str | None = None,
) -> Clock:
    calendar, moment = Calendar.of(policy), at(received)
    rule = rule_for(regime, kind, calendar.day(moment), policy)
    return clock_of(rule, calendar, moment, pauses, extended, at(now) if now else moment)


@pytest.mark.parametrize(
    ("received", "due", "extended"),
    [
        ("2025-01-31T10:00", "2025-02-28", "2025-04-30"),
        ("2024-01-31T10:00", "2024-02-29", "2024-04-30"),
        ("2023-11-30T10:00", "2023-12-30", "2024-02-29"),
        ("2024-02-29T10:00", "2024-03-29", "2024-05-29"),
        ("2025-12-31T23:59:59", "2026-01-31", "2026-03-31"),
        ("2026-08-31T00:00", "2026-09-30", "2026-11-30"),
    ],
)
def test_a_month_under_the_gdpr_ends_on_the_same_number_or_the_last_day(received: str, due: str, extended: str) -> None:
    assert clock(received).due.isoformat() == due
    assert clock(received, extended=True).due.isoformat() == extended


@pytest.mark.parametrize(
    ("regime", "kind", "received", "due"),
    [
        (Regime.CCPA, Kind.ACCESS, "2026-11-20T10:00", "2027-01-04"),
        (Regime.CCPA, Kind.ERASURE, "2024-01-15T10:00", "2024-02-29"),
        (Regime.CCPA, Kind.OBJECTION, "2026-11-20T10:00", "2026-12-11"),
        (Regime.LGPD, Kind.ACCESS, "2026-02-20T10:00", "2026-03-07"),
        (Regime.DPDP, Kind.ACCESS, "2027-12-01T10:00", "2028-02-29"),
    ],
)
def test_the_other_regimes_count_days_and_business_days(regime: Regime, kind: Kind, received: str, due: str) -> None:
    assert clock(received, regime, kind).due.isoformat() == due


@pytest.mark.parametrize(
    ("kind", "received", "due", "extended"),
    [
        (Kind.ACCESS, "2027-01-31T10:00", "2027-03-02", "2027-04-01"),
        (Kind.ACCESS, "2028-01-31T10:00", "2028-03-01", "2028-03-31"),  # a leap year
        (Kind.PORTABILITY, "2026-12-31T23:59:59", "2027-01-30", "2027-03-01"),
        (Kind.ACCESS, "2027-02-28T00:00", "2027-03-30", "2027-04-29"),
        (Kind.RECTIFICATION, "2027-01-31T10:00", "2027-04-01", "2027-05-01"),
        (Kind.RECTIFICATION, "2027-12-31T10:00", "2028-02-29", "2028-03-30"),
    ],
)
def test_under_hipaa_days_are_counted_over_the_end_of_a_month_and_once_30_more_with_notice(
    kind: Kind, received: str, due: str, extended: str
) -> None:
    assert clock(received, Regime.HIPAA, kind).due.isoformat() == due
    longer = clock(received, Regime.HIPAA, kind, extended=True)
    assert longer.due.isoformat() == extended
    assert longer.extend_by is None
    assert clock(received, Regime.HIPAA, kind).extend_by == at(due) + timedelta(days=1)


def test_under_hipaa_the_count_does_not_wait_for_the_person_to_show_who_they_are() -> None:
    asked = [(at("2027-01-02T00:00"), at("2027-01-20T00:00"))]
    assert clock("2027-01-01T10:00", Regime.HIPAA, pauses=asked).due == date(2027, 1, 31)


def test_a_receipt_is_confirmed_in_ten_business_days_and_a_holiday_is_none() -> None:
    assert clock("2026-11-20T10:00", Regime.CCPA).confirm_by == date(2026, 12, 4)
    policy = SubjectRequestPolicy(holidays=(date(2026, 11, 26), date(2026, 11, 28)))
    assert clock("2026-11-20T10:00", Regime.CCPA, policy=policy).confirm_by == date(2026, 12, 7)


def test_under_the_ccpa_the_count_does_not_wait_for_the_person_to_show_who_they_are() -> None:
    asked = [(at("2026-01-02T00:00"), at("2026-01-20T00:00"))]
    assert clock("2026-01-01T10:00", Regime.CCPA, pauses=asked).due == date(2026, 2, 15)
    assert clock("2026-01-01T10:00", Regime.GDPR, pauses=asked).due == date(2026, 2, 19)


def test_an_open_pause_moves_the_end_along_and_one_after_the_end_brings_nothing_back() -> None:
    still = [(at("2026-01-05T10:00"), None)]
    assert clock("2026-01-01T10:00", pauses=still, now="2026-01-08T10:00").due == date(2026, 2, 4)
    assert clock("2026-01-01T10:00", pauses=still, now="2026-01-08T10:00").paused
    late = [(at("2026-02-05T10:00"), None)]
    assert clock("2026-01-01T10:00", pauses=late, now="2026-03-08T10:00").due == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("zone", "received", "due_at"),
    [
        ("Europe/Madrid", "2026-01-31T23:30", "2026-03-01T23:00"),  # it is 1 February there already
        ("Europe/Madrid", "2026-02-28T12:00", "2026-03-28T23:00"),  # the clock goes forward the night after
        ("Europe/Madrid", "2026-02-28T23:30", "2026-04-01T22:00"),
        ("Europe/Madrid", "2026-09-25T12:00", "2026-10-25T23:00"),  # the last day has 25 hours
        ("America/Los_Angeles", "2026-02-08T12:00", "2026-03-09T07:00"),
    ],
)
def test_a_day_is_over_when_it_is_over_there_whatever_its_hours(zone: str, received: str, due_at: str) -> None:
    assert clock(received, policy=SubjectRequestPolicy(zone=zone)).due_at == at(due_at)


def test_it_is_warned_on_day_21_and_overdue_from_the_first_moment_after_the_last_day() -> None:
    found = clock("2026-01-01T10:00")
    assert found.warn_at == at("2026-01-22T00:00") and found.due_at == at("2026-02-02T00:00")
    last = found.due_at - timedelta(microseconds=1)
    assert found.warned(None, found.warn_at) and not found.warned(None, found.warn_at - timedelta(seconds=1))
    assert not found.breached(None, last) and found.breached(None, found.due_at)
    assert not found.breached(last, found.due_at + timedelta(days=9)) and found.breached(found.due_at, found.due_at)


def test_what_governance_says_goes_before_what_the_platform_brings_from_its_day_on() -> None:
    own = ClockPolicy(regime="gdpr", kinds=("access",), effective_from=date(2026, 6, 1), answer="20 days", extension="10 days")
    policy = SubjectRequestPolicy(clocks=(own,))
    assert clock("2026-05-31T10:00", policy=policy).due == date(2026, 6, 30)
    assert clock("2026-06-01T10:00", policy=policy).due == date(2026, 6, 21)
    assert clock("2026-06-01T10:00", policy=policy, extended=True).due == date(2026, 7, 1)
    assert clock("2026-06-01T10:00", kind=Kind.ERASURE, policy=policy).due == date(2026, 7, 1)


def test_an_end_on_a_weekend_or_a_holiday_moves_where_governance_says_so_and_not_without() -> None:
    assert clock("2026-01-14T10:00").due == date(2026, 2, 14)  # a Saturday
    rolling = ClockPolicy(regime="gdpr", effective_from=date(2026, 1, 1), answer="1 month", rolls=True)
    policy = SubjectRequestPolicy(clocks=(rolling,), holidays=(date(2026, 2, 16),))
    assert clock("2026-01-14T10:00", policy=policy).due == date(2026, 2, 17)


def test_a_law_that_is_not_in_force_yet_gives_its_time_and_says_so() -> None:
    found = clock("2026-11-22T10:00", Regime.DPDP)
    assert found.due == date(2027, 2, 20) and not found.in_force


def test_every_regime_has_a_clock_for_every_kind_that_it_gives_and_hipaa_gives_no_erasure() -> None:
    given = {(regime, kind) for regime in Regime for kind in Kind if may_ask(regime, kind)}
    assert {kind for regime, kind in given if regime is Regime.HIPAA} == {Kind.ACCESS, Kind.PORTABILITY, Kind.RECTIFICATION}
    assert {(regime, kind) for regime in Regime for kind in Kind if regime is not Regime.HIPAA} <= given
    for regime, kind in given:
        assert rule_for(regime, kind, date(2026, 1, 1), PLAIN) in RULES


_DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(_DAYS, st.integers(1, 48))
def test_months_never_skip_one_and_never_end_before_the_number_of_the_day(day: date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


@given(_DAYS, _DAYS, st.integers(1, 60), st.sets(_DAYS, max_size=20))
def test_later_received_is_never_due_earlier(one: date, other: date, number: int, holidays: set[date]) -> None:
    calendar = Calendar(ZoneInfo("UTC"), frozenset(holidays))
    for unit in ("month", "day", "business day"):
        span = Time(number, unit)
        first, second = span.after(min(one, other), calendar), span.after(max(one, other), calendar)
        assert first <= second


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)),
    st.sampled_from(["Europe/Madrid", "America/Sao_Paulo", "Asia/Kolkata"]),
)
def test_no_clock_is_over_before_its_days_are(moment: datetime, zone: str) -> None:
    policy = SubjectRequestPolicy(zone=zone)
    received = moment.replace(tzinfo=UTC)
    for regime in Regime:
        rule = rule_for(regime, Kind.ACCESS, received.date(), policy)
        found = clock_of(rule, Calendar.of(policy), received, (), False, received)
        longer = clock_of(rule, Calendar.of(policy), received, (), True, received)
        assert received < found.warn_at < found.due_at <= longer.due_at
        assert (found.due_at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == found.due
