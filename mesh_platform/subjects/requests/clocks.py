"""How long the law gives for an answer: what is due when, per regime and kind of request. Pure; days are those of one time zone.

A day that the law counts from is the day of receipt, and a month ends on the same number or on the last day of a shorter month. Where a law would
move an end that falls on a weekend to the next working day, the earlier day is kept unless governance says otherwise.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mesh_platform.product.governance import ClockPolicy, SubjectRequestPolicy
from mesh_platform.subjects.requests.kinds import Kind, Regime

Pauses = Sequence[tuple[datetime, datetime | None]]
"""From when until when the person was asked who they are; None: still."""


@dataclass(frozen=True, slots=True)
class Time:
    """So many months, days or business days."""

    number: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Time:
        number, _, unit = text.partition(" ")
        return cls(int(number), unit.removesuffix("s"))

    def after(self, day: date, calendar: Calendar) -> date:
        """The last day of it, counted from the day after `day`."""
        if self.unit == "month":
            return months_after(day, self.number)
        if self.unit == "day":
            return day + timedelta(days=self.number)
        for _ in range(self.number):
            day = calendar.working(day + timedelta(days=1))
        return day

    def plus(self, other: Time) -> Time:
        """Both together, counted in one go: one month and two more from 31 January end on 30 April."""
        if self.unit != other.unit:
            raise ValueError("an extension is counted in the unit of what it extends")
        return Time(self.number + other.number, self.unit)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where days begin, and which are no working days beside Saturdays and Sundays."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, policy: SubjectRequestPolicy) -> Calendar:
        return cls(ZoneInfo(policy.zone), frozenset(policy.holidays))

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def begins(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def ends(self, day: date) -> datetime:
        """The moment at which it is over."""
        return self.begins(day + timedelta(days=1))

    def working(self, day: date) -> date:
        """That day, or the next working day."""
        while day.weekday() >= 5 or day in self.holidays:
            day += timedelta(days=1)
        return day


@dataclass(frozen=True, slots=True)
class Rule:
    """What one regime gives for some kinds of request, for those received from a day on. `source_checked`: whether its wording was read."""

    regime: Regime
    kinds: Collection[Kind]
    effective_from: date
    answer: Time
    source: str
    extension: Time | None = None
    confirm: Time | None = None
    warn: Time | None = None
    pauses: bool = False
    rolls: bool = False
    source_checked: bool = False

    @classmethod
    def of(cls, said: ClockPolicy) -> Rule:
        """The rule that governance gives."""
        kinds = frozenset(map(Kind, said.kinds)) or frozenset(Kind)
        own = "governancePolicies.subjectRequests.clocks"
        return cls(
            Regime(said.regime),
            kinds,
            said.effective_from,
            _time(said.answer),
            own,
            _time(said.extension) if said.extension else None,
            _time(said.confirm) if said.confirm else None,
            _time(said.warn) if said.warn else None,
            said.pauses,
            said.rolls,
        )


def _time(text: str) -> Time:
    return Time.parse(text)


_ALL = frozenset(Kind)
_OPT_OUT = frozenset({Kind.OBJECTION, Kind.RESTRICTION})
_COPIES = frozenset({Kind.ACCESS, Kind.PORTABILITY})
_AMENDMENT = frozenset({Kind.RECTIFICATION})
_ALWAYS = date(1, 1, 1)
RULES = (
    Rule(
        Regime.GDPR, _ALL, date(2018, 5, 25), _time("1 month"), "Art. 12(3) GDPR", _time("2 months"), None, _time("21 days"), pauses=True,
        source_checked=True,
    ),
    Rule(
        Regime.CCPA, _ALL - _OPT_OUT, _ALWAYS, _time("45 days"), "11 CCR § 7021", _time("45 days"), _time("10 business days"),
        source_checked=True,
    ),
    Rule(Regime.CCPA, frozenset({Kind.OBJECTION}), _ALWAYS, _time("15 business days"), "11 CCR § 7026(f)", source_checked=True),
    Rule(Regime.CCPA, frozenset({Kind.RESTRICTION}), _ALWAYS, _time("15 business days"), "11 CCR § 7027"),
    Rule(Regime.LGPD, _ALL, _ALWAYS, _time("15 days"), "Art. 19 II LGPD for access; for the other kinds a house rule", source_checked=True),
    Rule(
        Regime.DPDP, _ALL, date(2027, 5, 13), _time("90 days"), "DPDP Rules, Rule 14(3) for grievances; for the other kinds a house rule",
        source_checked=True,
    ),
    Rule(Regime.HIPAA, _COPIES, _ALWAYS, _time("30 days"), "45 CFR 164.524(b)(2)", _time("30 days")),
    Rule(Regime.HIPAA, _AMENDMENT, _ALWAYS, _time("60 days"), "45 CFR 164.526(b)(2)", _time("30 days"), source_checked=True),
)  # fmt: skip
"""What the platform brings; governance goes before it."""


def may_ask(regime: Regime, kind: Kind) -> bool:
    """Whether the law gives such a right at all: health records are seen, copied and amended under HIPAA, and not erased."""
    return any(one.regime is regime and kind in one.kinds for one in RULES)


@dataclass(frozen=True, slots=True)
class Clock:
    """One request's dates. `due` is the last day, `due_at` the moment at which it is over; `extend_by` when a notice has to be out."""

    received: date
    due: date
    due_at: datetime
    warn_at: datetime
    extend_by: datetime | None
    confirm_by: date | None
    extended: bool
    paused: bool
    in_force: bool
    source: str
    source_checked: bool

    def breached(self, answered_at: datetime | None, now: datetime) -> bool:
        """Whether the answer came after its last day, or has not come by now."""
        return (answered_at or now) >= self.due_at

    def warned(self, answered_at: datetime | None, now: datetime) -> bool:
        return answered_at is None and now >= self.warn_at

    def as_json(self) -> dict[str, object]:
        return {
            "received": self.received.isoformat(),
            "due": self.due.isoformat(),
            "due_at": self.due_at.isoformat(),
            "warn_at": self.warn_at.isoformat(),
            "extend_by": self.extend_by.isoformat() if self.extend_by else None,
            "confirm_by": self.confirm_by.isoformat() if self.confirm_by else None,
            "extended": self.extended,
            "paused": self.paused,
            "in_force": self.in_force,
            "source": self.source,
            "source_checked": self.source_checked,
        }


