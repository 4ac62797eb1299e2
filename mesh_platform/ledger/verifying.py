"""Is the ledger whole? Every number there, every event as it was recorded and as the audit log has it, and the state the fold of the events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sqlalchemy import Connection, select

from mesh_platform.audit.leaf import Act, decoded
from mesh_platform.errors import Finding, Severity
from mesh_platform.ledger.fold import fold
from mesh_platform.ledger.journal import Entry, digest_of, entries, state_of
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_intake, audit_leaves

_FIX = "Restore the control database from before; `mesh audit verify` tells whether the audit log was touched, too."


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what is wrong with it. `audited` events stand in the audit log as they are."""

    events: int
    slots: int
    audited: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(finding.blocks for finding in self.findings)


def verify(database: Database) -> Verified:
    """Read the whole ledger, in one snapshot. The first event that is wrong is named; what comes after it is not judged."""
    with database.read() as con:
        log = list(entries(con))
        standing = dict(state_of(con))
        ranges = list(_audited(con))
    found = Verified(len(log), len(standing))
    wrong = next((said for number, entry in enumerate(log, 1) if (said := _wrong(number, entry))), None)
    if wrong:
        return replace(found, findings=(wrong,))
    covered, strange = _compared([entry.content for entry in log], ranges)
    if strange:
        why = "It is not what the audit log says was recorded, or it is missing."
        return replace(found, findings=(Finding("LEDGER-08", f"event {strange}", why, _FIX),))
    findings = []
    if covered < len(log):
        why = (
            f"{len(log) - covered} of {len(log)} events stand in no record of the audit log, so nothing holds them as they were."
        )
        fix = "Record through `mesh consent`, the API or a ledger that was opened with its audit log."
        findings.append(Finding("LEDGER-10", "the ledger", why, fix, severity=Severity.WARN))
    if fold((entry.sequence, entry.event) for entry in log) != standing:
        why = "What stands in the state is not what follows from the events, so answers are not to be trusted."
        findings.append(Finding("LEDGER-09", "the ledger's state", why, "`mesh consent rebuild`."))
    return replace(found, audited=covered, findings=tuple(findings))


def _wrong(number: int, entry: Entry) -> Finding | None:
    if entry.sequence != number:
        return Finding("LEDGER-08", f"event {number}", "It is missing; nothing is ever taken out of the ledger.", _FIX)
    if entry.event.content() != entry.content:
        return Finding("LEDGER-08", f"event {number}", "It does not say what it said when it was recorded.", _FIX)
    return None


def _audited(con: Connection) -> Iterator[tuple[int, int, str]]:
    """(first, last, digest) of each append that the audit log tells of."""
    for table in (audit_leaves, audit_intake):
        bodies: Any = con.execute(select(table.c.body).where(table.c.body.is_not(None))).scalars()
        for body in bodies:
            record = decoded(bytes(body)) if Act.CONSENT.value.encode() in bytes(body) else {}
            said = record.get("obj", {})
            if record.get("act") == Act.CONSENT and "code" in said:
                first, _, last = said["ref"].partition("-")
                yield int(first), int(last), said["code"]


def _compared(contents: Sequence[bytes], ranges: Sequence[tuple[int, int, str]]) -> tuple[int, int | None]:
    """How many events stand in the audit log as they are, and the first of a range that does not."""
    strange = [
        first if last <= len(contents) else max(first, len(contents) + 1)
        for first, last, digest in ranges
        if last > len(contents) or digest_of(contents[first - 1 : last]) != digest
    ]
    covered = set(chain.from_iterable(range(first, last + 1) for first, last, _ in ranges))
    return len(covered), min(strange, default=None)
