"""Spans of time as descriptors write them: `3 years`, `< 1 hour`, `< 100ms`, `P3Y`.

A calendar span keeps its months, since three years from 29 February is a date and not a number of seconds.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MINYEAR, datetime, timedelta

_SECONDS = {"ms": 0.001, "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_WORDS = {
    "milliseconds": "ms",
    "millisecond": "ms",
    "s": "second",
    "sec": "second",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "w": "week",
    "y": "year",
    "yr": "year",
}
_LONGEST = 10_000  # years
_SPAN = re.compile(r"\s*(?:<=?|≤|within|under)?\s*(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]+)\s*", re.IGNORECASE)
_N = r"(\d{1,9})"
_ISO = re.compile(
    rf"P(?:{_N}Y)?(?:{_N}M)?(?:{_N}W)?(?:{_N}D)?(?:T(?:{_N}H)?(?:{_N}M)?(?:(\d{{1,9}}(?:\.\d{{1,9}})?)S)?)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of `months` calendar months and `seconds` seconds; `text` is how it was written."""

    text: str
    months: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Span:
        """The span that `text` names.

        Raises:
            ValueError: where it names none, one of no length, or one of more than ten thousand years; or where its unit is `m`, which is a
                minute to some and a month to others.
        """
        span = _iso(text) if text.strip().upper().startswith("P") else _words(text)
        if span is None or not (span.months + span.seconds > 0 and span.months / 12 + span.seconds / 31_536_000 <= _LONGEST):
            raise ValueError('not a span of time; write it like "3 years", "< 1 hour", "< 100ms" or "P30D"')
        return span

    def before(self, moment: datetime) -> datetime:
        """The moment that lies this span before `moment`; the first of the calendar where it would lie before that."""
        year, month = divmod(moment.year * 12 + moment.month - 1 - self.months, 12)
        if year < MINYEAR:
            return datetime.min.replace(tzinfo=moment.tzinfo)
        day = min(moment.day, monthrange(year, month + 1)[1])
        try:
            return moment.replace(year=year, month=month + 1, day=day) - timedelta(seconds=self.seconds)
        except OverflowError:
            return datetime.min.replace(tzinfo=moment.tzinfo)

    @property
    def approximate(self) -> timedelta:
        """Its length with months of 30.4375 days: for comparing spans, never for a deadline."""
        return timedelta(days=self.months * 30.4375, seconds=self.seconds)

    def __str__(self) -> str:
        return self.text


def _words(text: str) -> Span | None:
    match = _SPAN.fullmatch(text)
    if not match:
        return None
    number, word = float(match[1]), match[2].lower()
    if word == "m":
        raise ValueError('"m" may be minutes or months; write "min" or "month"')
    word = _WORDS.get(word, word)
    unit = word if word in _SECONDS or word in _MONTHS else word.removesuffix("s")
    if unit in _SECONDS:
        return Span(text.strip(), 0, number * _SECONDS[unit])
    if unit in _MONTHS and number == int(number):
        return Span(text.strip(), int(number) * _MONTHS[unit], 0.0)
    return None


def _iso(text: str) -> Span | None:
    match = _ISO.fullmatch(text.strip())
    if not match:
        return None
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[:6])
    seconds = float(match[7] or 0) + minutes * 60 + hours * 3600 + days * 86400 + weeks * 604800
    return Span(text.strip(), years * 12 + months, seconds)
