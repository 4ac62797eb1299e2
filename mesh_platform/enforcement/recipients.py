"""Cases of recipients outside: what they acknowledged, and what waits past its time; in a database of its own that holds nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, insert

from mesh_platform.propagation.recipients import answered, standing
from mesh_platform.state.tables import recipient_events

_NOW = datetime(2026, 12, 1, tzinfo=UTC)


def _in_order(names: Sequence[str]) -> bool:
    """Whether a recipient stands in order two days after an event that was due within one, having acknowledged these."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as con:
            recipient_events.create(con)
            row = {"recipient": "mailer", "sequence": 1, "body": {"id": "mailer-1"}, "attempts": 0}
            row |= {"next_at": _NOW, "created_at": _NOW, "due_at": _NOW + timedelta(days=1)}
            con.execute(insert(recipient_events), [row])
            answered(con, [row], names, "", _NOW)
            return not standing(con, "mailer", _NOW + timedelta(days=2)).red
    finally:
        engine.dispose()


def acknowledged() -> bool:
    return _in_order(["mailer-1"])


def late() -> bool:
    return _in_order([])
