"""The backups of a project, over an opened mesh, as its settings keep them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mesh_platform.backups import Backups, Shelf
from mesh_platform.publish.runtime import Runtime


def backups_of(runtime: Runtime, root: Path | None = None) -> Backups:
    """What backups are made of and kept with; new ones go to `root`, or to where the settings say."""
    settings = runtime.settings
    days, leap = settings.backup_days, timedelta(days=settings.clock_leap_days)
    return Backups(Shelf.of(settings, root), runtime.lake, runtime.database, runtime.audit, days, leap)
