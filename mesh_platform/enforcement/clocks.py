"""Cases of the clocks: a request's last day under each law, by the code that every request is counted with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mesh_platform.product.governance import SubjectRequestPolicy
from mesh_platform.subjects.requests.clocks import Calendar, Clock, clock_of, rule_for
from mesh_platform.subjects.requests.kinds import Kind, Regime

_POLICY = SubjectRequestPolicy()


def _clock(regime: Regime, kind: Kind, extended: bool = False, received: datetime = datetime(2027, 6, 1, 9, tzinfo=UTC)) -> Clock:
    calendar = Calendar.of(_POLICY)
    return clock_of(rule_for(regime, kind, received.date(), _POLICY), calendar, received, (), extended, received)


def _in_time(clock: Clock, days: int) -> bool:
    """Whether an answer that many days after the receipt is in time."""
    answered = datetime.combine(clock.received, datetime.min.time(), UTC) + timedelta(days=days, hours=12)
    return not clock.breached(answered, answered)


def gdpr_in_time() -> bool:
    return _in_time(_clock(Regime.GDPR, Kind.ACCESS), 30)


def gdpr_late() -> bool:
    return _in_time(_clock(Regime.GDPR, Kind.ACCESS), 31)


def gdpr_extended() -> bool:
    return _in_time(_clock(Regime.GDPR, Kind.ACCESS, extended=True), 62)


def ccpa_in_time() -> bool:
    return _in_time(_clock(Regime.CCPA, Kind.ACCESS), 45)


def ccpa_late() -> bool:
    return _in_time(_clock(Regime.CCPA, Kind.ACCESS), 46)


def ccpa_extended() -> bool:
    return _in_time(_clock(Regime.CCPA, Kind.ACCESS, extended=True), 90)


def ccpa_confirmed_in_time() -> bool:
    """Whether a receipt that is confirmed on the tenth business day is in time."""
    clock = _clock(Regime.CCPA, Kind.ACCESS)
    return clock.confirm_by is not None and clock.confirm_by >= datetime(2027, 6, 15, tzinfo=UTC).date()


def ccpa_opt_out_in_time() -> bool:
    return _in_time(_clock(Regime.CCPA, Kind.OBJECTION), 21)


def ccpa_opt_out_late() -> bool:
    return _in_time(_clock(Regime.CCPA, Kind.OBJECTION), 22)


def lgpd_in_time() -> bool:
    return _in_time(_clock(Regime.LGPD, Kind.ACCESS), 15)


def lgpd_late() -> bool:
    return _in_time(_clock(Regime.LGPD, Kind.ACCESS), 16)


def dpdp_in_time() -> bool:
    return _in_time(_clock(Regime.DPDP, Kind.ACCESS), 90)


def dpdp_late() -> bool:
    return _in_time(_clock(Regime.DPDP, Kind.ACCESS), 91)


def hipaa_access_in_time() -> bool:
    return _in_time(_clock(Regime.HIPAA, Kind.ACCESS), 30)


def hipaa_access_late() -> bool:
    return _in_time(_clock(Regime.HIPAA, Kind.ACCESS), 31)


def hipaa_access_extended() -> bool:
    return _in_time(_clock(Regime.HIPAA, Kind.ACCESS, extended=True), 60)


def hipaa_access_extended_late() -> bool:
    return _in_time(_clock(Regime.HIPAA, Kind.ACCESS, extended=True), 61)


def hipaa_amendment_in_time() -> bool:
    return _in_time(_clock(Regime.HIPAA, Kind.RECTIFICATION), 60)


def hipaa_amendment_late() -> bool:
    return _in_time(_clock(Regime.HIPAA, Kind.RECTIFICATION), 61)


def hipaa_amendment_extended() -> bool:
    return _in_time(_clock(Regime.HIPAA, Kind.RECTIFICATION, extended=True), 90)


def hipaa_amendment_extended_late() -> bool:
    return _in_time(_clock(Regime.HIPAA, Kind.RECTIFICATION, extended=True), 91)
