"""When records were written, where their own clocks are not believed: the log's order is certain, the times in it are what each process was told.

A clock that was set back or forward, by accident or to keep a read out of the days that are asked about, puts its records out of order. Such a
record lies between its neighbours, whatever it says of itself. Pure: numbers in, answers out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

SLACK = 60_000_000
"""Microseconds by which processes may differ without anybody being wrong."""


def believed(times: Sequence[int]) -> list[bool]:
    """Which of the times, in the log's order, are of the longest row of them that never goes back."""
    ends: list[int] = []
    last: list[int] = []
    before = [-1] * len(times)
    for place, time in enumerate(times):
        minute = time // SLACK
        at = bisect_right(ends, minute)
        before[place] = last[at - 1] if at else -1
        ends[at : at + 1], last[at : at + 1] = [minute], [place]
    found = [False] * len(times)
    place = last[-1] if last else -1
    while place >= 0:
        found[place], place = True, before[place]
    return found


def between(times: Sequence[int], first: int, last: int) -> Iterator[tuple[int, bool]]:
    """The places whose record may have been written from `first` up to `last`, and whether its own time says so and is believed."""
    trusted = believed(times)
    after = _next(times, trusted)
    low = -1
    for place, time in enumerate(times):
        own = first <= time < last
        if trusted[place]:
            low = time
        if own or (not trusted[place] and low < last and after[place] >= first):
            yield place, trusted[place]


def _next(times: Sequence[int], trusted: Sequence[bool]) -> list[int]:
    """For each place the next believed time from there on."""
    found, held = [0] * len(times), 2**63
    for place in range(len(times) - 1, -1, -1):
        held = times[place] if trusted[place] else held
        found[place] = held
    return found
