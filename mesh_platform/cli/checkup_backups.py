"""What `mesh doctor` tells of backups, and of products that wait after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_platform.cli.checkup import Result
    from mesh_platform.cli.session import Session

_LATE = timedelta(hours=26)
"""A day, and time for a large one."""


def backups(session: Session) -> Iterator[Result]:
    """How many there are, which have ended or cannot be reached; and what was restored and is closed still."""
    from mesh_platform.backups import Shelf
    from mesh_platform.cli.checkup import Result
    from mesh_platform.clock import utc_now
    from mesh_platform.lake.quarantine import quarantined

    entries, now = Shelf.of(session.settings).entries(), utc_now()
    ended = [entry.id for entry in entries if entry.ends_at <= now]
    away = [entry.id for entry in entries if not entry.reachable and entry.ends_at > now]
    waiting = sorted(place.key for place in quarantined(session.settings.home_path))
    if waiting:
        what = f"{len(waiting)} products wait after a restore: {', '.join(waiting[:5])}"
        yield Result("backups", "fail", what, "`mesh backup replay` brings them to where the ledger is, and lets them go.")
    if ended:
        yield Result("backups", "warn", f"ended and not removed: {', '.join(ended)}", "`mesh backup expire` removes them.")
    if away:
        fix = "Attach their disk: an erasure cannot reach them, and names the day on which they end."
        yield Result("backups", "warn", f"not reachable: {', '.join(away)}", fix)
    if late := overdue(entries[0].created_at if entries else None, session.settings.backup_hour, now):
        fix = "See the runs of `make_backup` in the platform's location (`mesh dev`), or make one: `mesh backup create`."
        yield Result("backups", "warn", late, fix)
    if not (waiting or ended or away or late):
        newest = (
            f"{len(entries)}, the newest of {entries[0].created_at:%Y-%m-%d}" if entries else "none yet (`mesh backup create`)"
        )
        yield Result("backups", "ok", newest)


def overdue(newest: datetime | None, hour: int | None, now: datetime) -> str:
    """That the newest backup is older than the daily one would be; empty where it is not, or none is made by itself."""
    if hour is None or (newest is not None and now - newest < _LATE):
        return ""
    told = f"the newest is of {newest:%Y-%m-%d %H:%M} UTC" if newest is not None else "there is none"
    return f"one is to be made each day at {hour}:07 UTC, and {told}"
