"""Whom a breach has to be told to under which law, and until when. Pure; every clock begins when the organisation became aware.

A time in hours is so many hours, whatever clocks on walls do meanwhile and whichever days are holidays. A time in days ends with its last day. Where a law says
*without delay* and gives no number, the number is a house rule and says so. What nobody has assessed counts as a risk; how many people nobody could count, as many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mesh_platform.subjects.breaches.values import Answer, Breach, Risk, Side
from mesh_platform.subjects.requests.clocks import Calendar, Time

MANY = 500
"""45 CFR 164.406(a): more than so many residents of one state; 164.408(b): so many people, or more."""
HOUSE = timedelta(hours=72)
"""House rule, where a law says without delay."""
PROCESSOR = timedelta(hours=24)
"""House rule: how soon a processor tells the controller, whose clock may have begun."""
AUTHORITY, PEOPLE, CONTROLLER, MEDIA, SECRETARY = "authority", "people", "controller", "media", "secretary"
_Length = timedelta | Time
_SIXTY = Time.parse("60 days")
_THREE = Time.parse("3 business days")


@dataclass(frozen=True, slots=True)
class Term:
    """What one rule asks for: who is told, in what time, and when it is asked at all.

    Attributes:
        rule: of the pack; the breach has to touch a product that it binds.
        to: who is told.
        time: hours, or days of the calendar; a function where it depends on the breach.
        source: the place in the law.
        asked: whether it is asked of this breach.
        spares: the place in the law by which it may not be required; empty: there is none.
        house: whether the number is a rule of the house, since the law gives none.
    """

    rule: str
    to: str
    time: _Length | Callable[[Breach], _Length | None]
    source: str
    asked: Callable[[Breach], bool]
    spares: str = ""
    house: bool = False

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.to}"


@dataclass(frozen=True, slots=True)
class Duty:
    """One notification that has to be made, and what became of it. `in_hours`: the moment itself is still in time."""

    term: Term
    due_at: datetime
    warn_at: datetime
    in_hours: bool
    answer: Answer | None = None

    @property
    def key(self) -> str:
        return self.term.key

    def late(self, at: datetime) -> bool:
        """Whether telling them at that moment is too late."""
        return at > self.due_at if self.in_hours else at >= self.due_at

    def state(self, now: datetime) -> str:
        """`open`, `due soon`, `overdue`, `told`, `told late` or `not required`."""
        if self.answer is None:
            return "overdue" if self.late(now) else "due soon" if now >= self.warn_at else "open"
        if self.answer.spared:
            return "not required"
        return "told late" if self.late(self.answer.at) else "told"

    def kept(self, now: datetime) -> bool:
        """Whether the law is kept so far: told in time, or late and with the reason, or not required for a reason, or not due yet."""
        if self.answer is None:
            return not self.late(now)
        return bool(self.answer.reason.strip()) if self.answer.spared or self.late(self.answer.at) else True

    def as_json(self, now: datetime) -> dict[str, object]:
        return {
            "rule": self.term.rule,
            "to": self.term.to,
            "due_at": self.due_at.isoformat(),
            "warn_at": self.warn_at.isoformat(),
            "state": self.state(now),
            "source": self.term.source,
            "house_rule": self.term.house,
            "answer": self.answer.as_json() if self.answer else None,
        }


def _may_harm(breach: Breach) -> bool:
    return breach.side is Side.CONTROLLER and breach.risk is not Risk.UNLIKELY


def _is_high(breach: Breach) -> bool:
    return breach.side is Side.CONTROLLER and breach.risk is Risk.HIGH


def _ours(breach: Breach) -> bool:
    return breach.side is Side.CONTROLLER


def _theirs(breach: Breach) -> bool:
    return breach.side is Side.PROCESSOR


def _of_many(breach: Breach) -> bool:
    return _ours(breach) and (breach.found.people is None or breach.found.people > MANY)


def _to_the_secretary(breach: Breach) -> _Length | None:
    """With the people where there are many; else with those of the whole year (None)."""
    return _SIXTY if breach.found.people is None or breach.found.people >= MANY else None


_UNDUE = "without undue delay, which the house takes as"
TERMS = (
    Term("GDPR-33", AUTHORITY, timedelta(hours=72), "GDPR Art. 33(1)", _may_harm),
    Term("GDPR-33", CONTROLLER, PROCESSOR, f"GDPR Art. 33(2): {_UNDUE} 24 hours", _theirs, house=True),
    Term("GDPR-34", PEOPLE, HOUSE, f"GDPR Art. 34(1): {_UNDUE} 72 hours", _is_high, spares="GDPR Art. 34(3)(a) to (c)", house=True),
    Term("LGPD-48", AUTHORITY, _THREE, "LGPD Art. 48; Resolution 15/2024, Art. 6", _may_harm),
    Term("LGPD-48", PEOPLE, _THREE, "LGPD Art. 48; Resolution 15/2024, Art. 9", _may_harm),
    Term("LGPD-48", CONTROLLER, PROCESSOR, "LGPD Art. 48 speaks of the controller, whom the house tells in 24 hours", _theirs, house=True),
    Term("DPDP-R7", AUTHORITY, timedelta(hours=72), "DPDP Rules, Rule 7(2)(b)", _ours),
    Term("DPDP-R7", PEOPLE, HOUSE, "DPDP Rules, Rule 7(1): without delay, which the house takes as 72 hours", _ours, house=True),
    Term("DPDP-R7", CONTROLLER, PROCESSOR, "DPDP Rules, Rule 7 speaks of the fiduciary, whom the house tells in 24 hours", _theirs, house=True),
    Term("HIPAA-404", PEOPLE, _SIXTY, "45 CFR 164.404(b)", _ours, spares="45 CFR 164.402: not unsecured, or a low probability that it was compromised"),
    Term("HIPAA-404", CONTROLLER, _SIXTY, "45 CFR 164.410(b)", _theirs),
    Term("HIPAA-406", MEDIA, _SIXTY, "45 CFR 164.406(b)", _of_many, spares="45 CFR 164.406(a): not more than 500 residents of any one state"),
    Term("HIPAA-408", SECRETARY, _to_the_secretary, "45 CFR 164.408(b) and (c)", _ours, spares="45 CFR 164.402, as for the people"),
)  # fmt: skip
RULES = tuple(dict.fromkeys(term.rule for term in TERMS))
"""The rules of the packs that ask for a notification."""


def duties_of(breach: Breach, calendar: Calendar) -> tuple[Duty, ...]:
    """What the laws that bind the breach ask for, as it stands; the earliest first. What was told stays in the list, whatever is asked by now."""
    found = [_duty(term, breach, calendar) for term in TERMS if _stands(term, breach)]
    return tuple(sorted(found, key=lambda one: (one.due_at, one.key)))


def kept(breach: Breach, rule: str, calendar: Calendar, now: datetime) -> bool:
    """Whether everything that a rule asks for about the breach is kept so far."""
    return all(duty.kept(now) for duty in duties_of(breach, calendar) if duty.term.rule == rule)


def not_kept(breach: Breach, calendar: Calendar, now: datetime) -> Iterator[Duty]:
    """The duties in which a law is broken by now."""
    return (duty for duty in duties_of(breach, calendar) if not duty.kept(now))


def unfinished(breach: Breach, calendar: Calendar) -> str:
    """What keeps it from being closed; empty: nothing. What is told to nobody says on which ground (GDPR Art. 33(5))."""
    if not breach.open:
        return "It is closed already."
    if breach.risk is None or not breach.ground.strip():
        return "Nobody has assessed the risk, and said on which ground."
    left = [f"{one.term.rule} {one.term.to}" for one in duties_of(breach, calendar) if one.answer is None]
    return f"Not told yet: {', '.join(left)}." if left else ""


def _stands(term: Term, breach: Breach) -> bool:
    return term.key in breach.answers or (term.rule in breach.laws and term.asked(breach))


def _duty(term: Term, breach: Breach, calendar: Calendar) -> Duty:
    aware = breach.aware_at.astimezone(UTC)
    length = term.time(breach) if callable(term.time) else term.time
    if isinstance(length, timedelta):
        due = aware + length
    else:
        day = calendar.day(aware)
        due = calendar.ends(length.after(day, calendar) if length else date(day.year, 12, 31) + timedelta(days=60))
    answer = breach.answers.get(term.key)
    return Duty(term, due, aware + (due - aware) * 2 / 3, isinstance(length, timedelta), answer)
