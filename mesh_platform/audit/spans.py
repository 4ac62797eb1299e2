"""What a log has of a span of time: one look at the end of every record, which tells when it was written, then one at the records of the span.

There is no index beside the log: it would have to be believed, or held against every record again. An answer is made of all the records that stand, and tells how
many do not: bodies that were dropped, and places where the tree has a record and the table none, or the table one that the tree lacks.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from mesh_platform.audit.leaf import decoded, raw
from mesh_platform.audit.moments import OUTSIDE, SURE, between
from mesh_platform.audit.reading import FAR, Told, names_in, told_of
from mesh_platform.audit.tree import head, worded
from mesh_platform.state import Database

PAGE = 8_192
END = 128  # bytes: from the time of a record on there are fewer (`leaf.NUMBERED`)
# The last names in the order of canonical JSON.
_TS = re.compile(rb'"ts":([0-9]{1,17}),"v":[0-9](?:,"w":"[^"\n]*")?\}$', re.MULTILINE)
_ODD = re.compile(rb'"ts":([0-9]{1,18}),"v":[0-9](?:,"w":"[^"]*")?\}$')
_END_OF = f"CASE WHEN length(body) > {END} THEN substr(body, length(body) - {END - 1}) ELSE body END"
_ENDS = f"SELECT seq, {_END_OF} FROM audit_leaves WHERE seq > ? ORDER BY seq LIMIT {PAGE}"
_BODIES = f"SELECT seq, body FROM audit_leaves WHERE seq > ? AND seq <= ? AND body IS NOT NULL ORDER BY seq LIMIT {PAGE}"
# Of acts of which there are few, the database finds the records: most of a log is not read into this process.
_FEW = "SELECT seq, body FROM audit_leaves WHERE seq > ? AND seq <= ? AND ({}) ORDER BY seq LIMIT " + str(PAGE)
_BEFORE_ALL = -(2**63)
Keep = Callable[[Sequence[bytes]], Iterable[int]]
"""Which of a page of records are to be read, in their order."""


@dataclass(frozen=True, slots=True)
class Span:
    """The records of a log that may have been written from one moment up to another.

    Attributes:
        dropped: how many records of the whole log have no body any more: what they said is not known.
        amiss: in how many places of the whole log tree and table differ. Verification tells which.
    """

    dropped: int
    amiss: int
    _con: Connection
    _places: Sequence[int]
    _times: Sequence[int]
    _marks: bytes

    def part(self, since: datetime, until: datetime) -> Span:
        """The records of another span of the same log, in the same snapshot."""
        return replace(self, _marks=_marked(self._times, since, until))

    def records(self, *acts: str, keep: Keep = lambda bodies: range(len(bodies))) -> Iterator[tuple[Told, bool]]:
        """Those of these acts, of all where none is named, in their order, and whether each one's own time is believed: one that was written under a clock that was
        set back or forward lies where its neighbours do. What `keep` leaves out of a page of records is not read.
        """
        names, marks = names_in(self._con), _named(acts)
        for places, bodies, sure in self._within():
            for i in keep(bodies):
                if sure[i] != OUTSIDE and (not acts or any(mark in bodies[i] for mark in marks)):
                    said = decoded(bodies[i])
                    if not acts or said.get("act") in acts:
                        yield told_of(places[i], said, names), sure[i] == SURE

    def few(self, *acts: str) -> Iterator[tuple[Told, bool]]:
        """The same as `records`, for acts of which there are few in a long log, and as the log writes them, with the act first: the others are not read."""
        names, begins, held = names_in(self._con), [b"{" + mark for mark in _named(acts)], self._bounds()
        statement = _FEW.format(" OR ".join(f"substr(body, 1, {len(begin)}) = ?" for begin in begins))
        if held is not None:
            for rows in _pages(self._con, statement, self._places[held[0]] - 1, self._places[held[1] - 1], *begins):
                for seq, body in rows:
                    said, mark = decoded(raw(body)), self._marks[bisect_left(self._places, seq)]
                    if mark != OUTSIDE and said.get("act") in acts:
                        yield told_of(seq, said, names), mark == SURE

    def _bounds(self) -> tuple[int, int] | None:
        """The first record of the span and the one behind its last, by their numbers among those that have a body."""
        end = len(self._marks.rstrip(bytes([OUTSIDE])))
        at = end - len(self._marks[:end].lstrip(bytes([OUTSIDE])))
        return (at, end) if at < end else None

    def _within(self) -> Iterator[tuple[Sequence[int], Sequence[bytes], bytes]]:
        """The records from the first of the span to its last, page by page: places, bodies and marks. The snapshot is that of the first look, so the marks are theirs."""
        if (held := self._bounds()) is not None:
            at, end = held
            for rows in _pages(self._con, _BODIES, self._places[at] - 1, self._places[end - 1]):
                yield [seq for seq, _ in rows], [raw(body) for _, body in rows], self._marks[at : at + len(rows)]
                at += len(rows)


@contextmanager
def span(database: Database, since: datetime, until: datetime) -> Iterator[Span]:
    """What stands in the log from `since` up to `until`, without it; in one snapshot, which is held as long as the block is."""
    with database.read() as con:
        size, times, places, rows, inside = head(con).size, array("q"), array("q"), 0, 0
        for page in _pages(con, _ENDS, _BEFORE_ALL):
            seqs, ends = [seq for seq, _ in page], [end for _, end in page]
            rows += len(page)
            inside += len(page) if seqs[0] >= 0 and seqs[-1] < size else sum(0 <= seq < size for seq in seqs)
            if None in ends:
                seqs, ends = [seq for seq, end in page if end is not None], [end for end in ends if end is not None]
            places.extend(seqs)
            times.extend(_times([raw(end) for end in ends]))
        yield Span(rows - len(places), size + rows - 2 * inside, con, places, times, _marked(times, since, until))


def _marked(times: Sequence[int], since: datetime, until: datetime) -> bytes:
    first, last = (int(moment.timestamp() * 1e6) for moment in (since, until))
    return between(times, first, last)


def _named(acts: Iterable[str]) -> tuple[bytes, ...]:
    """How each of these acts stands in a record."""
    return tuple(f'"act":"{act}"'.encode() for act in acts)


def _pages(con: Connection, statement: str, above: int, *more: int | bytes) -> Iterator[list[Any]]:
    """Page by page in the driver's own tuples: rows of SQLAlchemy would cost more than all else."""
    with closing(con.connection.cursor()) as cursor:
        while rows := _rows(con, cursor, worded(con, statement), (above, *more)):
            yield rows
            above = rows[-1][0]


def _rows(con: Connection, cursor: Any, statement: str, values: tuple[int | bytes, ...]) -> list[Any]:
    """One page; what goes wrong leaves as it does from SQLAlchemy, so that the database names it."""
    try:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
    except con.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(statement, values, error, con.dialect.loaded_dbapi.Error) from None


def _times(ends: Sequence[bytes]) -> Iterator[int]:
    """The time that each record tells, by its end; 0 where it tells none."""
    together = b"\n".join(ends)
    found = _TS.findall(together)
    if len(found) == len(ends) == together.count(b"\n") + 1:  # then each line has one
        return map(int, found)
    return (min(int(told[1]), FAR) if (told := _ODD.search(end)) else 0 for end in ends)
