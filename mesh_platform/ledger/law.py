"""May this be done with this person's data? A pure function of what stands, the purpose, the legal bases and the moment.

In this order, the first that applies decides:
1. A suppression closes everything.
2. A restriction closes every purpose but those that governance lets go on (`duringRestriction`).
3. A basis that the registry does not allow for the purpose, or none, closes.
4. Consent, objections and signals are asked by basis: `consent` asks for consent, and `consent`, `legitimate_interests` and `public_task`
   for objections and signals; the other bases ask for neither. A grant in force allows, where it is newer than every objection and signal.
   Else an objection or signal closes; else whatever is on record of consent closes, since what was withdrawn or has run out is not
   swapped for another basis; else the bases other than consent allow, and consent alone, with nothing on record, closes.

What stands for a purpose is the newest of what was said of it and of those above it, per source first (see `fold`), then by sequence. A
refusal counts from the moment at which it is recorded; a grant from the moment at which it takes effect, until it expires.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

from mesh_platform.ledger.events import Decision, Kind
from mesh_platform.ledger.fold import rank
from mesh_platform.ledger.purposes import Asked


class Reason(StrEnum):
    """Why an answer is what it is."""

    CONSENT = "consent"
    BASIS = "basis"
    SUPPRESSED = "suppressed"
    RESTRICTED = "restricted"
    NO_BASIS = "no_basis"
    OBJECTED = "objected"
    SIGNAL = "opt_out_signal"
    WITHDRAWN = "withdrawn"
    REFUSED = "denied"
    EXPIRED = "expired"
    NOT_YET = "not_in_force_yet"
    NO_RECORD = "no_record"


class Answer(NamedTuple):
    """Whether it is allowed, why, and the sequence of the event that decided, where one did."""

    allowed: bool
    reason: Reason
    sequence: int | None = None

    @property
    def closes(self) -> bool:
        """Whether it speaks against the use, and does not only lack what would speak for it: one of a person's identifiers closes for all."""
        return not self.allowed and self.reason is not Reason.NO_RECORD


class Row(NamedTuple):
    """One slot of a person's state. Moments are microseconds since 1970."""

    kind: Kind
    purpose: str
    source: str
    sequence: int
    decision: Decision
    source_order: int | None
    effective_us: int | None
    expires_us: int | None


def decide(rows: Collection[Row], asked: Asked, now_us: int) -> Answer:
    """The answer for one person.

    Args:
        rows: all that stands of the person.
        asked: the purpose, on the legal bases that are claimed; with several, what one of them hears counts.
        now_us: the moment, in microseconds since 1970.
    """
    said: Answer | None = None
    if rows:
        kinds = _by_kind(rows, asked)
        for kind, reason in _SHUT:
            if (
                kind in kinds
                and (row := newest(kinds[kind])).decision is _IMPOSED
                and not (asked.during_restriction and kind is _RESTRICTION)
            ):
                return Answer(False, reason, row.sequence)
        said = _said(kinds, asked, now_us)
    if not asked.lawful:
        return _NO_BASIS
    return said or (_BASIS if asked.carried else _NO_RECORD)


def _by_kind(rows: Iterable[Row], asked: Asked) -> dict[str, list[Row]]:
    """The rows that count for what is asked, by kind, and by signal."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        kind, purpose = row.kind, row.purpose
        if kind is _CONSENT:
            if asked.consents and purpose in asked.chain:
                found.setdefault(kind, []).append(row)
        elif kind is not _OBJECTION:
            found.setdefault(kind, []).append(row)
        elif asked.hears:
            if purpose in asked.chain:
                found.setdefault(kind, []).append(row)
            elif purpose in asked.signals:
                found.setdefault(purpose, []).append(row)
    return found


def _said(kinds: dict[str, list[Row]], asked: Asked, now_us: int) -> Answer | None:
    """What the person said, as far as the bases hear it."""
    refusal: Answer | None = None
    if not kinds:
        return None
    for name, reason in ((_OBJECTION, Reason.OBJECTED), *((signal, Reason.SIGNAL) for signal in asked.signals)):
        row = newest(kinds[name]) if name in kinds else None
        if row is not None and row.decision is _OBJECTED and (refusal is None or row.sequence > (refusal.sequence or 0)):
            refusal = Answer(False, reason, row.sequence)
    word = _of_consent(newest(kinds[_CONSENT]), now_us) if _CONSENT in kinds else None
    if word is not None and word.allowed and (refusal is None or (word.sequence or 0) > (refusal.sequence or 0)):
        return word
    return refusal or word


def _of_consent(row: Row, now_us: int) -> Answer:
    if row.decision is not _GRANTED:
        return Answer(False, _REFUSALS[row.decision], row.sequence)
    if row.effective_us is not None and row.effective_us > now_us:
        return Answer(False, Reason.NOT_YET, row.sequence)
    if row.expires_us is not None and row.expires_us <= now_us:
        return Answer(False, Reason.EXPIRED, row.sequence)
    return Answer(True, Reason.CONSENT, row.sequence)


def newest(rows: list[Row]) -> Row:
    """The newest word of some: of each source's ordered events the highest order, then the highest sequence of all."""
    if len(rows) == 1:
        return rows[0]
    last: dict[tuple[str, int], Row] = {}
    for row in rows:
        of = row.source, 0 if row.source_order is not None else row.sequence
        if of not in last or rank(row) > rank(last[of]):
            last[of] = row
    return max(last.values(), key=lambda row: row.sequence)


_CONSENT, _OBJECTION, _RESTRICTION = Kind.CONSENT, Kind.OBJECTION, Kind.RESTRICTION
_GRANTED, _IMPOSED, _OBJECTED = Decision.GRANTED, Decision.IMPOSED, Decision.OBJECTED
_SHUT = ((Kind.SUPPRESSION, Reason.SUPPRESSED), (Kind.RESTRICTION, Reason.RESTRICTED))
_REFUSALS = {
    Decision.DENIED: Reason.REFUSED,
    Decision.WITHDRAWN: Reason.WITHDRAWN,
    Decision.EXPIRED: Reason.EXPIRED,
}
_BASIS, _NO_BASIS, _NO_RECORD = Answer(True, Reason.BASIS), Answer(False, Reason.NO_BASIS), Answer(False, Reason.NO_RECORD)
