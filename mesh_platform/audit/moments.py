"""When records were written, where their own clocks are not believed: the log's order is certain, the times in it are what each process was told.

A clock that was set back or forward, by accident or to keep a read out of the days that are asked about, puts its records out of order. Such a
record lies between its neighbours, whatever it says of itself. Pure: numbers in, answers out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, repeat
from operator import add, le

OUTSIDE, DOUBTED, SURE = range(3)
SLACK = 60_000_000
"""Microseconds by which processes may differ without anybody being wrong."""


def believed(times: Sequence[int]) -> list[bool]:
    """Which of the times, in the log's order, are believed: the longest row of them that never goes back, and what is that near to it that it is nobody's fault."""
    if all(map(le, accumulate(times, max), map(add, times, repeat(SLACK)))):
        return [True] * len(times)
    found = _longest([time // SLACK for time in times])
    high = -SLACK
    for place, after in enumerate(_next(times, found)):
        found[place] = found[place] or high - SLACK <= times[place] <= after + SLACK
        high = max(high, times[place]) if found[place] else high
    return found


def between(times: Sequence[int], first: int, last: int) -> bytes:
    """For each place whether its record may have been written from `first` up to `last` (`OUTSIDE` where not): `SURE` where its own time is believed, else `DOUBTED`."""
    trusted = believed(times)
    if all(trusted):
        return bytes([SURE if first <= time < last else OUTSIDE for time in times])
    found, after, low = bytearray(len(times)), _next(times, trusted), -1
    for place, time in enumerate(times):
        if trusted[place]:
            low, found[place] = time, SURE if first <= time < last else OUTSIDE
        elif first <= time < last or (low < last and after[place] >= first):
            found[place] = DOUBTED
    return bytes(found)


def _longest(minutes: Sequence[int]) -> list[bool]:
    """Which of them are of the longest row that never goes back."""
    ends, last, before = list[int](), list[int](), [-1] * len(minutes)
    for place, minute in enumerate(minutes):
        at = len(ends) if not ends or minute >= ends[-1] else bisect_right(ends, minute)
        before[place] = last[at - 1] if at else -1
        ends[at : at + 1], last[at : at + 1] = [minute], [place]
    found = [False] * len(minutes)
    place = last[-1] if last else -1
    while place >= 0:
        found[place], place = True, before[place]
    return found


def _next(times: Sequence[int], trusted: Sequence[bool]) -> list[int]:
    """For each place the next believed time from there on."""
    found, held = [0] * len(times), 2**63
    for place in range(len(times) - 1, -1, -1):
        held = times[place] if trusted[place] else held
        found[place] = held
    return found
