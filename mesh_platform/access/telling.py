"""What somebody outside was told of events of the ledger, and what they acknowledged: kept in one outbox, by addressee.

An addressee is a recipient of `governance/recipients.yaml`, by its name, or an exported file. This says what stands there; it sends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from mesh_platform.keys.tokens import subject63_of
from mesh_platform.state import insert
from mesh_platform.state.tables import ledger_events, recipient_cursors, recipient_events

_E, _C, _R = ledger_events.c, recipient_cursors.c, recipient_events.c
_AT_ONCE = 10_000
_FILE = "export "
"""What begins the addressee of a file; no key of governance has a space."""


def addressee_of(export: str) -> str:
    """As whom the holder of this export is told."""
    return f"{_FILE}{export}"


def is_file(addressee: str) -> bool:
    """Whether an addressee is an exported file."""
    return addressee.startswith(_FILE)


def told_from(con: Connection, addressee: str, sequence: int) -> None:
    """Remember up to where of the ledger an addressee needs no word any more."""
    given = insert(con, recipient_cursors).values(recipient=addressee, sequence=sequence)
    con.execute(given.on_conflict_do_update(index_elements=["recipient"], set_={"sequence": given.excluded.sequence}))


def told_upto(con: Connection, addressee: str) -> int | None:
    """Up to where of the ledger the addressee's word was put into the outbox; None where nobody began."""
    found: Any = con.execute(select(_C.sequence).where(_C.recipient == addressee)).scalar()
    return None if found is None else int(found)


def settle(con: Connection, addressee: str, now: datetime) -> int:
    """Mark all that waits for an addressee as acknowledged; how much that was."""
    waits = (_R.recipient == addressee) & _R.acknowledged_at.is_(None)
    return con.execute(update(recipient_events).where(waits).values(acknowledged_at=now, error=None)).rowcount


def suppressions(con: Connection, tokens: Sequence[bytes]) -> Mapping[int, int]:
    """The newest suppression of each of these people: its sequence → the lake's 63 bits of the person."""
    found: dict[int, int] = {}
    for start in range(0, len(tokens), _AT_ONCE):
        theirs = _E.subject.in_([*tokens[start : start + _AT_ONCE]]) & (_E.kind == "suppression") & (_E.decision == "imposed")
        rows: Any = con.execute(select(_E.subject, func.max(_E.sequence)).where(theirs).group_by(_E.subject))
        found |= {int(sequence): subject63_of(bytes(subject)) for subject, sequence in rows}
    return found


def unanswered(con: Connection, addressee: str, sequences: Collection[int]) -> int:
    """How many of these events the addressee has still to acknowledge: those that wait, and those that nobody told it of yet."""
    upto = told_upto(con, addressee)
    waits = {sequence for sequence, answered in _answers(con, addressee, sequences) if answered is None}
    return len(waits) + sum(upto is None or sequence > upto for sequence in {*sequences} - waits)


def acknowledged_at(con: Connection, addressee: str, sequences: Collection[int]) -> datetime | None:
    """When the last of these events was acknowledged; None where none was."""
    return max((answered for _, answered in _answers(con, addressee, sequences) if answered is not None), default=None)


def recipients_of(con: Connection, names: Iterable[str], sequences: Collection[int]) -> Mapping[str, str]:
    """How each recipient outside stands to these events: `acknowledged`, `waiting`, or `nothing to tell`."""
    known: Any = con.execute(select(_R.recipient).distinct()).scalars()
    every = sorted({*names, *(name for name in known if not is_file(name))})
    return {name: _standing(con, name, sequences) for name in every}


def _standing(con: Connection, name: str, sequences: Collection[int]) -> str:
    if unanswered(con, name, sequences):
        return "waiting"
    return "acknowledged" if _answers(con, name, sequences) else "nothing to tell"


def _answers(con: Connection, addressee: str, sequences: Collection[int]) -> list[tuple[int, datetime | None]]:
    """Those of these events that the addressee was told, with when it acknowledged each."""
    if not sequences:
        return []
    asked, within = {*sequences}, _R.sequence.between(min(sequences), max(sequences))
    rows: Any = con.execute(select(_R.sequence, _R.acknowledged_at).where(_R.recipient == addressee, within))
    return [(int(sequence), answered) for sequence, answered in rows if sequence in asked]