def rule_for(regime: Regime, kind: Kind, received: date, policy: SubjectRequestPolicy) -> Rule:
    """The newest rule in force on the day of receipt, governance's before the platform's; the first to come where none is yet."""
    own = [Rule.of(one) for one in policy.clocks]
    fitting = [one for one in (*own, *RULES) if one.regime is regime and kind in one.kinds]
    for group in ([one for one in fitting if one in own], fitting):
        in_force = [one for one in group if one.effective_from <= received]
        if in_force:
            return max(in_force, key=lambda one: one.effective_from)
    return min(fitting, key=lambda one: one.effective_from)


def clock_of(rule: Rule, calendar: Calendar, received_at: datetime, pauses: Pauses, extended: bool, now: datetime) -> Clock:
    """The dates of a request.

    Args:
        rule: of its regime and kind.
        calendar: in which days are counted.
        received_at: when it came.
        pauses: while it was not known who asks; counted where the rule pauses, and as long as the time was not over already.
        extended: whether the person was told in time that it takes longer.
        now: until when a pause that has not ended is counted.
    """
    received = calendar.day(received_at)
    stood = _stood(rule, calendar, received, pauses, now) if rule.pauses else 0
    shift = timedelta(days=stood)
    first = rule.answer.after(received, calendar) + shift
    whole = rule.answer.plus(rule.extension) if extended and rule.extension else rule.answer
    due = whole.after(received, calendar) + shift
    warn = rule.warn.after(received, calendar) + shift if rule.warn else received + shift + (first - received - shift) * 2 / 3
    if rule.rolls:
        first, due = calendar.working(first), calendar.working(due)
    return Clock(
        received=received,
        due=due,
        due_at=calendar.ends(due),
        warn_at=calendar.begins(due - (first - warn)),
        extend_by=calendar.ends(first) if rule.extension and not extended else None,
        confirm_by=rule.confirm.after(received, calendar) if rule.confirm else None,
        extended=extended and rule.extension is not None,
        paused=rule.pauses and any(end is None for _, end in pauses),
        in_force=rule.effective_from <= received,
        source=rule.source,
        source_checked=rule.source_checked,
    )


def months_after(day: date, months: int) -> date:
    """The day of the same number, or the last one of a month that has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _stood(rule: Rule, calendar: Calendar, received: date, pauses: Pauses, now: datetime) -> int:
    """Days on which the clock stood; a pause that begins after the time was over brings nothing back."""
    stood = 0
    for begins, ends in _apart(calendar, received, pauses, now):
        if begins <= rule.answer.after(received, calendar) + timedelta(days=stood):
            stood += (ends - begins).days
    return stood


def _apart(calendar: Calendar, received: date, pauses: Pauses, now: datetime) -> Iterable[tuple[date, date]]:
    """The pauses as days, in order, with those that touch as one."""
    found: list[tuple[date, date]] = []
    for begun, ended in sorted(pauses, key=lambda each: each[0]):
        begins, ends = max(received, calendar.day(begun)), calendar.day(max(begun, ended or now))
        if found and begins <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((begins, ends))
    return found
