"""Who is suppressed now: by the newest word of any source, so that who signed up anew, and of whom another system says so, is nobody's ghost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, select

from mesh_platform.ledger.events import Decision, Kind
from mesh_platform.ledger.law import Row, newest
from mesh_platform.state.tables import ledger_state

_S = ledger_state.c
_AT_ONCE = 500


def suppressed_now(con: Connection, among: Collection[bytes] | None = None) -> frozenset[bytes]:
    """The tokens of everybody who is, or of those of `among`."""
    query = select(ledger_state).where(_S.kind == Kind.SUPPRESSION.value)
    every = sorted(among or ())
    asked: list[list[bytes] | None] = (
        [None] if among is None else [every[at : at + _AT_ONCE] for at in range(0, len(every), _AT_ONCE)]
    )
    found: dict[bytes, list[Row]] = defaultdict(list)
    for some in asked:
        for row in con.execute(query if some is None else query.where(_S.subject.in_(some))):
            order = (row.source_order, row.effective_us, row.expires_us)
            found[bytes(row.subject)].append(
                Row(Kind.SUPPRESSION, row.purpose, row.source, row.sequence, Decision(row.decision), *order)
            )
    return frozenset(subject for subject, rows in found.items() if newest(rows).decision is Decision.IMPOSED)
