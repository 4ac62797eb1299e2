"""Backups: copies of products and of the control database that end, that erasures reach, and out of which nobody comes back.

What a backup holds is encrypted as it is in the lake, and the key ring is not in it. It copies, verifies, restores and removes; what the
ledger says since is applied to what was restored by `subjects/`.
"""

from mesh_platform.backups.logs import excused, lacking
from mesh_platform.backups.making import Backups, create, expire
from mesh_platform.backups.manifest import Manifest, Stored
from mesh_platform.backups.restoring import Restored, close_gap, gap, newest_in, note_gap, restore, revive, revive_logs
from mesh_platform.backups.shelf import Entry, Shelf
from mesh_platform.backups.verifying import checked, lake_of, read, usable

__all__ = [
    "Backups",
    "Entry",
    "Manifest",
    "Restored",
    "Shelf",
    "Stored",
    "checked",
    "close_gap",
    "create",
    "excused",
    "expire",
    "gap",
    "lacking",
    "lake_of",
    "newest_in",
    "note_gap",
    "read",
    "restore",
    "revive",
    "revive_logs",
    "usable",
]
