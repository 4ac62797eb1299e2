"""What `mesh doctor` tells of backups, and of products that wait after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_platform.cli.checkup import Result
    from mesh_platform.cli.session import Session


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
    if not (waiting or ended or away):
        newest = (
            f"{len(entries)}, the newest of {entries[0].created_at:%Y-%m-%d}" if entries else "none yet (`mesh backup create`)"
        )
        yield Result("backups", "ok", newest)
