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
from mesh_platform.ledger.fold import Held, rank
from mesh_platform.ledger.purposes import Asked
from mesh_platform.product.models import LegalBasis

HEARS_OBJECTIONS = frozenset({LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK})
"""Art. 21(1) GDPR for points (e) and (f), 21(2) for direct marketing on whatever basis; who objects to what they consented to means it."""


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


class Row(NamedTuple):
    """One slot of a person's state."""

    kind: Kind
    purpose: str
    source: str
    held: Held


def decide(rows: Collection[Row], asked: Asked, bases: Collection[LegalBasis], now_us: int) -> Answer:
    """The answer for one person.

    Args:
        rows: all that stands of the person.
        asked: the purpose.
        bases: the legal bases that are claimed; with several, what one of them hears counts.
        now_us: the moment, in microseconds since 1970.
    """
    if rows:
        imposed = _standing(rows, Kind.SUPPRESSION, ("",))
        if imposed is not None and imposed.decision is Decision.IMPOSED:
            return Answer(False, Reason.SUPPRESSED, imposed.sequence)
        imposed = _standing(rows, Kind.RESTRICTION, ("",))
        if imposed is not None and imposed.decision is Decision.IMPOSED and not asked.during_restriction:
            return Answer(False, Reason.RESTRICTED, imposed.sequence)
    if not bases or any(basis not in asked.bases for basis in bases):
        return Answer(False, Reason.NO_BASIS)
    if rows and (answer := _said(rows, asked, bases, now_us)) is not None:
        return answer
    if any(basis is not LegalBasis.CONSENT for basis in bases):
        return Answer(True, Reason.BASIS)
    return Answer(False, Reason.NO_RECORD)


def _said(rows: Collection[Row], asked: Asked, bases: Collection[LegalBasis], now_us: int) -> Answer | None:
    """What the person said, as far as the bases hear it."""
    consent = _standing(rows, Kind.CONSENT, asked.chain) if LegalBasis.CONSENT in bases else None
    refusal: Answer | None = None
    if not HEARS_OBJECTIONS.isdisjoint(bases):
        for chain, reason in ((asked.chain, Reason.OBJECTED), *(((signal,), Reason.SIGNAL) for signal in asked.signals)):
            objection = _standing(rows, Kind.OBJECTION, chain)
            if objection is not None and objection.decision is Decision.OBJECTED:
                told = Answer(False, reason, objection.sequence)
                refusal = told if refusal is None or objection.sequence > (refusal.sequence or 0) else refusal
    word = None if consent is None else _of_consent(consent, now_us)
    if word is not None and word.allowed and (refusal is None or (word.sequence or 0) > (refusal.sequence or 0)):
        return word
    return refusal or word


def _of_consent(consent: Held, now_us: int) -> Answer:
    if consent.decision is not Decision.GRANTED:
        return Answer(False, _REFUSALS[consent.decision], consent.sequence)
    if consent.effective_us is not None and consent.effective_us > now_us:
        return Answer(False, Reason.NOT_YET, consent.sequence)
    if consent.expires_us is not None and consent.expires_us <= now_us:
        return Answer(False, Reason.EXPIRED, consent.sequence)
    return Answer(True, Reason.CONSENT, consent.sequence)


_REFUSALS = {
    Decision.DENIED: Reason.REFUSED,
    Decision.WITHDRAWN: Reason.WITHDRAWN,
    Decision.EXPIRED: Reason.EXPIRED,
}


def _standing(rows: Iterable[Row], kind: Kind, chain: Collection[str]) -> Held | None:
    """The newest word on the purposes of `chain`: of each source's ordered events the highest order, then the highest sequence of all."""
    found: Held | None = None
    ordered: dict[str, Held] | None = None
    for row in rows:
        if row.kind is not kind or row.purpose not in chain:
            continue
        held = row.held
        if held.source_order is None:
            if found is None or held.sequence > found.sequence:
                found = held
            continue
        if ordered is None:
            ordered = {}
        best = ordered.get(row.source)
        if best is None or rank(held) > rank(best):
            ordered[row.source] = held
    for held in (ordered or {}).values():
        if found is None or held.sequence > found.sequence:
            found = held
    return found
