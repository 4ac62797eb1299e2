"""The backups of one call of `mesh backup`, and how one is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.backups import Entry, Shelf

ROLES = ("platform", "privacy")


def shelf_of(session: Session, root: Path | None = None) -> Shelf:
    """Where this project's backups stand; new ones go to `root`, or to where the settings say."""
    from mesh_platform.backups import Shelf

    return Shelf.of(session.settings, root)


def told(entry: Entry) -> dict[str, object]:
    """A backup in JSON."""
    return {
        "id": entry.id,
        "folder": str(entry.root),
        "created_at": entry.created_at.isoformat(),
        "ends_at": entry.ends_at.isoformat(),
        "ledger_sequence": entry.sequence,
        "reachable": entry.reachable,
    }
