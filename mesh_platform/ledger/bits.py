"""Answers as bits: what a publication writes beside each row, and what has changed since.

Each purpose that is asked for gets one bit for good, registered in the control database, so that a column of bits reads the same for
ever. What is computed here in columns is what `law.decide` says person by person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, select

from mesh_platform.errors import UsageProblem
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.ledger.columns import DECISIONS, NONE, Columns, Ints, changed_since, rows_of
from mesh_platform.ledger.events import OPENING, Decision, Kind
from mesh_platform.ledger.fold import micros
from mesh_platform.ledger.journal import highest
from mesh_platform.ledger.law import decide
from mesh_platform.ledger.purposes import Asked
from mesh_platform.product.models import LegalBasis
from mesh_platform.state.tables import ledger_purpose_bits, ledger_state

if TYPE_CHECKING:
    from mesh_platform.ledger.ledger import Ledger

MOST = 62
"""Bits of an int64 that are neither its sign nor the one below it."""
Claims = Mapping[str, Collection[LegalBasis]] | Sequence[str]
Marks = np.typing.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bits:
    """One int64 per subject, and for which sequence and moment it holds. `of` tells each purpose's bit.

    A purpose's bit stands in `values` where it is allowed, and in `closed` where something on record speaks against it; in neither where
    nobody said anything and the legal basis needs them to.
    """

    values: pa.Array
    closed: pa.Array
    sequence: int
    at: datetime
    of: Mapping[str, int]


def consent_bits(ledger: Ledger, subjects: pa.Array, purposes: Claims, at: datetime | None) -> Bits:
    """The bits of each `subject63`; a null subject gets none. Two people with one `subject63` get what both are allowed."""
    found = standing(ledger, purposes, at)
    wanted = np.asarray(subjects.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    values, closed = found.of_subjects(wanted)
    values[wanted < 0] = 0
    return Bits(pa.array(values), pa.array(closed), found.sequence, found.at, found.of)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everybody on record, by `subject63`, sorted: their bits, and whether they are suppressed; `default` are the bits of all others.

    `basis` and `against` are `allowed` and `closed` without restrictions (Art. 18(1) GDPR: what is restricted is kept) and without what only begins
    later: by them nobody's rows go who said no more than that. `complete` is False where the registry does not name a basis that is claimed.
    """

    known: Ints
    allowed: Ints
    closed: Ints
    basis: Ints
    against: Ints
    suppressed: Marks
    complete: bool
    default: int
    sequence: int
    at: datetime
    of: Mapping[str, int]

    def of_subjects(self, subjects: Ints) -> tuple[Ints, Ints]:
        """The bits that are allowed and those that are closed, of each subject; -1 stands for nobody, who counts as not on record."""
        allowed, closed = np.full(len(subjects), self.default, dtype=np.int64), np.zeros(len(subjects), dtype=np.int64)
        places, hit = self.found(subjects)
        allowed[hit], closed[hit] = self.allowed[places[hit]], self.closed[places[hit]]
        return allowed, closed

    def of_rows(self, subjects: Sequence[Ints]) -> tuple[Ints, Marks]:
        """The bits of rows, each of which names its person by several identifiers; and whether one of them is suppressed.

        A purpose is allowed where one of them is allowed it, and none is closed.
        """
        size = len(subjects[0])
        allowed, closed, gone = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, dtype=bool)
        for column in subjects:
            places, hit = self.found(column)
            allowed |= np.where(hit, self.allowed[places] if len(self.known) else np.int64(0), np.int64(self.default))
            closed[hit] |= self.closed[places[hit]]
            gone[hit] |= self.suppressed[places[hit]]
        return allowed & ~closed, gone

    def ended(self, subjects: Sequence[Ints]) -> Marks:
        """Whether nothing is left on which a row may be held: its person spoke against a purpose, and no other rests on anything (Art. 17(1)(b), (c))."""
        size = len(subjects[0])
        basis, against = np.zeros(size, np.int64), np.zeros(size, np.int64)
        for column in subjects:
            places, hit = self.found(column)
            basis |= np.where(hit, self.basis[places] if len(self.known) else np.int64(0), np.int64(self.default))
            against[hit] |= self.against[places[hit]]
        found: Marks = ((basis & ~against) == 0) & (against != 0) & self.complete
        return found

    def found(self, subjects: Ints) -> tuple[Ints, Marks]:
        """Where each stands among those on record, and whether it does."""
        if not len(self.known):
            return np.zeros(len(subjects), np.int64), np.zeros(len(subjects), dtype=bool)
        places = np.minimum(np.searchsorted(self.known, subjects), len(self.known) - 1)
        return places, self.known[places] == subjects


