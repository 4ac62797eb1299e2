"""When a period of the calendar is over: pure arithmetic over days and moments, and the same as a condition of SQL.

A period that is counted in days or months ends with its last day: what began on 10 March 2016 and stays for ten years may go on 11 March 2026, and
not before. Where the month has no such day it ends with the month's last one. A shorter period ends to the second.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from mesh_platform.lake import quote_name
from mesh_platform.product.durations import Span

_DAY = 86400


def last_day(began: date, span: Span) -> date | None:
    """The last day of a period of whole days that began on that one; None where it lies behind the end of the calendar."""
    year, month = divmod(began.year * 12 + began.month - 1 + span.months, 12)
    if year > date.max.year:
        return None
    within = began.replace(year=year, month=month + 1, day=min(began.day, monthrange(year, month + 1)[1]))
    try:
        return within + timedelta(seconds=span.seconds)
    except OverflowError:
        return None


def in_days(span: Span) -> bool:
    """Whether it is counted in whole days."""
    return span.seconds % _DAY == 0


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What is over now: everything that began on `day` or before it; for a period shorter than a day, before or at `moment`.

    Neither, where nothing of the calendar is old enough.
    """

    day: date | None
    moment: datetime | None
    zone: tzinfo

    def passed(self, began: datetime) -> bool:
        """Whether a period that began at that moment is over."""
        if self.day is not None:
            return began.astimezone(self.zone).date() <= self.day
        return self.moment is not None and began <= self.moment

    def condition(self, column: str, kind: str) -> str:
        """The same of a column of that DuckDB type, as SQL; NULL where the column is.

        A date and a time without a zone are what a clock on the wall of `zone` showed.
        """
        name = quote_name(column)
        if self.day is None and self.moment is None:
            return f"({name} IS NULL AND NULL)"
        if kind == "DATE":
            return f"{name} <= DATE '{self._whole_day().isoformat()}'"
        if "ZONE" in kind or kind == "TIMESTAMPTZ":
            return f"epoch_us({name}) < {_micros(self._before().astimezone(UTC))}"
        return f"epoch_us({name}) < {_micros(self._before().replace(tzinfo=UTC))}"

    def _before(self) -> datetime:
        """The first moment that is not over, as the clock of `zone` has it."""
        if self.day is not None:
            return datetime.combine(self.day + timedelta(days=1), time(), self.zone)
        assert self.moment is not None
        return self.moment.astimezone(self.zone) + timedelta(microseconds=1)

    def _whole_day(self) -> date:
        """The last day of which every moment is over."""
        return self.day if self.day is not None else self._before().date() - timedelta(days=1)


def cutoff(now: datetime, span: Span, zone: tzinfo) -> Cutoff:
    """What has been kept for the whole of `span` at that moment."""
    if not in_days(span):
        return Cutoff(None, span.before(now), zone)
    today = now.astimezone(zone).date()
    day = span.before(datetime.combine(today, time())).date()
    while (ends := last_day(day, span)) is None or ends >= today:
        if day == date.min:
            return Cutoff(None, None, zone)
        day -= timedelta(days=1)
    while (ends := last_day(day + timedelta(days=1), span)) is not None and ends < today:
        day += timedelta(days=1)
    return Cutoff(day, None, zone)


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
