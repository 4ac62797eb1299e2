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
    """One int64 per subject, and for which sequence and moment it holds. `of` tells each purpose's bit."""

    values: pa.Array
    sequence: int
    at: datetime
    of: Mapping[str, int]


def consent_bits(ledger: Ledger, subjects: pa.Array, purposes: Claims, at: datetime | None) -> Bits:
    """The bits of each `subject63`; a null subject gets none. Two people with one `subject63` get what both are allowed."""
    asked = _asked(ledger, purposes)
    places = bits_of(ledger, [each.purpose for each in asked])
    snapshot, moment = ledger.whole(), ledger.moment(at)
    known, bits, default = _bits(snapshot.columns, asked, places, micros(moment) or 0)
    wanted = np.asarray(subjects.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    values = np.full(len(wanted), default, dtype=np.int64)
    if len(known):
        found = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        hit = known[found] == wanted
        values[hit] = bits[found[hit]]
    values[wanted < 0] = 0
    return Bits(pa.array(values), snapshot.sequence, moment, places)


@dataclass(frozen=True, slots=True)
class Changes:
    """Whose bits may have changed: `subject` (int64) and `bits` as they are at `sequence` and `at`, one row per `subject63`, sorted."""

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
        moved = {*changed_since(con, watermark.sequence), *_lapsed(con, micros(watermark.at) or 0, now_us)}
        standing = rows_of(con, moved)
    found: dict[int, int] = {}
    for token, rows in standing.items():
        bits, subject = 0, subject63_of(token)
        for each in asked:
            bits |= decide(rows, each, now_us).allowed << places[each.purpose]
        found[subject] = found.get(subject, -1) & bits
    ordered = sorted(found)
    columns = {"subject": pa.array(ordered, pa.int64()), "bits": pa.array([found[each] for each in ordered], pa.int64())}
    return Changes(pa.table(columns), newest, moment)


def state_as_arrow(ledger: Ledger, purpose: str, bases: Collection[LegalBasis] | None, at: datetime | None) -> pa.Table:
    """`subject` (int64) and `allowed` of everybody on record, sorted; who is not on record has the answer of nobody's token."""
    asked, columns = ledger.purposes.asked(purpose, bases), ledger.whole().columns
    keys, marks = allowed(columns, asked, micros(ledger.moment(at)) or 0)
    return pa.table({"subject": pa.array(keys, pa.int64()), "allowed": pa.array(marks, pa.bool_())})


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


def allowed(columns: Columns, asked: Asked, now_us: int) -> tuple[Ints, Marks]:
    """(`subject63`, allowed) of everybody in the columns, sorted; `law.decide` for all at once."""
    people = _People(columns)
    shut = people.is_(people.standing(Kind.SUPPRESSION, {""}), Decision.IMPOSED)
    if not asked.during_restriction:
        shut |= people.is_(people.standing(Kind.RESTRICTION, {""}), Decision.IMPOSED)
    refused = np.zeros(len(people), dtype=np.int64)  # the sequence of the newest refusal, 0 where there is none
    if asked.hears:
        for chain in (asked.chain, *({signal} for signal in asked.signals)):
            row = people.standing(Kind.OBJECTION, chain)
            objected = people.is_(row, Decision.OBJECTED)
            refused[objected] = np.maximum(refused[objected], columns.sequence[row[objected]])
    may = np.full(len(people), asked.carried) & (refused == 0)
    if asked.consents:
        row = people.standing(Kind.CONSENT, asked.chain)
        said = row >= 0
        held = row[said]
        granted = (columns.decision[held] == DECISIONS.index(Decision.GRANTED)) & (columns.sequence[held] > refused[said])
        granted &= (columns.effective[held] == NONE) | (columns.effective[held] <= now_us)
        granted &= (columns.expires[held] == NONE) | (columns.expires[held] > now_us)
        may[said] = granted
    return people.merged(may & ~shut & asked.lawful)


class _People:
    """The rows of columns, person by person."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        words = np.frombuffer(columns.tokens, dtype=np.uint64).reshape(-1, 2)
        new = np.ones(len(columns), dtype=bool)
        new[1:] = (words[1:] != words[:-1]).any(axis=1)
        self._first = np.flatnonzero(new)
        self._person = np.cumsum(new) - 1

    def __len__(self) -> int:
        return len(self._first)

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

    def merged(self, marks: Marks) -> tuple[Ints, Marks]:
        """By `subject63`: what is true of all who share one."""
        keys = self._columns.subject63[self._first]
        if not len(keys):
            return keys, marks
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        return keys[starts], np.logical_and.reduceat(marks, starts)


def _bits(columns: Columns, asked: Sequence[Asked], places: Mapping[str, int], now_us: int) -> tuple[Ints, Ints, int]:
    """(`subject63`, bits) of those on record, and the bits of everybody else."""
    keys, bits, default = np.empty(0, np.int64), np.empty(0, np.int64), 0
    for each in asked:
        keys, marks = allowed(columns, each, now_us)
        here = np.int64(1) << np.int64(places[each.purpose])
        bits = (bits if len(bits) else np.zeros(len(keys), np.int64)) | np.where(marks, here, np.int64(0))
        default |= decide((), each, 0).allowed << places[each.purpose]
    return keys, bits, default


def _asked(ledger: Ledger, purposes: Claims) -> list[Asked]:
    if isinstance(purposes, Mapping):
        return [ledger.purposes.asked(name, bases) for name, bases in purposes.items()]
    return [ledger.purposes.asked(name) for name in purposes]


def _places(con: Connection) -> dict[str, int]:
    rows: Any = con.execute(select(ledger_purpose_bits.c.purpose, ledger_purpose_bits.c.bit))
    return dict(map(tuple, rows))


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
