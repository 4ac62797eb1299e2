"""Cases of the register of breaches: whether a law is kept so far, by the code that every duty of a breach is judged with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mesh_platform.subjects.breaches import Affected, Answer, Breach, Found, Nature, Risk, Side
from mesh_platform.subjects.breaches.duties import kept, unfinished
from mesh_platform.subjects.requests.clocks import Calendar

_AWARE = datetime(2027, 6, 1, 9, tzinfo=UTC)  # a Tuesday
_CALENDAR = Calendar(ZoneInfo("UTC"))
_GDPR, _LGPD, _DPDP = "GDPR-33", "LGPD-48", "DPDP-R7"


def _breach(rule: str, risk: Risk | None = Risk.RISK, people: int = 3) -> Breach:
    found = Found((Affected("customer/customers", laws=(rule,), people=people),), people)
    what, nature = "a laptop was lost", (Nature.CONFIDENTIALITY,)
    ground = "as whoever looked into it sees it" if risk else ""
    return Breach("b", _AWARE, _AWARE, "p", "p", what, nature, Side.CONTROLLER, found, risk=risk, ground=ground)


def _told(breach: Breach, key: str, after: timedelta, reason: str = "", spared: bool = False) -> Breach:
    at = _AWARE + after
    return replace(breach, answers={**breach.answers, key: Answer(at, at, reason, spared=spared)})


def _kept(breach: Breach, rule: str, after: timedelta) -> bool:
    return kept(breach, rule, _CALENDAR, _AWARE + after)


def _gdpr(hour: int, reason: str = "") -> bool:
    return _kept(_told(_breach(_GDPR), "GDPR-33:authority", timedelta(hours=hour), reason), _GDPR, timedelta(days=9))


def gdpr_in_time() -> bool:
    return _gdpr(72)


def gdpr_late_with_reason() -> bool:
    return _gdpr(73, "the log had to be restored first")


def gdpr_late() -> bool:
    return _gdpr(73)


def gdpr_untold() -> bool:
    return _kept(_breach(_GDPR), _GDPR, timedelta(hours=73))


def gdpr_unassessed() -> bool:
    return _kept(_breach(_GDPR, None), _GDPR, timedelta(hours=73))


def gdpr_unlikely() -> bool:
    return _kept(_breach(_GDPR, Risk.UNLIKELY), _GDPR, timedelta(days=9))


def documented() -> bool:
    """Whether a breach that was told to nobody may be closed, once it says why that is so."""
    return not unfinished(_breach(_GDPR, Risk.UNLIKELY), _CALENDAR)


def documented_without_ground() -> bool:
    return not unfinished(_breach(_GDPR, None), _CALENDAR)


def documented_untold() -> bool:
    return not unfinished(_breach(_GDPR), _CALENDAR)


def people_of_a_risk() -> bool:
    return _kept(_breach("GDPR-34"), "GDPR-34", timedelta(days=9))


def people_told() -> bool:
    told = _told(_breach("GDPR-34", Risk.HIGH), "GDPR-34:people", timedelta(hours=72))
    return _kept(told, "GDPR-34", timedelta(days=9))


def people_untold() -> bool:
    return _kept(_breach("GDPR-34", Risk.HIGH), "GDPR-34", timedelta(hours=73))


def people_spared() -> bool:
    spared = _told(_breach("GDPR-34", Risk.HIGH), "GDPR-34:people", timedelta(0), "Art. 34(3)(a): encrypted", spared=True)
    return _kept(spared, "GDPR-34", timedelta(days=9))


def people_spared_without_ground() -> bool:
    spared = _told(_breach("GDPR-34", Risk.HIGH), "GDPR-34:people", timedelta(0), spared=True)
    return _kept(spared, "GDPR-34", timedelta(days=9))


def _both(rule: str, after: timedelta, *, people: bool = True) -> bool:
    told = _told(_breach(rule), f"{rule}:authority", after)
    return _kept(_told(told, f"{rule}:people", after) if people else told, rule, timedelta(days=9))


def lgpd_third_day() -> bool:
    return _both(_LGPD, timedelta(days=3))


def lgpd_fourth_day() -> bool:
    return _both(_LGPD, timedelta(days=4))


def lgpd_people_untold() -> bool:
    return _both(_LGPD, timedelta(days=1), people=False)


def dpdp_in_time() -> bool:
    return _both(_DPDP, timedelta(hours=72))


def dpdp_late() -> bool:
    return _both(_DPDP, timedelta(hours=73))


def dpdp_unlikely() -> bool:
    return _kept(_breach(_DPDP, Risk.UNLIKELY), _DPDP, timedelta(hours=73))


def _hipaa(rule: str, people: int, day: int) -> bool:
    return _kept(_breach(rule, people=people), rule, timedelta(days=day))


def hipaa_people_in_time() -> bool:
    told = _told(_breach("HIPAA-404"), "HIPAA-404:people", timedelta(days=60))
    return _kept(told, "HIPAA-404", timedelta(days=99))


def hipaa_people_late() -> bool:
    return _hipaa("HIPAA-404", 3, 61)


def hipaa_media_few() -> bool:
    return _hipaa("HIPAA-406", 500, 99)


def hipaa_media_many() -> bool:
    return _hipaa("HIPAA-406", 501, 61)


def hipaa_secretary_few() -> bool:
    return _hipaa("HIPAA-408", 499, 61)


def hipaa_secretary_many() -> bool:
    return _hipaa("HIPAA-408", 500, 61)


def hipaa_secretary_after_the_year() -> bool:
    return _kept(_breach("HIPAA-408", people=499), "HIPAA-408", datetime(2028, 3, 1, tzinfo=UTC) - _AWARE)
