"""Is the ledger whole? Every number there, every event as it was recorded, and the state the fold of the events."""

from __future__ import annotations

from dataclasses import dataclass

from mesh_platform.errors import Finding
from mesh_platform.ledger.fold import fold
from mesh_platform.ledger.journal import Entry, entries, state_of
from mesh_platform.state import Database


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what is wrong with it."""

    events: int
    slots: int
    findings: tuple[Finding, ...] = ()


def verify(database: Database) -> Verified:
    """Read the whole ledger, in one snapshot. The first event that is wrong is named; what comes after it is not judged."""
    with database.read() as con:
        log = list(entries(con))
        standing = dict(state_of(con))
    wrong = next((said for number, entry in enumerate(log, 1) if (said := _wrong(number, entry))), None)
    if wrong:
        return Verified(len(log), len(standing), (wrong,))
    if fold((entry.sequence, entry.event) for entry in log) != standing:
        why = "What stands in the state is not what follows from the events, so answers are not to be trusted."
        return Verified(len(log), len(standing), (Finding("LEDGER-09", "the ledger's state", why, "`mesh consent rebuild`."),))
    return Verified(len(log), len(standing))


def _wrong(number: int, entry: Entry) -> Finding | None:
    fix = "Restore the control database from before; `mesh audit verify` tells whether the audit log was touched, too."
    if entry.sequence != number:
        return Finding("LEDGER-08", f"event {number}", "It is missing; nothing is ever taken out of the ledger.", fix)
    if entry.event.content() != entry.content:
        return Finding("LEDGER-08", f"event {number}", "It does not say what it said when it was recorded.", fix)
    return None