def standing(ledger: Ledger, purposes: Claims, at: datetime | None = None) -> Standing:
    """What stands of everybody for these purposes, each with a bit for good.

    Raises:
        UsageProblem: LEDGER-01, LEDGER-06.
    """
    asked = _asked(ledger, purposes)
    places = bits_of(ledger, [each.purpose for each in asked])
    snapshot, moment = ledger.whole(), ledger.moment(at)
    people = _People(snapshot.columns)
    bits = np.zeros((4, len(people.keys)), dtype=np.int64)
    default = 0
    for each in asked:
        here = np.int64(1) << np.int64(places[each.purpose])
        for row, marks in zip(bits, people.judged(each, micros(moment) or 0), strict=True):
            row |= np.where(marks, here, np.int64(0))
        default |= decide((), each, 0).allowed << places[each.purpose]
    complete = all(each.lawful for each in asked)
    allowed, closed, basis, against = bits
    suppressed = people.suppressed()
    return Standing(
        people.keys, allowed, closed, basis, against, suppressed, complete, default, snapshot.sequence, moment, places
    )


@dataclass(frozen=True, slots=True)
class Changes:
    """Whose bits may have changed: `subject` (int64), `bits` and `closed` as they are at `sequence` and `at`, one row per `subject63`, sorted."""

    table: pa.Table
    sequence: int
    at: datetime


def since(ledger: Ledger, watermark: Bits, purposes: Claims, at: datetime | None) -> Changes:
    """Those of whom something was recorded after the watermark, or whose consent began or ended since."""
    asked = _asked(ledger, purposes)
    places = bits_of(ledger, [each.purpose for each in asked])
    moment = ledger.moment(at)
    now_us = micros(moment) or 0
    with ledger.database.read() as con:  # one snapshot: no event falls between who changed and what stands
        newest = highest(con)
        moved = moved_since(con, watermark.sequence, micros(watermark.at) or 0, now_us)
        held = rows_of(con, moved)
    found: dict[int, tuple[int, int]] = {}
    for token, rows in held.items():
        bits, closed, subject = 0, 0, subject63_of(token)
        for each in asked:
            answer = decide(rows, each, now_us)
            bits |= answer.allowed << places[each.purpose]
            closed |= answer.closes << places[each.purpose]
        others = found.get(subject, (-1, 0))
        found[subject] = others[0] & bits, others[1] | closed
    rows_ = [(subject, *found[subject]) for subject in sorted(found)]
    columns = [pa.array([row[i] for row in rows_], pa.int64()) for i in range(3)]
    return Changes(pa.table(columns, ["subject", "bits", "closed"]), newest, moment)


def state_as_arrow(ledger: Ledger, purpose: str, bases: Collection[LegalBasis] | None, at: datetime | None) -> pa.Table:
    """`subject` (int64) and `allowed` of everybody on record, sorted; who is not on record has the answer of nobody's token."""
    asked, people = ledger.purposes.asked(purpose, bases), _People(ledger.whole().columns)
    marks, *_ = people.judged(asked, micros(ledger.moment(at)) or 0)
    return pa.table({"subject": pa.array(people.keys, pa.int64()), "allowed": pa.array(marks, pa.bool_())})


def bits_of(ledger: Ledger, purposes: Collection[str]) -> dict[str, int]:
    """Each purpose's bit; one that has none gets the next.

    Raises:
        UsageProblem: LEDGER-06, where there are more purposes than bits.
    """
    with ledger.database.read() as con:
        known = _places(con)
    if not set(purposes) <= known.keys():
        with ledger.database.write() as con:
            known = _places(con)
            for purpose in sorted(set(purposes) - known.keys()):
                if len(known) >= MOST:
                    raise _too_many()
                known[purpose] = len(known)
                con.execute(ledger_purpose_bits.insert(), {"purpose": purpose, "bit": known[purpose]})
    return {purpose: known[purpose] for purpose in purposes}


