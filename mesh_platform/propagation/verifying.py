"""The second look: reads the data itself, every file of every version that is held, and says how many rows should not be as they are.

It shares no code with what applies: who may be held and shown is asked of the law person by person, not of the columns of bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import select

from mesh_platform.access.filters import ABSORBED, LEDGER
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.lake import Lake, Place, Scan, quote_name
from mesh_platform.ledger import Kind, Ledger
from mesh_platform.ledger.columns import rows_of
from mesh_platform.ledger.fold import micros
from mesh_platform.ledger.law import Reason, Row, decide
from mesh_platform.ledger.purposes import Asked
from mesh_platform.product.models import LegalBasis, served_descriptor
from mesh_platform.propagation.values import Receipt
from mesh_platform.state.tables import ledger_events, ledger_state

if TYPE_CHECKING:
    from mesh_platform.propagation.applying import WhyKept

_E, _S = ledger_events.c, ledger_state.c
_SILENT = (Reason.NO_RECORD, Reason.NOT_YET, Reason.NO_BASIS)
_CONSENT, _SUBJECT = "_mesh_consent", "_mesh_subject_"
"""As they stand in files; written out here, so that a wrong name elsewhere shows."""


@dataclass(frozen=True, slots=True)
class Person:
    """What one person allows of some purposes: bits allowed, bits closed; and the same without restrictions, where `said` speaks against a use."""

    allowed: int
    closed: int
    basis: int
    said: int
    suppressed: bool


@dataclass(slots=True)
class Second:
    """Looks at products after a batch; one object sees the ledger as it was when it was first asked."""

    lake: Lake
    ledger: Ledger
    kept: WhyKept
    _rows: dict[bytes, tuple[Row, ...]] = field(default_factory=dict)
    _by_mark: dict[int, set[bytes]] = field(default_factory=dict)
    _since: dict[tuple[int, int], frozenset[int]] = field(default_factory=dict)

    def look(self, place: Place, receipt: Receipt, moment: datetime) -> int:
        """Rows (or versions, where no row names anybody) that are not as the receipt says of that moment; 0 where it holds.

        Whoever said more since is left to the next batch.

        Raises:
            NotFound, Unavailable: where the product cannot be read.
        """
        with self.lake.scan(place) as scan:
            extra = scan.versions[-1].extra
            descriptor, told = served_descriptor(extra), extra.get(LEDGER)
            keys = list(descriptor.subject_columns) if descriptor else []
            if not keys:
                made = [int(str(version.extra.get(ABSORBED, 0))) for version in scan.versions]
                return sum(sequence < receipt.sequence for sequence in made) if receipt.marked else 0
            if descriptor is None or not isinstance(told, dict):
                return 1
            asked = [self.ledger.purposes.asked(name, [LegalBasis(basis)]) for name, basis in told["bases"].items()]
            places = {one.purpose: int(told["bits"][one.purpose]) for one in asked}
            kept = self.kept(place.key, descriptor) is not None
            judge = _Judge(self, asked, places, micros(moment) or 0)
            return sum(self._wrong(scan, keys, judge, receipt, kept))

    def _wrong(self, scan: Scan, keys: list[str], judge: _Judge, receipt: Receipt, kept: bool) -> Iterator[int]:
        marks, later = self._recorded(receipt.since, receipt.sequence), self._later(receipt.sequence)
        scan.con.register("mesh_asked", pa.table({"who": pa.array(list(marks), pa.int64())}))
        for row in self._rows_of(scan, keys):
            who = [mark for mark in row[: len(keys)] if mark is not None]
            if later.isdisjoint(who) and _is_wrong([judge.person(mark) for mark in who], row[-2], kept):
                yield int(row[-1])
        scan.con.unregister("mesh_asked")

    def _rows_of(self, scan: Scan, keys: list[str]) -> Iterator[tuple[Any, ...]]:
        """People and bits of rows that name one of those, with how many there are, file by file."""
        columns = [quote_name(_SUBJECT + key) for key in keys]
        theirs = " OR ".join(f"{column} IN (SELECT who FROM mesh_asked)" for column in columns)
        for file in scan.files:
            query = f"SELECT {', '.join(columns)}, {_CONSENT}, count(*) FROM {file} WHERE {theirs} GROUP BY ALL"
            yield from scan.con.execute(query).fetchall()

    def _recorded(self, since: int, upto: int) -> frozenset[int]:
        """The marks of those of whom something was recorded in between."""
        if (since, upto) not in self._since:
            query = select(_E.subject).where(_E.sequence > since, _E.sequence <= upto).distinct()
            self._since[since, upto] = self._known(query)
        return self._since[since, upto]

    def _later(self, sequence: int) -> frozenset[int]:
        return self._known(select(_E.subject).where(_E.sequence > sequence).distinct())

    def _known(self, query: Any) -> frozenset[int]:
        """The marks of these people, whose rows are held from now on."""
        with self.ledger.database.read() as con:
            subjects: Any = con.execute(query).scalars()
            tokens = [bytes(subject) for subject in subjects]
            self._rows |= rows_of(con, [token for token in tokens if token not in self._rows])
        for token in tokens:
            self._by_mark.setdefault(subject63_of(token), set()).add(token)
        return frozenset(map(subject63_of, tokens))

    def rows(self, mark: int) -> list[tuple[Row, ...]]:
        """What stands of each person of that mark."""
        if mark not in self._by_mark:
            self._known(select(_S.subject).distinct())
        return [self._rows[token] for token in self._by_mark.setdefault(mark, set())]


@dataclass(slots=True)
class _Judge:
    """The law for one product: its purposes, and the bit of each."""

    second: Second
    asked: list[Asked]
    places: Mapping[str, int]
    now_us: int
    _known: dict[int, Person] = field(default_factory=dict)

    def person(self, mark: int) -> Person:
        """What the person of that mark allows; of several, what all of them do."""
        if mark not in self._known:
            found = [self._one(rows) for rows in self.second.rows(mark)] or [self._one(())]
            allowed, basis, closed, said = found[0].allowed, found[0].basis, 0, 0
            for one in found:
                allowed, basis, closed, said = allowed & one.allowed, basis & one.basis, closed | one.closed, said | one.said
            self._known[mark] = Person(allowed, closed, basis, said, any(one.suppressed for one in found))
        return self._known[mark]

    def _one(self, rows: tuple[Row, ...]) -> Person:
        unrestricted = tuple(row for row in rows if row.kind is not Kind.RESTRICTION)
        allowed = closed = basis = said = 0
        suppressed = any(row.kind is Kind.SUPPRESSION for row in rows)
        for one in self.asked:
            bit, answer = 1 << self.places[one.purpose], decide(rows, one, self.now_us)
            free = decide(unrestricted, one, self.now_us)
            allowed |= bit * answer.allowed
            closed |= bit * answer.closes
            basis |= bit * free.allowed
            said |= bit * (not free.allowed and free.reason not in _SILENT)
            suppressed &= free.reason is Reason.SUPPRESSED
        return Person(allowed, closed, basis, said if all(one.lawful for one in self.asked) else 0, suppressed)


def _is_wrong(people: list[Person], bits: int, kept: bool) -> bool:
    """Whether a row of these people should not be there, or shows what one of them does not allow."""
    allowed = basis = closed = said = 0
    for one in people:
        allowed, basis, closed, said = allowed | one.allowed, basis | one.basis, closed | one.closed, said | one.said
    if not kept and (any(one.suppressed for one in people) or (said and not basis & ~said)):
        return True
    return bool(bits & ~(allowed & ~closed))