class _People:
    """The rows of columns, person by person."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        words = np.frombuffer(columns.tokens, dtype=np.uint64).reshape(-1, 2)
        new = np.ones(len(columns), dtype=bool)
        new[1:] = (words[1:] != words[:-1]).any(axis=1)
        self._first = np.flatnonzero(new)
        self._person = np.cumsum(new) - 1
        shared = columns.subject63[self._first]
        self._starts = (
            np.flatnonzero(np.concatenate(([True], shared[1:] != shared[:-1]))) if len(shared) else np.empty(0, np.int64)
        )
        self.keys: Ints = shared[self._starts]
        """Each `subject63`; of two people who share one, what is said of it is true of both."""

    def __len__(self) -> int:
        return len(self._first)

    def judged(self, asked: Asked, now_us: int) -> tuple[Marks, Marks, Marks, Marks]:
        """For each of `keys` whether it is allowed what is asked, and whether it is closed for it; `law.decide` for all at once. Then both again,
        as they would be without restrictions, and with what begins later not spoken yet.
        """
        columns = self._columns
        suppressed = self._suppressed()
        shut = suppressed
        if not asked.during_restriction:
            shut = suppressed | self.is_(self.standing(Kind.RESTRICTION, {""}), Decision.IMPOSED)
        later = np.zeros(len(self), dtype=bool)
        refused = np.zeros(len(self), dtype=np.int64)  # the sequence of the newest refusal, 0 where there is none
        if asked.hears:
            for chain in (asked.chain, *({signal} for signal in asked.signals)):
                row = self.standing(Kind.OBJECTION, chain)
                objected = self.is_(row, Decision.OBJECTED)
                refused[objected] = np.maximum(refused[objected], columns.sequence[row[objected]])
        may = np.full(len(self), asked.carried) & (refused == 0)
        said = refused > 0
        if asked.consents:
            row = self.standing(Kind.CONSENT, asked.chain)
            spoke = row >= 0
            held = row[spoke]
            granted = (columns.decision[held] == DECISIONS.index(Decision.GRANTED)) & (columns.sequence[held] > refused[spoke])
            later[spoke] = granted & (columns.effective[held] != NONE) & (columns.effective[held] > now_us)
            granted &= (columns.effective[held] == NONE) | (columns.effective[held] <= now_us)
            granted &= (columns.expires[held] == NONE) | (columns.expires[held] > now_us)
            may[spoke] = granted
            said |= spoke
        basis = may & ~suppressed
        against = ~may & ~later & said | suppressed
        may = may & ~shut & asked.lawful
        closed = ~may & (said | shut | (not asked.lawful))
        return ~self._any(~may), self._any(closed), ~self._any(~basis), self._any(against)

    def suppressed(self) -> Marks:
        """For each of `keys` whether it is suppressed."""
        return self._any(self._suppressed())

    def _suppressed(self) -> Marks:
        return self.is_(self.standing(Kind.SUPPRESSION, {""}), Decision.IMPOSED)

    def _any(self, marks: Marks) -> Marks:
        """What is true of one of those who share a `subject63`, in the order of `keys`."""
        found: Marks = np.logical_or.reduceat(marks, self._starts) if len(marks) else marks
        return found

    def standing(self, kind: Kind, chain: Collection[str]) -> Ints:
        """For each person the row of the newest word on the purposes of `chain`, -1 where there is none."""
        columns, found = self._columns, np.full(len(self), -1, dtype=np.int64)
        wanted = [number for number, (of, purpose) in enumerate(columns.slots) if of is kind and purpose in chain]
        rows = np.flatnonzero(np.isin(columns.slot, wanted))
        if not len(rows):
            return found
        ordered = columns.order[rows] != NONE
        mine = rows[ordered]
        if len(mine):
            opening = np.isin(columns.decision[mine], [DECISIONS.index(decision) for decision in OPENING])
            by_source = (columns.sequence[mine], ~opening, columns.order[mine], columns.source[mine], self._person[mine])
            mine = mine[np.lexsort(by_source)]
            group = np.stack((self._person[mine], columns.source[mine]))
            last = np.ones(len(mine), dtype=bool)
            last[:-1] = (group[:, 1:] != group[:, :-1]).any(axis=0)
            rows = np.concatenate((rows[~ordered], mine[last]))
        rows = rows[np.lexsort((columns.sequence[rows], self._person[rows]))]
        found[self._person[rows]] = rows  # of several rows of one person the last one stays
        return found

    def is_(self, rows: Ints, decision: Decision) -> Marks:
        """For each person whether that row is there and says so."""
        marks: Marks = rows >= 0
        marks[marks] = self._columns.decision[rows[marks]] == DECISIONS.index(decision)
        return marks


def _asked(ledger: Ledger, purposes: Claims) -> list[Asked]:
    if isinstance(purposes, Mapping):
        return [ledger.purposes.asked(name, bases) for name, bases in purposes.items()]
    return [ledger.purposes.asked(name) for name in purposes]


def _places(con: Connection) -> dict[str, int]:
    rows: Any = con.execute(select(ledger_purpose_bits.c.purpose, ledger_purpose_bits.c.bit))
    return dict(map(tuple, rows))


def moved_since(con: Connection, sequence: int, then_us: int, now_us: int) -> set[bytes]:
    """Those of whom something was recorded after `sequence`, or whose consent began or ended in between."""
    return {*changed_since(con, sequence), *_lapsed(con, then_us, now_us)}


def _lapsed(con: Connection, then_us: int, now_us: int) -> Iterator[bytes]:
    """Those of whom a grant began or ended in between, whichever way the clock went."""
    early, late = min(then_us, now_us), max(then_us, now_us)
    for moment in (ledger_state.c.expires_us, ledger_state.c.effective_us):
        asked = select(ledger_state.c.subject).where(moment >= early, moment <= late)
        subjects: Any = con.execute(asked).scalars()
        yield from (bytes(subject) for subject in subjects)


def _too_many() -> UsageProblem:
    why = f"More than {MOST} purposes are used where people are on record, and a row holds no more bits."
    return UsageProblem.because(
        "LEDGER-06", "governance/purposes.yaml", why, "Use purposes that stand higher up in the registry."
    )
